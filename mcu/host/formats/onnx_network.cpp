#include "mcu/host/formats/onnx_network.h"

#include "nn/layers/operations.h"
#include "nn/layers/window.h"

namespace mininas {
namespace {

using Value = OnnxGraph::Value;

OnnxGraph::Extents extents_of(const ImageShape& shape) { return {shape.channels, shape.height, shape.width}; }

bool is_depthwise(const LayerSpec& layer) { return traits_of(layer).depthwise; }

}  // namespace

Value onnx_image(OnnxGraph& graph, const NetworkSpec& spec, OnnxType type) {
  const ImageShape& shape = spec.input();
  const Value image = graph.input("image", type, {shape.height, shape.width, shape.channels});
  return graph.node("Transpose", {image}, {{"perm", {0, 3, 1, 2}}});
}

Value onnx_int8_image(OnnxGraph& graph, const NetworkSpec& spec, const Quantization& image, FileTypes types) {
  graph.begin_layer("image");
  if (types == FileTypes::kInt8) return onnx_image(graph, spec, OnnxType::kInt8);
  if (types == FileTypes::kFloat)
    return graph.node("QuantizeLinear", {onnx_image(graph, spec, OnnxType::kFloat), graph.scalar(image.scale),
                                         graph.scalar(static_cast<int8_t>(image.zero_point))});
  const Value bytes = graph.cast(onnx_image(graph, spec, OnnxType::kUint8), OnnxType::kInt32);
  return graph.cast(graph.node("Sub", {bytes, graph.scalar(int32_t{128})}), OnnxType::kInt8);
}

Value write_onnx_layers(OnnxGraph& graph, const NetworkSpec& spec, const Value& image, OnnxType type,
                        LayerOutputs as_outputs, const WriteOnnxLayer& write) {
  std::vector<Value> outputs;
  for (int i = 0; i < spec.size(); ++i) {
    graph.begin_layer(spec.layer(i).name);
    std::vector<Value> inputs;
    for (const int input : spec.inputs(i))
      inputs.push_back(input == kImage ? image : outputs[static_cast<size_t>(input)]);
    outputs.push_back(write(i, inputs));
    const OnnxGraph::Extents extents = extents_of(spec.shape(i));
    if (as_outputs != LayerOutputs::kNone) graph.output(outputs.back(), type, extents);
    if (as_outputs == LayerOutputs::kAlone) outputs.back() = graph.input(spec.layer(i).name + ".given", type, extents);
  }
  graph.begin_layer("logits");
  return graph.node("Flatten", {outputs.back()});
}

void onnx_int8_logits(OnnxGraph& graph, const Value& logits, const NetworkSpec& spec, const Quantization& output,
                      FileTypes types) {
  const bool real = types == FileTypes::kFloat;
  if (real)
    graph.node("DequantizeLinear",
               {logits, graph.scalar(output.scale), graph.scalar(static_cast<int8_t>(output.zero_point))}, {},
               "logits");
  else
    graph.node("Identity", {logits}, {}, "logits");
  graph.output("logits", real ? OnnxType::kFloat : OnnxType::kInt8, {spec.classes()});
}

std::vector<OnnxGraph::Attribute> onnx_window(const LayerSpec& layer, const ImageShape& in) {
  const ConvGeometry geometry = geometry_of(layer, in, 1);
  const int64_t padding = geometry.padding(), kernel = geometry.kernel, stride = geometry.stride;
  return {{"kernel_shape", {kernel, kernel}},
          {"pads", {padding, padding, padding, padding}},
          {"strides", {stride, stride}},
          {"group", {is_depthwise(layer) ? in.channels : 1}, false}};
}

OnnxWeightOrder onnx_weight_order(const LayerSpec& layer, const ImageShape& in) {
  const LayerOperation& operation = operation_of(layer);
  const WeightOrder ours = operation.weight_order(layer, in);
  const Shape shape = operation.weight_shape(layer, in);
  const int64_t pixels = shape.h * shape.w, per_tap = ours.taps / pixels;
  OnnxWeightOrder order{{ours.channels, per_tap, shape.h, shape.w}, {}};
  for (int64_t out = 0; out < ours.channels; ++out)
    for (int64_t channel = 0; channel < per_tap; ++channel)
      for (int64_t pixel = 0; pixel < pixels; ++pixel)
        order.sources.push_back(ours.index(out, pixel * per_tap + channel));
  return order;
}

std::string onnx_file(const OnnxGraph& graph, const std::string& format, const std::vector<std::string>& class_names,
                      const std::string& image, const FormatOptions& options) {
  return graph.file("mininas", file_facts(format, class_names, image, options));
}

}  // namespace mininas
