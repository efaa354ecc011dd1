// Declarations of the kernels in the namespace of one instruction set, and the table that lists them. Included by
// core/kernels/*.cpp only.
#pragma once
#include "core/kernels/kernels.h"

namespace mininas::MN_ISA {

void product(const Product& p);
void depthwise(const DepthwiseRows& d);
void depthwise_weight_gradient(const DepthwiseWeightGradient& d);
void channel_sums(const float* x, int64_t pixels, int64_t channels, float* sum, float* squares);
void normalize(const NormRows& n, float* y);
void mask_gradient(const NormRows& n, const float* dy, const float* mean, float* g, float* sum, float* products);
void depthwise_gradient(const DepthwiseGradient& d);
void winograd_input(const WinogradTiles& t, const float* padded, float* matrices);
void winograd_output(const WinogradTiles& t, const float* matrices, float* y);
void winograd_output_gradient(const WinogradTiles& t, const float* dy, float* matrices);
void winograd_weights(const float* weights, int64_t out_c, int64_t in_c, int64_t matrix, float* matrices);
void winograd_weight_gradient(const float* matrices, int64_t out_c, int64_t in_c, int64_t matrix, float* gradient);
void norm_gradient(const float* x, const float* g, int64_t pixels, int64_t channels, const NormSlopes& slopes,
                   float* dx);
void relu_values(const float* x, int64_t count, float* y);
void relu_gradient(const float* x, const float* dy, int64_t count, float* dx);
void add(const float* a, const float* b, int64_t count, float* y);
void scale(const float* x, float factor, int64_t count, float* y);
void sum_pixels(const float* x, int64_t pixels, int64_t channels, float* sum);
void bytes_to_real(const uint8_t* bytes, int64_t count, float zero, float scale, float* y);
double sum_squares(const float* x, int64_t count);
void sgd(float* value, const float* gradient, float* velocity, int64_t count, float rate, float momentum, float decay,
         float clip);

extern const Kernels kTable;

}  // namespace mininas::MN_ISA
