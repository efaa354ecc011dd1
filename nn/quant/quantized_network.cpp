#include "nn/quant/quantized_network.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>

#include "core/error.h"
#include "core/parallel.h"
#include "nn/layers/operations.h"
#include "nn/quant/fold.h"
#include "nn/quant/integer_engine.h"
#include "nn/quant/quantized_gradients.h"

namespace mininas {
namespace {

// 256 steps over the range, one of which is exactly 0. With ReLU the lowest step is 0.
Quantization quantization_of(const Range& range) {
  const auto scale = static_cast<float>((range.high - range.low) / 255.0);
  if (!(scale > 0.0f)) return {.scale = 1.0f / 255.0f, .zero_point = -128};  // the layer outputs only 0
  const double zero = std::round(-128.0 - range.low / double{scale});
  return {.scale = scale, .zero_point = static_cast<int>(std::clamp(zero, -128.0, 127.0))};
}

int32_t rounded(double value, double limit) {
  return static_cast<int32_t>(std::clamp(std::round(value), -limit, limit));
}

// A smaller weight scale would need a shift beyond 31 bits or a bias beyond 32 bits; the channel's weights are
// practically zero.
float smallest_weight_scale(float input, float output) {
  return static_cast<float>(double{output} / double{input} * 0x1p-20);
}

}  // namespace

QuantizedNetwork::QuantizedNetwork(const Network& network, std::vector<std::string> class_names,
                                   const ImageSet& calibration)
    : spec_(network.spec()),
      class_names_(std::move(class_names)),
      input_{.scale = network.pixel_scale().scale, .zero_point = network.pixel_scale().zero - 128} {
  auto folded = fold_batch_norm(network);
  const auto ranges = measure_ranges(network, folded, calibration);
  for (size_t i = 0; i < folded.size(); ++i) {
    const LayerSpec& layer = spec_.layers()[i];
    Layer made;
    made.weight = {.name = layer.name + ".weight", .value = std::move(folded[i].weight), .gradient = {}};
    made.bias = {.name = layer.name + ".bias", .value = std::move(folded[i].bias), .gradient = {}};
    made.output = traits_of(layer).keeps_scale ? input_of(layer, 0) : quantization_of(ranges[i]);
    layers_.push_back(std::move(made));
  }
}

const Quantization& QuantizedNetwork::input_of(const LayerSpec& layer, size_t k) const {
  const int source = layer.inputs[k];
  return source == kImage ? input_ : layers_[static_cast<size_t>(source)].output;
}

QuantizedLayer QuantizedNetwork::quantize_layer(size_t index) const {
  const LayerSpec& spec = spec_.layers()[index];
  const Layer& layer = layers_[index];
  QuantizedLayer q{.output = layer.output, .low = rectifies(spec) ? layer.output.zero_point : -128, .high = 127};
  if (!has_weights(spec.kind)) {
    std::vector<Quantization> inputs;
    for (size_t k = 0; k < spec.inputs.size(); ++k) inputs.push_back(input_of(spec, k));
    q.rescale = operation_of(spec).rescales(inputs, layer.output, text("layer ", spec.name));
    return q;
  }
  q.weights.resize(static_cast<size_t>(layer.weight.value.size()));
  const WeightOrder order = operation_of(spec).weight_order(spec, spec_.input_shape(static_cast<int>(index)));
  for (int channel = 0; channel < spec.out_channels; ++channel) quantize_channel(spec, layer, order, channel, q);
  return q;
}

void QuantizedNetwork::quantize_channel(const LayerSpec& spec, const Layer& layer, const WeightOrder& order,
                                        int channel, QuantizedLayer& q) const {
  const float* weights = layer.weight.value.data();
  float largest = 0.0f;
  for (int64_t t = 0; t < order.taps; ++t) largest = std::max(largest, std::abs(weights[order.index(channel, t)]));
  const float input_scale = input_of(spec, 0).scale, output_scale = layer.output.scale;
  const float scale = std::max(largest / 127.0f, smallest_weight_scale(input_scale, output_scale));
  const double sum_scale = double{input_scale} * double{scale};
  const double factor = rescale_factor(input_scale, scale, output_scale);
  q.weight_scales.push_back(scale);
  q.bias.push_back(rounded(double{layer.bias.value.data()[channel]} / sum_scale, 0x1p30));
  const auto fixed = fixed_point_of(factor);
  q.rescale.push_back(fixed ? *fixed : to_fixed_point(factor, text("layer ", spec.name, ", channel ", channel)));
  for (int64_t t = 0; t < order.taps; ++t) {
    const int64_t at = order.index(channel, t);
    q.weights[static_cast<size_t>(at)] = static_cast<int8_t>(rounded(double{weights[at]} / double{scale}, 127.0));
  }
}

QuantizedModel QuantizedNetwork::integers() const {
  QuantizedModel model{.spec = spec_,
                       .class_names = class_names_,
                       .input = input_,
                       .layers = std::vector<QuantizedLayer>(layers_.size())};
  parallel_for(static_cast<int64_t>(layers_.size()),
               [&](int64_t i) { model.layers[static_cast<size_t>(i)] = quantize_layer(static_cast<size_t>(i)); });
  return model;
}

Var QuantizedNetwork::forward(Tape& tape, const ImageBatch& batch, Phase) {
  auto model = std::make_shared<QuantizedModel>(integers());
  const IntegerEngine engine(*model);
  if (!tape.recording()) {
    const auto logits = engine.logits(batch.pixels, batch.count);
    return tape.constant(real_logits(batch.count, [&](size_t i) { return logits[i]; }));
  }
  auto pass =
      std::make_shared<QuantizedPass>(QuantizedPass{batch.count, ByteBuffer(batch.count * spec_.input().size()), {}});
  std::memcpy(pass->images.data(), batch.pixels, static_cast<size_t>(pass->images.size()));
  pass->outputs = engine.outputs(batch.pixels, batch.count);
  Tensor logits = real_logits(batch.count, [&](size_t i) { return int{pass->outputs.back().data()[i]} - 128; });
  std::vector<Var> variables;
  for (Parameter* p : parameters()) variables.push_back(tape.parameter(*p));
  return tape.record(std::move(logits), variables, [=](Tape& t, const Tensor& dy) {
    auto next = variables.begin();
    for (LayerGradients& gradients : quantized_gradients(*model, *pass, dy))
      for (Tensor* gradient : {&gradients.weight, &gradients.bias})
        if (!gradient->empty()) t.accumulate(*next++, std::move(*gradient));
  });
}

template <class At>
Tensor QuantizedNetwork::real_logits(int64_t count, const At& q) const {
  Tensor logits = Tensor::uninitialized({count, 1, 1, spec_.classes()});
  const Quantization& output = layers_.back().output;
  for (int64_t i = 0; i < logits.size(); ++i)
    logits.data()[i] = static_cast<float>(q(static_cast<size_t>(i)) - output.zero_point) * output.scale;
  return logits;
}

std::vector<Parameter*> QuantizedNetwork::parameters() {
  std::vector<Parameter*> all;
  for (Layer& layer : layers_)
    for (Parameter* p : {&layer.weight, &layer.bias})
      if (p->exists()) all.push_back(p);
  return all;
}

QuantizedModel QuantizedNetwork::freeze() const {
  QuantizedModel model = integers();
  validate(model);
  return model;
}

}  // namespace mininas
