// The four matrix products that convolutions consist of, spelled for the micro-kernel (core/kernels/kernels.h, Product). Each runs on one
// thread over the rows it is given; pixels are `channels` contiguous floats. Internal to core.
#pragma once
#include "core/packed_weights.h"

namespace mininas {

// y[pixel][out_c] = sum over channels of x[pixel][channel] * weights: a pointwise convolution.
void multiply_pixels(const float* x, int64_t pixels, int64_t channels, const PackedWeights& weights, int64_t out_c, float* y);

// Padded rows under a window of `kernel` rows and columns that moves by `stride`.
struct WindowRows {
  const float* padded;  // first row of the first output's window
  int64_t padded_row;   // floats between rows
  int64_t channels;
  int kernel, stride;
};

// y[row][x][out_c] for `rows` rows of `width` outputs: a standard convolution. Implicit: a window is `kernel` runs of kernel * channels
// contiguous floats.
void multiply_windows(const WindowRows& in, int64_t rows, int64_t width, const PackedWeights& weights, int64_t out_c, float* y);

// dweight[oc][channel] += sum over pixels of dy[pixel][oc] * x[pixel][channel]
void add_pixel_gradient(const float* dy, int64_t out_c, const float* x, int64_t channels, int64_t pixels, float* dweight);

// dweight[oc][ky][kx][channel] += sum over outputs of dy[row][x][oc] * the window's tap (ky, kx). For each kernel row, outputs are the
// reduction and kernel * channels the columns.
void add_window_gradient(const float* dy, int64_t out_c, const WindowRows& in, int64_t rows, int64_t width, float* dweight);

}  // namespace mininas
