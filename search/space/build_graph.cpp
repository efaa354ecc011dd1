// From a graph to the network it stands for. Layers come in the order in which the graph is listed. A tensor that all
// its readers read through a ReLU gets it where it is made. One that some read through a ReLU and others as it is gets
// a ReLU layer of its own, which the former read.
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
        (reads_through_relu(node.operation) ? outputs_[id].read_behind_relu : outputs_[id].read_as_it_is) = true;
    outputs_[graph.output().id].read_as_it_is = true;  // by the head
  }

  NetworkSpec run() {
    for (const GraphNode& node : graph_.nodes()) add(node);
    return std::move(chain_).finish(outputs_[graph_.output().id].layer);
  }

 private:
  struct Output {
    bool read_as_it_is = false, read_behind_relu = false;
    bool behind_relu = false;  // the layer's output is behind a ReLU
    int layer = kImage;
    int relu_layer = kImage;  // where there is one
  };

  void add(const GraphNode& node) {
    std::vector<int> inputs;
    for (const std::string& id : node.inputs)
      inputs.push_back(reads_through_relu(node.operation) ? behind_relu(id) : outputs_[id].layer);
    Output& output = outputs_[node.id];
    output.layer = rule_of(node.operation.kind).add_layers(chain_, node, inputs);
    output.behind_relu = node.operation.kind == NodeKind::kRelu;
    if (output.behind_relu || output.read_as_it_is) return;
    chain_.layer(output.layer).relu = true;
    output.behind_relu = true;
  }

  // The layer with the output of `id` behind a ReLU. The image is read as it is.
  int behind_relu(const std::string& id) {
    Output& output = outputs_[id];
    if (id == kImageId || output.behind_relu) return output.layer;
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
