// The float kernels: plain loops over raw memory. The same source is compiled once per instruction set, and the program
// chooses one set when it starts (core/dispatch.cpp).
// A kernel runs on one thread, allocates nothing and does not check its arguments. The callers in core/ check shapes,
// divide the work into tasks and own the memory. A kernel may read up to 64 floats past the end of an input
// (Tensor::kSlack) and writes nothing but the outputs that its comment names.
// Bits: each output is one chain of fused multiply-adds in a documented order, and vector lanes are different outputs.
// So the instruction set never changes a result.
#pragma once
#include <array>
#include <cstdint>

#include "core/kernels/winograd.h"

namespace mininas {

// Memory that the caller reads or writes after a product. The product prefetches it while it multiplies, so that the
// loads from main memory overlap with arithmetic (core/kernels/prefetch.h). Prefetching never changes a result.
struct PrefetchRange {
  const float* first;
  int64_t floats;
};
using Prefetch = std::array<PrefetchRange, 4>;

// One matrix product, the micro-kernel that all convolutions are built on:
//   c[m][n] (+)= sum over s < segments, k < depth (in this order) of a[m * a_row + s * a_segment + k * a_step]
//                                                                  * b[(n / 16) * b_panel + s * b_segment + k * b_step
//                                                                    + n % 16]
// Vectors hold neighbouring columns. b is either packed weights, in panels of 16 columns, or the rows of a tensor
// (b_panel = 16).
struct Product {
  const float* a;
  int64_t a_row, a_segment, a_step;
  const float* b;
  int64_t b_panel, b_segment, b_step;
  float* c;
  int64_t c_row;
  int64_t rows, columns, segments, depth;
  bool accumulate;  // start from c instead of 0
  Prefetch prefetch = {};
};

// Rows of a depthwise convolution over an input that is already padded.
//   in: row y of the output reads padded rows y * stride ... + kernel - 1; pixels of `channels` floats
//   weights [kernel][kernel][channels]
// With `stream` the outputs are written past the caches, for tensors that do not fit into them. Requires then:
// `channels` is a multiple of 16 and `out` is aligned to 64 bytes.
struct DepthwiseRows {
  const float* in;
  int64_t in_row;  // floats between padded rows
  const float* weights;
  float* out;  // rows x width x channels
  int64_t rows, width, channels;
  int kernel, stride;
  float* sum = nullptr;  // if not null: sum[c] += y and squares[c] += y * y over the outputs, in order
  float* squares = nullptr;
  bool stream = false;
};

// The weight gradient of one band: adds the products of the padded input (as above) and the output gradient to
// gradient[kernel][kernel][channels].
struct DepthwiseWeightGradient {
  const float* in;
  int64_t in_row;
  const float* out_gradient;  // rows x width x channels
  float* gradient;
  int64_t rows, width, channels;
  int kernel, stride;
};

// Batch norm of `pixels` x `channels` values: y = x * scale + shift, then ReLU if `relu`.
struct NormRows {
  const float* x;
  int64_t pixels, channels;
  const float* scale;  // [channels]
  const float* shift;
  bool relu;
};

// The gradients of a depthwise convolution whose input is z = norm(x), in one pass. The result equals three kernels one
// after another, bit by bit: `depthwise` with the flipped kernel over the padded and dilated dy (stride - 1 zeros
// between its pixels), `mask_gradient`, and `depthwise_weight_gradient` over the padded z.
struct DepthwiseGradient {
  // Whether this kernel covers the case. With stride 1, a kernel larger than 3x3 has more taps than there are
  // registers.
  static constexpr bool exists(int kernel, int stride) {
    return kernel > 1 && (stride == 2 || (stride == 1 && kernel == 3));
  }

  NormRows x;            // whole rows
  const float* mean;     // [channels]
  const float* dy;       // output gradient, from the first row that depends on the first row of x
  const float* weights;  // [kernel][kernel][channels]
  int64_t width, out_width;
  int kernel, stride;
  int phase;                         // of the first row of x: (row + padding) mod stride
  float* g;                          // output, shape of x
  float *sum, *products, *gradient;  // outputs that are added to: [channels], [channels], [kernel][kernel][channels]
  bool stream = false;               // write g past the caches, as in DepthwiseRows
};

// The gradient through batch norm, per channel: dx = scale * g + factor * x + offset (core/autograd/batch_norm.h).
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
  // The gradient g with respect to the norm's output before the ReLU (dy where that output is positive, else 0), and
  // over pixels, in order: sum[c] += g, products[c] += g * (x - mean[c]).
  void (*mask_gradient)(const NormRows&, const float* dy, const float* mean, float* g, float* sum, float* products);
  void (*depthwise_gradient)(const DepthwiseGradient&);
  WinogradKernels winograd;
  // The gradient through the norm itself: dx = scale[c] * g + factor[c] * x + offset[c].
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
  // Sum of squares: 16 partial sums, one per lane, then a fixed tree.
  double (*sum_squares)(const float* x, int64_t count);
  // One step of gradient descent with momentum: g = clip * gradient + decay * value,
  // velocity = momentum * velocity + g, value -= rate * velocity.
  void (*sgd)(float* value, const float* gradient, float* velocity, int64_t count, float rate, float momentum,
              float decay, float clip);
};

// The kernels of this machine: of the widest instruction set that it has (avx512, avx2, baseline), or of the set that
// the environment variable MININAS_ISA names. Throws ConfigError where the machine does not have that set.
const Kernels& kernels();

// The kernels of every instruction set that this machine can run, widest first. Tests and benches loop over this list.
struct KernelTables {
  const Kernels* table[3];
  int count;
};
KernelTables available_kernels();

}  // namespace mininas
