// What every benchmark needs beside robust times (core/timing.h): the limits of the machine, and rows that can be
// compared later.
// A figure without machine, compiler, flags and threads beside it says nothing: `machine_line` prints them.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/timing.h"

namespace mininas::bench {

// What the cores in use can do at best, measured: fused multiply-adds in registers (two operations each), and copying
// 64 MiB a thread (a byte copied is a byte read and a byte written).
struct MachineLimits {
  double gflops = 0.0;
  double gigabytes_per_second = 0.0;
};
MachineLimits measure_limits();

// "AMD EPYC, g++ 12.2.0, -O3 ..., kernels avx512, 2 threads, 2026-11-22": what a row depends on.
std::string machine_line();

// A table in Markdown, or a JSON object a row where `json`. Columns are padded as they are printed.
class Table {
 public:
  Table(std::vector<std::string> columns, bool json);
  void row(const std::vector<std::string>& cells);

 private:
  std::vector<std::string> columns_;
  bool json_;
};

// `value` with `digits` behind the point.
std::string fixed(double value, int digits);

// The words behind the program's name that are no options, and whether `--json` was among them. Exits with the usage
// text on `--help`.
struct Arguments {
  std::vector<std::string> words;
  bool json = false;
};
Arguments parse_arguments(int argc, char** argv, const char* usage);

}  // namespace mininas::bench
