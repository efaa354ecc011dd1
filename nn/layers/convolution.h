// Standard convolution with weights [out_channels, kernel, kernel, channels]. A linear layer is the case of a 1x1
// image.
#pragma once
#include "nn/layers/operation.h"

namespace mininas {

class Convolution : public LayerOperation {
 public:
  explicit Convolution(const Traits& traits) : LayerOperation(traits) {}

  ImageShape output_shape(const LayerSpec& layer, std::span<const ImageShape> in) const override;
  NormedValue forward(Tape& tape, const LayerSpec& layer, std::optional<Var> weight,
                      std::span<const NormedValue> in) const override;
  void run_integers(const PlacedLayer& layer, std::span<const int16_t> weights, std::span<const int8_t* const> in,
                    int8_t* out) const override;
  std::unique_ptr<ByteLayer> make_byte_layer(const PlacedLayer& layer) const override;
  std::vector<Source> sources(const LayerSpec& layer, std::span<const ImageShape> in, int y, int x,
                              int channel) const override;
};

}  // namespace mininas
