#include "core/products.h"

#include <algorithm>

#include "core/kernels/kernels.h"

namespace mininas {
namespace {

constexpr int64_t kPanel = PackedWeights::kPanel;
constexpr int64_t kPixelsAPass = 256;  // of a pixel gradient: both operands stay in cache while all tiles pass

}  // namespace

void multiply_pixels(const float* x, int64_t pixels, int64_t channels, const PackedWeights& weights, int64_t out_c, float* y) {
  kernels().product({.a = x, .a_row = channels, .a_segment = 0, .a_step = 1,
                     .b = weights.values.data(), .b_panel = weights.panel(), .b_segment = 0, .b_step = kPanel,
                     .c = y, .c_row = out_c,
                     .rows = pixels, .columns = out_c, .segments = 1, .depth = channels, .accumulate = false});
}

void multiply_windows(const WindowRows& in, int64_t rows, int64_t width, const PackedWeights& weights, int64_t out_c, float* y) {
  const int64_t run = in.kernel * in.channels;
  for (int64_t row = 0; row < rows; ++row)
    kernels().product({.a = in.padded + row * in.stride * in.padded_row, .a_row = in.stride * in.channels,
                       .a_segment = in.padded_row, .a_step = 1,
                       .b = weights.values.data(), .b_panel = weights.panel(), .b_segment = run * kPanel, .b_step = kPanel,
                       .c = y + row * width * out_c, .c_row = out_c,
                       .rows = width, .columns = out_c, .segments = in.kernel, .depth = run, .accumulate = false});
}

void add_pixel_gradient(const float* dy, int64_t out_c, const float* x, int64_t channels, int64_t pixels, float* dweight) {
  for (int64_t first = 0; first < pixels; first += kPixelsAPass)
    kernels().product({.a = dy + first * out_c, .a_row = 1, .a_segment = 0, .a_step = out_c,
                       .b = x + first * channels, .b_panel = kPanel, .b_segment = 0, .b_step = channels,
                       .c = dweight, .c_row = channels,
                       .rows = out_c, .columns = channels, .segments = 1, .depth = std::min(kPixelsAPass, pixels - first),
                       .accumulate = true});
}

void add_window_gradient(const float* dy, int64_t out_c, const WindowRows& in, int64_t rows, int64_t width, float* dweight) {
  const int64_t run = in.kernel * in.channels;
  for (int64_t ky = 0; ky < in.kernel; ++ky)
    kernels().product({.a = dy, .a_row = 1, .a_segment = width * out_c, .a_step = out_c,
                       .b = in.padded + ky * in.padded_row, .b_panel = kPanel, .b_segment = in.stride * in.padded_row,
                       .b_step = in.stride * in.channels,
                       .c = dweight + ky * run, .c_row = in.kernel * run,
                       .rows = out_c, .columns = run, .segments = rows, .depth = width, .accumulate = true});
}

}  // namespace mininas
