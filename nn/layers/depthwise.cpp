// Depthwise convolution: each channel has its own window. Weights [1, kernel, kernel, channels].
#include <algorithm>

#include "core/autograd/ops.h"
#include "nn/layers/operations.h"
#include "nn/layers/window.h"

namespace mininas {
namespace {

void add_tap(int32_t* sums, const int8_t* in, int16_t zero, const int16_t* weights, int channels) {
  for (int c = 0; c < channels; ++c) sums[c] += static_cast<int16_t>(in[c] - zero) * weights[c];
}

class Depthwise final : public LayerOperation {
 public:
  Depthwise()
      : LayerOperation({.name = "depthwise",
                        .combination = Combination::kWeightedSum,
                        .largest_kernel = 7,
                        .has_weights = true,
                        .depthwise = true,
                        .takes_norm = true}) {}

  ImageShape output_shape(const LayerSpec& layer, std::span<const ImageShape> in) const override {
    return convolved_shape(layer, in[0], in[0].channels);
  }

  NormedValue forward(Tape& tape, const LayerSpec& layer, std::optional<Var> weight,
                      std::span<const NormedValue> in) const override {
    return {depthwise(tape, materialize(tape, in[0]), *weight, layer.stride)};
  }

  void run_integers(const PlacedLayer& layer, std::span<const int16_t> weights, std::span<const int8_t* const> in,
                    int8_t* out) const override {
    const ImageShape& image = layer.in[0];
    const int channels = layer.out.channels;
    std::vector<int32_t> sums(static_cast<size_t>(channels));
    for (int y = 0; y < layer.out.height; ++y) {
      const Taps rows = taps_at(y, layer.spec, image.height);
      for (int x = 0; x < layer.out.width; ++x) {
        const Taps columns = taps_at(x, layer.spec, image.width);
        std::copy(layer.integers.bias.begin(), layer.integers.bias.end(), sums.begin());
        for (int row = rows.first; row < rows.last; ++row)
          for (int column = columns.first; column < columns.last; ++column)
            add_tap(sums.data(), in[0] + (int64_t{rows.start + row} * image.width + columns.start + column) * channels,
                    static_cast<int16_t>(layer.input[0].zero_point),
                    weights.data() + int64_t{row * layer.spec.kernel + column} * channels, channels);
        for (size_t c = 0; c < sums.size(); ++c) *out++ = to_output(layer.integers, sums[c], c);
      }
    }
  }

  std::unique_ptr<ByteLayer> make_byte_layer(const PlacedLayer& layer) const override {
    return make_window_bytes(layer, true);
  }

  std::vector<Source> sources(const LayerSpec& layer, std::span<const ImageShape> in, int y, int x,
                              int channel) const override {
    const WeightOrder order = weight_order(layer, in[0]);
    const int padding = (layer.kernel - 1) / 2;
    std::vector<Source> sources;
    for (int ky = 0; ky < layer.kernel; ++ky)
      for (int kx = 0; kx < layer.kernel; ++kx)
        sources.push_back({0, y * layer.stride + ky - padding, x * layer.stride + kx - padding, channel,
                           order.index(channel, ky * layer.kernel + kx)});
    return sources;
  }
};

}  // namespace

const LayerOperation& depthwise_convolution() {
  static const Depthwise instance;
  return instance;
}

}  // namespace mininas
