#include "nn/layers/convolution.h"

#include <algorithm>

#include "core/autograd/ops.h"
#include "nn/layers/operations.h"
#include "nn/layers/window.h"

namespace mininas {
namespace {

// sums[o] += value * weights[o] for four input channels at once, so that sums are loaded and stored a quarter as often.
void add_four(int32_t* sums, const int16_t* values, const int16_t* weights, int channels) {
  const int16_t a = values[0], b = values[1], c = values[2], d = values[3];
  const int16_t *wa = weights, *wb = wa + channels, *wc = wb + channels, *wd = wc + channels;
  for (int o = 0; o < channels; ++o) sums[o] += a * wa[o] + b * wb[o] + c * wc[o] + d * wd[o];
}

void add_one(int32_t* sums, int16_t value, const int16_t* weights, int channels) {
  for (int o = 0; o < channels; ++o) sums[o] += value * weights[o];
}

// One row of the window: `count` contiguous values times as many rows of weights.
void add_run(int32_t* sums, const int8_t* in, int zero, const int16_t* weights, int count, int channels) {
  int i = 0;
  for (; i + 4 <= count; i += 4) {
    int16_t values[4];
    for (int k = 0; k < 4; ++k) values[k] = static_cast<int16_t>(in[i + k] - zero);
    add_four(sums, values, weights + int64_t{i} * channels, channels);
  }
  for (; i < count; ++i) add_one(sums, static_cast<int16_t>(in[i] - zero), weights + int64_t{i} * channels, channels);
}

}  // namespace

ImageShape Convolution::output_shape(const LayerSpec& layer, std::span<const ImageShape> in) const {
  return convolved_shape(layer, in[0], layer.out_channels);
}

NormedValue Convolution::forward(Tape& tape, const LayerSpec& layer, std::optional<Var> weight,
                                 std::span<const NormedValue> in) const {
  return {conv2d(tape, materialize(tape, in[0]), *weight, layer.stride)};
}

void Convolution::run_integers(const PlacedLayer& layer, std::span<const int16_t> weights,
                               std::span<const int8_t* const> in, int8_t* out) const {
  const ImageShape& image = layer.in[0];
  const int channels = layer.out.channels, depth = image.channels;
  std::vector<int32_t> sums(static_cast<size_t>(channels));
  for (int y = 0; y < layer.out.height; ++y) {
    const Taps rows = taps_at(y, layer.spec, image.height);
    for (int x = 0; x < layer.out.width; ++x) {
      const Taps columns = taps_at(x, layer.spec, image.width);
      std::copy(layer.integers.bias.begin(), layer.integers.bias.end(), sums.begin());
      for (int row = rows.first; row < rows.last; ++row) {
        const int8_t* values =
            in[0] + (int64_t{rows.start + row} * image.width + columns.start + columns.first) * depth;
        const int16_t* of_row = weights.data() + int64_t{row * layer.spec.kernel + columns.first} * depth * channels;
        add_run(sums.data(), values, layer.input[0].zero_point, of_row, (columns.last - columns.first) * depth,
                channels);
      }
      for (size_t o = 0; o < sums.size(); ++o) *out++ = to_output(layer.integers, sums[o], o);
    }
  }
}

std::unique_ptr<ByteLayer> Convolution::make_byte_layer(const PlacedLayer& layer) const {
  return make_window_bytes(layer, false);
}

std::vector<Source> Convolution::sources(const LayerSpec& layer, std::span<const ImageShape> in, int y, int x,
                                         int channel) const {
  const WeightOrder order = weight_order(layer, in[0]);
  const int padding = (layer.kernel - 1) / 2;
  std::vector<Source> sources;
  int64_t tap = 0;
  for (int ky = 0; ky < layer.kernel; ++ky)
    for (int kx = 0; kx < layer.kernel; ++kx)
      for (int c = 0; c < in[0].channels; ++c)
        sources.push_back(
            {0, y * layer.stride + ky - padding, x * layer.stride + kx - padding, c, order.index(channel, tap++)});
  return sources;
}

const LayerOperation& convolution() {
  static const Convolution instance({.name = "conv",
                                     .combination = Combination::kWeightedSum,
                                     .sets_channels = true,
                                     .largest_kernel = 255,
                                     .has_weights = true,
                                     .takes_norm = true});
  return instance;
}

}  // namespace mininas
