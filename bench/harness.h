// What every benchmark needs: robust times, the limits of the machine, and rows that can be compared later.
// A time is the median of many repeats with its median absolute deviation, after a warm-up: both ignore the odd repeat in which the machine
// did something else. A figure without machine, compiler, flags and threads beside it says nothing: `machine_line` prints them.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace mininas::bench {

struct Timing {
  double seconds = 0.0;    // median of one call
  double best = 0.0;       // the fastest: what is left on a machine that others use too
  double deviation = 0.0;  // median absolute deviation, seconds
  int repeats = 0;
};

struct MeasureOptions {
  double budget_seconds = 0.3;  // stop after this time ...
  int least_repeats = 5;        // ... but not before
};

// Calls `body` twice unmeasured, then until the options are met.
Timing measure(const std::function<void()>& body, const MeasureOptions& options = {});

// What the cores in use can do at best, measured: fused multiply-adds in registers (two operations each), and copying 64 MiB a thread
// (a byte copied is a byte read and a byte written).
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

// The words behind the program's name that are no options, and whether `--json` was among them. Exits with the usage text on `--help`.
struct Arguments {
  std::vector<std::string> words;
  bool json = false;
};
Arguments parse_arguments(int argc, char** argv, const char* usage);

}  // namespace mininas::bench
