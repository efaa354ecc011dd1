// DARTS's cells, its two levels of optimisation and its early stopping against the authors' own code.
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "search/methods/darts/bilevel.h"
#include "search/methods/darts/cells.h"
#include "search/methods/darts/early_stopping.h"
#include "tests/support/catch.h"
#include "tests/support/golden.h"
#include "tests/support/skip.h"

using namespace mininas;
using namespace mininas::darts;
using namespace mininas::test;

namespace {

constexpr const char* kMissing = "MININAS_REFERENCE names no folder with methods/darts-*.json";

Cell cell_from(const nlohmann::json& edges, const nlohmann::json& output) {
  Cell cell;
  for (const auto& edge : edges) cell.edges.push_back({parse_cell_operation(edge[0]), edge[1]});
  cell.output = output.get<std::vector<int>>();
  return cell;
}

Genotype genotype_from(const nlohmann::json& json) {
  return {cell_from(json["normal"], json["normal_output"]), cell_from(json["reduction"], json["reduction_output"])};
}

Alphas alphas_from(const nlohmann::json& rows) {
  Alphas alphas{};
  for (size_t edge = 0; edge < alphas.size(); ++edge)
    for (size_t i = 0; i < alphas[edge].size(); ++i) alphas[edge][i] = rows[edge][i];
  return alphas;
}

CellNetwork network_from(const nlohmann::json& json) {
  CellNetwork network{json["channels"], json["cells"], json["classes"]};
  if (json.contains("image")) network.image = {json["image"][1], json["image"][2], json["image"][0]};
  return network;
}

// y = sum over k of softmax(alphas)_k * tanh(x . weights_k), mean squared error.
class ToyLoss {
 public:
  ToyLoss(const nlohmann::json& x, const nlohmann::json& targets)
      : x_(x.get<std::vector<Vector>>()), targets_(targets.get<Vector>()) {}

  Gradients operator()(const Vector& weights, const Vector& alphas) const {
    const size_t paths = alphas.size(), inputs = x_.front().size();
    Vector shares;
    double total = 0;
    for (const double alpha : alphas) total += shares.emplace_back(std::exp(alpha));
    for (double& share : shares) share /= total;
    Gradients gradients{Vector(weights.size(), 0.0), Vector(paths, 0.0)};
    for (size_t row = 0; row < x_.size(); ++row) {
      Vector outputs(paths, 0.0);
      double y = 0;
      for (size_t k = 0; k < paths; ++k) {
        for (size_t i = 0; i < inputs; ++i) outputs[k] += x_[row][i] * weights[k * inputs + i];
        y += shares[k] * (outputs[k] = std::tanh(outputs[k]));
      }
      const double slope = 2 * (y - targets_[row]) / static_cast<double>(x_.size());
      for (size_t k = 0; k < paths; ++k) {
        gradients.alphas[k] += slope * shares[k] * (outputs[k] - y);
        for (size_t i = 0; i < inputs; ++i)
          gradients.weights[k * inputs + i] += slope * shares[k] * (1 - outputs[k] * outputs[k]) * x_[row][i];
      }
    }
    return gradients;
  }

 private:
  std::vector<Vector> x_;
  Vector targets_;
};

Vector flattened(const nlohmann::json& rows) {
  Vector values;
  if (rows.is_null()) return values;
  for (const auto& row : rows)
    for (const double value : row) values.push_back(value);
  return values;
}

void check_close(const Vector& found, const Vector& expected) {
  REQUIRE(found.size() == expected.size());
  for (size_t i = 0; i < found.size(); ++i) CHECK(std::abs(found[i] - expected[i]) < 1e-9);
}

void check_bilevel(const nlohmann::json& c) {
  Vector weights = flattened(c["weights"]), alphas = c["alpha"].get<Vector>(), velocity;
  const WeightStep step{c["weight_learning_rate"], c["weight_momentum"], c["weight_decay"]};
  Adam adam({c["alpha_learning_rate"], c["alpha_betas"][0], c["alpha_betas"][1], 1e-8, c["alpha_weight_decay"]});
  for (const auto& s : c["steps"]) {
    const ToyLoss training(s["train_x"], s["train_t"]), validation(s["validation_x"], s["validation_t"]);
    if (!s["momentum_buffer_before"].is_null()) check_close(velocity, flattened(s["momentum_buffer_before"]));
    check_close(first_order_gradient(validation, weights, alphas), s["first_order_gradient"].get<Vector>());
    const Vector gradient = second_order_gradient(training, validation, weights, alphas, velocity, step);
    check_close(gradient, s["second_order_gradient"].get<Vector>());
    adam.step(alphas, gradient);
    check_close(alphas, s["alpha_after_second_order_step"].get<Vector>());
    train_step(weights, training(weights, alphas).weights, velocity, step, 5);
    check_close(weights, flattened(s["weights_after"]));
  }
}

}  // namespace

