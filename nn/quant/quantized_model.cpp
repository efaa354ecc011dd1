#include "nn/quant/quantized_model.h"

#include <cmath>
#include <cstdlib>
#include <limits>

#include "core/error.h"
#include "core/io/binary_io.h"
#include "nn/layers/operations.h"
#include "nn/weights/model_file.h"

namespace mininas {
namespace {

constexpr char kKind[] = "QNET";
constexpr uint32_t kVersion = 4;
constexpr int64_t kAccumulatorLimit = int64_t{1} << 31;

void require(bool holds, const std::string& where, const std::string& rule) {
  if (!holds) throw ConfigError(text(where, ": ", rule));
}

void check_scale(float scale, const char* name, const std::string& where) {
  require(std::isfinite(scale) && scale > 0, where, text(name, " is ", scale, ", expected a positive number"));
}

void check_quantization(const Quantization& quantization, const std::string& where) {
  check_scale(quantization.scale, "scale", where);
  require(quantization.zero_point >= -128 && quantization.zero_point <= 127, where,
          text("zero point is ", quantization.zero_point, ", expected -128 to 127"));
}

void check_fixed_point(const FixedPoint& value, const FixedPoint& expected, const std::string& where) {
  require(value.multiplier >= (1 << 30), where, text("multiplier is ", value.multiplier, ", expected at least 2^30"));
  require(value.right_shift >= 0 && value.right_shift <= 31, where,
          text("right shift is ", value.right_shift, ", expected 0 to 31"));
  require(value == expected, where,
          text("multiplier ", value.multiplier, " and right shift ", value.right_shift,
               " do not follow from the scales, which give ", expected.multiplier, " and ", expected.right_shift));
}

std::string channel_text(const std::string& where, size_t channel) { return text(where, ", channel ", channel); }

// Checks that the rescale factor follows from the scales, and that no input can overflow the 32-bit accumulator,
// whatever the order of the taps.
void check_channel(const QuantizedLayer& layer, const Quantization& in, size_t channel,
                   const std::vector<int64_t>& weight_sums, const std::string& where) {
  const std::string place = channel_text(where, channel);
  const float scale = layer.weight_scales[channel];
  check_scale(scale, "weight scale", place);
  check_fixed_point(layer.rescale[channel], to_fixed_point(rescale_factor(in.scale, scale, layer.output.scale), place),
                    place);
  const int64_t bound = weight_sums[channel] * 255 + std::abs(int64_t{layer.bias[channel]});
  require(bound < kAccumulatorLimit, place, text("its accumulator can reach ", bound, ", expected less than 2^31"));
}

void check_weighted(const PlacedLayer& placed, const std::string& where) {
  const QuantizedLayer& layer = placed.integers;
  const WeightOrder order = operation_of(placed.spec).weight_order(placed.spec, placed.in[0]);
  const auto channels = static_cast<size_t>(order.channels);
  require(static_cast<int64_t>(layer.weights.size()) == order.channels * order.taps, where,
          text("holds ", layer.weights.size(), " weights, expected ", order.channels * order.taps));
  require(layer.bias.size() == channels && layer.rescale.size() == channels && layer.weight_scales.size() == channels,
          where,
          text("holds ", layer.bias.size(), " biases, ", layer.rescale.size(), " multipliers and ",
               layer.weight_scales.size(), " weight scales, expected ", channels, " of each"));
  std::vector<int64_t> sums(channels, 0);
  for (size_t i = 0; i < layer.weights.size(); ++i) {
    const auto channel = static_cast<size_t>(order.channel_of(static_cast<int64_t>(i)));
    require(layer.weights[i] != -128, channel_text(where, channel),
            text("weight ", i, " is -128, expected -127 to 127"));
    sums[channel] += std::abs(int{layer.weights[i]});
  }
  for (size_t channel = 0; channel < channels; ++channel) check_channel(layer, placed.input[0], channel, sums, where);
}

void check_weightless(const PlacedLayer& placed, const std::string& where) {
  const QuantizedLayer& layer = placed.integers;
  const LayerOperation& operation = operation_of(placed.spec);
  require(layer.weights.empty() && layer.bias.empty() && layer.weight_scales.empty(), where,
          "holds weights, but its kind has none");
  const auto expected = operation.rescales(placed.input, layer.output, where);
  require(layer.rescale.size() == expected.size(), where,
          text("holds ", layer.rescale.size(), " multipliers, expected ", expected.size()));
  for (size_t i = 0; i < expected.size(); ++i)
    check_fixed_point(layer.rescale[i], expected[i], text(where, ", ", operation.rescale_name(static_cast<int>(i))));
}

void check_layer(const PlacedLayer& placed) {
  const QuantizedLayer& layer = placed.integers;
  const Traits& traits = traits_of(placed.spec);
  const std::string where = text("layer ", placed.spec.name);
  check_quantization(layer.output, where);
  require(layer.low >= -128 && layer.low <= layer.high && layer.high <= 127, where,
          text("clamps to [", layer.low, ", ", layer.high, "], expected a range within [-128, 127]"));
  require(!traits.keeps_scale || layer.output == placed.input[0], where,
          "its output must have the scale and zero point of its input");
  require(!traits.rectifies || layer.low == layer.output.zero_point, where,
          text("is a ReLU that clamps at ", layer.low, ", expected its zero point ", layer.output.zero_point));
  if (traits.has_weights)
    check_weighted(placed, where);
  else
    check_weightless(placed, where);
  operation_of(placed.spec).check_integers(placed, where);
}

void put(BinaryWriter& out, const Quantization& value) {
  out.put(value.scale);
  out.put(static_cast<int32_t>(value.zero_point));
}

Quantization get_quantization(BinaryReader& in) {
  Quantization value;
  value.scale = in.get<float>();
  value.zero_point = in.get<int32_t>();
  return value;
}

// Weights, biases, multipliers, right shifts, weight scales, output quantisation, clamp.
void put(BinaryWriter& out, const QuantizedLayer& layer) {
  std::vector<int32_t> multipliers, right_shifts;
  for (const FixedPoint& value : layer.rescale) {
    multipliers.push_back(value.multiplier);
    right_shifts.push_back(value.right_shift);
  }
  out.put(layer.weights);
  out.put(layer.bias);
  out.put(multipliers);
  out.put(right_shifts);
  out.put(layer.weight_scales);
  put(out, layer.output);
  out.put(static_cast<int32_t>(layer.low));
  out.put(static_cast<int32_t>(layer.high));
}

QuantizedLayer get_layer(BinaryReader& in) {
  QuantizedLayer layer;
  layer.weights = in.get_vector<int8_t>();
  layer.bias = in.get_vector<int32_t>();
  const auto multipliers = in.get_vector<int32_t>();
  const auto right_shifts = in.get_vector<int32_t>();
  if (multipliers.size() != right_shifts.size())
    in.fail(text("expected ", multipliers.size(), " shifts, found ", right_shifts.size()));
  for (size_t i = 0; i < multipliers.size(); ++i) layer.rescale.push_back({multipliers[i], right_shifts[i]});
  layer.weight_scales = in.get_vector<float>();
  layer.output = get_quantization(in);
  layer.low = in.get<int32_t>();
  layer.high = in.get<int32_t>();
  return layer;
}

}  // namespace

const Quantization& QuantizedModel::input_of(int layer, int k) const {
  const int source = spec.inputs(layer)[static_cast<size_t>(k)];
  return source == kImage ? input : layers[static_cast<size_t>(source)].output;
}

PlacedLayer QuantizedModel::placed(int layer) const {
  PlacedLayer placed{spec.layer(layer), layers[static_cast<size_t>(layer)], {}, {}, spec.shape(layer)};
  for (int k = 0; k < static_cast<int>(spec.inputs(layer).size()); ++k) {
    placed.in.push_back(spec.input_shape(layer, k));
    placed.input.push_back(input_of(layer, k));
  }
  return placed;
}

void validate(const QuantizedModel& model) {
  check_quantization(model.input, "the image");
  require(static_cast<int>(model.class_names.size()) == model.spec.classes(), "the model",
          text("has ", model.class_names.size(), " class names, expected ", model.spec.classes()));
  require(static_cast<int>(model.layers.size()) == model.spec.size(), "the model",
          text("has integers for ", model.layers.size(), " layers, expected ", model.spec.size()));
  for (int i = 0; i < model.spec.size(); ++i) check_layer(model.placed(i));
}

// The order in the file: spec, class names, input quantisation, layers.
void save_quantized_model(const QuantizedModel& model, const std::filesystem::path& path) {
  validate(model);
  BinaryWriter out(kKind, kVersion);
  SpecCodec::put(out, model.spec);
  out.put(static_cast<uint32_t>(model.class_names.size()));
  for (const std::string& name : model.class_names) out.put(name);
  put(out, model.input);
  for (const QuantizedLayer& layer : model.layers) put(out, layer);
  out.write(path);
}

QuantizedModel load_quantized_model(const std::filesystem::path& path) {
  BinaryReader in(path, kKind, kVersion);
  QuantizedModel model{.spec = SpecCodec::get(in)};
  const auto names = in.get<uint32_t>();
  for (uint32_t i = 0; i < names; ++i) model.class_names.push_back(in.get_text());
  model.input = get_quantization(in);
  for (size_t i = 0; i < model.spec.layers().size(); ++i) model.layers.push_back(get_layer(in));
  in.expect_end();
  try {
    validate(model);
  } catch (const ConfigError& error) {
    throw FormatError(text(path.string(), ": ", error.what()));
  }
  return model;
}

}  // namespace mininas
