// The int8 network as float operators between QuantizeLinear and DequantizeLinear, the form that ONNX Runtime and the
// compilers of NPUs turn into their own int8 kernels. All tensors between layers are int8 with our scales; weights are
// int8 with a scale per channel, biases int32.
#include "mcu/host/formats/onnx.h"
#include "mcu/host/formats/onnx_network.h"
#include "mcu/host/formats/onnx_real.h"
#include "nn/layers/operations.h"

namespace mininas {
namespace {

using Value = OnnxGraph::Value;

constexpr const char* kFormat = "onnx-qdq";

std::vector<Value> steps(OnnxGraph& graph, const Value& value, const Quantization& scale) {
  return {value, graph.scalar(scale.scale), graph.scalar(static_cast<int8_t>(scale.zero_point))};
}

// One scale per output channel, which is the first axis.
Value real_constant(OnnxGraph& graph, const Value& integers, const std::string& what,
                    const std::vector<float>& scales) {
  const Value scale = graph.constant(what + "_scale", {static_cast<int64_t>(scales.size())}, scales);
  return graph.node("DequantizeLinear", {integers, scale}, {{"axis", {0}, false}});
}

Value real_weights(OnnxGraph& graph, const PlacedLayer& layer) {
  const QuantizedLayer& integers = layer.integers;
  const Value weights = onnx_weights(graph, layer.spec, layer.in[0], integers.weights.data());
  return real_constant(graph, weights, "weights", integers.weight_scales);
}

// The scale of a bias is the input's times the weight's.
Value real_bias(OnnxGraph& graph, const PlacedLayer& layer) {
  std::vector<float> scales;
  for (const float scale : layer.integers.weight_scales) scales.push_back(scale * layer.input[0].scale);
  return real_constant(graph, graph.constant("bias", {layer.spec.out_channels}, layer.integers.bias), "bias", scales);
}

// A clamp that is not that of a ReLU, on the int8 values.
bool clamps_further(const QuantizedLayer& layer) {
  return layer.high < 127 || (layer.low > -128 && layer.low != layer.output.zero_point);
}

Value write_layer(OnnxGraph& graph, const PlacedLayer& layer, const std::vector<Value>& in) {
  const QuantizedLayer& integers = layer.integers;
  std::vector<Value> reals;
  for (size_t k = 0; k < in.size(); ++k)
    reals.push_back(graph.node("DequantizeLinear", steps(graph, in[k], layer.input[k])));
  OnnxRealLayer real{layer.spec, layer.in[0], {}, {}};
  if (has_weights(layer.spec.kind)) {
    real.weights = real_weights(graph, layer);
    real.bias = real_bias(graph, layer);
  }
  const Value value = write_onnx_real(graph, real, reals, kFormat, "");
  const std::vector<Value> output = steps(graph, value, integers.output);
  if (!clamps_further(integers)) return graph.node("QuantizeLinear", output, {}, layer.spec.name);
  return graph.node("Clip",
                    {graph.node("QuantizeLinear", output), graph.scalar(static_cast<int8_t>(integers.low)),
                     graph.scalar(static_cast<int8_t>(integers.high))},
                    {}, layer.spec.name);
}

}  // namespace

std::string onnx_qdq(const QuantizedModel& model, const FormatOptions& options) {
  OnnxGraph graph;
  const Value image = onnx_int8_image(graph, model.spec, model.input, options.types);
  const Value logits =
      write_onnx_layers(graph, model.spec, image, OnnxType::kInt8, options.layers,
                        [&](int i, const std::vector<Value>& in) { return write_layer(graph, model.placed(i), in); });
  onnx_int8_logits(graph, logits, model.spec, model.layers.back().output, options.types);
  return onnx_file(graph, kFormat, model.class_names, image_text(model.input), options);
}

}  // namespace mininas
