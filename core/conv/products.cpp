#include "core/conv/products.h"

#include <algorithm>

#include "core/kernels/kernels.h"

namespace mininas {
namespace {

constexpr int64_t kPanel = PackedWeights::kPanel;
constexpr int64_t kPixelsPerPass = 256;  // per product of a pointwise weight gradient: both operands then stay in cache

// One operand of a weight gradient: the input or the output gradient. add_outer computes sums[i][j] += sum over
// segments and steps of row[i] * column[j].
struct GradientSide {
  const float* values;
  int64_t count, segment, step;
};
void add_outer(const GradientSide& row, const GradientSide& column, int64_t segments, int64_t depth, float* sums,
               int64_t sums_row, const Prefetch& prefetch = {}) {
  kernels().product({.a = row.values,
                     .a_row = 1,
                     .a_segment = row.segment,
                     .a_step = row.step,
                     .b = column.values,
                     .b_panel = kPanel,
                     .b_segment = column.segment,
                     .b_step = column.step,
                     .c = sums,
                     .c_row = sums_row,
                     .rows = row.count,
                     .columns = column.count,
                     .segments = segments,
                     .depth = depth,
                     .accumulate = true,
                     .prefetch = prefetch});
}

}  // namespace

Prefetch share_of(const Prefetch& prefetch, int64_t part, int64_t parts) {
  Prefetch share;
  for (size_t i = 0; i < prefetch.size(); ++i) {
    const int64_t first = prefetch[i].floats * part / parts, end = prefetch[i].floats * (part + 1) / parts;
    share[i] = {prefetch[i].first + first, end - first};
  }
  return share;
}

void multiply_pixels(const float* x, int64_t pixels, int64_t channels, const PackedWeights& weights, int64_t out_c,
                     float* y, const Prefetch& prefetch) {
  kernels().product({.a = x,
                     .a_row = channels,
                     .a_segment = 0,
                     .a_step = 1,
                     .b = weights.values.data(),
                     .b_panel = weights.panel(),
                     .b_segment = 0,
                     .b_step = kPanel,
                     .c = y,
                     .c_row = out_c,
                     .rows = pixels,
                     .columns = out_c,
                     .segments = 1,
                     .depth = channels,
                     .accumulate = false,
                     .prefetch = prefetch});
}

void multiply_windows(const WindowRows& in, int64_t rows, int64_t width, const PackedWeights& weights, int64_t out_c,
                      float* y, const Prefetch& prefetch) {
  if (in.kernel == 1 && in.stride == 1)
    return multiply_pixels(in.padded, rows * width, in.channels, weights, out_c, y, prefetch);
  const int64_t run = in.kernel * in.channels;
  for (int64_t row = 0; row < rows; ++row)
    kernels().product({.a = in.padded + row * in.stride * in.padded_row,
                       .a_row = in.stride * in.channels,
                       .a_segment = in.padded_row,
                       .a_step = 1,
                       .b = weights.values.data(),
                       .b_panel = weights.panel(),
                       .b_segment = run * kPanel,
                       .b_step = kPanel,
                       .c = y + row * width * out_c,
                       .c_row = out_c,
                       .rows = width,
                       .columns = out_c,
                       .segments = in.kernel,
                       .depth = run,
                       .accumulate = false,
                       .prefetch = share_of(prefetch, row, rows)});
}

int64_t gradient_border(const ConvGeometry& g) { return (g.padding() + g.stride - 1) / g.stride; }

void multiply_transposed(const ConvGeometry& g, const GradientRows& dy, int64_t first, int64_t rows,
                         const std::vector<PackedWeights>& weights, float* dx, const Prefetch& prefetch) {
  if (g.kernel == 1 && g.stride == 1)
    return multiply_pixels(dy.padded + (first - dy.first) * g.in_w * g.out_c, rows * g.in_w, g.out_c, weights[0],
                           g.in_c, dx, prefetch);
  const int64_t border = gradient_border(g), dy_row = (g.out_w() + 2 * border) * g.out_c;
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t remainder = (first + row + g.padding()) % g.stride;
    const GradientPhase high = phase_of(g, remainder);
    const int64_t dy_first = high.start + (first + row - high.first) / g.stride;
    for (int64_t column = 0; column < g.stride; ++column) {
      const GradientPhase wide = phase_of(g, column);
      const PackedWeights& packed = weights[static_cast<size_t>(remainder * g.stride + column)];
      if (wide.first >= g.in_w) continue;
      kernels().product({.a = dy.padded + (dy_first - dy.first) * dy_row + (wide.start + border) * g.out_c,
                         .a_row = g.out_c,
                         .a_segment = dy_row,
                         .a_step = 1,
                         .b = packed.values.data(),
                         .b_panel = packed.panel(),
                         .b_segment = wide.taps * g.out_c * kPanel,
                         .b_step = kPanel,
                         .c = dx + (row * g.in_w + wide.first) * g.in_c,
                         .c_row = g.stride * g.in_c,
                         .rows = (g.in_w - wide.first + g.stride - 1) / g.stride,
                         .columns = g.in_c,
                         .segments = high.taps,
                         .depth = wide.taps * g.out_c,
                         .accumulate = false,
                         .prefetch = share_of(prefetch, row * g.stride + column, rows * g.stride)});
    }
  }
}

void add_pixel_gradient(const ConvGeometry& g, const float* dy, const float* x, int64_t pixels, float* sums) {
  const bool transposed = gradient_is_transposed(g);
  for (int64_t first = 0; first < pixels; first += kPixelsPerPass) {
    const GradientSide out{dy + first * g.out_c, g.out_c, 0, g.out_c}, in{x + first * g.in_c, g.in_c, 0, g.in_c};
    add_outer(transposed ? in : out, transposed ? out : in, 1, std::min(kPixelsPerPass, pixels - first), sums,
              transposed ? g.out_c : g.in_c);
  }
}

void add_window_gradient(const ConvGeometry& g, const float* dy, const WindowRows& in, int64_t rows, float* sums,
                         const Prefetch& prefetch) {
  const bool transposed = gradient_is_transposed(g);
  const int64_t run = in.kernel * in.channels, width = g.out_w();
  const GradientSide out{dy, g.out_c, width * g.out_c, g.out_c};
  for (int64_t ky = 0; ky < in.kernel; ++ky) {
    const GradientSide taps{in.padded + ky * in.padded_row, run, in.stride * in.padded_row, in.stride * in.channels};
    add_outer(transposed ? taps : out, transposed ? out : taps, rows, width,
              sums + ky * run * (transposed ? g.out_c : 1), transposed ? g.out_c : in.kernel * run,
              share_of(prefetch, ky, in.kernel));
  }
}

}  // namespace mininas
