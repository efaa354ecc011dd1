// Meta-QNN's actions, learning and networks against what the authors' own code made of them.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "search/methods/metaqnn/q_table.h"
#include "tests/support/catch.h"
#include "tests/support/golden.h"
#include "tests/support/skip.h"

using namespace mininas;
using namespace mininas::metaqnn;
using namespace mininas::test;

namespace {

constexpr const char* kMissing = "MININAS_REFERENCE names no folder with methods/metaqnn-*.json";

LayerType type_named(const std::string& name) {
  if (name == "start") return LayerType::kStart;
  if (name == "conv") return LayerType::kConv;
  if (name == "pool") return LayerType::kPool;
  if (name == "gap") return LayerType::kGlobalPool;
  if (name == "fc") return LayerType::kLinear;
  throw std::runtime_error("no layer " + name);
}

Layer layer_from(const nlohmann::json& json) {
  return {type_named(json["layer"]), json.value("filters", 0), json.value("kernel", 0), json.value("stride", 0),
          json.value("units", 0)};
}

State state_from(const nlohmann::json& json) {
  return {layer_from(json), json["depth"], json.value("fc_before", 0), json["size_bucket"], json.value("end", false)};
}

// Without dropouts and the classifier.
std::vector<Layer> layers_from(const nlohmann::json& list) {
  std::vector<Layer> layers;
  for (const auto& entry : list)
    if (entry["layer"] != "dropout" && entry["layer"] != "softmax") layers.push_back(layer_from(entry));
  return layers;
}

std::vector<double> dropouts_from(const nlohmann::json& list) {
  std::vector<double> rates;
  for (const auto& entry : list) {
    if (entry["layer"] == "dropout")
      rates.back() = entry["probability"];
    else if (entry["layer"] != "softmax")
      rates.push_back(0);
  }
  return rates;
}

void check_table(const QTable& table, double initial, const nlohmann::json& expected) {
  size_t changed = 0;
  for (const auto& [state, entries] : table.all())
    for (const QTable::Entry& entry : entries) changed += entry.value != initial;
  CHECK(changed == expected.size());
  for (const auto& entry : expected) {
    const auto state = table.all().find(state_from(entry["state"]));
    REQUIRE(state != table.all().end());
    const State action = state_from(entry["action"]);
    const auto found = std::find_if(state->second.begin(), state->second.end(),
                                    [&](const QTable::Entry& known) { return known.action == action; });
    REQUIRE(found != state->second.end());
    CHECK(std::abs(found->value - entry["q"].get<double>()) < 1e-9);
  }
}

// ["conv", 128, 5], ["pool", 2, 2], ["average-pool", 14, 1], ["fc", 10]: the last one is the classifier.
std::vector<Layer> listed_layers(const nlohmann::json& list) {
  std::vector<Layer> layers;
  for (size_t i = 0; i + 1 < list.size(); ++i) {
    const std::string name = list[i][0];
    if (name == "conv") layers.push_back({LayerType::kConv, list[i][1], list[i][2], 1});
    if (name == "pool" || name == "average-pool") layers.push_back({LayerType::kPool, 0, list[i][1], list[i][2]});
    if (name == "fc") layers.push_back({LayerType::kLinear, 0, 0, 0, list[i][1]});
  }
  return layers;
}

int64_t convolution_parameters(const std::vector<Layer>& layers, int channels) {
  std::vector<Layer> convolutions;
  std::copy_if(layers.begin(), layers.end(), std::back_inserter(convolutions),
               [](const Layer& layer) { return layer.type == LayerType::kConv; });
  const int last = convolutions.back().filters;
  return published_parameters(convolutions, {1, 1, channels}, 1, PoolBorder::kAgent) - last - 1;
}

}  // namespace

TEST_CASE("states offer the actions of the authors' code, in its order", "[search][metaqnn][reference]") {
  const auto data = golden("metaqnn-actions");
  if (!data) return skip(kMissing);
  for (const auto& c : (*data)["cases"]) {
    INFO(c["state"].dump());
    Space space;
    space.depth_limit = c["depth_limit"];
    std::vector<State> expected;
    for (const auto& action : c["actions"]) expected.push_back(state_from(action));
    CHECK((actions(space, state_from(c["state"])) == expected));
  }
}

