// NASBOT's modifiers and the search for the most promising network, against the authors' own code.
#include "search/methods/nasbot/modifiers.h"

#include <algorithm>
#include <cmath>

#include "search/methods/nasbot/acquisition.h"
#include "tests/search/nasbot/golden_networks.h"
#include "tests/support/catch.h"
#include "tests/support/golden.h"
#include "tests/support/skip.h"

using namespace mininas;
using namespace mininas::nasbot;
using namespace mininas::test;

namespace {

constexpr const char* kMissing = "MININAS_REFERENCE names no folder with methods/nasbot-*.json";

std::vector<int> integers(const nlohmann::json& list) { return list.get<std::vector<int>>(); }

std::vector<Edge> edges_from(const nlohmann::json& list) {
  std::vector<Edge> edges;
  for (const auto& edge : list) edges.emplace_back(edge[0], edge[1]);
  return edges;
}

// null: the authors' checks reject the result.
void check_result(const Modified& found, const nlohmann::json& expected) {
  REQUIRE(found.has_value() == !expected.is_null());
  if (!found) return;
  const LayeredNetwork network = network_from(expected);
  CHECK(found->layers == network.layers);
  CHECK(found->edges == network.edges);
}

void check_units(const LayeredNetwork& network, const nlohmann::json& changed, bool increase) {
  std::vector<int> layers;
  for (const auto& pair : changed) layers.push_back(pair[0]);
  const Modified found = resized(network, layers, increase);
  REQUIRE(found);
  LayeredNetwork expected = network;
  for (const auto& pair : changed) expected.layers[pair[0].get<size_t>()].units = pair[1];
  CHECK(found->layers == expected.layers);
}

void check_resizing(const LayeredNetwork& network, const nlohmann::json& c) {
  CHECK(resizable_layers(network) == integers(c["resizable_layers"]));
  for (const auto& pair : c["single_increase"]) check_units(network, nlohmann::json::array({pair}), true);
  for (const auto& pair : c["single_decrease"]) check_units(network, nlohmann::json::array({pair}), false);
  CHECK(c["single_increase"].size() == resizable_layers(network).size());
  size_t changes = 0;
  for (const int parts : divisions(network)) changes += 2 * static_cast<size_t>(parts);
  CHECK(c["en_masse"].size() == changes);
  for (const auto& change : c["en_masse"]) {
    std::vector<int> layers;
    for (const auto& pair : change["changed"]) layers.push_back(pair[0]);
    CHECK(layers_of_part(network, change["part"], change["of"]) == layers);
    check_units(network, change["changed"], change["direction"] == "increase");
  }
}

void check_swaps_and_wedges(const LayeredNetwork& network, const nlohmann::json& c) {
  for (const auto& swap : c["swap"]) {
    INFO("layer " << swap[0] << " to " << swap[1]);
    CHECK(swapped(network, swap[0], layer_named(swap[1])).has_value() == swap[2].get<bool>());
  }
  for (const auto& wedge : c["wedge"]) {
    const Edge edge(wedge["edge"][0], wedge["edge"][1]);
    INFO("edge " << edge.first << " to " << edge.second);
    Layer layer = layer_named(wedge["type"]);
    layer.units = wedge_units(network, edge);
    if (layer.type == LayerType::kLinear) layer.units = network.layers[static_cast<size_t>(edge.first)].units;
    CHECK(layer.units == wedge["units"].get<int>());
    CHECK(wedged(network, edge, layer).has_value() == wedge["valid"].get<bool>());
    if (wedge.contains("valid_as_max_pool"))
      CHECK(wedged(network, edge, {LayerType::kMaxPool}).has_value() == wedge["valid_as_max_pool"].get<bool>());
  }
}

void check_removals(const LayeredNetwork& network, const nlohmann::json& c) {
  for (const auto& removal : c["remove"]) {
    const int layer = removal["layer"];
    INFO("layer " << layer);
    CHECK(is_removable(network, layer) == removal["offered"].get<bool>());
    if (!removal["offered"].get<bool>()) continue;
    const auto& halving = removal["layers_that_get_stride_2"];
    CHECK(halving_instead(network, layer) == (halving.is_null() ? std::vector<int>() : integers(halving)));
    if (!removal.contains("added_edges")) continue;
    for (uint64_t seed = 0; seed < 5; ++seed) {
      Rng rng(seed);
      std::vector<Edge> bridges = bridging_edges(network, layer, rng);
      std::sort(bridges.begin(), bridges.end());
      CHECK(bridges == edges_from(removal["added_edges"]));
    }
    check_result(removed(network, layer, edges_from(removal["added_edges"])), removal["result"]);
  }
}

void check_branches_and_skips(const LayeredNetwork& network, const nlohmann::json& c) {
  const std::vector<double> weights = start_weights(network);
  for (size_t i = 0; i < weights.size(); ++i)
    CHECK(std::abs(weights[i] - c["branch_start_weights"][i].get<double>()) < 1e-9);
  for (const auto& branch : c["branch"]) {
    check_result(branched(network, integers(branch["path"]), [](int) { return true; }), branch["keep_all"]);
    check_result(branched(network, integers(branch["path"]), [](int) { return false; }), branch["keep_none"]);
  }
  for (const auto& skip : c["skip"]) {
    const int start = skip["start"];
    INFO("skip from " << start);
    std::vector<int> valid;
    for (const int end : skip_ends(network, start))
      if (skipped(network, start, end)) valid.push_back(end);
    CHECK(skip_ends(network, start) == integers(skip["ends"]));
    if (skip.contains("valid_ends")) CHECK(valid == integers(skip["valid_ends"]));
  }
  for (const auto& skip : c["skip_results"]) check_result(skipped(network, skip["start"], skip["end"]), skip["result"]);
}

// A chain of convolutions that halves twice.
LayeredNetwork small_network() {
  LayeredNetwork network;
  network.layers = {{LayerType::kInput},       {LayerType::kConv, 3, 16},    {LayerType::kMaxPool},
                    {LayerType::kConv, 3, 32}, {LayerType::kConv, 5, 32, 2}, {LayerType::kLinear, 0, 32},
                    {LayerType::kSoftmax},     {LayerType::kOutput}};
  for (int i = 0; i + 1 < network.size(); ++i) network.edges.emplace_back(i, i + 1);
  return network;
}

}  // namespace

