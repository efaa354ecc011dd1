// The integer network in ONNX operators that compute exactly our formulas (mcu/runtime/mn_arithmetic.h), step by step.
// Activations are int8, sums int32, and everything from a sum to an output is int64, where no step can overflow: a sum
// times its multiplier is below 2^62.
// ONNX's integer division truncates and ours are shifts that round down, so an offset makes numbers positive before
// they are divided, and roundings away from zero are computed on absolute values.
#include "mcu/host/formats/onnx.h"
#include "mcu/host/formats/onnx_network.h"
#include "mcu/runtime/mn_arithmetic.h"
#include "nn/layers/operations.h"

namespace mininas {
namespace {

using Value = OnnxGraph::Value;

constexpr const char* kFormat = "onnx-exact";

// Multipliers and shifts, as int64 constants that spread over the pixels of NCHW tensors.
struct Factors {
  Value multiplier, half, divisor;  // half = 2^(shift - 1), or 0 where the shift is 0; divisor = 2^shift
};

Factors factors(OnnxGraph& graph, const std::vector<FixedPoint>& rescale, const std::string& what) {
  std::vector<int64_t> multipliers, halves, divisors;
  for (const FixedPoint& factor : rescale) {
    multipliers.push_back(factor.multiplier);
    divisors.push_back(int64_t{1} << factor.right_shift);
    halves.push_back(divisors.back() / 2);
  }
  const OnnxGraph::Extents extents = {static_cast<int64_t>(rescale.size()), 1, 1};
  return {graph.constant(what + "multiplier", extents, multipliers), graph.constant(what + "half", extents, halves),
          graph.constant(what + "divisor", extents, divisors)};
}

// value / divisor, rounded to nearest, halves away from zero.
Value divide_rounded(OnnxGraph& graph, const Value& value, const Value& half, const Value& divisor) {
  const Value size = graph.node("Div", {graph.node("Add", {graph.node("Abs", {value}), half}), divisor});
  return graph.node("Mul", {size, graph.node("Sign", {value})});
}

// mn_multiply_high
Value multiply_high(OnnxGraph& graph, const Value& sum, const Value& multiplier) {
  constexpr int64_t kRounding = int64_t{1} << 30, kOffset = int64_t{1} << 62, kDivisor = int64_t{1} << 31;
  const Value product = graph.node("Mul", {sum, multiplier});
  const Value positive = graph.node("Add", {product, graph.scalar(kRounding + kOffset)});
  const Value quotient = graph.node("Div", {positive, graph.scalar(kDivisor)});
  return graph.node("Sub", {quotient, graph.scalar(kOffset / kDivisor)});
}

// mn_rescale; int64 to int64
Value rescaled(OnnxGraph& graph, const Value& sum, const Factors& by) {
  return divide_rounded(graph, multiply_high(graph, sum, by.multiplier), by.half, by.divisor);
}

// The layer's output: clamped int64 values as int8.
Value clamped(OnnxGraph& graph, const Value& value, const PlacedLayer& layer) {
  const Value inside = graph.node(
      "Clip", {value, graph.scalar(int64_t{layer.integers.low}), graph.scalar(int64_t{layer.integers.high})});
  return graph.node("Cast", {inside}, {{"to", {static_cast<int>(OnnxType::kInt8)}, false}}, layer.spec.name);
}

Value with_zero_point(OnnxGraph& graph, const Value& value, const PlacedLayer& layer) {
  return graph.node("Add", {value, graph.scalar(int64_t{layer.integers.output.zero_point})});
}

// q + 128 as uint8, the only type of images that runtimes' ConvInteger takes.
Value as_bytes(OnnxGraph& graph, const Value& value) {
  return graph.once(value + "+128", [&] {
    const Value bytes = graph.node("Add", {graph.cast(value, OnnxType::kInt32), graph.scalar(int32_t{128})});
    return graph.cast(bytes, OnnxType::kUint8);
  });
}

Value write_weighted(OnnxGraph& graph, const PlacedLayer& layer, const std::vector<Value>& in) {
  const Value image = as_bytes(graph, in[0]);
  const Value weights = onnx_weights(graph, layer.spec, layer.in[0], layer.integers.weights.data());
  const Value zero = graph.scalar(static_cast<uint8_t>(layer.input[0].zero_point + 128));
  const Value products = graph.node("ConvInteger", {image, weights, zero}, onnx_window(layer.spec, layer.in[0]));
  const Value bias = graph.constant("bias", {layer.spec.out_channels, 1, 1}, layer.integers.bias);
  const Value sum = graph.cast(graph.node("Add", {products, bias}), OnnxType::kInt64);
  const Value value = rescaled(graph, sum, factors(graph, layer.integers.rescale, ""));
  return clamped(graph, with_zero_point(graph, value, layer), layer);
}

// mn_rescale_summand of input number `k`
Value summand(OnnxGraph& graph, const PlacedLayer& layer, const Value& in, size_t k) {
  const Value zero = graph.scalar(int64_t{layer.input[k].zero_point});
  const Value steps = graph.node("Sub", {graph.cast(in, OnnxType::kInt64), zero});
  const Value fine = graph.node("Mul", {steps, graph.scalar(int64_t{1} << MN_ADD_SHIFT)});
  return rescaled(graph, fine, factors(graph, {layer.integers.rescale[k]}, text("input", k + 1, "_")));
}

Value write_add(OnnxGraph& graph, const PlacedLayer& layer, const std::vector<Value>& in) {
  const Value first = summand(graph, layer, in[0], 0), second = summand(graph, layer, in[1], 1);
  const Factors output = factors(graph, {layer.integers.rescale[2]}, "output_");
  const Value sum = rescaled(graph, graph.node("Add", {first, second}), output);
  return clamped(graph, with_zero_point(graph, sum, layer), layer);
}

// mn_average over all pixels
Value write_global_pool(OnnxGraph& graph, const PlacedLayer& layer, const std::vector<Value>& in) {
  const int64_t pixels = int64_t{layer.in[0].height} * layer.in[0].width;
  const Value axes = graph.constant("axes", {2}, std::vector<int64_t>{2, 3});
  const Value sum = graph.node("ReduceSum", {graph.cast(in[0], OnnxType::kInt64), axes});
  const Value mean = divide_rounded(graph, sum, graph.scalar(pixels / 2), graph.scalar(pixels));
  return clamped(graph, mean, layer);
}

Value write_relu(OnnxGraph& graph, const PlacedLayer& layer, const std::vector<Value>& in) {
  return clamped(graph, graph.cast(in[0], OnnxType::kInt64), layer);
}

struct Row {
  LayerKind kind;
  Value (*write)(OnnxGraph& graph, const PlacedLayer& layer, const std::vector<Value>& in);
};

constexpr Row kRows[] = {
    {LayerKind::kConv, write_weighted},   {LayerKind::kDepthwise, write_weighted},
    {LayerKind::kLinear, write_weighted}, {LayerKind::kGlobalAveragePool, write_global_pool},
    {LayerKind::kAdd, write_add},         {LayerKind::kRelu, write_relu},
};

}  // namespace

std::string onnx_exact(const QuantizedModel& model, const FormatOptions& options) {
  OnnxGraph graph;
  const Value image = onnx_int8_image(graph, model.spec, model.input, options.types);
  const Value logits = write_onnx_layers(
      graph, model.spec, image, OnnxType::kInt8, options.layers, [&](int i, const std::vector<Value>& in) {
        return row_of(kRows, model.spec.layer(i), kFormat).write(graph, model.placed(i), in);
      });
  onnx_int8_logits(graph, logits, model.spec, model.layers.back().output, options.types);
  return onnx_file(graph, kFormat, model.class_names, image_text(model.input), options);
}

}  // namespace mininas
