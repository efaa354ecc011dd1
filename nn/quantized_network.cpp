#include "nn/quantized_network.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "mcu/runtime/mn_arithmetic.h"
#include "nn/fold.h"
#include "nn/quantized_ops.h"

namespace mininas {
namespace {

// 256 steps over the range; 0 is one of them. With ReLU the lowest step is 0.
Quantization quantization_of(const Range& range) {
  const double width = range.high - range.low;
  if (!(width > 0.0)) return {.scale = 1.0 / 255.0, .zero_point = -128};  // a layer that puts out nothing but 0
  const double scale = width / 255.0;
  return {.scale = scale, .zero_point = static_cast<int>(std::clamp(std::round(-128.0 - range.low / scale), -128.0, 127.0))};
}

int32_t rounded(double value, double limit) { return static_cast<int32_t>(std::clamp(std::round(value), -limit, limit)); }

// A weight scale below this would need a rescale beyond the 31 bits of shift, or a bias beyond 32 bits; such channels are as good as zero.
double smallest_weight_scale(double input, double output) { return output / input * 0x1p-20; }

std::vector<FixedPoint> add_rescale(const Quantization& a, const Quantization& b, const Quantization& output, const std::string& name) {
  const double twice_largest = 2.0 * std::max(a.scale, b.scale);
  return {to_fixed_point(a.scale / twice_largest, text("layer ", name, ", first input")),
          to_fixed_point(b.scale / twice_largest, text("layer ", name, ", second input")),
          to_fixed_point(twice_largest / (static_cast<double>(1 << MN_ADD_SHIFT) * output.scale), text("layer ", name, ", output"))};
}

}  // namespace

QuantizedNetwork::QuantizedNetwork(const Network& network, std::vector<std::string> class_names, const ImageSet& calibration)
    : spec_(network.spec()), class_names_(std::move(class_names)) {
  input_ = {.scale = double{network.pixel_scale().scale}, .zero_point = network.pixel_scale().zero - 128};
  auto folded = fold_batch_norm(network);
  const auto ranges = measure_ranges(network, folded, calibration);
  for (size_t i = 0; i < spec_.layers.size(); ++i) {
    const LayerSpec& layer = spec_.layers[i];
    Layer made;
    made.weight = {.name = layer.name + ".weight", .value = std::move(folded[i].weight), .gradient = {}};
    made.bias = {.name = layer.name + ".bias", .value = std::move(folded[i].bias), .gradient = {}};
    made.output = layer.kind == LayerKind::kGlobalAveragePool ? input_of(layer) : quantization_of(ranges[i]);
    layers_.push_back(std::move(made));
  }
}

const Quantization& QuantizedNetwork::input_of(const LayerSpec& layer) const {
  return layer.input == kImage ? input_ : layers_[static_cast<size_t>(layer.input)].output;
}

QuantizedLayer QuantizedNetwork::quantize_layer(size_t index) const {
  const LayerSpec& spec = spec_.layers[index];
  const Layer& layer = layers_[index];
  QuantizedLayer q{.output = layer.output, .low = spec.relu ? layer.output.zero_point : -128, .high = 127};
  if (spec.kind == LayerKind::kAdd)
    q.rescale = add_rescale(input_of(spec), layers_[static_cast<size_t>(spec.other)].output, layer.output, spec.name);
  if (!has_weights(spec.kind)) return q;
  const double input_scale = input_of(spec).scale;
  const bool channel_is_last = spec.kind == LayerKind::kDepthwise;
  const auto& weights = layer.weight.value;
  const int64_t channels = spec.out_channels, per_channel = weights.size() / channels;
  const auto channel_of = [&](int64_t i) { return static_cast<size_t>(channel_is_last ? i % channels : i / per_channel); };
  std::vector<double> largest(static_cast<size_t>(channels));
  for (int64_t i = 0; i < weights.size(); ++i)
    largest[channel_of(i)] = std::max(largest[channel_of(i)], std::abs(double{weights.data()[i]}));
  for (size_t c = 0; c < largest.size(); ++c) {
    q.weight_scales.push_back(std::max(largest[c] / 127.0, smallest_weight_scale(input_scale, layer.output.scale)));
    const double sum_scale = input_scale * q.weight_scales[c];
    q.bias.push_back(rounded(double{layer.bias.value.data()[c]} / sum_scale, 0x1p30));
    q.rescale.push_back(to_fixed_point(sum_scale / layer.output.scale, text("layer ", spec.name, ", channel ", c)));
  }
  for (int64_t i = 0; i < weights.size(); ++i)
    q.weights.push_back(static_cast<int8_t>(rounded(double{weights.data()[i]} / q.weight_scales[channel_of(i)], 127.0)));
  return q;
}

Var QuantizedNetwork::forward(Tape& tape, const ImageBatch& batch, Phase) {
  Tensor bytes = Tensor::uninitialized(spec_.input.batch(batch.count));
  for (int64_t i = 0; i < bytes.size(); ++i) bytes.data()[i] = static_cast<float>(int{batch.pixels[i]} - 128 - input_.zero_point);
  const Var image = tape.constant(std::move(bytes));
  std::vector<Var> outputs;
  const auto output_of = [&](int index) { return index == kImage ? image : outputs[static_cast<size_t>(index)]; };
  for (size_t i = 0; i < layers_.size(); ++i) {
    const LayerSpec& layer = spec_.layers[i];
    const Var x = output_of(layer.input);
    if (layer.kind == LayerKind::kGlobalAveragePool) {
      outputs.push_back(quantized_average_pool(tape, layers_[i].output, x));
    } else if (layer.kind == LayerKind::kAdd) {
      outputs.push_back(quantized_add(tape, quantize_layer(i), x, output_of(layer.other)));
    } else {
      const Var weight = tape.parameter(layers_[i].weight), bias = tape.parameter(layers_[i].bias);
      outputs.push_back(quantized_convolution(tape, layer, quantize_layer(i), input_of(layer), x, weight, bias));
    }
  }
  return dequantize(tape, layers_.back().output, outputs.back());
}

std::vector<Parameter*> QuantizedNetwork::parameters() {
  std::vector<Parameter*> all;
  for (Layer& layer : layers_)
    for (Parameter* p : {&layer.weight, &layer.bias})
      if (p->exists()) all.push_back(p);
  return all;
}

QuantizedModel QuantizedNetwork::freeze() const {
  QuantizedModel model{.spec = spec_, .class_names = class_names_, .input = input_, .layers = {}};
  for (size_t i = 0; i < layers_.size(); ++i) model.layers.push_back(quantize_layer(i));
  validate(model);
  return model;
}

}  // namespace mininas
