// The operations of DARTS's cells, and an edge that mixes them, against the authors' own code.
#include "search/methods/darts/operations.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/support/catch.h"
#include "tests/support/golden.h"
#include "tests/support/skip.h"

using namespace mininas;
using namespace mininas::darts;
using namespace mininas::test;

namespace {

constexpr const char* kMissing = "MININAS_REFERENCE names no folder with methods/darts-*.json";

void append_all(const nlohmann::json& list, std::vector<double>& values) {
  for (const auto& entry : list) {
    if (entry.is_array())
      append_all(entry, values);
    else
      values.push_back(entry);
  }
}

Maps maps_from(const nlohmann::json& nhwc) {
  Maps maps;
  maps.count = static_cast<int64_t>(nhwc.size());
  maps.height = static_cast<int64_t>(nhwc[0].size());
  maps.width = static_cast<int64_t>(nhwc[0][0].size());
  maps.channels = static_cast<int64_t>(nhwc[0][0][0].size());
  append_all(nhwc, maps.values);
  return maps;
}

// Of the convolutions alone: norms have neither gamma nor beta.
std::vector<CellWeights> weights_from(const nlohmann::json& layers) {
  std::vector<CellWeights> all;
  for (const auto& layer : layers) {
    if (layer["kind"] == "norm") {
      CHECK((layer["gamma"].is_null() && layer["beta"].is_null()));
      continue;
    }
    const bool depthwise = layer["kind"] == "depthwise";
    const auto& kernel = layer[depthwise ? "kernel_hwc" : "kernel_ohwi"];
    all.push_back({{}, depthwise ? static_cast<int64_t>(kernel.size()) : 1});
    append_all(kernel, all.back().values);
  }
  return all;
}

void check_close(const std::vector<double>& found, const nlohmann::json& list) {
  std::vector<double> expected;
  append_all(list, expected);
  REQUIRE(found.size() == expected.size());
  for (size_t i = 0; i < found.size(); ++i) CHECK(std::abs(found[i] - expected[i]) < 1e-6);
}

}  // namespace

TEST_CASE("operations of the cell and their gradients are those of the authors' code", "[search][darts][reference]") {
  const auto data = golden("darts-operations");
  if (!data) return skip(kMissing);
  for (const auto& c : (*data)["cases"]) {
    INFO(c["operation"] << ", stride " << c["stride"]);
    const Applied applied = apply(parse_cell_operation(c["operation"]), c["stride"], weights_from(c["layers_in_order"]),
                                  maps_from(c["input_nhwc"]), c["pool_followed_by_norm"]);
    check_close(applied.output.values, c["output_nhwc"]);
    check_close(applied.input_gradient(maps_from(c["upstream_gradient_nhwc"])).values, c["input_gradient_nhwc"]);
  }
}

TEST_CASE("an edge mixes its operations, and alpha has the gradient, as in the authors' code",
          "[search][darts][reference]") {
  const auto data = golden("darts-mixed-operation");
  if (!data) return skip(kMissing);
  for (const auto& c : (*data)["cases"]) {
    EdgeWeights alphas{};
    std::vector<std::vector<CellWeights>> weights;
    for (size_t i = 0; i < alphas.size(); ++i) {
      alphas[i] = c["alpha"][i];
      CHECK(c["operations"][i]["operation"].get<std::string>() == to_text(static_cast<CellOperation>(i)));
      weights.push_back(weights_from(c["operations"][i]["layers_in_order"]));
    }
    const Mixed mixed = mix(alphas, c["stride"], weights, maps_from(c["input_nhwc"]));
    check_close(mixed.output.values, c["output_nhwc"]);
    const EdgeWeights gradient = mixed.alpha_gradient(maps_from(c["upstream_gradient_nhwc"]));
    check_close({gradient.begin(), gradient.end()}, c["alpha_gradient"]);
  }
}
