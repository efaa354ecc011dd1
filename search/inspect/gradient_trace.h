// GradientTrace: how the backward pass computes one gradient, step by step: that of the loss with respect to one value
// of the network. By the chain rule it is a sum over all outputs of later layers that the value goes into: the weight
// with which it goes into that output, times the gradient of that output. The loss is the cross-entropy of one image.
// Each step is shown for the integer network, whose gradients pass straight through the rounding and stop at the bounds
// of a clamp (nn/quant/quantized_gradients.h), and for the float network with batch norm folded in. This is a plain
// definition in double: it shares no code with the gradients that training uses, and the tests compare both.
#pragma once
#include <cstdint>
#include <vector>

#include "search/inspect/trace.h"

namespace mininas {

// A number of the integer network and the same number of the float network.
struct BothForms {
  double in_integers = 0, in_float = 0;
};

// One output of a later layer that the value goes into.
struct GradientTap {
  int layer = 0, y = 0, x = 0, channel = 0;
  BothForms weight;    // with which the value goes into this output; for an average 1 / count, otherwise 1
  BothForms gradient;  // of the loss with respect to this output, before its clamp; 0 where the clamp stops it
  bool stopped_in_integers = false, stopped_in_float = false;  // the output is on a bound of its clamp, or at its ReLU
};

struct GradientTrace {
  LayerSpec layer;
  BothForms loss;
  BothForms probability;          // of the label, by the softmax
  BothForms value;                // the traced value
  std::vector<GradientTap> taps;  // the last layer first; empty for a logit and for a value that no layer reads
  BothForms gradient;  // the sum over the taps; for a logit: its probability, minus 1 if it is that of the label
  bool stopped_in_integers = false, stopped_in_float = false;  // the value itself is on a bound of its clamp
};

// `image` has the raw bytes of an image of the model's input shape, `label` is its class. Throws ConfigError if `place`
// is outside the network or there is no such class.
GradientTrace trace_gradient(const QuantizedModel& model, const Network& network, const uint8_t* image, int label,
                             const TracePosition& place);

}  // namespace mininas
