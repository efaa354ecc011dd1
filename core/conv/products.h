// Convolutions as matrix products of the micro-kernel (core/kernels/kernels.h, Product). Each function runs on one
// thread over the rows it is given. A pixel is `channels` contiguous floats. `prefetch`: memory that the caller uses
// next.
// Internal to core.
#pragma once
#include "core/conv/packed_weights.h"
#include "core/kernels/kernels.h"

namespace mininas {

// The ranges that part number `part` of `parts` equal parts of some work prefetches.
Prefetch share_of(const Prefetch& prefetch, int64_t part, int64_t parts);

// y[pixel][out_c] = sum over channels of x[pixel][channel] * weights: a pointwise convolution.
void multiply_pixels(const float* x, int64_t pixels, int64_t channels, const PackedWeights& weights, int64_t out_c,
                     float* y, const Prefetch& prefetch = {});

// Padded input rows, and the window of kernel x kernel pixels that moves over them by `stride`.
struct WindowRows {
  const float* padded;  // first row of the first output's window
  int64_t padded_row;   // floats between rows
  int64_t channels;
  int kernel, stride;
};

// y[row][x][out_c] for `rows` rows of `width` outputs: a standard convolution, without im2col. A window is `kernel`
// runs of kernel * channels contiguous floats, which the micro-kernel reads in place.
void multiply_windows(const WindowRows& in, int64_t rows, int64_t width, const PackedWeights& weights, int64_t out_c,
                      float* y, const Prefetch& prefetch = {});

// Padded rows of dy as the input gradient reads them: gradient_border(g) zero pixels on each side, starting at row
// `first` of dy (rows before the first and after the last one are zero).
struct GradientRows {
  const float* padded;
  int64_t first;
};
int64_t gradient_border(const ConvGeometry& g);

// dx[row][x][in_c] for `rows` rows from row `first` on: a transposed convolution. Each phase (packed_weights.h) is a
// matrix product of its own.
void multiply_transposed(const ConvGeometry& g, const GradientRows& dy, int64_t first, int64_t rows,
                         const std::vector<PackedWeights>& weights, float* dx, const Prefetch& prefetch = {});

// The weight gradient of a pointwise convolution: sums[oc][channel] += sum over pixels of dy[pixel][oc] *
// x[pixel][channel], or the transposed layout (packed_weights.h, gradient_is_transposed).
void add_pixel_gradient(const ConvGeometry& g, const float* dy, const float* x, int64_t pixels, float* sums);

// The weight gradient of a standard convolution: sums[oc][ky][kx][channel] += sum over outputs of dy[row][x][oc] * the
// input under tap (ky, kx), or the transposed layout. One matrix product per kernel row: it reduces over the outputs,
// its rows and columns are the output channels and the kernel * channels taps.
void add_window_gradient(const ConvGeometry& g, const float* dy, const WindowRows& in, int64_t rows, float* sums,
                         const Prefetch& prefetch = {});

}  // namespace mininas
