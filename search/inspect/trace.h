// Trace: one number of the integer network being computed, step by step as mcu/runtime/mn_arithmetic.h does it, and
// beside it what the same steps stand for in real values and what the float network computes at the same place.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "nn/layers/operation.h"
#include "nn/quant/quantized_model.h"
#include "nn/train/network.h"

namespace mininas {

struct TracePosition {
  int layer = 0;
  int y = 0, x = 0, channel = 0;  // of the layer's output
};

// One product: an input and a weight. Inputs are meant without their zero point.
struct Tap {
  int y = 0, x = 0, channel = 0;  // of the layer's input
  bool padding = false;           // outside the image: the real value 0
  int input = 0, weight = 0;
  int64_t product = 0;
  double real_input = 0, real_weight = 0;    // what the integers stand for
  double float_input = 0, float_weight = 0;  // of the float network, batch norm folded in
};

struct Trace {
  LayerSpec layer;
  Quantization input;       // of what the layer reads; of a sum: of its first summand
  double weight_scale = 1;  // of a layer with weights: the channel's
  std::vector<Tap> taps;    // of a layer with weights; of a sum: its two summands; of a pool: every pixel, weight 1;
                            // of a ReLU: its input, weight 1
  int64_t bias = 0;
  double real_bias = 0, float_bias = 0;
  int64_t accumulator = 0;                              // of a pool: the sum; of a sum: both summands rescaled
  Combination combination = Combination::kWeightedSum;  // how the byte comes out of the taps
  int64_t divisor = 1;                                  // of a pool
  FixedPoint factor;                                    // input scale * weight scale / output scale
  int64_t high = 0;                                     // accumulator * multiplier / 2^31, rounded
  int64_t shifted = 0;                                  // high / 2^shift, rounded; of a pool: the rounded average
  int low = 0, top = 0;                                 // clamp, without the zero point
  int64_t clamped = 0;
  Quantization output;
  int byte = 0;            // what the layer puts out
  double real = 0;         // what that stands for
  double exact = 0;        // the accumulator in real values, before any rounding and clamp
  double rounded = 0;      // the same after the roundings
  double float_value = 0;  // the float network's
};

// `image`: raw bytes of the model's input shape. Throws ConfigError where `place` is outside the network. The byte is
// proven equal to integer_forward's.
Trace trace(const QuantizedModel& model, const Network& network, const uint8_t* image, const TracePosition& place);

}  // namespace mininas
