// The tape operations of quantisation-aware training. A value on the tape is the whole number q - zero_point held in a float; a gradient is
// that of the real value scale * (q - zero_point). The forward pass is the device's integers exactly; the gradient passes straight through
// the rounding and is zero where the clamp acted (Jacob et al. 2018; Bengio et al. 2013 for the straight-through estimator).
#pragma once
#include "core/tape.h"
#include "nn/quantized_model.h"

namespace mininas {

// Convolution, depthwise or linear with the integers of `quantized`. `weight` and `bias` are the real parameters that these integers
// were made of; gradients go to them. Sums are made by the float kernels where float is exact (sum of |weight| * 255 <= 2^24 in every
// channel), by integer loops otherwise.
Var quantized_convolution(Tape& tape, const LayerSpec& layer, const QuantizedLayer& quantized, const Quantization& input, Var x, Var weight,
                          Var bias);

// Rounded average over pixels; input and output share `quantization`.
Var quantized_average_pool(Tape& tape, const Quantization& quantization, Var x);

// Sum of two values with their own scales, rescaled to the output's.
Var quantized_add(Tape& tape, const QuantizedLayer& quantized, Var a, Var b);

// scale * value: from whole numbers to real ones.
Var dequantize(Tape& tape, const Quantization& quantization, Var x);

// True when every partial sum of every channel is a whole number that float32 holds exactly.
bool float_is_exact(const std::vector<int8_t>& weights, int64_t channels, bool channel_is_last);

}  // namespace mininas
