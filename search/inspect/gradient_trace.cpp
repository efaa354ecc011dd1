#include "search/inspect/gradient_trace.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/portable_math.h"
#include "nn/layers/operations.h"
#include "nn/quant/fold.h"

namespace mininas {
namespace {

struct Softmax {
  std::vector<double> probabilities;
  double loss = 0;
};

Softmax softmax(const std::vector<double>& logits, int label) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  Softmax result;
  double sum = 0;
  for (const double logit : logits) {
    result.probabilities.push_back(portable_exp(logit - largest));
    sum += result.probabilities.back();
  }
  for (double& p : result.probabilities) p /= sum;
  result.loss = portable_log(sum) - (logits[static_cast<size_t>(label)] - largest);
  return result;
}

bool is_inside(const ImageShape& shape, int y, int x) {
  return y >= 0 && x >= 0 && y < shape.height && x < shape.width;
}

size_t index_of(const ImageShape& shape, int y, int x, int channel) {
  return static_cast<size_t>((int64_t{y} * shape.width + x) * shape.channels + channel);
}

// The outputs of both networks for one image.
class Forms {
 public:
  Forms(const QuantizedModel& model, const Network& network, const uint8_t* image)
      : model_(model),
        folded_(fold_batch_norm(network)),
        integers_(integer_forward(model, image, 1)),
        floats_(folded_outputs(network, folded_, {image, 1})) {}

  BothForms value(int layer, size_t at) const {
    const auto i = static_cast<size_t>(layer);
    const Quantization& how = model_.layers[i].output;
    return {double{how.scale} * (integers_.layers[i][at] - how.zero_point), double{floats_[i].data()[at]}};
  }

  BothForms weight(int layer, int channel, int64_t index) const {
    const auto i = static_cast<size_t>(layer);
    const QuantizedLayer& q = model_.layers[i];
    return {double{q.weight_scales[static_cast<size_t>(channel)]} * q.weights[static_cast<size_t>(index)],
            double{folded_[i].weight.data()[index]}};
  }

  bool stops_in_integers(int layer, size_t at) const {
    const QuantizedLayer& q = model_.layers[static_cast<size_t>(layer)];
    const int8_t value = integers_.layers[static_cast<size_t>(layer)][at];
    return traits_of(model_.spec.layer(layer)).masks_gradient && (value == q.low || value == q.high);
  }
  bool stops_in_float(int layer, size_t at) const {
    return rectifies(model_.spec.layer(layer)) && !(floats_[static_cast<size_t>(layer)].data()[at] > 0);
  }

 private:
  const QuantizedModel& model_;
  const std::vector<FoldedLayer> folded_;
  const IntegerOutputs integers_;
  const std::vector<Tensor> floats_;
};

// The backward pass, from the logits down to the traced layer.
class GradientTracer {
 public:
  GradientTracer(const QuantizedModel& model, const Network& network, const uint8_t* image, int label,
                 const TracePosition& place)
      : spec_(model.spec), forms_(model, network, image), label_(label), place_(place) {
    for (int i = 0; i < spec_.size(); ++i) gradients_.emplace_back(static_cast<size_t>(spec_.shape(i).size()));
  }

  GradientTrace run() {
    differentiate_loss();
    for (int layer = spec_.size() - 1; layer > place_.layer; --layer) pass_back(layer);
    const size_t at = index_of(spec_.shape(place_.layer), place_.y, place_.x, place_.channel);
    trace_.layer = spec_.layer(place_.layer);
    trace_.value = forms_.value(place_.layer, at);
    trace_.gradient = gradients_[static_cast<size_t>(place_.layer)][at];
    trace_.stopped_in_integers = forms_.stops_in_integers(place_.layer, at);
    trace_.stopped_in_float = forms_.stops_in_float(place_.layer, at);
    return trace_;
  }

