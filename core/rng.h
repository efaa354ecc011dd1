// Counter-based random numbers: Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2,
// 3", SC 2011). A stream is a key, and its i-th number is a pure function of (key, i). `fork(purpose, index)` derives
// an independent stream from the key alone, so streams depend neither on the order of calls nor on threads. The same
// seed gives the same numbers on every machine. Therefore distributions are implemented here (those of the standard
// library differ between implementations).
#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace mininas {

// One application of the block function. Public for its known-answer tests.
std::array<uint32_t, 4> philox4x32_10(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

class Rng {
 public:
  explicit Rng(uint64_t seed) : key_(seed) {}

  // The stream for `purpose` and `index` (an epoch or a sample, say). Does not advance this stream.
  Rng fork(std::string_view purpose, uint64_t index = 0) const;

  uint32_t next_u32();
  // Uniform in [0, 1), a multiple of 2^-24.
  float uniform();
  // Uniform in [low, high).
  float uniform(float low, float high);
  // Uniform integer in [0, count) without bias (Lemire's rejection). Requires: count >= 1.
  uint32_t below(uint32_t count);
  bool coin() { return (next_u32() >> 31) != 0; }

  // Fisher-Yates shuffle.
  template <class T>
  void shuffle(std::vector<T>& items) {
    for (size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(static_cast<uint32_t>(i))]);
  }

 private:
  uint64_t key_;
  uint64_t next_ = 0;  // index of the next 32-bit number
  std::array<uint32_t, 4> block_{};
};

// 0, 1, ..., count-1 in an order drawn from `rng`.
std::vector<int64_t> random_order(int64_t count, Rng rng);

}  // namespace mininas