TEST_CASE("replayed networks change the values that they change in the authors' code", "[search][metaqnn][reference]") {
  const auto data = golden("metaqnn-q-learning");
  if (!data) return skip(kMissing);
  for (const auto& trace : (*data)["traces"]) {
    Space space;
    space.depth_limit = trace["depth_limit"];
    QTable table(space, {trace["learning_rate"], trace["discount"], trace["initial_q"]});
    for (const size_t index : trace["replayed"]) {
      const auto& network = trace["networks"][index];
      table.learn(walk(layers_from(network["layers"]), 32), network["reward"]);
    }
    check_table(table, trace["initial_q"], trace["q_after"]);
    CHECK(table.all().size() == trace["states_known_after"].get<size_t>());
  }
}

TEST_CASE("dropouts, map sizes and buckets are those of the authors' stored networks", "[search][metaqnn][reference]") {
  const auto data = golden("metaqnn-networks");
  if (!data) return skip(kMissing);
  for (const auto& c : (*data)["cases"]) {
    INFO(c["network"].dump());
    const std::vector<Layer> layers = layers_from(c["network"]);
    const std::vector<double> found = dropouts(layers), expected = dropouts_from(c["network"]);
    REQUIRE(found.size() == expected.size());
    for (size_t i = 0; i < found.size(); ++i) CHECK(std::abs(found[i] - expected[i]) < 1e-9);
    std::vector<int> sizes = map_sizes(layers, 32), buckets;
    sizes.push_back(sizes.back());  // the classifier's
    for (const int size : sizes) buckets.push_back(bucket_of(size));
    CHECK(sizes == c["representation_sizes_of_layers_without_dropout"].get<std::vector<int>>());
    CHECK(buckets == c["buckets"].get<std::vector<int>>());
    std::vector<int> walked;
    for (const State& state : walk(layers, 32)) walked.push_back(state.bucket);
    CHECK(walked == buckets);
  }
}

TEST_CASE("published networks have the parameters that were counted", "[search][metaqnn][reference]") {
  const auto page = golden("metaqnn-published-networks"), paper = golden("metaqnn-paper-networks");
  if (!page || !paper) return skip(kMissing);
  for (const auto& network : (*page)["networks"]) {
    INFO(network["file"]);
    const bool mnist = network["file"].get<std::string>().rfind("mnist", 0) == 0;
    const ImageShape image = mnist ? ImageShape{28, 28, 1} : ImageShape{32, 32, 3};
    const std::vector<Layer> layers = listed_layers(network["layers"]);
    const int classes = network["layers"].back()[1];
    CHECK(published_parameters(layers, image, classes, PoolBorder::kCaffe) == network["parameters"].get<int64_t>());
    CHECK(convolution_parameters(layers, image.channels) == network["parameters_of_convolutions"].get<int64_t>());
  }
  for (const auto& network : (*paper)["networks"]) {
    const std::vector<Layer> layers = layers_from(network["network"]);
    const auto parameters = [&](int size) {
      return published_parameters(layers, {size, size, 3}, 10, PoolBorder::kAgent);
    };
    CHECK(parameters(28) == network["parameters_from_28x28_input"].get<int64_t>());
    CHECK(parameters(32) == network["parameters_from_32x32_input"].get<int64_t>());
    CHECK(convolution_parameters(layers, 3) == network["parameters_of_convolutions_with_biases"].get<int64_t>());
  }
}

TEST_CASE("Q learning finds the best of all networks of a small space", "[search][metaqnn]") {
  const Space space{{8, 16}, {1, 3}, {{2, 2}}, {16}, 1, 4};
  QTable table(space, {0.1, 1.0, 0.5});
  // Best are three layers of 16 filters with kernel 3.
  const auto reward = [](const std::vector<Layer>& layers) {
    double sum = 0.2;
    for (const Layer& layer : layers) sum += layer.filters == 16 && layer.kernel == 3 ? 0.25 : -0.05;
    return sum;
  };
  Rng rng = Rng(2).fork("walks");
  std::vector<Layer> layers;
  for (int round = 0; round < 6000; ++round) {
    layers.clear();
    const double epsilon = std::max(0.0, 1.0 - round / 5500.0);
    while (true) {
      const State action = table.choose(state_behind(layers, 16), epsilon, rng);
      if (action.end) break;
      layers.push_back(action.layer);
    }
    table.learn(walk(layers, 16), reward(layers));
  }
  CHECK(reward(layers) == Approx(0.2 + 4 * 0.25));
}