 private:
  // The gradient of the cross-entropy with respect to the logits: the probabilities, minus 1 for the label.
  void differentiate_loss() {
    std::vector<double> in_integers, in_float;
    for (size_t c = 0; c < gradients_.back().size(); ++c) {
      const BothForms logit = forms_.value(spec_.size() - 1, c);
      in_integers.push_back(logit.in_integers);
      in_float.push_back(logit.in_float);
    }
    const Softmax integers = softmax(in_integers, label_), floats = softmax(in_float, label_);
    const auto label = static_cast<size_t>(label_);
    trace_.loss = {integers.loss, floats.loss};
    trace_.probability = {integers.probabilities[label], floats.probabilities[label]};
    for (size_t c = 0; c < gradients_.back().size(); ++c)
      gradients_.back()[c] = {integers.probabilities[c] - (c == label ? 1 : 0),
                              floats.probabilities[c] - (c == label ? 1 : 0)};
  }

  // Adds the gradients of a layer's outputs to those of its inputs.
  void pass_back(int layer) {
    const ImageShape& shape = spec_.shape(layer);
    for (int y = 0; y < shape.height; ++y)
      for (int x = 0; x < shape.width; ++x)
        for (int channel = 0; channel < shape.channels; ++channel) pass_back({layer, y, x, channel});
  }

  void pass_back(GradientTap tap) {
    const size_t at = index_of(spec_.shape(tap.layer), tap.y, tap.x, tap.channel);
    tap.stopped_in_integers = forms_.stops_in_integers(tap.layer, at);
    tap.stopped_in_float = forms_.stops_in_float(tap.layer, at);
    tap.gradient = gradients_[static_cast<size_t>(tap.layer)][at];
    if (tap.stopped_in_integers) tap.gradient.in_integers = 0;
    if (tap.stopped_in_float) tap.gradient.in_float = 0;
    const LayerSpec& layer = spec_.layer(tap.layer);
    std::vector<ImageShape> shapes;
    for (const int input : layer.inputs) shapes.push_back(spec_.shape(input));
    const auto sources = operation_of(layer).sources(layer, shapes, tap.y, tap.x, tap.channel);
    for (const Source& source : sources) {
      tap.weight = weight_of(tap, source, sources.size());
      add(tap, source, layer.inputs[static_cast<size_t>(source.input)]);
    }
  }

  BothForms weight_of(const GradientTap& tap, const Source& source, size_t count) const {
    switch (traits_of(spec_.layer(tap.layer)).combination) {
      case Combination::kWeightedSum:
        return forms_.weight(tap.layer, tap.channel, source.weight);
      case Combination::kAverage:
        return {1.0 / static_cast<double>(count), 1.0 / static_cast<double>(count)};
      case Combination::kRescaledSum:
      case Combination::kCopy:
        break;
    }
    return {1, 1};
  }

  // The chain rule for one value that goes into one output.
  void add(const GradientTap& tap, const Source& source, int input) {
    if (input == kImage || !is_inside(spec_.shape(input), source.y, source.x)) return;
    BothForms& sum =
        gradients_[static_cast<size_t>(input)][index_of(spec_.shape(input), source.y, source.x, source.channel)];
    sum.in_integers += tap.weight.in_integers * tap.gradient.in_integers;
    sum.in_float += tap.weight.in_float * tap.gradient.in_float;
    if (input == place_.layer && source.y == place_.y && source.x == place_.x && source.channel == place_.channel)
      trace_.taps.push_back(tap);
  }

  const NetworkSpec& spec_;
  const Forms forms_;
  const int label_;
  const TracePosition place_;
  std::vector<std::vector<BothForms>> gradients_;  // [layer][output]
  GradientTrace trace_;
};

}  // namespace

GradientTrace trace_gradient(const QuantizedModel& model, const Network& network, const uint8_t* image, int label,
                             const TracePosition& place) {
  check_position(model.spec, place);
  if (label < 0 || label >= model.spec.classes())
    throw ConfigError(text("class ", label, ": the network has classes 0 to ", model.spec.classes() - 1));
  return GradientTracer(model, network, image, label, place).run();
}

}  // namespace mininas
