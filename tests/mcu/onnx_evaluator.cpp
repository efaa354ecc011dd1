#include "tests/mcu/onnx_evaluator.h"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <limits>

#include "core/error.h"

namespace mininas::test {
namespace {

using Inputs = std::vector<const OnnxValue*>;
using Evaluate = std::function<OnnxValue(const OnnxNode&, const Inputs&)>;

// The operand's value for element `i` of a tensor of shape [1, C, H, W]: the operand has one value, one for each
// channel, or one for each element.
int64_t spread(const OnnxValue& operand, const OnnxValue& to, size_t i) {
  if (operand.values.size() == 1) return operand.values[0];
  if (operand.values.size() == to.values.size()) return operand.values[i];
  const auto channels = static_cast<size_t>(to.extents.at(1));
  if (operand.values.size() != channels) throw FormatError("shapes do not fit");
  return operand.values[i / (to.values.size() / channels)];
}

template <class Combine>
Evaluate binary(const Combine& combine) {
  return [combine](const OnnxNode&, const Inputs& in) {
    OnnxValue out = *in[0];
    for (size_t i = 0; i < out.values.size(); ++i) out.values[i] = combine(out.values[i], spread(*in[1], *in[0], i));
    return out;
  };
}

template <class Map>
Evaluate unary(const Map& map) {
  return [map](const OnnxNode&, const Inputs& in) {
    OnnxValue out = *in[0];
    for (int64_t& value : out.values) value = map(value);
    return out;
  };
}

template <class T>
void check_fits(const OnnxValue& value) {
  for (const int64_t element : value.values)
    if (element < std::numeric_limits<T>::min() || element > std::numeric_limits<T>::max())
      throw FormatError(text(element, " does not fit the type that it is cast to"));
}

OnnxValue cast(const OnnxNode& node, const Inputs& in) {
  switch (node.attributes.at("to").at(0)) {
    case 2:
      check_fits<uint8_t>(*in[0]);
      break;
    case 3:
      check_fits<int8_t>(*in[0]);
      break;
    case 6:
      check_fits<int32_t>(*in[0]);
      break;
    default:
      break;
  }
  return *in[0];
}

OnnxValue to_nchw(const OnnxNode& node, const Inputs& in) {
  if (node.attributes.at("perm") != std::vector<int64_t>{0, 3, 1, 2}) throw FormatError("another permutation");
  const OnnxValue& x = *in[0];
  const int64_t pixels = x.extents[1] * x.extents[2], channels = x.extents[3];
  OnnxValue out{{1, channels, x.extents[1], x.extents[2]}, {}};
  for (int64_t channel = 0; channel < channels; ++channel)
    for (int64_t pixel = 0; pixel < pixels; ++pixel)
      out.values.push_back(x.values[static_cast<size_t>(pixel * channels + channel)]);
  return out;
}

OnnxValue clip(const OnnxNode&, const Inputs& in) {
  OnnxValue out = *in[0];
  for (int64_t& value : out.values) value = std::clamp(value, in[1]->values.at(0), in[2]->values.at(0));
  return out;
}

OnnxValue sum_pixels(const OnnxNode&, const Inputs& in) {
  const size_t channels = static_cast<size_t>(in[0]->extents[1]), pixels = in[0]->values.size() / channels;
  OnnxValue out{{1, in[0]->extents[1], 1, 1}, std::vector<int64_t>(channels, 0)};
  for (size_t i = 0; i < in[0]->values.size(); ++i) out.values[i / pixels] += in[0]->values[i];
  return out;
}

// Padding has the value of the zero point, so it adds nothing.
OnnxValue convolve(const OnnxNode& node, const Inputs& in) {
  const OnnxValue &x = *in[0], &w = *in[1];
  const int64_t zero = in[2]->values.at(0), pad = node.attributes.at("pads")[0],
                stride = node.attributes.at("strides")[0];
  const int64_t height = x.extents[2], width = x.extents[3], taps_y = w.extents[2], taps_x = w.extents[3];
  const int64_t out_c = w.extents[0], per_group = w.extents[1], groups = node.attributes.at("group")[0];
  const int64_t out_h = (height + 2 * pad - taps_y) / stride + 1, out_w = (width + 2 * pad - taps_x) / stride + 1;
  OnnxValue out{{1, out_c, out_h, out_w}, {}};
  const auto product = [&](int64_t o, int64_t c, int64_t ty, int64_t tx, int64_t y, int64_t x_) -> int64_t {
    if (y < 0 || y >= height || x_ < 0 || x_ >= width) return 0;
    const int64_t channel = o / (out_c / groups) * per_group + c;
    return (x.values[static_cast<size_t>((channel * height + y) * width + x_)] - zero) *
           w.values[static_cast<size_t>(((o * per_group + c) * taps_y + ty) * taps_x + tx)];
  };
  for (int64_t o = 0; o < out_c; ++o)
    for (int64_t y = 0; y < out_h; ++y)
      for (int64_t x_ = 0; x_ < out_w; ++x_) {
        int64_t sum = 0;
        for (int64_t c = 0; c < per_group; ++c)
          for (int64_t ty = 0; ty < taps_y; ++ty)
            for (int64_t tx = 0; tx < taps_x; ++tx)
              sum += product(o, c, ty, tx, y * stride - pad + ty, x_ * stride - pad + tx);
        out.values.push_back(sum);
      }
  check_fits<int32_t>(out);
  return out;
}

const std::map<std::string, Evaluate>& operators() {
  static const std::map<std::string, Evaluate> table = {
      {"Add", binary([](int64_t a, int64_t b) { return a + b; })},
      {"Sub", binary([](int64_t a, int64_t b) { return a - b; })},
      {"Mul", binary([](int64_t a, int64_t b) { return a * b; })},
      {"Div", binary([](int64_t a, int64_t b) { return a / b; })},
      {"Abs", unary([](int64_t a) { return a < 0 ? -a : a; })},
      {"Sign", unary([](int64_t a) { return int64_t{a > 0} - int64_t{a < 0}; })},
      {"Identity", unary([](int64_t a) { return a; })},
      {"Flatten", unary([](int64_t a) { return a; })},
      {"Cast", cast},
      {"Clip", clip},
      {"Transpose", to_nchw},
      {"ReduceSum", sum_pixels},
      {"ConvInteger", convolve},
  };
  return table;
}

}  // namespace

std::map<std::string, OnnxValue> evaluate(const OnnxModel& model, const std::vector<uint8_t>& image) {
  std::map<std::string, OnnxValue> known;
  for (const auto& [name, tensor] : model.constants) known[name] = {tensor.extents, tensor.integers()};
  known["image"] = {model.inputs.at("image").extents, {image.begin(), image.end()}};
  for (const OnnxNode& node : model.nodes) {
    Inputs inputs;
    for (const std::string& name : node.inputs) inputs.push_back(&known.at(name));
    const auto found = operators().find(node.operation);
    if (found == operators().end()) throw FormatError(text("the operator ", node.operation, " is not known"));
    known[node.outputs.front()] = found->second(node, inputs);
  }
  return known;
}

}  // namespace mininas::test
