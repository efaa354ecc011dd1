// Software prefetch during a matrix product (kernels.h, Prefetch). The ranges are divided over the product's tiles, and
// a tile issues its share a few cache lines at a time, once every few steps of its reduction, so that the prefetches do
// not crowd out the product's own loads. Measured alternatives: issuing all lines at the start of a tile gains a
// quarter as much, and prefetching from a depthwise kernel gains nothing, because it ends too early.
// Included only by core/kernels/*.cpp, for the reason that simd.h gives.
#pragma once
#include "core/kernels/kernels.h"
#include "core/kernels/simd.h"

namespace mininas::MN_ISA {

// The share of one tile.
struct TilePrefetch {
  static constexpr int64_t kLine = 16;  // floats of a cache line
  const float* first = nullptr;
  int64_t lines_per_round = 0;

  MN_INLINE void issue() {
    for (int64_t line = 0; line < lines_per_round; ++line, first += kLine) __builtin_prefetch(first);
  }
};

// Divides the ranges over `tiles` tiles, each of which calls issue() `rounds` times.
class TilePrefetches {
 public:
  TilePrefetches(const Prefetch& prefetch, int64_t tiles, int64_t rounds) : prefetch_(prefetch), rounds_(rounds) {
    int64_t lines = 0;
    for (const PrefetchRange& s : prefetch_) lines += s.floats / TilePrefetch::kLine;
    if (rounds_ > 0) lines_per_round_ = (lines + tiles * rounds_ - 1) / (tiles * rounds_);
  }
  // The share of the next tile.
  TilePrefetch next() {
    while (range_ < prefetch_.size() && done_ >= prefetch_[range_].floats) ++range_, done_ = 0;
    if (range_ == prefetch_.size()) return {};
    const TilePrefetch share{prefetch_[range_].first + done_, lines_per_round_};
    done_ += lines_per_round_ * rounds_ * TilePrefetch::kLine;
    return share;
  }

 private:
  const Prefetch& prefetch_;
  int64_t rounds_, lines_per_round_ = 0;
  size_t range_ = 0;
  int64_t done_ = 0;  // floats of that range that are already given out
};

}  // namespace mininas::MN_ISA