TEST_CASE("cells are derived from alphas as by the authors' code, ties included", "[search][darts][reference]") {
  const auto data = golden("darts-derivation");
  if (!data) return skip(kMissing);
  for (size_t i = 0; i < (*data)["operations"].size(); ++i)
    CHECK((*data)["operations"][i].get<std::string>() == to_text(static_cast<CellOperation>(i)));
  for (const auto& c : (*data)["cases"]) {
    const Genotype found{derive(alphas_from(c["alpha_normal"])), derive(alphas_from(c["alpha_reduction"]))};
    CHECK((found == genotype_from(c["derived"])));
  }
}

TEST_CASE("networks of cells cost what the authors' code counts", "[search][darts][reference]") {
  const auto data = golden("darts-cell-networks"), searched = golden("darts-search-networks");
  if (!data || !searched) return skip(kMissing);
  for (const auto& json : (*data)["networks"]) {
    INFO(json.dump());
    const PublishedCost cost =
        published_cost(genotype_from((*data)["genotypes"][json["genotype"].get<std::string>()]), network_from(json));
    CHECK(cost.parameters == json["parameters"].get<int64_t>());
    CHECK(cost.macs == json["multiply_accumulates"].get<int64_t>());
  }
  for (const auto& json : (*searched)["networks"]) {
    CHECK(search_network_weights(network_from(json)) == json["weights"].get<int64_t>());
    CHECK(2 * kSearchedEdges * kSearchedOperations == json["alphas"].get<int>());
  }
  CHECK_THROWS_AS(parse_cell_operation("sep_conv_9x9"), ConfigError);
}

TEST_CASE("alphas and weights learn on two levels as in the authors' code", "[search][darts][reference]") {
  const auto data = golden("darts-bilevel");
  if (!data) return skip(kMissing);
  for (const auto& c : (*data)["cases"]) check_bilevel(c);
}

TEST_CASE("the search stops by the eigenvalue where the authors' code stops", "[search][darts][reference]") {
  const auto data = golden("darts-early-stopping");
  if (!data) return skip(kMissing);
  for (const auto& c : (*data)["cases"]) {
    EigenvalueWatch watch(
        {c["window"], c["every_epochs"], c["epochs"], c["factor"], c["readings_back"], c["first_stop_epoch"]});
    std::optional<int> stop;
    int noticed = -1;
    for (const auto& reading : c["readings"]) {
      REQUIRE_FALSE(stop);
      noticed = reading["epoch"];
      INFO("epoch " << noticed);
      stop = watch.read(noticed, reading["eigenvalue"]);
      const auto& average = reading["local_average"];
      REQUIRE(watch.local_average().has_value() == !average.is_null());
      if (!average.is_null()) CHECK(std::abs(*watch.local_average() - average.get<double>()) < 1e-9);
      const auto& epoch = reading["average_belongs_to_epoch"];
      const bool belongs = !epoch.is_null() && epoch.get<int>() >= 0;
      if (watch.average_epoch().value_or(-1) >= 0 || belongs)
        CHECK(watch.average_epoch().value_or(-1) == epoch.get<int>());
    }
    REQUIRE(stop.has_value() == !c["stop"].is_null());
    if (!stop) continue;
    CHECK(noticed == c["stop"]["noticed_at_epoch"].get<int>());
    CHECK(*stop == c["stop"]["stop_epoch"].get<int>());
    CHECK(*stop == c["stop"]["returned_genotype_of_epoch"].get<int>());
  }
}
