// Trace: how one output value of the integer network is computed, step by step as in mcu/runtime/mn_arithmetic.h. Each
// step also has the real value that the integers represent and the value that the float network computes at the same
// position.
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

// One product of an input and a weight. The input is given without its zero point.
struct Tap {
  int y = 0, x = 0, channel = 0;  // position in the layer's input
  bool padding = false;           // outside the image: the real value 0
  int input = 0, weight = 0;
  int64_t product = 0;
  double real_input = 0, real_weight = 0;    // the real values of the integers
  double float_input = 0, float_weight = 0;  // in the float network with batch norm folded in
};

struct Trace {
  LayerSpec layer;
  Quantization input;       // of the layer's input; for a sum: of its first input
  double weight_scale = 1;  // of the channel, for a layer with weights
  // The products of a layer with weights; the two inputs of a sum; every pixel of a pool and the input of a ReLU, each
  // with weight 1.
  std::vector<Tap> taps;
  int64_t bias = 0;
  double real_bias = 0, float_bias = 0;
  int64_t accumulator = 0;  // for a pool: the sum; for a sum: the sum of both rescaled inputs
  Combination combination = Combination::kWeightedSum;  // how the output follows from the taps
  int64_t divisor = 1;                                  // for a pool
  FixedPoint factor;                                    // input scale * weight scale / output scale
  int64_t high = 0;                                     // accumulator * multiplier / 2^31, rounded
  int64_t shifted = 0;                                  // high / 2^shift, rounded; for a pool: the rounded average
  int low = 0, top = 0;                                 // clamp, without the zero point
  int64_t clamped = 0;
  Quantization output;
  int byte = 0;            // the output
  double real = 0;         // its real value
  double exact = 0;        // the real value of the accumulator, before rounding and clamp
  double rounded = 0;      // the same after rounding
  double float_value = 0;  // the output of the float network
};

// Throws ConfigError if `place` is outside the network.
void check_position(const NetworkSpec& spec, const TracePosition& place);

// `image` has the raw bytes of an image of the model's input shape. Throws ConfigError if `place` is outside the
// network. The result is checked against integer_forward.
Trace trace(const QuantizedModel& model, const Network& network, const uint8_t* image, const TracePosition& place);

}  // namespace mininas
