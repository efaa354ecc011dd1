// QuantizedNetwork: quantisation-aware training. Its forward pass is that of the exported network, on bytes, by the
// engine that evaluates it (integer_engine.h); its gradient passes straight through the rounding
// (quantized_gradients.h). To the tape it is one node. Batch norm is folded first, with the running statistics that the
// exported network carries; ranges of activations are measured once on training images and then fixed; weight scales
// follow the weights.
#pragma once
#include "nn/layers/operation.h"
#include "nn/quant/quantized_model.h"
#include "nn/train/network.h"

namespace mininas {

class QuantizedNetwork final : public Trainable {
 public:
  // Folds `network` and measures activation ranges on `calibration` (all images of the set). Throws ConfigError with
  // layer and channel where the network has no legal integer form.
  QuantizedNetwork(const Network& network, std::vector<std::string> class_names, const ImageSet& calibration);

  Var forward(Tape& tape, const ImageBatch& batch, Phase phase) override;
  const NetworkSpec& spec() const override { return spec_; }
  uint8_t zero_byte() const override { return static_cast<uint8_t>(input_.zero_point + 128); }
  std::vector<Parameter*> parameters() override;
  std::vector<Tensor*> state() override { return {}; }

  // The integers of the weights as they are now.
  QuantizedModel freeze() const;

 private:
  // Real weights with batch norm inside, which training moves; the integers are made of them anew at every step.
  struct Layer {
    Parameter weight, bias;
    Quantization output;
  };
  const Quantization& input_of(const LayerSpec& layer, size_t k) const;
  QuantizedModel integers() const;  // not yet proven
  QuantizedLayer quantize_layer(size_t index) const;
  void quantize_channel(const LayerSpec& spec, const Layer& layer, const WeightOrder& order, int channel,
                        QuantizedLayer& q) const;
  template <class At>
  Tensor real_logits(int64_t count, const At& q) const;

  NetworkSpec spec_;
  std::vector<std::string> class_names_;
  Quantization input_;
  std::vector<Layer> layers_;
};

}  // namespace mininas
