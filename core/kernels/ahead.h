// How a product asks for memory that is used next (kernels.h, Soon): in pieces, one for each of its tiles, and of a
// piece a few lines a round, which leave room for the product's own loads. (All lines at a tile's start gain a quarter
// of what this gains; a depthwise kernel that asks gains nothing, it is over too soon.) Included only by
// core/kernels/*.cpp, as simd.h.
#pragma once
#include "core/kernels/kernels.h"
#include "core/kernels/simd.h"

namespace mininas::MN_ISA {

struct Piece {
  static constexpr int64_t kLine = 16;  // floats of a cache line
  const float* first = nullptr;
  int64_t lines_a_round = 0;

  MN_INLINE void ask() {
    for (int64_t line = 0; line < lines_a_round; ++line, first += kLine) __builtin_prefetch(first);
  }
};

class Ahead {
 public:
  // A tile asks `rounds` times.
  Ahead(const SoonRead& soon, int64_t tiles, int64_t rounds) : soon_(soon), rounds_(rounds) {
    int64_t lines = 0;
    for (const Soon& s : soon_) lines += s.floats / Piece::kLine;
    if (rounds_ > 0) lines_a_round_ = (lines + tiles * rounds_ - 1) / (tiles * rounds_);
  }
  // A tile's.
  Piece next() {
    while (range_ < soon_.size() && done_ >= soon_[range_].floats) ++range_, done_ = 0;
    if (range_ == soon_.size()) return {};
    const Piece piece{soon_[range_].first + done_, lines_a_round_};
    done_ += lines_a_round_ * rounds_ * Piece::kLine;
    return piece;
  }

 private:
  const SoonRead& soon_;
  int64_t rounds_, lines_a_round_ = 0;
  size_t range_ = 0;
  int64_t done_ = 0;  // of that range
};

}  // namespace mininas::MN_ISA
