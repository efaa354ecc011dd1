// The backward pass of quantisation-aware training. Gradients are those of real values, scale * (q - zero_point); they
// pass straight through the rounding (Bengio et al. 2013; Jacob et al. 2018) and are zero where an output lies on a
// bound of its clamp: there the clamp acted, or the value is within half a step of where it would, as a ReLU shuts the
// gradient at 0 too. So the bytes that the forward pass left are all that the backward pass reads.
// Like the forward pass, an image goes through the whole network before the next one starts: its gradients stay in
// cache. Sums over images are made in chunks that depend on the batch alone and are added in order.
#pragma once
#include <vector>

#include "core/io/bytes.h"
#include "core/tensor.h"
#include "nn/quant/quantized_model.h"

namespace mininas {

// What the forward pass leaves (IntegerEngine::outputs): bytes u = q + 128 of `count` images.
struct QuantizedPass {
  int64_t count;
  ByteBuffer images;                // count x input
  std::vector<ByteBuffer> outputs;  // [layer] count x layer shape
};

// As the layer's parameters; empty where it has none.
struct LayerGradients {
  Tensor weight, bias;
};

// `logits`: gradient of the real logits, [count,1,1,classes]. Returns those of each layer's real weights and bias.
std::vector<LayerGradients> quantized_gradients(const QuantizedModel& model, const QuantizedPass& pass,
                                                const Tensor& logits);

}  // namespace mininas
