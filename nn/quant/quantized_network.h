// QuantizedNetwork: quantisation-aware training. The forward pass is that of the exported network, on bytes, with the
// same engine as in evaluation (integer_engine.h); the gradient passes straight through the rounding
// (quantized_gradients.h). On the tape the whole network is one node. Batch norm is folded first, with the running
// statistics. Activation ranges are measured once on training images and then fixed; weight scales follow the weights.
#pragma once
#include "nn/layers/operation.h"
#include "nn/quant/quantized_model.h"
#include "nn/train/network.h"

namespace mininas {

class QuantizedNetwork final : public Trainable {
 public:
  // Folds `network` and measures activation ranges on all images of `calibration`. Throws ConfigError with layer and
  // channel if the network has no legal integer form.
  QuantizedNetwork(const Network& network, std::vector<std::string> class_names, const ImageSet& calibration);

  Var forward(Tape& tape, const ImageBatch& batch, Phase phase) override;
  const NetworkSpec& spec() const override { return spec_; }
  uint8_t zero_byte() const override { return static_cast<uint8_t>(input_.zero_point + 128); }
  std::vector<Parameter*> parameters() override;
  std::vector<Tensor*> state() override { return {}; }

  // The integers that follow from the current weights.
  QuantizedModel freeze() const;

 private:
  // The real weights that are trained, with batch norm folded in. In each step the integers are computed from them
  // again.
  struct Layer {
    Parameter weight, bias;
    Quantization output;
  };
  const Quantization& input_of(const LayerSpec& layer, size_t k) const;
  QuantizedModel integers() const;  // not validated yet
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
