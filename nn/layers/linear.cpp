// A fully connected layer: a convolution of a 1x1 image.
#include "core/error.h"
#include "nn/layers/convolution.h"
#include "nn/layers/operations.h"

namespace mininas {
namespace {

class Linear final : public Convolution {
 public:
  Linear()
      : Convolution(
            {.name = "linear", .combination = Combination::kWeightedSum, .sets_channels = true, .has_weights = true}) {}

  ImageShape output_shape(const LayerSpec& layer, std::span<const ImageShape> in) const override {
    require(in[0].height == 1 && in[0].width == 1, layer, text("reads ", to_text(in[0]), ", expected a single pixel"));
    return {1, 1, layer.out_channels};
  }
};

}  // namespace

const LayerOperation& linear() {
  static const Linear instance;
  return instance;
}

}  // namespace mininas
