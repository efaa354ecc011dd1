// The integer kernels: layers of a quantised network on bytes, from activations to activations. Like the float kernels
// (kernels.h) they are compiled once per instruction set from one text, run on one thread, allocate nothing and trust
// their arguments. Integers are exact: any order of summation gives the bytes of mcu/runtime/mn_arithmetic.h.
// Bytes: a byte u stands for q = u - 128, real = scale * (q - zero_point), so an image is read as it comes; zero points
// and clamps here are bytes too. Weights are int8 in [-127, 127]. What a zero point adds to a sum, -zero_point * (sum
// of weights), is part of the bias, and borders hold the zero point; so a kernel multiplies plain bytes and knows
// neither zero points of its input nor borders.
// Inputs may be read up to 64 bytes past their end (ByteBuffer::kSlack); only the outputs named are written.
#pragma once
#include <cstdint>

namespace mininas {

// From accumulators to bytes, a channel each; arrays are readable up to the next multiple of sixteen channels.
//   byte = clamp(rescale(sum + bias) + zero_point)
struct Requantize {
  const int32_t* bias;
  const int32_t* multiplier;
  const int32_t* right_shift;
  int32_t zero_point, low, high;
};

// The matrix product that convolutions are built on:
//   c[m][n] = requantised sum over s < segments, k < 4 * quads of a[m * a_row + s * a_segment + k] * weight(n, s, k)
// Weights are packed for instructions that multiply four neighbouring bytes at once: b[n / 16][s][k / 4][n % 16][k %
// 4], zeros where a segment is no multiple of four long.
struct Int8Product {
  const uint8_t* a;
  int64_t a_row, a_segment;
  const int8_t* b;
  int64_t rows, columns, segments, quads;
  Requantize output;
  uint8_t* c;
  int64_t c_row;
};

// Rows of a depthwise convolution over padded rows; weights packed as w[channel / 16][ky][quad][channel % 16][4]: each
// row of taps fills its quads from the end, zeros in front.
struct Int8Depthwise {
  const uint8_t* in;
  int64_t in_row;  // bytes between padded rows
  const int8_t* weights;
  Requantize output;
  uint8_t* out;  // rows x width x channels
  int64_t rows, width, channels;
  int kernel, stride;  // kernel 1, 3, 5 or 7
};

// An addition of values with their own scales: rescale[0] and [1] bring the summands to one unit, [2] the sum to that
// of the output.
struct Int8Add {
  const uint8_t* a;
  const uint8_t* b;
  int64_t count;
  int32_t a_zero, b_zero;
  int32_t multiplier[3], right_shift[3];
  int32_t zero_point, low, high;
  uint8_t* out;
};

// Through a layer's clamp, backwards: dy = g where the output byte lies strictly between low and high, else 0; sum[c]
// += dy, in order.
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

// The table of this machine: as kernels(), and with byte products (avx512vnni) where the machine has them and
// MININAS_ISA names no set.
const Int8Kernels& int8_kernels();

// All tables that this machine can run, widest first.
struct Int8KernelTables {
  const Int8Kernels* table[4];
  int count;
};
Int8KernelTables available_int8_kernels();

}  // namespace mininas
