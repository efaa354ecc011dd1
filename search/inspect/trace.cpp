#include "search/inspect/trace.h"

#include <cmath>

#include "core/error.h"
#include "mcu/runtime/mn_arithmetic.h"
#include "nn/layers/operations.h"
#include "nn/quant/fold.h"

namespace mininas {
namespace {

// An input of the layer in both networks.
struct Input {
  ImageShape shape;
  const int8_t* bytes;
  const float* reals;
  Quantization how;

  int64_t at(int y, int x, int c) const { return (int64_t{y} * shape.width + x) * shape.channels + c; }
  Tap tap(int y, int x, int c) const {
    Tap tap{y, x, c};
    tap.padding = y < 0 || x < 0 || y >= shape.height || x >= shape.width;
    if (tap.padding) return tap;
    tap.input = bytes[at(y, x, c)] - how.zero_point;
    tap.real_input = double{how.scale} * tap.input;
    tap.float_input = double{reals[at(y, x, c)]};
    return tap;
  }
};

class Tracer {
 public:
  Tracer(const QuantizedModel& model, const Network& network, const uint8_t* image, const TracePosition& place)
      : model_(model), folded_(fold_batch_norm(network)), integers_(integer_forward(model, image, 1)), place_(place) {
    reals_ = folded_outputs(network, folded_, {image, 1});
    for (int64_t i = 0; i < model.spec.input().size(); ++i) {
      pixels_.push_back(static_cast<int8_t>(int{image[i]} - 128));
      real_pixels_.push_back(network.pixel_scale().scale *
                             static_cast<float>(int{image[i]} - network.pixel_scale().zero));
    }
  }

  Trace run() {
    const LayerSpec& layer = spec();
    trace_.layer = layer;
    trace_.input = input(layer.input()).how;
    trace_.output = quantized().output;
    trace_.combination = traits_of(layer).combination;
    switch (trace_.combination) {
      case Combination::kWeightedSum:
        weigh();
        break;
      case Combination::kRescaledSum:
        add_rescaled();
        break;
      case Combination::kAverage:
        average();
        break;
      case Combination::kCopy:
        copy();
        break;
    }
    finish();
    return trace_;
  }

 private:
  const LayerSpec& spec() const { return model_.spec.layer(place_.layer); }
  const QuantizedLayer& quantized() const { return model_.layers[static_cast<size_t>(place_.layer)]; }

  Input input(int index) const {
    const auto i = static_cast<size_t>(index);
    if (index == kImage) return {model_.spec.input(), pixels_.data(), real_pixels_.data(), model_.input};
    return {model_.spec.shape(index), integers_.layers[i].data(), reals_[i].data(), model_.layers[i].output};
  }

  // The sources of the output, each with weight 1.
  std::vector<std::pair<Source, Tap>> taps() const {
    std::vector<ImageShape> shapes;
    for (const int source : spec().inputs) shapes.push_back(input(source).shape);
    std::vector<std::pair<Source, Tap>> taps;
    for (const Source& s : operation_of(spec()).sources(spec(), shapes, place_.y, place_.x, place_.channel)) {
      Tap tap = input(spec().inputs[static_cast<size_t>(s.input)]).tap(s.y, s.x, s.channel);
      tap.weight = 1;
      tap.real_weight = tap.float_weight = 1;
      taps.emplace_back(s, tap);
    }
    return taps;
  }

  // The products of inputs and weights, and the bias.
  void weigh() {
    const auto channel = static_cast<size_t>(place_.channel);
    const double weight_scale = quantized().weight_scales[channel], scale = trace_.input.scale * weight_scale;
    trace_.weight_scale = weight_scale;
    const FoldedLayer& floats = folded_[static_cast<size_t>(place_.layer)];
    for (auto& [source, tap] : taps()) {
      tap.weight = quantized().weights[static_cast<size_t>(source.weight)];
      tap.real_weight = weight_scale * tap.weight;
      tap.float_weight = double{floats.weight.data()[source.weight]};
      add(tap);
    }
    trace_.bias = quantized().bias[channel];
    trace_.real_bias = static_cast<double>(trace_.bias) * scale;
    trace_.float_bias = double{floats.bias.data()[channel]};
    trace_.accumulator += trace_.bias;
    trace_.exact = static_cast<double>(trace_.accumulator) * scale;
    rescale(quantized().rescale[channel]);
  }

