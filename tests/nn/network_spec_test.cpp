// What follows from a spec alone: shapes, parameters, MACs, and the rules that a spec must keep.
#include "nn/spec/network_spec.h"

#include <catch2/catch.hpp>

#include <functional>

#include "core/error.h"
#include "tests/nn/small_networks.h"

using namespace mininas;
using namespace mininas::test;

namespace {

// The error that the network gives after one change.
std::string refusal(const std::function<void(NetworkSpec&)>& change, NetworkSpec spec = residual_network()) {
  change(spec);
  try {
    layer_shapes(spec);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "nothing was refused";
}

}  // namespace

TEST_CASE("layer shapes follow windows, strides and kinds", "[nn][spec]") {
  CHECK(layer_shapes(plain_network()) ==
        std::vector<ImageShape>{{7, 6, 4}, {4, 3, 4}, {4, 3, 6}, {4, 3, 5}, {1, 1, 5}, {1, 1, 3}});
  const auto shapes = layer_shapes(residual_network());
  CHECK(shapes[0] == ImageShape{3, 4, 4});
  CHECK(shapes[3] == ImageShape{3, 4, 4});
  CHECK(shapes[8] == ImageShape{3, 4, 5});
  CHECK(input_shape(residual_network(), shapes, 0) == ImageShape{6, 7, 1});
  CHECK(input_shape(residual_network(), shapes, 7) == ImageShape{3, 4, 5});
}

TEST_CASE("a stride rounds the extent up, a window without stride keeps it", "[nn][spec]") {
  for (const int kernel : {1, 3, 5, 7}) {
    CHECK(convolved_extent(9, kernel, 1) == 9);
    CHECK(convolved_extent(9, kernel, 2) == 5);
    CHECK(convolved_extent(8, kernel, 2) == 4);
    CHECK(convolved_extent(1, kernel, 2) == 1);
    CHECK(convolved_extent(10, kernel, 3) == 4);
  }
}

TEST_CASE("parameters and MACs are those counted by hand", "[nn][spec]") {
  const NetworkSpec spec = plain_network();
  const auto shapes = layer_shapes(spec);
  const std::vector<int64_t> parameters{4 * 9 * 3 + 8, 9 * 4, 6 * 4 + 12, 5 * 25 * 6 + 10, 0, 3 * 5 + 3};
  const std::vector<int64_t> macs{4 * 9 * 3 * 42, 9 * 4 * 12, 6 * 4 * 12, 5 * 25 * 6 * 12, 0, 3 * 5};
  for (size_t i = 0; i < spec.layers.size(); ++i) {
    INFO(spec.layers[i].name);
    const ImageShape in = input_shape(spec, shapes, static_cast<int>(i));
    CHECK(parameter_count(spec.layers[i], in) == parameters[i]);
    CHECK(mac_count(spec.layers[i], in, shapes[i]) == macs[i]);
  }
  CHECK(parameter_count(spec) == 116 + 36 + 36 + 760 + 18);
  CHECK(mac_count(spec) == 4536 + 432 + 288 + 9000 + 15);
}

TEST_CASE("sums have neither parameters nor MACs; biases count", "[nn][spec]") {
  CHECK(parameter_count(residual_network()) ==
        (36 + 8) + (100 + 8) + (16 + 8) + 36 + (20 + 10) + 25 + (225 + 5) + (10 + 2));
  CHECK(mac_count(residual_network()) == (36 + 100 + 16 + 36 + 20 + 25 + 225) * 12 + 10);
}

TEST_CASE("counts do not overflow 32 bits", "[nn][spec]") {
  const NetworkSpec spec{{1024, 1024, 256},
                         2,
                         {{"wide", LayerKind::kConv, kImage, kImage, 4096, 7, 1, false, false, false},
                          {"pool", LayerKind::kGlobalAveragePool, 0, kImage, 4096, 1, 1, false, false, false},
                          {"classifier", LayerKind::kLinear, 1, kImage, 2, 1, 1, false, false, false}}};
  CHECK(mac_count(spec) == int64_t{4096} * 49 * 256 * 1024 * 1024 + 8192);
}

TEST_CASE("weights lie as the kernels want them; layers without weights say so", "[nn][spec]") {
  const NetworkSpec spec = plain_network();
  CHECK(weight_shape(spec.layers[0], {7, 6, 3}) == Shape{4, 3, 3, 3});
  CHECK(weight_shape(spec.layers[1], {7, 6, 4}) == Shape{1, 3, 3, 4});
  CHECK(weight_shape(spec.layers[5], {1, 1, 5}) == Shape{3, 1, 1, 5});
  CHECK_FALSE(has_weights(LayerKind::kGlobalAveragePool));
  CHECK_FALSE(has_weights(LayerKind::kAdd));
  CHECK_THROWS_AS(weight_shape(spec.layers[4], {4, 3, 5}), std::logic_error);
}

TEST_CASE("each rule of a spec is refused with the layer and the rule", "[nn][spec]") {
  struct Case {
    const char* where;
    const char* rule;
    std::function<void(NetworkSpec&)> change;
  };
  const std::vector<Case> cases{
      {"layer depthwise: ", "reads layer 1, expected an earlier one", [](NetworkSpec& s) { s.layers[1].input = 1; }},
      {"layer stem: ", "reads layer -2, expected an earlier one", [](NetworkSpec& s) { s.layers[0].input = -2; }},
      {"layer stem: ", "has 0 output channels", [](NetworkSpec& s) { s.layers[0].out_channels = 0; }},
      {"layer stem: ", "has 65537 output channels", [](NetworkSpec& s) { s.layers[0].out_channels = 65537; }},
      {"layer stem: ", "has kernel 4, expected an odd number", [](NetworkSpec& s) { s.layers[0].kernel = 4; }},
      {"layer stem: ", "has kernel -1", [](NetworkSpec& s) { s.layers[0].kernel = -1; }},
      {"layer stem: ", "has kernel 2147483647", [](NetworkSpec& s) { s.layers[0].kernel = 2147483647; }},
      {"layer depthwise: ", "has kernel 9, expected an odd number from 1 to 7",
       [](NetworkSpec& s) { s.layers[1].kernel = 9; }},
      {"layer stem: ", "has stride 0, expected at least 1", [](NetworkSpec& s) { s.layers[0].stride = 0; }},
      {"layer depthwise: ", "has 5 output channels, expected its input's 4",
       [](NetworkSpec& s) { s.layers[1].out_channels = 5; }},
      {"layer residual: ", "has 5 output channels, expected its input's 4",
       [](NetworkSpec& s) { s.layers[3].out_channels = 5; }},
      {"layer pool: ", "has 4 output channels, expected its input's 5",
       [](NetworkSpec& s) { s.layers[9].out_channels = 4; }},
      {"layer pool: ", "only convolutions have a kernel and a stride", [](NetworkSpec& s) { s.layers[9].kernel = 3; }},
      {"layer classifier: ", "only convolutions have a kernel and a stride",
       [](NetworkSpec& s) { s.layers[10].stride = 2; }},
      {"layer classifier: ", "only convolutions have a batch norm",
       [](NetworkSpec& s) { s.layers[10].batch_norm = true; }},
      {"layer pool: ", "only layers with weights have a bias", [](NetworkSpec& s) { s.layers[9].bias = true; }},
      {"layer residual: ", "only layers with weights have a bias", [](NetworkSpec& s) { s.layers[3].bias = true; }},
      {"layer stem: ", "has a bias before its batch norm", [](NetworkSpec& s) { s.layers[0].bias = true; }},
      {"layer stem: ", "only sums have a second input", [](NetworkSpec& s) { s.layers[0].other = 3; }},
      {"layer classifier: ", "reads 3x4x5, expected a single pixel", [](NetworkSpec& s) { s.layers[10].input = 8; }},
      {"layer residual: ", "adds the outputs of two earlier layers",
       [](NetworkSpec& s) { s.layers[3].other = kImage; }},
      {"layer residual: ", "adds the outputs of two earlier layers", [](NetworkSpec& s) { s.layers[3].other = 3; }},
      {"layer sum: ", "adds 3x4x5 and 3x4x4, expected equal shapes", [](NetworkSpec& s) { s.layers[8].other = 3; }},
      {"layer stem: ", "has the name of layer number 0", [](NetworkSpec& s) { s.layers[4].name = "stem"; }},
      {"layer classifier: ", "is the last one, expected a linear layer with 3 outputs",
       [](NetworkSpec& s) { s.classes = 3; }},
      {"layer pool: ", "is the last one, expected a linear layer with 2 outputs",
       [](NetworkSpec& s) { s.layers.pop_back(); }},
      {"a network", " needs at least one layer", [](NetworkSpec& s) { s.layers.clear(); }},
      {"a network", " needs at least 2 classes, not 1", [](NetworkSpec& s) { s.classes = 1; }},
      {"a network", " cannot read images of 0x7x1", [](NetworkSpec& s) { s.input.height = 0; }},
      {"a network", " cannot read images of 6x70000x1", [](NetworkSpec& s) { s.input.width = 70000; }},
      {"a network", " cannot read images of 6x7x-3", [](NetworkSpec& s) { s.input.channels = -3; }},
  };
  for (const Case& c : cases) CHECK_THAT(refusal(c.change), Catch::StartsWith(std::string(c.where) + c.rule));
}

TEST_CASE("a sum of an image is refused", "[nn][spec]") {
  CHECK_THAT(refusal([](NetworkSpec& s) {
               s.layers[3].input = kImage;
               s.layers[3].out_channels = 1;
             }),
             Catch::Contains("layer residual: adds the outputs of two earlier layers"));
}
