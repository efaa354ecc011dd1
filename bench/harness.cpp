#include "bench/harness.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iostream>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#include "core/error.h"
#include "core/kernels/kernels.h"
#include "core/parallel.h"

#ifndef MN_FLAGS
#define MN_FLAGS "flags unknown"
#endif

namespace mininas::bench {
namespace {

constexpr int64_t kRounds = 200000;
constexpr int kChains = 16;  // independent chains, enough to hide the latency of two units

#ifdef __x86_64__
__attribute__((target("avx512f"))) double multiply_adds_avx512() {
  __m512 chain[kChains];
  for (auto& c : chain) c = _mm512_set1_ps(1.0f);
  const __m512 a = _mm512_set1_ps(0.999f), b = _mm512_set1_ps(0.001f);
  for (int64_t i = 0; i < kRounds; ++i)
#pragma GCC unroll 16
    for (int c = 0; c < kChains; ++c) chain[c] = _mm512_fmadd_ps(chain[c], a, b);
  double sum = 0.0;
  for (const auto& c : chain) sum += static_cast<double>(_mm512_cvtss_f32(c));
  return sum;
}

__attribute__((target("avx2,fma"))) double multiply_adds_avx2() {
  __m256 chain[kChains - 4];
  for (auto& c : chain) c = _mm256_set1_ps(1.0f);
  const __m256 a = _mm256_set1_ps(0.999f), b = _mm256_set1_ps(0.001f);
  for (int64_t i = 0; i < kRounds; ++i)
#pragma GCC unroll 12
    for (int c = 0; c < kChains - 4; ++c) chain[c] = _mm256_fmadd_ps(chain[c], a, b);
  double sum = 0.0;
  for (const auto& c : chain) sum += static_cast<double>(_mm256_cvtss_f32(c));
  return sum;
}
#endif

double multiply_adds_portable() {
  float chain[kChains];
  std::fill_n(chain, kChains, 1.0f);
  for (int64_t i = 0; i < kRounds; ++i)
    for (float& c : chain) c = __builtin_fmaf(c, 0.999f, 0.001f);
  double sum = 0.0;
  for (const float c : chain) sum += double{c};
  return sum;
}

// The widest loop of multiply-adds of this machine, and the operations of one call.
struct Loop {
  double (*run)();
  double operations;
};

Loop widest_loop() {
  constexpr double kPerLane = 2.0 * static_cast<double>(kRounds);
#ifdef __x86_64__
  if (__builtin_cpu_supports("avx512f")) return {multiply_adds_avx512, kPerLane * kChains * 16};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return {multiply_adds_avx2, kPerLane * (kChains - 4) * 8};
#endif
  return {multiply_adds_portable, kPerLane * kChains};
}

std::string processor() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "unknown processor";
}

}  // namespace

MachineLimits measure_limits() {
  const int threads = thread_count();
  const Loop loop = widest_loop();
  volatile double sink = 0.0;
  const Timing sums = measure([&] { parallel_for(threads, [&](int64_t) { sink = loop.run(); }); });
  constexpr size_t kBytes = size_t{64} << 20;
  std::vector<char> from(kBytes * static_cast<size_t>(threads), 1), to(from.size());
  const Timing copies = measure([&] {
    parallel_for(threads, [&](int64_t i) {
      std::memcpy(to.data() + static_cast<size_t>(i) * kBytes, from.data() + static_cast<size_t>(i) * kBytes, kBytes);
    });
  });
  return {.gflops = loop.operations * threads / sums.best * 1e-9,
          .gigabytes_per_second = 2.0 * static_cast<double>(from.size()) / copies.best * 1e-9};
}

std::string machine_line() {
  char date[16];
  const std::time_t seconds = std::time(nullptr);
  std::strftime(date, sizeof date, "%Y-%m-%d", std::gmtime(&seconds));
#ifdef __clang__
  const char* compiler = "clang++ ";
#else
  const char* compiler = "g++ ";
#endif
  return text(processor(), ", ", compiler, __VERSION__, ", ", MN_FLAGS, ", kernels ", kernels().isa, ", ",
              thread_count(), " threads, ", date);
}

Table::Table(std::vector<std::string> columns, bool json) : columns_(std::move(columns)), json_(json) {
  if (json_) return;
  row(columns_);
  row(std::vector<std::string>(columns_.size(), "---"));
}

void Table::row(const std::vector<std::string>& cells) {
  MN_CHECK(cells.size() == columns_.size(), cells.size());
  std::string line = json_ ? "{" : "|";
  for (size_t i = 0; i < cells.size(); ++i) {
    if (json_) {
      line += text(i ? ", " : "", '"', columns_[i], "\": \"", cells[i], '"');
    } else {
      const size_t width = std::max(columns_[i].size(), i == 0 ? size_t{34} : size_t{8});
      line += ' ' + cells[i] + std::string(cells[i].size() < width ? width - cells[i].size() : 0, ' ') + " |";
    }
  }
  std::cout << line << (json_ ? "}" : "") << std::endl;
}

std::string fixed(double value, int digits) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.*f", digits, value);
  return buffer;
}

Arguments parse_arguments(int argc, char** argv, const char* usage) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--json") {
      arguments.json = true;
    } else if (word.starts_with("-")) {
      (word == "--help" ? std::cout : std::cerr) << usage << std::endl;
      std::exit(word == "--help" ? 0 : 2);
    } else {
      arguments.words.push_back(word);
    }
  }
  return arguments;
}

}  // namespace mininas::bench
