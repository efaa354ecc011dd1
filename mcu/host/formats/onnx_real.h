// The layers of a network as ONNX's float operators, which the formats onnx-qdq and onnx-float have in common. Internal
// to this folder.
#pragma once
#include <string>
#include <vector>

#include "mcu/host/formats/onnx_network.h"

namespace mininas {

struct OnnxRealLayer {
  const LayerSpec& spec;
  ImageShape in;                   // of the first input
  OnnxGraph::Value weights, bias;  // empty for layers without weights
};

// Writes the operation and the ReLU after it; the output is named `name`, or gets a name of its own. Throws ConfigError
// where there is no such operation in `format`.
OnnxGraph::Value write_onnx_real(OnnxGraph& graph, const OnnxRealLayer& layer, const std::vector<OnnxGraph::Value>& in,
                                 const std::string& format, const std::string& name);

}  // namespace mininas
