// OTMANN (search/methods/nasbot/otmann.h) against distances computed by its authors' code, and the transportation
// solver against exhaustive search.
#include "search/methods/nasbot/otmann.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/rng.h"
#include "search/methods/nasbot/transport.h"
#include "tests/search/nasbot/golden_networks.h"
#include "tests/support/catch.h"
#include "tests/support/golden.h"
#include "tests/support/skip.h"

using namespace mininas;
using namespace mininas::nasbot;
using namespace mininas::test;

namespace {

constexpr const char* kMissing = "MININAS_REFERENCE names no folder with methods/nasbot-*.json";

bool close(double a, double b, double relative) { return std::abs(a - b) <= relative * std::max(1.0, std::abs(b)); }

double cost_of_entry(const nlohmann::json& entry) {
  return entry.is_null() ? std::numeric_limits<double>::infinity() : entry.get<double>();
}

std::vector<NetworkProfile> profiles_of(const nlohmann::json& networks) {
  std::vector<NetworkProfile> profiles;
  for (const auto& network : networks) profiles.emplace_back(network_from(network));
  return profiles;
}

// The minimum cost for whole units, by trying all ways to distribute the supply of one row after another.
int least_cost(const std::vector<int>& supply, std::vector<int> demand, const std::vector<std::vector<int>>& cost,
               size_t row = 0, size_t column = 0, int left = -1) {
  if (row == supply.size()) return 0;
  if (left < 0) left = supply[row];
  if (column + 1 == demand.size()) {
    if (left > demand[column]) return 1 << 20;
    demand[column] -= left;
    return left * cost[row][column] + least_cost(supply, demand, cost, row + 1);
  }
  int best = 1 << 20;
  for (int sent = 0; sent <= std::min(left, demand[column]); ++sent) {
    std::vector<int> rest = demand;
    rest[column] -= sent;
    best = std::min(best, sent * cost[row][column] + least_cost(supply, rest, cost, row, column + 1, left - sent));
  }
  return best;
}

}  // namespace

TEST_CASE("the transportation solver finds the least cost of random small problems", "[search][nasbot]") {
  Rng rng = Rng(1).fork("transport");
  for (int trial = 0; trial < 300; ++trial) {
    const size_t rows = 1 + rng.below(3), columns = 1 + rng.below(3);
    std::vector<int> supply(rows), demand(columns, 0);
    for (int& amount : supply) amount = static_cast<int>(rng.below(5));
    for (int unit = std::accumulate(supply.begin(), supply.end(), 0); unit > 0; --unit)
      ++demand[rng.below(static_cast<uint32_t>(columns))];
    std::vector<std::vector<int>> cost(rows, std::vector<int>(columns));
    std::vector<std::vector<double>> real_cost(rows, std::vector<double>(columns));
    for (size_t i = 0; i < rows; ++i)
      for (size_t j = 0; j < columns; ++j) real_cost[i][j] = cost[i][j] = static_cast<int>(rng.below(9));
    const double found = transport_cost({supply.begin(), supply.end()}, {demand.begin(), demand.end()}, real_cost);
    CHECK(found == Approx(least_cost(supply, demand, cost)));
  }
}

TEST_CASE("masses and path lengths are those of the authors' code", "[search][nasbot][reference]") {
  const auto data = golden("nasbot-otmann-distances");
  if (!data) return skip(kMissing);
  for (const auto& entry : (*data)["networks"]) {
    const NetworkProfile profile(network_from(entry));
    INFO(entry["name"].get<std::string>());
    CHECK(close(profile.total_mass, entry["total_mass"], 1e-12));
    for (size_t i = 0; i < profile.layers.size(); ++i) {
      CHECK(close(profile.masses[i], entry["mass"][i], 1e-12));
      for (size_t length = 0; length < 12; ++length) {
        CHECK(close(profile.from_input[i][length], entry["path_lengths_from_input"][i][length], 1e-9));
        CHECK(close(profile.to_output[i][length], entry["path_lengths_to_output"][i][length], 1e-9));
      }
    }
  }
}

TEST_CASE("distances are those of the authors' code to seven digits", "[search][nasbot][reference]") {
  const auto data = golden("nasbot-otmann-distances");
  if (!data) return skip(kMissing);
  const auto profiles = profiles_of((*data)["networks"]);
  for (size_t a = 0; a < profiles.size(); ++a)
    for (size_t b = 0; b < profiles.size(); ++b) {
      const Distances found = otmann_distances(profiles[a], profiles[b]);
      for (size_t pair = 0; pair < kStructureWeights.size(); ++pair) {
        INFO(a << " and " << b << ", weights " << pair);
        CHECK(close(found.plain[pair], (*data)["distance"][pair][a][b], 1e-7));
        CHECK(close(found.normalised[pair], (*data)["distance_normalised"][pair][a][b], 1e-7));
      }
    }
}

TEST_CASE("label and structure cost are those of the authors' code", "[search][nasbot][reference]") {
  const auto labels = golden("nasbot-label-mismatch"), matrices = golden("nasbot-cost-matrices");
  if (!labels || !matrices) return skip(kMissing);
  const auto& types = (*labels)["types"];
  for (size_t i = 0; i < types.size(); ++i)
    for (size_t j = 0; j < types.size(); ++j) {
      const double found = label_mismatch(layer_named(types[i]), layer_named(types[j]));
      const double expected = cost_of_entry((*labels)["cost"][i][j]);
      CHECK((found == expected || close(found, expected, 1e-9)));
    }
  for (const auto& pair : (*matrices)["pairs"]) {
    const NetworkProfile a(network_from(pair["first"])), b(network_from(pair["second"]));
    for (size_t i = 0; i < a.layers.size(); ++i)
      for (size_t j = 0; j < b.layers.size(); ++j)
        CHECK(close(structural_mismatch(a, i, b, j), pair["structure"][i][j], 1e-9));
    const Distances found = otmann_distances(a, b);
    for (size_t p = 0; p < kStructureWeights.size(); ++p) CHECK(close(found.plain[p], pair["distance"][p], 1e-7));
  }
}
