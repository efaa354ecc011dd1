// Meta-QNN (Baker, Gupta, Naik, Raskar: "Designing Neural Network Architectures using Reinforcement Learning", ICLR
// 2017): an agent that walks from layer to layer, and learns by Q learning which layer to take next.
//   1. Walk: with probability epsilon any action of the state, otherwise one of those that are worth most.
//   2. Train the network, unless it was trained before: then its accuracy is known. The best epoch's validation
//      accuracy is its reward.
//   3. Learn from `replays` networks drawn from all walks so far, each from its end to its start.
//   4. From 1 again. Epsilon falls from 1 to 0.1 by the number of different networks trained: `first-networks` at 1.0,
//      `middle-networks` each at 0.9, 0.8 and 0.7, `last-networks` each at 0.6 to 0.1.
// Not as published: every network ends with a global average pool and a linear layer; every candidate trains by the
// run's recipe, without dropout and without new attempts at lower rates; what search/methods/graph_writer.h says.
#pragma once
#include "search/methods/metaqnn/q_table.h"
#include "search/methods/session.h"
#include "search/record/options.h"
#include "search/space/graph.h"

namespace mininas {

struct MetaQnnOptions {
  metaqnn::Space space{.filters = {8, 16, 32, 64}, .units = {64, 32, 16}, .depth_limit = 6};
  metaqnn::QSettings learning{.learning_rate = 0.05};
  int first_networks = 40, middle_networks = 4, last_networks = 5;
  int replays = 100;
  int epochs = 3;  // of each

  int networks() const { return first_networks + 3 * middle_networks + 6 * last_networks; }
  // While so many different networks have been trained.
  double epsilon(int trained) const;
};

OptionFields option_fields(MetaQnnOptions& options);
void validate(const MetaQnnOptions& options);  // throws ConfigError
MetaQnnOptions published_meta_qnn_options();

// Requires valid options.
SearchResult meta_qnn(Session& session, const MetaQnnOptions& options);

namespace metaqnn {

Graph to_graph(const std::vector<Layer>& layers, const ImageShape& image, int classes);

}  // namespace metaqnn
}  // namespace mininas
