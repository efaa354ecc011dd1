// What the benchmarks share besides robust timing (core/timing.h): the limits of the machine, and tables. Figures can
// be compared only if machine, compiler, flags and threads are known: `machine_line` prints them.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/timing.h"

namespace mininas::bench {

// Measured limits of the cores in use: fused multiply-adds in registers (two operations each), and copying 64 MiB per
// thread (a copied byte is one byte read and one byte written).
struct MachineLimits {
  double gflops = 0.0;
  double gigabytes_per_second = 0.0;
};
MachineLimits measure_limits();

// "AMD EPYC, g++ 12.2.0, -O3 ..., kernels avx512, 2 threads, 2026-11-22": what the figures depend on.
std::string machine_line();

// A table in Markdown, or one JSON object per row with `json`. Columns are padded when they are printed.
class Table {
 public:
  Table(std::vector<std::string> columns, bool json);
  void row(const std::vector<std::string>& cells);

 private:
  std::vector<std::string> columns_;
  bool json_;
};

// `value` with `digits` decimals.
std::string fixed(double value, int digits);

// The arguments of the program that are not options, and whether `--json` was among them. For `--help` it prints the
// usage text and exits.
struct Arguments {
  std::vector<std::string> words;
  bool json = false;
};
Arguments parse_arguments(int argc, char** argv, const char* usage);

}  // namespace mininas::bench
