// The transforms of Winograd's F(2x2, 3x3). Each multiplies a tile from both sides with a small matrix whose entries
// are 0, 1, -1 or a half, so it needs additions and halvings only. Vector lanes are channels.
//
//   padded pixels, two tiles of a row        16 matrices                 outputs
//   +---+---+---+---+---+---+
//   | . | . | x | x | o | o |     B^T d B    +---------+ m[0]   A^T m A  +---+---+---+---+
//   +---+---+---+---+---+---+    --------->  | [tile][ | m[1]  --------> | . | . | o | o |
//   | . | . | x | x | o | o |                | channel]| ...             +---+---+---+---+
//   +---+---+---+---+---+---+                +---------+ m[15]           | . | . | o | o |
//   | . | . | x | x | o | o |                                            +---+---+---+---+
//   +---+---+---+---+---+---+     . first tile, o second tile, x both
//   | . | . | x | x | o | o |
//   +---+---+---+---+---+---+
//
// Neighbouring tiles share two of their four pixel columns, so a row of tiles is transformed from left to right and the
// shared columns of B^T d are kept.
#include "core/kernels/winograd.h"

#include "core/kernels/simd.h"
#include "core/kernels/tables.h"

namespace mininas::MN_ISA {
namespace {

template <int kCount>
struct Line {
  F16 v[kCount];
};

// Each of the small matrices times a column.
MN_INLINE Line<4> input_side(const Line<4>& d) {
  return {{d.v[0] - d.v[2], d.v[1] + d.v[2], d.v[2] - d.v[1], d.v[1] - d.v[3]}};
}  // B^T
MN_INLINE Line<2> output_side(const Line<4>& m) {  // A^T
  return {{m.v[0] + m.v[1] + m.v[2], m.v[1] - m.v[2] - m.v[3]}};
}
MN_INLINE Line<4> output_gradient_side(const Line<2>& y) {  // A
  return {{y.v[0], y.v[0] + y.v[1], y.v[0] - y.v[1], F16::zero() - y.v[1]}};
}
MN_INLINE Line<4> weight_side(const Line<3>& w) {  // G
  const F16 half = F16::all(0.5f), outer = (w.v[0] + w.v[2]) * half, inner = w.v[1] * half;
  return {{w.v[0], outer + inner, outer - inner, w.v[2]}};
}
MN_INLINE Line<3> weight_gradient_side(const Line<4>& m) {  // G^T
  const F16 half = F16::all(0.5f), sum = (m.v[1] + m.v[2]) * half;
  return {{m.v[0] + sum, (m.v[1] - m.v[2]) * half, sum + m.v[3]}};
}

// Where one group of channels of one tile lies in all matrices.
struct TileOffset {
  int64_t offset, matrix;
  int lanes;
};
MN_INLINE void store_line(const Line<4>& line, int row, const TileOffset& at, float* matrices) {
  MN_UNROLL for (int k = 0; k < 4; ++k) line.v[k].store_first(matrices + (4 * row + k) * at.matrix + at.offset,
                                                              at.lanes);
}

// B^T times a column of pixels. `high`: how many of its four pixels exist, three or four.
MN_INLINE Line<4> input_column(const float* top, int64_t row, bool exists, int64_t high) {
  if (!exists) return {{F16::zero(), F16::zero(), F16::zero(), F16::zero()}};
  return input_side({{F16::load(top), F16::load(top + row), F16::load(top + 2 * row),
                      high > 3 ? F16::load(top + 3 * row) : F16::zero()}});
}

}  // namespace

void winograd_input(const WinogradTiles& t, const float* padded, float* matrices) {
  for (int64_t i = 0; i < t.high(); ++i)
    for_channel_groups(t.channels, [&](int64_t c, int lanes) {
      const float* top = padded + 2 * i * t.row + c;
      const int64_t high = t.rows + 2 - 2 * i;
      const auto column = [&](int64_t x) __attribute__((always_inline)) {
        return input_column(top + x * t.channels, t.row, x < t.width + 2, high);
      };
      Line<4> first = column(0), second = column(1);
      for (int64_t j = 0; j < t.wide(); ++j) {
        const Line<4> third = column(2 * j + 2), fourth = column(2 * j + 3);
        const TileOffset at{(i * t.wide() + j) * t.channels + c, t.matrix, lanes};
        MN_UNROLL for (int r = 0; r < 4; ++r)
            store_line(input_side({{first.v[r], second.v[r], third.v[r], fourth.v[r]}}), r, at, matrices);
        first = third;
        second = fourth;
      }
    });
}

void winograd_output(const WinogradTiles& t, const float* matrices, float* y) {
  for (int64_t i = 0; i < t.high(); ++i)
    for (int64_t j = 0; j < t.wide(); ++j)
      for_channel_groups(t.channels, [&](int64_t c, int lanes) {
        const float* m = matrices + (i * t.wide() + j) * t.channels + c;
        Line<2> column[4];
        MN_UNROLL for (int k = 0; k < 4; ++k) {
          const auto load = [&](int r) __attribute__((always_inline)) { return F16::load(m + (4 * r + k) * t.matrix); };
          column[k] = output_side({{load(0), load(1), load(2), load(3)}});
        }
        MN_UNROLL for (int r = 0; r < 2; ++r) {
          if (2 * i + r >= t.rows) break;
          const Line<2> pair = output_side({{column[0].v[r], column[1].v[r], column[2].v[r], column[3].v[r]}});
          float* out = y + (2 * i + r) * t.row + 2 * j * t.channels + c;
          pair.v[0].store_first(out, lanes);
          if (2 * j + 1 < t.width) pair.v[1].store_first(out + t.channels, lanes);
        }
      });
}

void winograd_output_gradient(const WinogradTiles& t, const float* dy, float* matrices) {
  for (int64_t i = 0; i < t.high(); ++i)
    for (int64_t j = 0; j < t.wide(); ++j)
      for_channel_groups(t.channels, [&](int64_t c, int lanes) {
        const float* first = dy + 2 * i * t.row + 2 * j * t.channels + c;
        const bool below = 2 * i + 1 < t.rows;
        const auto column = [&](const float* top) __attribute__((always_inline)) {
          return output_gradient_side({{F16::load(top), below ? F16::load(top + t.row) : F16::zero()}});
        };
        const Line<4> left = column(first);
        Line<4> right = {{F16::zero(), F16::zero(), F16::zero(), F16::zero()}};
        if (2 * j + 1 < t.width) right = column(first + t.channels);
        const TileOffset at{(i * t.wide() + j) * t.channels + c, t.matrix, lanes};
        MN_UNROLL for (int r = 0; r < 4; ++r)
            store_line(output_gradient_side({{left.v[r], right.v[r]}}), r, at, matrices);
      });
}

void winograd_weights(const float* weights, int64_t out_c, int64_t in_c, int64_t matrix, float* matrices) {
  for (int64_t out = 0; out < out_c; ++out)
    for_channel_groups(in_c, [&](int64_t c, int lanes) {
      const float* w = weights + out * 9 * in_c + c;
      Line<4> column[3];
      MN_UNROLL for (int k = 0; k < 3; ++k) column[k] =
          weight_side({{F16::load(w + k * in_c), F16::load(w + (3 + k) * in_c), F16::load(w + (6 + k) * in_c)}});
      const TileOffset at{c * out_c + out * kLanes, matrix, lanes};
      MN_UNROLL for (int r = 0; r < 4; ++r)
          store_line(weight_side({{column[0].v[r], column[1].v[r], column[2].v[r]}}), r, at, matrices);
    });
}

void winograd_weight_gradient(const float* matrices, int64_t out_c, int64_t in_c, int64_t matrix, float* gradient) {
  for (int64_t out = 0; out < out_c; ++out)
    for_channel_groups(in_c, [&](int64_t c, int lanes) {
      const float* m = matrices + out * in_c + c;
      Line<3> column[4];
      MN_UNROLL for (int k = 0; k < 4; ++k) {
        const auto load = [&](int r) __attribute__((always_inline)) { return F16::load(m + (4 * r + k) * matrix); };
        column[k] = weight_gradient_side({{load(0), load(1), load(2), load(3)}});
      }
      MN_UNROLL for (int r = 0; r < 3; ++r) {
        const Line<3> line = weight_gradient_side({{column[0].v[r], column[1].v[r], column[2].v[r], column[3].v[r]}});
        float* row = gradient + (out * 9 + 3 * r) * in_c + c;
        MN_UNROLL for (int k = 0; k < 3; ++k) line.v[k].store_first(row + k * in_c, lanes);
      }
    });
}

}  // namespace mininas::MN_ISA