TEST_CASE("modifiers offer and make the changes of the authors' code", "[search][nasbot][reference]") {
  const auto data = golden("nasbot-modifiers");
  if (!data) return skip(kMissing);
  for (const auto& c : (*data)["networks"]) {
    INFO(c["name"].get<std::string>());
    const LayeredNetwork network = network_from(c);
    const Modified same = legal_network(network);
    REQUIRE(same);
    CHECK((same->layers == network.layers && same->edges == network.edges));
    check_resizing(network, c);
    check_swaps_and_wedges(network, c);
    check_removals(network, c);
    check_branches_and_skips(network, c);
  }
}

TEST_CASE("parents are drawn and the search is as long as in the authors' code", "[search][nasbot][reference]") {
  const auto data = golden("nasbot-acquisition");
  if (!data) return skip(kMissing);
  for (const auto& c : (*data)["parents"]) {
    const std::vector<double> found = parent_probabilities(c["fitness"]);
    REQUIRE(found.size() == c["parent_probabilities"].size());
    for (size_t i = 0; i < found.size(); ++i)
      CHECK(std::abs(found[i] - c["parent_probabilities"][i].get<double>()) < 1e-9);
  }
  for (const auto& c : (*data)["budget"]) {
    const AcquisitionBudget budget = acquisition_budget(c["step"]);
    CHECK(std::abs(budget.evaluations - c["acquisition_evaluations"].get<double>()) < 1e-9);
    CHECK(budget.mutations == c["mutations_per_epoch"].get<int>());
  }
}

TEST_CASE("random modifications stay legal and within the limits, and reach every kind of layer", "[search][nasbot]") {
  SpaceLimits limits{5, 14, 5, 55, 30, 4, 48, 2};
  Rng rng = Rng(5).fork("modifiers");
  LayeredNetwork network = small_network();
  REQUIRE(limits.allow(network));
  int residuals = 0, branches = 0, pools = 0;
  for (int step = 0; step < 300; ++step) {
    const Modified next = modified(network, limits, rng);
    REQUIRE(next);
    CHECK(limits.allow(*next));
    const Modified same = legal_network(*next);
    REQUIRE(same);
    CHECK((same->layers == next->layers && same->edges == next->edges));
    network = *next;
    residuals += std::any_of(network.layers.begin(), network.layers.end(),
                             [](const Layer& layer) { return layer.type == LayerType::kResidual; });
    pools += std::any_of(network.layers.begin(), network.layers.end(),
                         [](const Layer& layer) { return layer.type == LayerType::kAveragePool; });
    branches += static_cast<int>(network.edges.size()) >= network.size();
  }
  CHECK((residuals > 30 && branches > 30 && pools > 10));
}

TEST_CASE("the search for the most promising network climbs", "[search][nasbot]") {
  const SpaceLimits limits{5, 14, 5, 55, 30, 4, 64, 2};
  const auto units = [](const LayeredNetwork& network) {
    double sum = 0;
    for (const Layer& layer : network.layers) sum += layer.units;
    return sum;
  };
  Rng rng(1);
  const LayeredNetwork found = most_promising({small_network()}, {200, 21}, limits, units, rng);
  CHECK(units(found) > 1.5 * units(small_network()));
  CHECK(limits.allow(found));
}
