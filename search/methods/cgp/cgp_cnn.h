// CGP-CNN (Suganuma, Shirakawa, Nagao: "A Genetic Programming Approach to Designing Convolutional Neural Network
// Architectures", GECCO 2017): Cartesian genetic programming with one parent and `children` children.
//   1. Draw genotypes until one has a legal number of active nodes; train its network: the parent.
//   2. Each child is the parent with every gene changed with probability `mutation-rate`, drawn again until a gene that
//      matters has changed and the number of active nodes is legal. Train the children.
//   3. The best child replaces the parent if it is strictly better. Otherwise the parent drifts: genes that do not
//      matter change, the network stays.
//   4. From 2 again, until `candidates` have been trained.
// Not as published: behind the last node stands a global average pool instead of a linear layer on the flattened map;
// blocks have no bias in front of their norm, which would take it off again; what search/methods/graph_writer.h says.
#pragma once
#include "search/methods/cgp/phenotype.h"
#include "search/methods/session.h"
#include "search/record/options.h"
#include "search/space/graph.h"

namespace mininas {

enum class CgpBlock { kConv, kResidual };

struct CgpOptions {
  CgpBlock block = CgpBlock::kResidual;
  int rows = 3, columns = 10, levels_back = 5;
  int min_active = 4, max_active = 15;  // the output node counts
  std::vector<int> channels = {8, 16, 32};
  std::vector<int> kernels = {3, 5};
  int children = 2;
  double mutation_rate = 0.05;
  int candidates = 60;
  int epochs = 3;  // of each

  cgp::Grid grid() const;
};

OptionFields option_fields(CgpOptions& options);
void validate(const CgpOptions& options);  // throws ConfigError
CgpOptions published_cgp_options();

// Requires valid options.
SearchResult cgp_cnn(Session& session, const CgpOptions& options);

namespace cgp {

Graph to_graph(const Phenotype& network, const ImageShape& image);
// Whether the best of the children replaces the parent: only if it is strictly better.
struct Selection {
  size_t best_child = 0;  // the first of equals
  bool replaces = false;
};
Selection select(double parent, const std::vector<double>& children);

}  // namespace cgp
}  // namespace mininas
