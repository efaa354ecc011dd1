#include "search/methods/cgp/genotype.h"

#include <algorithm>
#include <functional>

namespace mininas::cgp {
namespace {

const Gene& gene_of(const Genotype& genotype, int node) { return genotype[static_cast<size_t>(node)]; }

bool is_output(const Grid& grid, int node) { return node == grid.nodes(); }

void mark(const Grid& grid, const Genotype& genotype, int node, std::vector<bool>& active) {
  if (active[static_cast<size_t>(node)]) return;
  active[static_cast<size_t>(node)] = true;
  for (int i = 0; i < used_inputs(grid, genotype, node); ++i)
    if (const int input = gene_of(genotype, node).inputs[static_cast<size_t>(i)]; input > 0)
      mark(grid, genotype, input - 1, active);
}

// Of a function gene and of the input genes of a node: uniform over the range, or over the range without `old`.
int drawn_between(int least, int most, Rng& rng) {
  return least + static_cast<int>(rng.below(static_cast<uint32_t>(most - least + 1)));
}

int other_between(int least, int most, int old, Rng& rng) {
  if (least == most) return old;
  const int drawn = drawn_between(least, most - 1, rng);
  return drawn < old ? drawn : drawn + 1;
}

// Which genes may change: the function of a node, or its input number `i`.
struct Freedom {
  std::function<bool(int node)> function;
  std::function<bool(int node, int i)> input;
};

Genotype mutated_where(const Grid& grid, const Genotype& parent, double rate, const Freedom& may_change, Rng& rng) {
  const auto hit = [&] { return rng.uniform() < static_cast<float>(rate); };
  const int functions = static_cast<int>(grid.functions.size());
  Genotype child = parent;
  for (int node = 0; node <= grid.nodes(); ++node) {
    Gene& gene = child[static_cast<size_t>(node)];
    if (!is_output(grid, node) && may_change.function(node) && hit())
      gene.function = other_between(0, functions - 1, gene.function, rng);
    const auto [least, most] = input_range(grid, node);
    for (int i = 0; i < 2; ++i)
      if (int& input = gene.inputs[static_cast<size_t>(i)]; may_change.input(node, i) && hit())
        input = other_between(least, most, input, rng);
  }
  return child;
}

}  // namespace

int input_count(const Function& function) {
  return function.kind == FunctionKind::kConcat || function.kind == FunctionKind::kSum ? 2 : 1;
}

bool is_pool(const Function& function) {
  return function.kind == FunctionKind::kMaxPool || function.kind == FunctionKind::kAveragePool;
}

std::vector<Function> function_set(FunctionKind block, const std::vector<int>& channels,
                                   const std::vector<int>& kernels) {
  std::vector<Function> set;
  for (const int width : channels)
    for (const int kernel : kernels) set.push_back({block, width, kernel});
  set.insert(set.end(),
             {{FunctionKind::kMaxPool}, {FunctionKind::kAveragePool}, {FunctionKind::kConcat}, {FunctionKind::kSum}});
  return set;
}

std::pair<int, int> input_range(const Grid& grid, int node) {
  const int column = node / grid.rows;  // of the output node: the one behind the last
  const int first = column - grid.levels_back;
  return {first >= 0 ? first * grid.rows + 1 : 0, column * grid.rows};
}

int used_inputs(const Grid& grid, const Genotype& genotype, int node) {
  if (is_output(grid, node)) return 1;
  return input_count(grid.functions[static_cast<size_t>(gene_of(genotype, node).function)]);
}

std::vector<bool> active_nodes(const Grid& grid, const Genotype& genotype) {
  std::vector<bool> active(genotype.size(), false);
  mark(grid, genotype, grid.nodes(), active);
  return active;
}

int active_count(const Grid& grid, const Genotype& genotype) {
  const std::vector<bool> active = active_nodes(grid, genotype);
  return static_cast<int>(std::count(active.begin(), active.end(), true));
}

Genotype random_genotype(const Grid& grid, Rng& rng) {
  Genotype genotype(static_cast<size_t>(grid.nodes()) + 1);
  for (int node = 0; node <= grid.nodes(); ++node) {
    Gene& gene = genotype[static_cast<size_t>(node)];
    if (!is_output(grid, node))
      gene.function = static_cast<int>(rng.below(static_cast<uint32_t>(grid.functions.size())));
    const auto [least, most] = input_range(grid, node);
    for (int& input : gene.inputs) input = drawn_between(least, most, rng);
  }
  return genotype;
}

Genotype mutated(const Grid& grid, const Genotype& parent, double rate, Rng& rng) {
  return mutated_where(grid, parent, rate, {[](int) { return true; }, [](int, int) { return true; }}, rng);
}

Genotype neutrally_mutated(const Grid& grid, const Genotype& parent, double rate, Rng& rng) {
  const std::vector<bool> active = active_nodes(grid, parent);
  const auto idle = [&](int node) { return !active[static_cast<size_t>(node)]; };
  const auto unused = [&](int node, int i) { return idle(node) || i >= used_inputs(grid, parent, node); };
  return mutated_where(grid, parent, rate, {idle, unused}, rng);
}

bool counts_as_change(const Grid& grid, const Genotype& parent, const Genotype& child) {
  const std::vector<bool> active = active_nodes(grid, parent);
  for (int node = 0; node <= grid.nodes(); ++node) {
    if (!active[static_cast<size_t>(node)]) continue;
    const Gene &before = gene_of(parent, node), &after = gene_of(child, node);
    if (before.function != after.function) return true;
    for (int i = 0; i < used_inputs(grid, parent, node); ++i)
      if (before.inputs[static_cast<size_t>(i)] != after.inputs[static_cast<size_t>(i)]) return true;
  }
  return false;
}

}  // namespace mininas::cgp
