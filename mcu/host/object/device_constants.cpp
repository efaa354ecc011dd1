#include "mcu/host/object/device_constants.h"

#include "mcu/runtime/mn_model.h"
#include "nn/layers/operations.h"

namespace mininas {
namespace {

int64_t taps_of(const LayerSpec& layer, const ImageShape& in) {
  const int64_t window = int64_t{layer.kernel} * layer.kernel;
  return traits_of(layer).depthwise ? window : window * in.channels;
}

// Depthwise weights are not changed: row, column, channel.
std::vector<int8_t> paired_weights(const LayerSpec& layer, const ImageShape& in, const std::vector<int8_t>& weights) {
  const int32_t run = layer.kernel * in.channels;
  std::vector<int8_t> paired(static_cast<size_t>(device_weight_count(layer, in)), int8_t{0});
  for (int32_t channel = 0; channel < layer.out_channels; ++channel)
    for (int32_t row = 0; row < layer.kernel; ++row)
      for (int32_t tap = 0; tap < run; ++tap)
        paired[static_cast<size_t>(mn_weight_index(layer.kernel, run, channel, row, tap))] =
            weights[static_cast<size_t>((int64_t{channel} * layer.kernel + row) * run + tap)];
  for (size_t i = 0; i < paired.size(); i += 2) paired[i + 1] = static_cast<int8_t>(paired[i + 1] - (paired[i] < 0));
  return paired;
}

// bias - zero point * sum of weights, so that only the sum of weight * q is left to compute. It fits if validate()
// passes.
std::vector<int32_t> folded_bias(const LayerSpec& layer, int64_t taps, const QuantizedLayer& integers, int zero_point) {
  std::vector<int32_t> bias;
  const bool depthwise = traits_of(layer).depthwise;
  for (int64_t channel = 0; channel < layer.out_channels; ++channel) {
    int64_t sum = 0;
    for (int64_t tap = 0; tap < taps; ++tap)
      sum +=
          integers.weights[static_cast<size_t>(depthwise ? tap * layer.out_channels + channel : channel * taps + tap)];
    bias.push_back(static_cast<int32_t>(integers.bias[static_cast<size_t>(channel)] - zero_point * sum));
  }
  return bias;
}

// The value, as the device reads it, of the real 0. The bytes of an image are not shifted to int8.
int value_of_zero(const QuantizedModel& model, int layer) {
  const int zero_point = model.input_of(layer).zero_point;
  return model.spec.layer(layer).input() == kImage ? zero_point + 128 : zero_point;
}

}  // namespace

int64_t device_weight_count(const LayerSpec& layer, const ImageShape& in) {
  const int64_t taps = taps_of(layer, in);
  if (traits_of(layer).depthwise) return taps * in.channels;
  return (int64_t{layer.out_channels} + 1) / 2 * 2 * ((taps + 3) / 4 * 4);
}

DeviceConstants device_constants(const QuantizedModel& model, int layer) {
  const LayerSpec& spec = model.spec.layer(layer);
  const QuantizedLayer& integers = model.layers[static_cast<size_t>(layer)];
  DeviceConstants constants;
  for (const FixedPoint& rescale : integers.rescale) {
    constants.multipliers.push_back(rescale.multiplier);
    constants.shifts.push_back(static_cast<uint8_t>(rescale.right_shift));
  }
  if (!has_weights(spec.kind)) return constants;
  const ImageShape& in = model.spec.input_shape(layer);
  constants.bias = folded_bias(spec, taps_of(spec, in), integers, value_of_zero(model, layer));
  constants.weights = traits_of(spec).depthwise ? integers.weights : paired_weights(spec, in, integers.weights);
  return constants;
}

}  // namespace mininas
