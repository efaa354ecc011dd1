// The kernels: plain loops over raw memory, compiled once per instruction set from one text, chosen once at start.
// They run on one thread, allocate nothing and trust their arguments; core/*.cpp checks shapes, cuts work into tasks
// and owns memory. Buffers that are read may be read up to 64 floats past their end (Tensor::kSlack); only the outputs
// named are written.
// Bits: each output is one chain of fused multiply-adds in a documented order, and lanes are independent outputs; so
// the instruction set never changes a result.
#pragma once
#include <array>
#include <cstdint>

#include "core/kernels/winograd.h"

namespace mininas {

// Memory that is read or written after a product: the product asks for it piece by piece while it multiplies, so that
// it comes from main memory meanwhile. Never changes a result.
struct Soon {
  const float* first;
  int64_t floats;
};
using SoonRead = std::array<Soon, 4>;

// One matrix product, the micro-kernel that all convolutions are built on:
//   c[m][n] (+)= sum over s < segments, k < depth (in this order) of a[m * a_row + s * a_segment + k * a_step]
//                                                                  * b[(n / 16) * b_panel + s * b_segment + k * b_step
//                                                                    + n % 16]
// Columns are the vector direction. b comes packed in panels of 16 columns (weights) or as rows of a tensor (b_panel =
// 16).
struct Product {
  const float* a;
  int64_t a_row, a_segment, a_step;
  const float* b;
  int64_t b_panel, b_segment, b_step;
  float* c;
  int64_t c_row;
  int64_t rows, columns, segments, depth;
  bool accumulate;  // start from c instead of 0
  SoonRead soon = {};
};

// Rows of a depthwise convolution over an input that is already padded.
//   in: row y of the output reads padded rows y * stride ... + kernel - 1; pixels of `channels` floats
//   weights [kernel][kernel][channels]
// Outputs are put in memory past the caches where asked: for tensors that do not fit there anyhow. Then `channels` is a
// multiple of 16 and `out` aligned to 64 bytes.
struct DepthwiseRows {
  const float* in;
  int64_t in_row;  // floats between padded rows
  const float* weights;
  float* out;  // rows x width x channels
  int64_t rows, width, channels;
  int kernel, stride;
  float* sum = nullptr;  // where given, added to over outputs in order: sum[c] += y, squares[c] += y * y
  float* squares = nullptr;
  bool stream = false;  // past the caches
};

// Adds to gradient[kernel][kernel][channels] the products of one band: padded input (as above) times output gradient.
struct DepthwiseWeightGradient {
  const float* in;
  int64_t in_row;
  const float* out_gradient;  // rows x width x channels
  float* gradient;
  int64_t rows, width, channels;
  int kernel, stride;
};

// Batch norm of `pixels` x `channels`: y = x * scale + shift, then ReLU where asked.
struct NormRows {
  const float* x;
  int64_t pixels, channels;
  const float* scale;  // [channels]
  const float* shift;
  bool relu;
};

// Back through a depthwise convolution, into its input z = norm(x): what depthwise (with the turned kernel, over dy
// with its border and, between its pixels, stride - 1 zeros), mask_gradient and depthwise_weight_gradient (over z with
// its border) do one after another, in the same order of sums.
struct DepthwiseGradient {
  // Whether there is one. Without strides, larger kernels have more taps than there are registers.
  static constexpr bool exists(int kernel, int stride) {
    return kernel > 1 && (stride == 2 || (stride == 1 && kernel == 3));
  }

  NormRows x;            // whole rows
  const float* mean;     // [channels]
  const float* dy;       // the output's gradient from the first row on that meets the first row of x
  const float* weights;  // [kernel][kernel][channels]
  int64_t width, out_width;
  int kernel, stride;
  int phase;                         // of the first row of x: (row + padding) mod stride
  float* g;                          // as x
  float *sum, *products, *gradient;  // added to: [channels] twice, [kernel][kernel][channels]
  bool stream = false;               // g past the caches, as DepthwiseRows
};

// Through batch norm, a channel: gradient = scale * g + factor * x + offset (core/fused/batch_norm.h).
struct NormSlopes {
  const float* scale;
  const float* factor;
  const float* offset;
};

struct Kernels {
  const char* isa;
  void (*product)(const Product&);
  void (*depthwise)(const DepthwiseRows&);
  void (*depthwise_weight_gradient)(const DepthwiseWeightGradient&);
  // Adds over pixels, in order: sum[c] += x, squares[c] += x * x.
  void (*channel_sums)(const float* x, int64_t pixels, int64_t channels, float* sum, float* squares);
  void (*normalize)(const NormRows&, float* y);
  // The gradient g in front of the norm (dy where the ReLU let through, else 0), and over pixels, in order:
  // sum[c] += g, products[c] += g * (x - mean[c]).
  void (*mask_gradient)(const NormRows&, const float* dy, const float* mean, float* g, float* sum, float* products);
  void (*depthwise_gradient)(const DepthwiseGradient&);
  WinogradKernels winograd;
  // The norm's own gradient: dx = scale[c] * g + factor[c] * x + offset[c].
  void (*norm_gradient)(const float* x, const float* g, int64_t pixels, int64_t channels, const NormSlopes& slopes,
                        float* dx);
  void (*relu)(const float* x, int64_t count, float* y);
  void (*relu_gradient)(const float* x, const float* dy, int64_t count, float* dx);
  void (*add)(const float* a, const float* b, int64_t count, float* y);
  void (*scale)(const float* x, float factor, int64_t count, float* y);
  // sum[c] = sum over pixels of x[pixel][c]
  void (*sum_pixels)(const float* x, int64_t pixels, int64_t channels, float* sum);
  // real = scale * (byte - zero)
  void (*bytes_to_real)(const uint8_t* bytes, int64_t count, float zero, float scale, float* y);
  // Sum of squares: 16 chains, one a lane, then a fixed tree.
  double (*sum_squares)(const float* x, int64_t count);
  // One step of gradient descent with momentum: g = clip * gradient + decay * value,
  // velocity = momentum * velocity + g, value -= rate * velocity.
  void (*sgd)(float* value, const float* gradient, float* velocity, int64_t count, float rate, float momentum,
              float decay, float clip);
};

// The table of this machine: the widest instruction set it has (avx512, avx2, baseline), or the one that MININAS_ISA
// names, throwing ConfigError when the machine lacks that one.
const Kernels& kernels();

// All tables that this machine can run, widest first: tests and benches walk this list.
struct KernelTables {
  const Kernels* table[3];
  int count;
};
KernelTables available_kernels();

}  // namespace mininas
