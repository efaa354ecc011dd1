#include "nn/layers/operation.h"

#include <algorithm>

#include "core/error.h"
#include "core/io/bytes.h"
#include "mcu/runtime/mn_arithmetic.h"
#include "nn/layers/operations.h"

namespace mininas {
namespace {

constexpr uint8_t kTopBit = 128;  // int8 values q and bytes u = q + 128 differ in this bit

// Runs the definition of an operation on bytes, for operations without a fast form. Inputs are copied as int8 values.
class DefinitionOnBytes final : public ByteLayer {
 public:
  DefinitionOnBytes(const LayerOperation& operation, const PlacedLayer& layer)
      : operation_(operation),
        spec_(layer.spec),
        integers_(layer.integers),
        layer_{spec_, integers_, layer.in, layer.input, layer.out},
        weights_(weights_by_tap(layer)) {}

  int64_t workspace_size() const override {
    int64_t size = 0;
    for (const ImageShape& shape : layer_.in) size += shape.size();
    return size;
  }

  void run(std::span<const uint8_t* const> in, uint8_t* out, uint8_t* workspace) const override {
    std::vector<const int8_t*> values;
    for (size_t k = 0; k < in.size(); ++k) {
      values.push_back(reinterpret_cast<const int8_t*>(workspace));
      workspace = flip(in[k], layer_.in[k].size(), workspace);
    }
    operation_.run_integers(layer_, weights_, values, reinterpret_cast<int8_t*>(out));
    flip(out, layer_.out.size(), out);
  }

 private:
  static uint8_t* flip(const uint8_t* from, int64_t count, uint8_t* to) {
    return std::transform(from, from + count, to, [](uint8_t byte) { return static_cast<uint8_t>(byte ^ kTopBit); });
  }

  const LayerOperation& operation_;
  const LayerSpec spec_;
  const QuantizedLayer integers_;
  const PlacedLayer layer_;
  const std::vector<int16_t> weights_;
};

}  // namespace

ImageShape LayerOperation::output_shape(const LayerSpec&, std::span<const ImageShape> in) const { return in[0]; }

Shape LayerOperation::weight_shape(const LayerSpec& layer, const ImageShape& in) const {
  MN_CHECK(traits_.has_weights, layer.name);
  return {traits_.depthwise ? 1 : layer.out_channels, layer.kernel, layer.kernel, in.channels};
}

WeightOrder LayerOperation::weight_order(const LayerSpec& layer, const ImageShape& in) const {
  const int64_t channels = layer.out_channels, taps = weight_shape(layer, in).size() / channels;
  if (traits_.depthwise) return {channels, taps, 1, channels};
  return {channels, taps, taps, 1};
}

int64_t LayerOperation::mac_count(const LayerSpec& layer, const ImageShape& in, const ImageShape& out) const {
  return traits_.has_weights ? weight_shape(layer, in).size() * out.height * out.width : 0;
}

std::vector<FixedPoint> LayerOperation::rescales(std::span<const Quantization>, const Quantization&,
                                                 const std::string&) const {
  return {};
}

std::string LayerOperation::rescale_name(int index) const { return text("factor ", index); }

void LayerOperation::check_integers(const PlacedLayer&, const std::string&) const {}

std::unique_ptr<ByteLayer> LayerOperation::make_byte_layer(const PlacedLayer& layer) const {
  return std::make_unique<DefinitionOnBytes>(*this, layer);
}

void LayerOperation::input_gradient(const PlacedLayer& layer, const BackwardStep&, int, float*) const {
  MN_CHECK(false, layer.spec.name, " has weights: quantized_layer_gradient.h");
}

void refuse(const LayerSpec& layer, const std::string& rule) {
  throw ConfigError(text("layer ", layer.name, ": ", rule));
}

void require(bool holds, const LayerSpec& layer, const std::string& rule) {
  if (!holds) refuse(layer, rule);
}

std::vector<int16_t> weights_by_tap(const PlacedLayer& layer) {
  const std::vector<int8_t>& weights = layer.integers.weights;
  std::vector<int16_t> by_tap(weights.size());
  if (weights.empty()) return by_tap;
  const WeightOrder order = operation(layer.spec.kind).weight_order(layer.spec, layer.in[0]);
  for (int64_t tap = 0; tap < order.taps; ++tap)
    for (int64_t channel = 0; channel < order.channels; ++channel)
      by_tap[static_cast<size_t>(tap * order.channels + channel)] =
          weights[static_cast<size_t>(order.index(channel, tap))];
  return by_tap;
}

int8_t to_output(const QuantizedLayer& layer, int32_t sum, size_t index) {
  const FixedPoint& rescale = layer.rescale[index];
  return mn_requantize(sum, rescale.multiplier, rescale.right_shift, layer.output.zero_point, layer.low, layer.high);
}

}  // namespace mininas
