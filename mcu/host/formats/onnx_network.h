// What the three forms of ONNX files have in common: image and logits, the layers in their order, and the attributes
// and weights of convolutions in ONNX's order. Internal to this folder.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "mcu/host/formats/file_format.h"
#include "mcu/host/formats/onnx_graph.h"

namespace mininas {

// The file's input "image", NHWC, transposed to NCHW.
OnnxGraph::Value onnx_image(OnnxGraph& graph, const NetworkSpec& spec, OnnxType type);
// The same as int8 values of the scale `image`, whatever the file takes.
OnnxGraph::Value onnx_int8_image(OnnxGraph& graph, const NetworkSpec& spec, const Quantization& image, FileTypes types);

// Writes every layer, in order, with write(index, inputs), which returns the layer's output of type `type`, and makes
// each an output of the file if `outputs` says so. Returns the last one as [N, classes].
using WriteOnnxLayer = std::function<OnnxGraph::Value(int layer, const std::vector<OnnxGraph::Value>& inputs)>;
OnnxGraph::Value write_onnx_layers(OnnxGraph& graph, const NetworkSpec& spec, const OnnxGraph::Value& image,
                                   OnnxType type, LayerOutputs outputs, const WriteOnnxLayer& write);

// The output "logits", from int8 values of `output`'s scale: as they are, or as real values.
void onnx_int8_logits(OnnxGraph& graph, const OnnxGraph::Value& logits, const NetworkSpec& spec,
                      const Quantization& output, FileTypes types);

// kernel_shape, pads, strides and group of Conv or ConvInteger.
std::vector<OnnxGraph::Attribute> onnx_window(const LayerSpec& layer, const ImageShape& in);

// How the weights of a layer go from our order, OHWI or 1HWC, to ONNX's: [out, in / group, height, width].
struct OnnxWeightOrder {
  OnnxGraph::Extents extents;
  std::vector<int64_t> sources;  // for each weight of ONNX's, its index in our order
};
OnnxWeightOrder onnx_weight_order(const LayerSpec& layer, const ImageShape& in);
template <class T>
OnnxGraph::Value onnx_weights(OnnxGraph& graph, const LayerSpec& layer, const ImageShape& in, const T* weights) {
  const OnnxWeightOrder order = onnx_weight_order(layer, in);
  std::vector<T> values;
  for (const int64_t source : order.sources) values.push_back(weights[source]);
  return graph.constant("weights", order.extents, values);
}

// The file, with what is known of the network as its metadata: classes, the image's scale, origin.
std::string onnx_file(const OnnxGraph& graph, const std::string& format, const std::vector<std::string>& class_names,
                      const std::string& image, const FormatOptions& options);

}  // namespace mininas
