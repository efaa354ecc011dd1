// EAS's decisions, rewards and transforms against what the authors' own code made of them.
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "nn/weights/net2net.h"
#include "search/methods/eas/blocks.h"
#include "tests/support/catch.h"
#include "tests/support/golden.h"
#include "tests/support/skip.h"

using namespace mininas;
using namespace mininas::eas;
using namespace mininas::test;

namespace {

constexpr const char* kMissing = "MININAS_REFERENCE names no folder with methods/eas-*.json";

WidthLists golden_lists() {
  WidthLists lists;
  for (int i = 1; i <= 10; ++i) {
    lists.filters.push_back(4 * i);
    lists.units.push_back(8 * i);
  }
  return lists;
}

std::vector<bool> bits(const nlohmann::json& list) {
  std::vector<bool> all;
  for (const int bit : list) all.push_back(bit != 0);
  return all;
}

BlockNetwork check_step(const BlockNetwork& network, const nlohmann::json& step) {
  if (step.contains("widen")) {
    const Widening widening = widened(network, bits(step["widen"]), golden_lists());
    CHECK(widening.counts == bits(step["counts"]));
    CHECK(to_text(widening.network) == step["result"].get<std::string>());
    return widening.network;
  }
  const auto& deepen = step["deepen"];
  const Insertion insertion{deepen["block"], deepen["after_layer"], deepen["kernel"]};
  CHECK(block_lengths(network) == step["layers_in_blocks"].get<std::vector<int>>());
  CHECK(counts_of(network, insertion) == bits(step["counts"]));
  const BlockNetwork deeper = deepened(network, insertion);
  CHECK(to_text(deeper) == step["result"].get<std::string>());
  return deeper;
}

using Values = std::vector<double>;

// Kernels are listed [row][column][input][output], linear weights [input][output]; a map that a linear layer reads is
// listed pixel by pixel, so that it is a kernel as large as the map.
Tensor kernel_from(const nlohmann::json& hwio) {
  const auto h = static_cast<int64_t>(hwio.size()), w = static_cast<int64_t>(hwio[0].size());
  const auto in = static_cast<int64_t>(hwio[0][0].size()), out = static_cast<int64_t>(hwio[0][0][0].size());
  Tensor kernel = Tensor::zeros({out, h, w, in});
  for (int64_t y = 0; y < h; ++y)
    for (int64_t x = 0; x < w; ++x)
      for (int64_t i = 0; i < in; ++i)
        for (int64_t o = 0; o < out; ++o)
          kernel.at(o, y, x, i) =
              hwio[static_cast<size_t>(y)][static_cast<size_t>(x)][static_cast<size_t>(i)][static_cast<size_t>(o)];
  return kernel;
}

// `pixels`: of the map, which is listed row by row as one.
Tensor linear_from(const nlohmann::json& io, int64_t pixels) {
  const auto in = static_cast<int64_t>(io.size()), out = static_cast<int64_t>(io[0].size());
  Tensor weights = Tensor::zeros({out, 1, pixels, in / pixels});
  for (int64_t i = 0; i < in; ++i)
    for (int64_t o = 0; o < out; ++o) weights.data()[o * in + i] = io[static_cast<size_t>(i)][static_cast<size_t>(o)];
  return weights;
}

Tensor vector_from(const nlohmann::json& list) {
  Tensor vector = Tensor::zeros({1, 1, 1, static_cast<int64_t>(list.size())});
  for (size_t i = 0; i < list.size(); ++i) vector.data()[i] = list[i];
  return vector;
}

LayerWeights layer_from(const nlohmann::json& json, int64_t pixels = 1) {
  LayerWeights layer;
  layer.weight.value =
      json["kind"] == "conv" ? kernel_from(json["kernel_hwio"]) : linear_from(json["weights_io"], pixels);
  if (json.contains("bias") && !json["bias"].is_null()) layer.bias.value = vector_from(json["bias"]);
  if (!json.contains("norm_gamma") || json["norm_gamma"].is_null()) return layer;
  layer.gamma.value = vector_from(json["norm_gamma"]);
  layer.beta.value = vector_from(json["norm_beta"]);
  layer.running_mean = vector_from(json["norm_mean"]);
  layer.running_variance = vector_from(json["norm_variance"]);
  return layer;
}

LayerWeights empty_like(const LayerWeights& layer) {
  LayerWeights empty;
  const auto like = [](const Tensor& tensor) { return tensor.empty() ? Tensor() : Tensor::zeros(tensor.shape()); };
  empty.weight.value = like(layer.weight.value);
  empty.bias.value = like(layer.bias.value);
  empty.gamma.value = like(layer.gamma.value);
  empty.beta.value = like(layer.beta.value);
  empty.running_mean = like(layer.running_mean);
  empty.running_variance = like(layer.running_variance);
  return empty;
}

void check_close(const Tensor& found, const Tensor& expected) {
  REQUIRE(found.size() == expected.size());
  for (int64_t i = 0; i < found.size(); ++i)
    CHECK(std::abs(found.data()[i] - expected.data()[i]) <= 2e-6 * (1 + std::abs(expected.data()[i])));
}

void check_close(const LayerWeights& found, const LayerWeights& expected) {
  check_close(found.weight.value, expected.weight.value);
  check_close(found.bias.value, expected.bias.value);
  check_close(found.gamma.value, expected.gamma.value);
  check_close(found.beta.value, expected.beta.value);
  check_close(found.running_mean, expected.running_mean);
  check_close(found.running_variance, expected.running_variance);
}

// A batch of maps in double, and what layers make of it: the definitions, in inference mode.
struct Maps {
  int64_t count, h, w, c;
  Values values;
  double& at(int64_t n, int64_t y, int64_t x, int64_t i) {
    return values[static_cast<size_t>(((n * h + y) * w + x) * c + i)];
  }
};

Maps maps_from(const nlohmann::json& nhwc) {
  Maps maps{static_cast<int64_t>(nhwc.size()),
            static_cast<int64_t>(nhwc[0].size()),
            static_cast<int64_t>(nhwc[0][0].size()),
            static_cast<int64_t>(nhwc[0][0][0].size()),
            {}};
  for (const auto& image : nhwc)
    for (const auto& row : image)
      for (const auto& pixel : row)
        for (const double value : pixel) maps.values.push_back(value);
  return maps;
}

double normed(const LayerWeights& layer, int64_t channel, double value) {
  if (layer.bias.exists()) value += layer.bias.value.data()[channel];
  if (!layer.gamma.exists()) return value;
  const double deviation = std::sqrt(double{layer.running_variance.data()[channel]} + 1e-5);
  value = (value - layer.running_mean.data()[channel]) / deviation;
  return std::max(0.0, value * layer.gamma.value.data()[channel] + layer.beta.value.data()[channel]);
}

// Linear layers read the whole map; behind a norm there is a ReLU.
Maps forward(Maps in, const LayerWeights& layer, bool linear) {
  const Shape k = layer.weight.value.shape();
  if (linear) in = {in.count, 1, k.w, k.c, in.values};
  Maps out{in.count, linear ? 1 : in.h, linear ? 1 : in.w, k.n, {}};
  out.values.resize(static_cast<size_t>(out.count * out.h * out.w * out.c));
  const int64_t py = linear ? 0 : k.h / 2, px = linear ? 0 : k.w / 2;
  for (int64_t n = 0; n < out.count; ++n)
    for (int64_t y = 0; y < out.h; ++y)
      for (int64_t x = 0; x < out.w; ++x)
        for (int64_t o = 0; o < out.c; ++o) {
          double sum = 0;
          for (int64_t ky = 0; ky < k.h; ++ky)
            for (int64_t kx = 0; kx < k.w; ++kx) {
              const int64_t iy = y + ky - py, ix = x + kx - px;
              if (iy < 0 || iy >= in.h || ix < 0 || ix >= in.w) continue;
              for (int64_t i = 0; i < k.c; ++i) sum += in.at(n, iy, ix, i) * layer.weight.value.at(o, ky, kx, i);
            }
          out.at(n, y, x, o) = normed(layer, o, sum);
        }
  return out;
}

Maps pooled(Maps in, int64_t size, bool average) {
  Maps out{in.count, in.h / size, in.w / size, in.c, {}};
  for (int64_t n = 0; n < out.count; ++n)
    for (int64_t y = 0; y < out.h; ++y)
      for (int64_t x = 0; x < out.w; ++x)
        for (int64_t i = 0; i < out.c; ++i) {
          double sum = 0, most = -1e300;
          for (int64_t k = 0; k < size * size; ++k) {
            const double value = in.at(n, y * size + k / size, x * size + k % size, i);
            sum += value;
            most = std::max(most, value);
          }
          out.values.push_back(average ? sum / static_cast<double>(size * size) : most);
        }
  return out;
}

bool has_weights(const nlohmann::json& layer) { return layer["kind"] == "conv" || layer["kind"] == "fc"; }

void check_widening(const nlohmann::json& c) {
  const auto& before = c["before"];
  const size_t place = c["widened_layer"];
  const ChannelMap map = c["map"].get<ChannelMap>();
  Maps maps = maps_from(c["input"]);
  bool reads_widened = false;
  for (size_t i = 0; i < before.size(); ++i) {
    const std::string kind = before[i]["kind"];
    if (!has_weights(before[i])) {
      maps = pooled(maps, before[i]["size"], kind == "avg-pool");
      continue;
    }
    const int64_t pixels = kind == "fc" ? maps.h * maps.w : 1;
    const LayerWeights old = layer_from(before[i], pixels), expected = layer_from(c["after"][i], pixels);
    LayerWeights found = layer_from(before[i], pixels);
    if (i == place) replicate_outputs(old, map, found = empty_like(expected));
    if (reads_widened) {
      found.weight.value = Tensor::zeros(expected.weight.value.shape());
      replicate_inputs(old.weight.value, map, found.weight.value);
    }
    reads_widened = i == place;
    check_close(found, expected);
    maps = forward(maps, found, kind == "fc");
  }
  Values expected;
  const auto flatten = [&](const auto& self, const nlohmann::json& list) -> void {
    for (const auto& entry : list) {
      if (entry.is_array())
        self(self, entry);
      else
        expected.push_back(entry);
    }
  };
  flatten(flatten, c["output_before_and_after"]);
  REQUIRE(maps.values.size() == expected.size());
  for (size_t i = 0; i < expected.size(); ++i) CHECK(maps.values[i] == Approx(expected[i]).margin(1e-5));
  for (size_t i = 0; i < map.size(); ++i)
    CHECK(c["consumer_scale"][i].get<double>() ==
          Approx(1.0 / static_cast<double>(std::count(map.begin(), map.end(), map[i]))));
}

void check_deepening(const nlohmann::json& c) {
  const Maps behind = forward(maps_from(c["input"]), layer_from(c["first_layer"]), false);
  const Maps expected = maps_from(c["output_of_first_layer"]);
  Tensor input = Tensor::zeros({behind.count, behind.h, behind.w, behind.c});
  REQUIRE(behind.values.size() == expected.values.size());
  for (size_t i = 0; i < expected.values.size(); ++i) {
    CHECK(behind.values[i] == Approx(expected.values[i]).margin(1e-5));
    input.data()[i] = static_cast<float>(expected.values[i]);
  }
  const LayerWeights inserted = layer_from(c["inserted_layer"]);
  CHECK(inserted.weight.value.shape().h == c["inserted_kernel"].get<int64_t>());
  LayerWeights found = empty_like(inserted);
  set_identity_layer(input, found);
  check_close(found, inserted);
  const Maps after = forward(behind, found, false);
  for (size_t i = 0; i < after.values.size(); ++i) CHECK(after.values[i] == Approx(behind.values[i]).margin(2e-5));
}

}  // namespace

