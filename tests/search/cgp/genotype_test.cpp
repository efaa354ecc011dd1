// Genotypes of CGP-CNN and the networks that they stand for, against what the authors' own code made of them.
#include "search/methods/cgp/genotype.h"

#include <algorithm>

#include "tests/search/cgp/golden_genotypes.h"
#include "tests/support/catch.h"
#include "tests/support/golden.h"
#include "tests/support/skip.h"

using namespace mininas;
using namespace mininas::cgp;
using namespace mininas::test;

namespace {

constexpr const char* kMissing = "MININAS_REFERENCE names no folder with methods/cgp-*.json";

std::vector<int> active_list(const Grid& grid, const Genotype& genotype) {
  const std::vector<bool> active = active_nodes(grid, genotype);
  std::vector<int> list;
  for (size_t i = 0; i < active.size(); ++i)
    if (active[i]) list.push_back(static_cast<int>(i));
  return list;
}

std::vector<int> integers(const nlohmann::json& list) { return list.get<std::vector<int>>(); }

// `shapes_of(i)`: the golden shape of entry i of the list, the image first.
template <class ShapesOf>
void check_shapes(const Phenotype& network, const ImageShape& image, const ShapesOf& shape_of) {
  const std::vector<ImageShape> found = shapes(network, image);
  CHECK(shape_from(shape_of(0)) == image);
  for (size_t i = 0; i < found.size(); ++i) CHECK(found[i] == shape_from(shape_of(i + 1)));
}

void check_decoding(const Grid& grid, const nlohmann::json& c, const ImageShape& image, int classes, bool bias) {
  const Genotype genotype = genotype_from(c["genes"]);
  CHECK(active_list(grid, genotype) == integers(c["active"]));
  const Phenotype network = decode(grid, genotype);
  CHECK(network == phenotype_from(c["network"]));
  check_shapes(network, image, [&](size_t i) { return c["network"][i]["shape"]; });
  CHECK(published_parameters(network, image, classes, bias) == c["parameters"].get<int64_t>());
}

Grid small_grid() { return {3, 10, 5, function_set(FunctionKind::kResidualBlock, {32, 64, 128}, {3, 5})}; }

}  // namespace

TEST_CASE("genotypes decode to the active nodes, shapes and parameters of the authors' code",
          "[search][cgp][reference]") {
  const auto data = golden("cgp-decoding");
  if (!data) return skip(kMissing);
  for (const auto& c : (*data)["cases"]) {
    const std::string set = c["functions"];
    const Grid grid{c["rows"], c["columns"], c["levels_back"], functions_named((*data)["functions"][set])};
    check_decoding(grid, c, shape_from(c["image"]), c["classes"], true);
    const auto kind = set == "conv" ? FunctionKind::kConvBlock : FunctionKind::kResidualBlock;
    CHECK(grid.functions == function_set(kind, {32, 64, 128}, {3, 5}));
  }
}

TEST_CASE("genotypes of the authors' later version decode likewise", "[search][cgp][reference]") {
  const auto data = golden("cgp-decoding-later-version");
  if (!data) return skip(kMissing);
  const Grid grid{5, 30, 10, functions_named((*data)["functions"])};
  for (const auto& c : (*data)["cases"]) {
    check_decoding(grid, c, shape_from(c["network"][0]["shape"]), 10, false);
    const Phenotype network = decode(grid, genotype_from(c["genes"]));
    CHECK(std::count_if(network.nodes.begin(), network.nodes.end(),
                        [](const ActiveNode& node) { return is_pool(node.function); }) == c["poolings"].get<int>());
  }
}

TEST_CASE("shapes follow the rules of the authors' code, whatever the sizes", "[search][cgp][reference]") {
  const auto data = golden("cgp-shape-rules");
  if (!data) return skip(kMissing);
  for (const auto& c : (*data)["cases"]) {
    const Phenotype network = phenotype_from(c["network"]);
    const ImageShape image = shape_from(c["image"]);
    check_shapes(network, image, [&](size_t i) { return c["shapes"][i]; });
    const int classes = c["shapes"].back()[0];
    CHECK(published_parameters(network, image, classes, true) == c["parameters"].get<int64_t>());
  }
}

TEST_CASE("inputs come from the columns that the authors' code allows", "[search][cgp][reference]") {
  const auto data = golden("cgp-gene-ranges");
  if (!data) return skip(kMissing);
  for (const auto& c : (*data)["cases"]) {
    const Grid grid{c["rows"], c["columns"], c["levels_back"], {}};
    for (int column = 0; column <= grid.columns; ++column) {
      const auto range = input_range(grid, column * grid.rows);
      const auto& expected = c["allowed_inputs_per_column_and_output"][static_cast<size_t>(column)];
      CHECK(range == std::pair<int, int>(expected[0], expected[1]));
    }
  }
}

TEST_CASE("the same mutations count as a change as in the authors' code", "[search][cgp][reference]") {
  const auto data = golden("cgp-mutation");
  if (!data) return skip(kMissing);
  const Grid grid{3, 10, 5, functions_named((*data)["functions"])};
  for (const auto& c : (*data)["cases"]) {
    const Genotype parent = genotype_from(c["parent_genes"]);
    CHECK(active_list(grid, parent) == integers(c["parent_active"]));
    Genotype child = parent;
    for (const auto& change : c["changed"]) {
      Gene& gene = child[change[0].get<size_t>()];
      const int position = change[1];
      (position == 0 ? gene.function : gene.inputs[static_cast<size_t>(position) - 1]) = change[2];
    }
    CHECK(active_list(grid, child) == integers(c["child_active"]));
    CHECK((decode(grid, child) == decode(grid, parent)) == c["same_network"].get<bool>());
    if (c.contains("counts_as_change"))
      CHECK(counts_as_change(grid, parent, child) == c["counts_as_change"].get<bool>());
  }
}

TEST_CASE("neutral mutations change genes but never the network; others stay within their ranges", "[search][cgp]") {
  const Grid grid = small_grid();
  Rng rng = Rng(4).fork("mutations");
  int neutral = 0, forced = 0;
  for (int round = 0; round < 200; ++round) {
    const Genotype parent = random_genotype(grid, rng);
    const Genotype drifted = neutrally_mutated(grid, parent, 0.3, rng), child = mutated(grid, parent, 0.1, rng);
    CHECK(decode(grid, drifted) == decode(grid, parent));
    neutral += drifted != parent;
    CHECK_FALSE(counts_as_change(grid, parent, drifted));
    if (decode(grid, child) != decode(grid, parent)) CHECK(counts_as_change(grid, parent, child));
    forced += counts_as_change(grid, parent, child);
    const Genotype all = mutated(grid, parent, 1.0, rng);
    for (int node = 0; node <= grid.nodes(); ++node) {
      const Gene &before = parent[static_cast<size_t>(node)], &after = all[static_cast<size_t>(node)];
      const auto [least, most] = input_range(grid, node);
      CHECK((before.function != after.function) == (node < grid.nodes()));
      for (size_t i = 0; i < 2; ++i) {
        CHECK((after.inputs[i] >= least && after.inputs[i] <= most));
        CHECK((before.inputs[i] != after.inputs[i]) == (least != most));
      }
    }
  }
  CHECK(neutral > 190);
  CHECK((forced > 50 && forced < 200));
}
