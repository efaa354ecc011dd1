// The four matrix products that convolutions consist of, spelled for the micro-kernel (core/kernels/kernels.h,
// Product). Each runs on one thread over the rows it is given; pixels are `channels` contiguous floats. `soon`: memory
// that the caller uses next. Internal to core.
#pragma once
#include "core/conv/packed_weights.h"
#include "core/kernels/kernels.h"

namespace mininas {

// What part `part` of `parts` of some work asks for.
SoonRead share_of(const SoonRead& soon, int64_t part, int64_t parts);

// y[pixel][out_c] = sum over channels of x[pixel][channel] * weights: a pointwise convolution.
void multiply_pixels(const float* x, int64_t pixels, int64_t channels, const PackedWeights& weights, int64_t out_c,
                     float* y, const SoonRead& soon = {});

// Padded rows under a window of `kernel` rows and columns that moves by `stride`.
struct WindowRows {
  const float* padded;  // first row of the first output's window
  int64_t padded_row;   // floats between rows
  int64_t channels;
  int kernel, stride;
};

// y[row][x][out_c] for `rows` rows of `width` outputs: a standard convolution. Implicit: a window is `kernel` runs of
// kernel * channels contiguous floats.
void multiply_windows(const WindowRows& in, int64_t rows, int64_t width, const PackedWeights& weights, int64_t out_c,
                      float* y, const SoonRead& soon = {});

// Rows of dy that the input gradient reads: with gradient_border(g) zero pixels on each side, from row `first` of dy on
// (negative or behind the last one: rows of zeros).
struct GradientRows {
  const float* padded;
  int64_t first;
};
int64_t gradient_border(const ConvGeometry& g);

// dx[row][x][in_c] for `rows` rows from row `first` on. Each phase (packed_weights.h) is a product of its own.
void multiply_transposed(const ConvGeometry& g, const GradientRows& dy, int64_t first, int64_t rows,
                         const std::vector<PackedWeights>& weights, float* dx, const SoonRead& soon = {});

// dweight[oc][channel] += sum over pixels of dy[pixel][oc] * x[pixel][channel], for a pointwise convolution. The layout
// of these sums is packed_weights.h's.
void add_pixel_gradient(const ConvGeometry& g, const float* dy, const float* x, int64_t pixels, float* sums);

// dweight[oc][ky][kx][channel] += sum over outputs of dy[row][x][oc] * the window's tap (ky, kx). For each kernel row,
// outputs are the reduction; kernel * channels and output channels are rows and columns.
void add_window_gradient(const ConvGeometry& g, const float* dy, const WindowRows& in, int64_t rows, float* sums,
                         const SoonRead& soon = {});

}  // namespace mininas