TEST_CASE("decisions widen and deepen networks as in the authors' code", "[search][eas][reference]") {
  const auto data = golden("eas-decisions");
  if (!data) return skip(kMissing);
  for (const auto& c : (*data)["cases"]) {
    INFO(c["start"]);
    BlockNetwork network = parse_blocks(c["start"]);
    CHECK(to_text(network) == c["start"].get<std::string>());
    for (const auto& step : c["steps"]) network = check_step(network, step);
  }
}

TEST_CASE("texts of blocks are checked", "[search][eas]") {
  for (const char* text : {"conv-4", "conv", "fc", "fc-x", "pool-3", "conv-a-3"})
    CHECK_THROWS_AS(parse_blocks(text), ConfigError);
}

TEST_CASE("rewards and their moving average are those of the authors' code", "[search][eas][reference]") {
  const auto data = golden("eas-reward");
  if (!data) return skip(kMissing);
  Reward reward;
  for (const auto& episode : (*data)["episodes"]) {
    const Values found = reward.advantages(episode["accuracies"].get<Values>());
    REQUIRE(found.size() == episode["advantages"].size());
    for (size_t i = 0; i < found.size(); ++i) CHECK(std::abs(found[i] - episode["advantages"][i].get<double>()) < 1e-8);
    CHECK(std::abs(reward.moving_average() - episode["moving_average_after"].get<double>()) < 1e-8);
  }
}

TEST_CASE("widening copies channels and shares their readers' weights as in the authors' code",
          "[search][eas][reference]") {
  const auto data = golden("eas-net2wider");
  if (!data) return skip(kMissing);
  for (const auto& c : (*data)["cases"]) check_widening(c);
}

TEST_CASE("an inserted layer has the weights and the norm of the authors' code, and changes nothing",
          "[search][eas][reference]") {
  const auto data = golden("eas-net2deeper");
  if (!data) return skip(kMissing);
  for (const auto& c : (*data)["cases"]) check_deepening(c);
}
