// The backward pass of quantisation-aware training. Gradients are those of the real values, scale * (q - zero_point).
// They pass straight through the rounding (Bengio et al. 2013; Jacob et al. 2018) and are zero for outputs on a bound
// of their clamp: there the clamp acted, or the value is within half a step of the bound (a ReLU stops the gradient at
// 0 in the same way). The backward pass therefore needs only the bytes of the forward pass.
// As in the forward pass, each image passes through the whole network before the next one starts, so that its gradients
// stay in cache. Sums over images are computed in chunks that depend on the batch size alone and are added in order.
#pragma once
#include <vector>

#include "core/io/bytes.h"
#include "core/tensor.h"
#include "nn/quant/quantized_model.h"

namespace mininas {

// The result of the forward pass (IntegerEngine::outputs): bytes u = q + 128 of `count` images.
struct QuantizedPass {
  int64_t count;
  ByteBuffer images;                // count x input
  std::vector<ByteBuffer> outputs;  // [layer] count x layer shape
};

// Shaped like the layer's parameters; empty if it has none.
struct LayerGradients {
  Tensor weight, bias;
};

// `logits` is the gradient of the real logits, [count,1,1,classes]. Returns the gradients of the real weights and bias
// of each layer.
std::vector<LayerGradients> quantized_gradients(const QuantizedModel& model, const QuantizedPass& pass,
                                                const Tensor& logits);

}  // namespace mininas
