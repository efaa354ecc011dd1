#include "search/inspect/trace.h"

#include <cmath>

#include "core/error.h"
#include "mcu/runtime/mn_arithmetic.h"
#include "nn/quant/fold.h"

namespace mininas {
namespace {

// What the layer reads, in both networks.
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
  Tracer(const QuantizedModel& model, const Network& network, const uint8_t* image, const TracePlace& place)
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
    switch (layer.kind) {
      case LayerKind::kGlobalAveragePool:
        average();
        break;
      case LayerKind::kAdd:
        sum();
        break;
      case LayerKind::kRelu:
        rectify();
        break;
      default:
        weigh();
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

  // Convolutions and the classifier: products of inputs and weights, and a bias.
  void weigh() {
    const LayerSpec& layer = spec();
    const Input in = input(layer.input());
    const bool depthwise = layer.kind == LayerKind::kDepthwise;
    const int padding = (layer.kernel - 1) / 2, depth = depthwise ? 1 : in.shape.channels;
    const auto channel = static_cast<size_t>(place_.channel);
    const double weight_scale = quantized().weight_scales[channel];
    trace_.weight_scale = weight_scale;
    const FoldedLayer& floats = folded_[static_cast<size_t>(place_.layer)];
    for (int ky = 0; ky < layer.kernel; ++ky)
      for (int kx = 0; kx < layer.kernel; ++kx)
        for (int c = 0; c < depth; ++c) {
          Tap tap = in.tap(place_.y * layer.stride + ky - padding, place_.x * layer.stride + kx - padding,
                           depthwise ? place_.channel : c);
          const int64_t window = int64_t{ky} * layer.kernel + kx;
          const int64_t index = depthwise
                                    ? window * in.shape.channels + place_.channel
                                    : (int64_t{place_.channel} * layer.kernel * layer.kernel + window) * depth + c;
          tap.weight = quantized().weights[static_cast<size_t>(index)];
          tap.real_weight = weight_scale * tap.weight;
          tap.float_weight = double{floats.weight.data()[index]};
          add(tap);
        }
    trace_.bias = quantized().bias[channel];
    trace_.real_bias = static_cast<double>(trace_.bias) * in.how.scale * weight_scale;
    trace_.float_bias = double{floats.bias.data()[channel]};
    trace_.accumulator += trace_.bias;
    trace_.exact = static_cast<double>(trace_.accumulator) * in.how.scale * weight_scale;
    rescale(quantized().rescale[channel]);
  }

  void average() {
    const Input in = input(spec().input());
    for (int y = 0; y < in.shape.height; ++y)
      for (int x = 0; x < in.shape.width; ++x) {
        Tap tap = in.tap(y, x, place_.channel);
        tap.input += in.how.zero_point;  // a pool averages the bytes as they are: input and output share their scale
        tap.weight = 1;
        tap.real_weight = tap.float_weight = 1;
        add(tap);
      }
    trace_.rescaling = Rescaling::kAverage;
    trace_.divisor = int64_t{in.shape.height} * in.shape.width;
    trace_.exact = in.how.scale *
                   (static_cast<double>(trace_.accumulator) / static_cast<double>(trace_.divisor) - in.how.zero_point);
    trace_.shifted = mn_average(static_cast<int32_t>(trace_.accumulator), static_cast<int32_t>(trace_.divisor)) -
                     trace_.output.zero_point;
  }

  // The value as it is; the clamp does the rest.
  void rectify() {
    const Input in = input(spec().input());
    Tap tap = in.tap(place_.y, place_.x, place_.channel);
    tap.weight = 1;
    tap.real_weight = tap.float_weight = 1;
    add(tap);
    trace_.rescaling = Rescaling::kNone;
    trace_.exact = tap.real_input;
    trace_.shifted = trace_.accumulator;
  }

  // Both summands are brought to one scale before they are added; a summand's weight is the factor 2^20 and its own
  // rescaling.
  void sum() {
    for (size_t which = 0; which < spec().inputs.size(); ++which) {
      const Input in = input(spec().inputs[which]);
      Tap tap = in.tap(place_.y, place_.x, place_.channel);
      tap.weight = 1;
      tap.real_weight = tap.float_weight = 1;
      const FixedPoint& f = quantized().rescale[which];
      tap.product = mn_rescale_summand(tap.input, f.multiplier, f.right_shift);
      trace_.taps.push_back(tap);
      trace_.accumulator += tap.product;
      trace_.exact += tap.real_input;
    }
    rescale(quantized().rescale[2]);
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
  const TracePlace place_;
  std::vector<Tensor> reals_;
  std::vector<int8_t> pixels_;
  std::vector<float> real_pixels_;
  Trace trace_;
};

}  // namespace

Trace trace(const QuantizedModel& model, const Network& network, const uint8_t* image, const TracePlace& place) {
  const NetworkSpec& spec = model.spec;
  if (place.layer < 0 || place.layer >= spec.size())
    throw ConfigError(text("layer ", place.layer, ": the network has layers 0 to ", spec.size() - 1));
  const ImageShape& shape = spec.shape(place.layer);
  if (place.y < 0 || place.y >= shape.height || place.x < 0 || place.x >= shape.width || place.channel < 0 ||
      place.channel >= shape.channels)
    throw ConfigError(text("place ", place.y, ",", place.x, ",", place.channel, " is outside layer ",
                           spec.layer(place.layer).name, ", whose output is ", to_text(shape)));
  return Tracer(model, network, image, place).run();
}

}  // namespace mininas
