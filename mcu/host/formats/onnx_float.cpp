// The float network, its batch norms folded into the weights. Sums are added in another order than ours, so results
// agree to float accuracy, not in every bit.
#include "mcu/host/formats/onnx.h"
#include "mcu/host/formats/onnx_network.h"
#include "mcu/host/formats/onnx_real.h"
#include "nn/layers/operations.h"

namespace mininas {
namespace {

using Value = OnnxGraph::Value;

constexpr const char* kFormat = "onnx-float";

// The image's real values, (byte - zero) * scale.
Value real_image(OnnxGraph& graph, const FloatModel& model, FileTypes types) {
  graph.begin_layer("image");
  if (types == FileTypes::kFloat) return onnx_image(graph, model.spec, OnnxType::kFloat);
  const bool bytes = types == FileTypes::kUint8;
  const Value image = onnx_image(graph, model.spec, bytes ? OnnxType::kUint8 : OnnxType::kInt8);
  const auto zero = static_cast<float>(bytes ? model.pixels.zero : model.pixels.zero - 128);
  const Value steps = graph.node("Sub", {graph.cast(image, OnnxType::kFloat), graph.scalar(zero)});
  return graph.node("Mul", {steps, graph.scalar(model.pixels.scale)});
}

Value write_layer(OnnxGraph& graph, const FloatModel& model, int index, const std::vector<Value>& in) {
  const LayerSpec& spec = model.spec.layer(index);
  const FoldedLayer& folded = model.layers[static_cast<size_t>(index)];
  OnnxRealLayer layer{spec, model.spec.input_shape(index), {}, {}};
  if (has_weights(spec.kind)) {
    layer.weights = onnx_weights(graph, spec, layer.in, folded.weight.data());
    const float* bias = folded.bias.data();
    layer.bias = graph.constant("bias", {spec.out_channels}, std::vector<float>(bias, bias + spec.out_channels));
  }
  return write_onnx_real(graph, layer, in, kFormat, spec.name);
}

}  // namespace

std::string onnx_float(const FloatModel& model, const FormatOptions& options) {
  OnnxGraph graph;
  const Value image = real_image(graph, model, options.types);
  const Value logits =
      write_onnx_layers(graph, model.spec, image, OnnxType::kFloat, options.layers,
                        [&](int i, const std::vector<Value>& in) { return write_layer(graph, model, i, in); });
  graph.node("Identity", {logits}, {}, "logits");
  graph.output("logits", OnnxType::kFloat, {model.spec.classes()});
  const Quantization pixels{model.pixels.scale, model.pixels.zero - 128};
  return onnx_file(graph, kFormat, model.class_names, image_text(pixels), options);
}

}  // namespace mininas
