#include "mcu/host/formats/onnx_real.h"

namespace mininas {
namespace {

using Value = OnnxGraph::Value;
using Values = std::vector<Value>;

Value write_weighted(OnnxGraph& graph, const OnnxRealLayer& layer, const Values& in, const std::string& name) {
  return graph.node("Conv", {in[0], layer.weights, layer.bias}, onnx_window(layer.spec, layer.in), name);
}

Value write_global_pool(OnnxGraph& graph, const OnnxRealLayer&, const Values& in, const std::string& name) {
  return graph.node("GlobalAveragePool", {in[0]}, {}, name);
}

Value write_add(OnnxGraph& graph, const OnnxRealLayer&, const Values& in, const std::string& name) {
  return graph.node("Add", {in[0], in[1]}, {}, name);
}

Value write_relu(OnnxGraph& graph, const OnnxRealLayer&, const Values& in, const std::string& name) {
  return graph.node("Relu", {in[0]}, {}, name);
}

struct Row {
  LayerKind kind;
  Value (*write)(OnnxGraph& graph, const OnnxRealLayer& layer, const Values& in, const std::string& name);
};

constexpr Row kRows[] = {
    {LayerKind::kConv, write_weighted},   {LayerKind::kDepthwise, write_weighted},
    {LayerKind::kLinear, write_weighted}, {LayerKind::kGlobalAveragePool, write_global_pool},
    {LayerKind::kAdd, write_add},         {LayerKind::kRelu, write_relu},
};

}  // namespace

Value write_onnx_real(OnnxGraph& graph, const OnnxRealLayer& layer, const Values& in, const std::string& format,
                      const std::string& name) {
  const Row& row = row_of(kRows, layer.spec, format);
  if (!layer.spec.relu) return row.write(graph, layer, in, name);
  return graph.node("Relu", {row.write(graph, layer, in, "")}, {}, name);
}

}  // namespace mininas
