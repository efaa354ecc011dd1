// A fully connected layer: a convolution of a single pixel, whose channels are all values of the input, pixel by pixel.
#include "core/autograd/ops.h"
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

  ImageShape as_read(const ImageShape& in) const override { return {1, 1, static_cast<int>(in.size())}; }

  ImageShape output_shape(const LayerSpec& layer, std::span<const ImageShape> in) const override {
    require(in[0].size() <= kMaxValues, layer,
            text("reads ", to_text(in[0]), ", expected at most ", kMaxValues, " values"));
    return {1, 1, layer.out_channels};
  }

  NormedValue forward(Tape& tape, const LayerSpec& layer, std::optional<Var> weight,
                      std::span<const NormedValue> in) const override {
    const NormedValue flat[] = {{flatten(tape, materialize(tape, in[0]))}};
    return Convolution::forward(tape, layer, weight, flat);
  }

  void run_integers(const PlacedLayer& layer, std::span<const int16_t> weights, std::span<const int8_t* const> in,
                    int8_t* out) const override {
    Convolution::run_integers(flattened(layer), weights, in, out);
  }

  std::unique_ptr<ByteLayer> make_byte_layer(const PlacedLayer& layer) const override {
    return Convolution::make_byte_layer(flattened(layer));
  }

  std::vector<Source> sources(const LayerSpec& layer, std::span<const ImageShape> in, int, int,
                              int channel) const override {
    const WeightOrder order = weight_order(layer, in[0]);
    std::vector<Source> sources;
    for (int y = 0; y < in[0].height; ++y)
      for (int x = 0; x < in[0].width; ++x)
        for (int c = 0; c < in[0].channels; ++c)
          sources.push_back({0, y, x, c, order.index(channel, static_cast<int64_t>(sources.size()))});
    return sources;
  }

 private:
  static constexpr int64_t kMaxValues = 65535;

  PlacedLayer flattened(PlacedLayer layer) const {
    layer.in[0] = as_read(layer.in[0]);
    return layer;
  }
};

}  // namespace

const LayerOperation& linear() {
  static const Linear instance;
  return instance;
}

}  // namespace mininas
