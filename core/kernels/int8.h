// The integer kernels: layers of a quantised network, from int8 activations to int8 activations. Like the float kernels
// (kernels.h) they are compiled once per instruction set, run on one thread, allocate nothing and do not check their
// arguments. Integer sums are exact, so every order of summation gives the bytes of mcu/runtime/mn_arithmetic.h.
// Bytes: a byte u stands for q = u - 128 and real = scale * (q - zero_point), so an image is read as it is stored. Zero
// points and clamps here are bytes too. Weights are int8 in [-127, 127].
// A kernel multiplies plain bytes and knows neither the zero point of its input nor borders: the term that the zero
// point adds to each sum, -zero_point * (sum of weights), is part of the bias, and padding holds the zero point.
// A kernel may read up to 64 bytes past the end of an input (ByteBuffer::kSlack) and writes nothing but its outputs.
#pragma once
#include <cstdint>

namespace mininas {

// From accumulators to bytes, per channel: byte = clamp(rescale(sum + bias) + zero_point). The arrays are readable up
// to the next multiple of sixteen channels.
struct Requantize {
  const int32_t* bias;
  const int32_t* multiplier;
  const int32_t* right_shift;
  int32_t zero_point, low, high;
};

// The matrix product that convolutions are built on:
//   c[m][n] = requantised sum over s < segments, k < 4 * quads of a[m * a_row + s * a_segment + k] * weight(n, s, k)
// Weights are packed for instructions that multiply four neighbouring bytes at once:
//   b[n / 16][s][k / 4][n % 16][k % 4], padded with zeros where the length of a segment is not a multiple of four
struct Int8Product {
  const uint8_t* a;
  int64_t a_row, a_segment;
  const int8_t* b;
  int64_t rows, columns, segments, quads;
  Requantize output;
  uint8_t* c;
  int64_t c_row;
};

// Rows of a depthwise convolution over padded rows. Weights are packed as w[channel / 16][ky][quad][channel % 16][4]:
// each kernel row fills its groups of four (quads) from the end, with zeros in front.
struct Int8Depthwise {
  const uint8_t* in;
  int64_t in_row;  // bytes between padded rows
  const int8_t* weights;
  Requantize output;
  uint8_t* out;  // rows x width x channels
  int64_t rows, width, channels;
  int kernel, stride;  // kernel 1, 3, 5 or 7
};

// The sum of two tensors with different scales: multiplier and right_shift [0] and [1] convert the summands to a common
// scale, [2] converts the sum to the scale of the output.
struct Int8Add {
  const uint8_t* a;
  const uint8_t* b;
  int64_t count;
  int32_t a_zero, b_zero;
  int32_t multiplier[3], right_shift[3];
  int32_t zero_point, low, high;
  uint8_t* out;
};

// The gradient of a layer's clamp: dy = g where the output byte lies strictly between low and high, else 0. Also adds
// sum[c] += dy, in order.
struct ClampGradient {
  const float* g;
  const uint8_t* y;
  int64_t pixels, channels;
  int32_t low, high;
  float* dy;
  float* sum;  // [channels]
};

struct Int8Kernels {
  const char* isa;
  void (*product)(const Int8Product&);
  void (*depthwise)(const Int8Depthwise&);
  void (*add)(const Int8Add&);
  // sum[c] = sum over pixels of x[pixel][c]
  void (*sum_pixels)(const uint8_t* x, int64_t pixels, int64_t channels, int32_t* sum);
  void (*clamp_gradient)(const ClampGradient&);
};

// The integer kernels of this machine, chosen like kernels(). A fourth set, avx512vnni, uses instructions that multiply
// bytes; it is the widest one where the machine has it.
const Int8Kernels& int8_kernels();

// The kernels of every instruction set that this machine can run, widest first.
struct Int8KernelTables {
  const Int8Kernels* table[4];
  int count;
};
Int8KernelTables available_int8_kernels();

}  // namespace mininas
