// The cells of DARTS (Liu, Simonyan, Yang: "DARTS: Differentiable Architecture Search", ICLR 2019) and of the networks
// it is compared with: what a cell is, how one is derived from the weights of all its possible operations, and what
// networks of cells cost, counted as the authors' code counts.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/tensor.h"

namespace mininas::darts {

// The first eight are those that DARTS searches, in its order; published cells of others have the last two as well.
enum class CellOperation {
  kNone,
  kMaxPool3,
  kAveragePool3,
  kSkip,
  kSeparable3,
  kSeparable5,
  kDilated3,
  kDilated5,
  kSeparable7,
  kConv7x1
};
constexpr int kSearchedOperations = 8;

std::string to_text(CellOperation operation);                 // "sep_conv_3x3"
CellOperation parse_cell_operation(const std::string& name);  // throws ConfigError

// What an intermediate node reads, through which operation. Nodes 0 and 1 are the outputs of the two cells before.
struct CellEdge {
  CellOperation operation = CellOperation::kSkip;
  int source = 0;

  bool operator==(const CellEdge&) const = default;
};

struct Cell {
  std::vector<CellEdge> edges;  // two for each intermediate node, the nodes in order
  std::vector<int> output;      // the nodes that are concatenated

  bool operator==(const Cell&) const = default;
};

struct Genotype {
  Cell normal, reduction;

  bool operator==(const Genotype&) const = default;
};

// Edges of the searched cell: node 2 from 0 and 1, node 3 from 0, 1 and 2, and so on.
constexpr int kIntermediateNodes = 4, kSearchedEdges = 14;
using EdgeWeights = std::array<double, kSearchedOperations>;
using Alphas = std::array<EdgeWeights, kSearchedEdges>;

// Softmax of one edge's alphas, the same bits on every machine.
EdgeWeights softmax(const EdgeWeights& alphas);
// Of every node the two edges with the strongest operation other than `none`, the stronger first; of equals the earlier
// edge and the earlier operation.
Cell derive(const Alphas& alphas);

// A network of cells: a stem of 3x3 convolution to three times `channels`, cells of which those at a third and at two
// thirds halve the map and double the channels, global average pool, linear classifier.
struct CellNetwork {
  int channels = 16, cells = 8, classes = 10;
  ImageShape image{32, 32, 3};
};
bool is_reduction(int cell, int cells);

struct PublishedCost {
  int64_t parameters = 0, macs = 0;  // multiply-accumulates of convolutions and of the classifier
};
PublishedCost published_cost(const Genotype& genotype, const CellNetwork& network);
// Weights of the network that is searched in: every operation on every edge, norms of the cells without gamma and beta.
int64_t search_network_weights(const CellNetwork& network);

}  // namespace mininas::darts
