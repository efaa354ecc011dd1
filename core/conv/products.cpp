#include "core/conv/products.h"

#include <algorithm>

#include "core/kernels/kernels.h"

namespace mininas {
namespace {

constexpr int64_t kPanel = PackedWeights::kPanel;
constexpr int64_t kPixelsAPass = 256;  // of a pixel gradient: both operands stay in cache while all tiles pass

// sums[i][j] += sum over segments and steps of a[i] * b[j]: one side of a weight gradient gives the rows, the other one
// the columns.
struct GradientSide {
  const float* values;
  int64_t count, segment, step;
};
void add_outer(const GradientSide& row, const GradientSide& column, int64_t segments, int64_t depth, float* sums,
               int64_t sums_row, const SoonRead& soon = {}) {
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
                     .soon = soon});
}

}  // namespace

SoonRead share_of(const SoonRead& soon, int64_t part, int64_t parts) {
  SoonRead share;
  for (size_t i = 0; i < soon.size(); ++i) {
    const int64_t first = soon[i].floats * part / parts, end = soon[i].floats * (part + 1) / parts;
    share[i] = {soon[i].first + first, end - first};
  }
  return share;
}

void multiply_pixels(const float* x, int64_t pixels, int64_t channels, const PackedWeights& weights, int64_t out_c,
                     float* y, const SoonRead& soon) {
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
                     .soon = soon});
}

void multiply_windows(const WindowRows& in, int64_t rows, int64_t width, const PackedWeights& weights, int64_t out_c,
                      float* y, const SoonRead& soon) {
  if (in.kernel == 1 && in.stride == 1)
    return multiply_pixels(in.padded, rows * width, in.channels, weights, out_c, y, soon);
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
                       .soon = share_of(soon, row, rows)});
}

int64_t gradient_border(const ConvGeometry& g) { return (g.padding() + g.stride - 1) / g.stride; }

void multiply_transposed(const ConvGeometry& g, const GradientRows& dy, int64_t first, int64_t rows,
                         const std::vector<PackedWeights>& weights, float* dx, const SoonRead& soon) {
  if (g.kernel == 1 && g.stride == 1)
    return multiply_pixels(dy.padded + (first - dy.first) * g.in_w * g.out_c, rows * g.in_w, g.out_c, weights[0],
                           g.in_c, dx, soon);
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
                         .soon = share_of(soon, row * g.stride + column, rows * g.stride)});
    }
  }
}

void add_pixel_gradient(const ConvGeometry& g, const float* dy, const float* x, int64_t pixels, float* sums) {
  const bool turned = gradient_is_turned(g);
  for (int64_t first = 0; first < pixels; first += kPixelsAPass) {
    const GradientSide out{dy + first * g.out_c, g.out_c, 0, g.out_c}, in{x + first * g.in_c, g.in_c, 0, g.in_c};
    add_outer(turned ? in : out, turned ? out : in, 1, std::min(kPixelsAPass, pixels - first), sums,
              turned ? g.out_c : g.in_c);
  }
}

void add_window_gradient(const ConvGeometry& g, const float* dy, const WindowRows& in, int64_t rows, float* sums,
                         const SoonRead& soon) {
  const bool turned = gradient_is_turned(g);
  const int64_t run = in.kernel * in.channels, width = g.out_w();
  const GradientSide out{dy, g.out_c, width * g.out_c, g.out_c};
  for (int64_t ky = 0; ky < in.kernel; ++ky) {
    const GradientSide taps{in.padded + ky * in.padded_row, run, in.stride * in.padded_row, in.stride * in.channels};
    add_outer(turned ? taps : out, turned ? out : taps, rows, width, sums + ky * run * (turned ? g.out_c : 1),
              turned ? g.out_c : in.kernel * run, share_of(soon, ky, in.kernel));
  }
}

}  // namespace mininas
