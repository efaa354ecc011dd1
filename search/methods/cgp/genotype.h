// The genotype of CGP-CNN (Suganuma, Shirakawa, Nagao: "A Genetic Programming Approach to Designing Convolutional
// Neural Network Architectures", GECCO 2017): a grid of nodes, column by column, and an output node behind it. Each
// node has a function and two inputs from the columns before it, whether its function uses both or one. Only nodes that
// the output depends on are active; the others carry genes that may matter later, which is what neutral mutation lives
// on. Rules are those of the authors' code.
#pragma once
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "core/rng.h"

namespace mininas::cgp {

enum class FunctionKind { kConvBlock, kResidualBlock, kMaxPool, kAveragePool, kConcat, kSum };

struct Function {
  FunctionKind kind = FunctionKind::kConvBlock;
  int channels = 0, kernel = 0;  // of the blocks

  bool operator==(const Function&) const = default;
};

int input_count(const Function& function);
bool is_pool(const Function& function);

// The paper's two sets: blocks of each width and kernel, both pools, concatenation, sum.
std::vector<Function> function_set(FunctionKind block, const std::vector<int>& channels,
                                   const std::vector<int>& kernels);

struct Grid {
  int rows = 5, columns = 30, levels_back = 10;
  std::vector<Function> functions;

  int nodes() const { return rows * columns; }
};

// Input 0 is the image, input i > 0 the node i - 1.
struct Gene {
  int function = 0;  // index in the grid's functions; of the output node always 0
  std::array<int, 2> inputs{};

  bool operator==(const Gene&) const = default;
};

// Of all nodes, the output node last.
using Genotype = std::vector<Gene>;

// The smallest and the largest input of a node.
std::pair<int, int> input_range(const Grid& grid, int node);
// How many of its inputs a node uses: those of its function, one for the output node.
int used_inputs(const Grid& grid, const Genotype& genotype, int node);
// Which nodes the output depends on, itself included.
std::vector<bool> active_nodes(const Grid& grid, const Genotype& genotype);
int active_count(const Grid& grid, const Genotype& genotype);

Genotype random_genotype(const Grid& grid, Rng& rng);

// Every gene takes another value of its range with probability `rate`.
Genotype mutated(const Grid& grid, const Genotype& parent, double rate, Rng& rng);
// The same for genes that do not matter: of inactive nodes, and inputs that a node does not use. The network stays.
Genotype neutrally_mutated(const Grid& grid, const Genotype& parent, double rate, Rng& rng);
// Whether a function of a node that was active has changed, or an input that its function used before. What changes
// nothing else may happen to count, and a gene that became active does not.
bool counts_as_change(const Grid& grid, const Genotype& parent, const Genotype& child);

}  // namespace mininas::cgp
