// Builds the network of a graph, with layers in the order of its nodes. A tensor that all readers read through a ReLU
// is rectified by the layer that computes it. If only some readers do, they read a separate ReLU layer.
#include <map>
#include <utility>

#include "nn/spec/layer_chain.h"
#include "search/space/build.h"
#include "search/space/graph_operations.h"

namespace mininas {
namespace {

class GraphBuilder {
 public:
  GraphBuilder(const Graph& graph, const ImageShape& input, int classes) : graph_(graph), chain_(input, classes) {
    for (const GraphNode& node : graph.nodes())
      for (const std::string& id : node.inputs)
        (reads_through_relu(node.operation) ? outputs_[id].read_rectified : outputs_[id].read_unrectified) = true;
    outputs_[graph.output().id].read_unrectified = true;  // the head reads it without ReLU
  }

  NetworkSpec run() {
    for (const GraphNode& node : graph_.nodes()) add(node);
    return std::move(chain_).finish(outputs_[graph_.output().id].layer);
  }

 private:
  struct Output {
    bool read_unrectified = false, read_rectified = false;
    bool rectified = false;  // the layer itself applies the ReLU
    int layer = kImage;
    int relu_layer = kImage;  // kImage: none
  };

  void add(const GraphNode& node) {
    std::vector<int> inputs;
    for (const std::string& id : node.inputs)
      inputs.push_back(reads_through_relu(node.operation) ? rectified_layer(id) : outputs_[id].layer);
    Output& output = outputs_[node.id];
    output.layer = rule_of(node.operation.kind).add_layers(chain_, node, inputs);
    output.rectified = node.operation.kind == NodeKind::kRelu;
    if (output.rectified || output.read_unrectified) return;
    chain_.layer(output.layer).relu = true;
    output.rectified = true;
  }

  // The layer with the rectified output of `id`. The image is not rectified.
  int rectified_layer(const std::string& id) {
    Output& output = outputs_[id];
    if (id == kImageId || output.rectified) return output.layer;
    if (output.relu_layer == kImage) {
      chain_.add_relu(id + ".relu", output.layer);
      output.relu_layer = chain_.last();
    }
    return output.relu_layer;
  }

  const Graph& graph_;
  LayerChain chain_;
  std::map<std::string, Output> outputs_;
};

}  // namespace

NetworkSpec build_network_spec(const Graph& graph, const ImageShape& input, int classes) {
  return GraphBuilder(graph, input, classes).run();
}

}  // namespace mininas