  void average() {
    const Quantization& how = trace_.input;
    for (auto& [source, tap] : taps()) {
      tap.input += how.zero_point;  // the values themselves are averaged: input and output have the same scale
      add(tap);
    }
    trace_.divisor = static_cast<int64_t>(trace_.taps.size());
    trace_.exact =
        how.scale * (static_cast<double>(trace_.accumulator) / static_cast<double>(trace_.divisor) - how.zero_point);
    trace_.shifted = mn_average(static_cast<int32_t>(trace_.accumulator), static_cast<int32_t>(trace_.divisor)) -
                     trace_.output.zero_point;
  }

  // A single value, unchanged except for the clamp.
  void copy() {
    for (auto& [source, tap] : taps()) {
      add(tap);
      trace_.exact = tap.real_input;
    }
    trace_.shifted = trace_.accumulator;
  }

  // All inputs are brought to one scale before they are added. The weight of an input is 2^20 times its own rescale
  // factor.
  void add_rescaled() {
    for (auto& [source, tap] : taps()) {
      const FixedPoint& f = quantized().rescale[static_cast<size_t>(source.input)];
      tap.product = mn_rescale_summand(tap.input, f.multiplier, f.right_shift);
      trace_.taps.push_back(tap);
      trace_.accumulator += tap.product;
      trace_.exact += tap.real_input;
    }
    rescale(quantized().rescale.back());
  }

  void add(Tap& tap) {
    tap.product = int64_t{tap.input} * tap.weight;
    trace_.accumulator += tap.product;
    trace_.taps.push_back(tap);
  }

  void rescale(const FixedPoint& factor) {
    trace_.factor = factor;
    trace_.high = mn_multiply_high(static_cast<int32_t>(trace_.accumulator), factor.multiplier);
    trace_.shifted = mn_divide_by_power(static_cast<int32_t>(trace_.high), factor.right_shift);
  }

  void finish() {
    trace_.low = quantized().low - trace_.output.zero_point;
    trace_.top = quantized().high - trace_.output.zero_point;
    trace_.clamped = mn_clamp(static_cast<int32_t>(trace_.shifted), trace_.low, trace_.top);
    trace_.byte = static_cast<int>(trace_.clamped) + trace_.output.zero_point;
    trace_.rounded = trace_.output.scale * static_cast<double>(trace_.shifted);
    trace_.real = trace_.output.scale * static_cast<double>(trace_.clamped);
    const auto layer = static_cast<size_t>(place_.layer);
    const ImageShape& shape = model_.spec.shape(place_.layer);
    const int64_t at = (int64_t{place_.y} * shape.width + place_.x) * shape.channels + place_.channel;
    trace_.float_value = double{reals_[layer].data()[at]};
    MN_CHECK(trace_.byte == integers_.layers[layer][static_cast<size_t>(at)], "the trace and the engine differ");
  }

  const QuantizedModel& model_;
  const std::vector<FoldedLayer> folded_;
  const IntegerOutputs integers_;
  const TracePosition place_;
  std::vector<Tensor> reals_;
  std::vector<int8_t> pixels_;
  std::vector<float> real_pixels_;
  Trace trace_;
};

}  // namespace

void check_position(const NetworkSpec& spec, const TracePosition& place) {
  if (place.layer < 0 || place.layer >= spec.size())
    throw ConfigError(text("layer ", place.layer, ": the network has layers 0 to ", spec.size() - 1));
  const ImageShape& shape = spec.shape(place.layer);
  if (place.y < 0 || place.y >= shape.height || place.x < 0 || place.x >= shape.width || place.channel < 0 ||
      place.channel >= shape.channels)
    throw ConfigError(text("position ", place.y, ",", place.x, ",", place.channel, " is outside layer ",
                           spec.layer(place.layer).name, ", whose output is ", to_text(shape)));
}

Trace trace(const QuantizedModel& model, const Network& network, const uint8_t* image, const TracePosition& place) {
  check_position(model.spec, place);
  return Tracer(model, network, image, place).run();
}

}  // namespace mininas
