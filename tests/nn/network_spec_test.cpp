// What follows from a spec alone: shapes, parameters, MACs, and the rules that a spec must keep.
#include "nn/spec/network_spec.h"

#include <functional>

#include "core/error.h"
#include "nn/layers/window.h"
#include "nn/spec/layer_chain.h"
#include "tests/nn/small_networks.h"
#include "tests/support/catch.h"

using namespace mininas;
using namespace mininas::test;

namespace {

// What a network is made of; that of residual_network at first.
struct Parts {
  ImageShape input = residual_network().input();
  int classes = residual_network().classes();
  std::vector<LayerSpec> layers = residual_network().layers();
};

// The error that a network of these parts gives after one change.
std::string refusal(const std::function<void(Parts&)>& change) {
  Parts parts;
  change(parts);
  try {
    NetworkSpec(parts.input, parts.classes, parts.layers);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "nothing was refused";
}

}  // namespace

TEST_CASE("layer shapes follow windows, strides and kinds", "[nn][spec]") {
  const NetworkSpec plain = plain_network(), residual = residual_network();
  const std::vector<ImageShape> expected{{7, 6, 4}, {4, 3, 4}, {4, 3, 6}, {4, 3, 5}, {1, 1, 5}, {1, 1, 3}};
  REQUIRE(plain.size() == 6);
  for (int i = 0; i < plain.size(); ++i) CHECK(plain.shape(i) == expected[static_cast<size_t>(i)]);
  CHECK(plain.shape(kImage) == ImageShape{7, 6, 3});
  CHECK(residual.shape(0) == ImageShape{3, 4, 4});
  CHECK(residual.shape(3) == ImageShape{3, 4, 4});
  CHECK(residual.shape(8) == ImageShape{3, 4, 5});
  CHECK(residual.input_shape(0) == ImageShape{6, 7, 1});
  CHECK(residual.input_shape(7) == ImageShape{3, 4, 5});
  CHECK(residual.input_shape(8, 0) == ImageShape{3, 4, 5});
  CHECK(residual.input_shape(8, 1) == ImageShape{3, 4, 5});
}

TEST_CASE("a network knows the readers of each tensor, also at branches", "[nn][spec]") {
  const NetworkSpec spec = residual_network();
  CHECK(spec.inputs(0) == std::vector<int>{kImage});
  CHECK(spec.inputs(3) == std::vector<int>{2, 0});
  CHECK(spec.inputs(8) == std::vector<int>{7, 6});
  CHECK(spec.readers(kImage) == std::vector<int>{0});
  CHECK(spec.readers(0) == std::vector<int>{1, 3});
  CHECK(spec.readers(5) == std::vector<int>{6, 7});
  CHECK(spec.readers(10).empty());
  CHECK(spec.last_reader(0) == 3);
  CHECK(spec.last_reader(10) == 10);
}

TEST_CASE("a layer that reads one tensor twice is one reader; one that nobody reads is legal", "[nn][spec]") {
  const NetworkSpec spec{{4, 4, 2},
                         2,
                         {{"conv", LayerKind::kConv, {kImage}, 2},
                          {"double", LayerKind::kAdd, {0, 0}, 2},
                          {"unread", LayerKind::kDepthwise, {0}, 2, 3},
                          {"pool", LayerKind::kGlobalAveragePool, {1}, 2},
                          {"classifier", LayerKind::kLinear, {3}, 2}}};
  CHECK(spec.readers(0) == std::vector<int>{1, 2});
  CHECK(spec.readers(2).empty());
  CHECK(spec.last_reader(2) == 2);
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
  const std::vector<int64_t> parameters{4 * 9 * 3 + 8, 9 * 4, 6 * 4 + 12, 5 * 25 * 6 + 10, 0, 3 * 5 + 3};
  const std::vector<int64_t> macs{4 * 9 * 3 * 42, 9 * 4 * 12, 6 * 4 * 12, 5 * 25 * 6 * 12, 0, 3 * 5};
  for (int i = 0; i < spec.size(); ++i) {
    INFO(spec.layer(i).name);
    CHECK(parameter_count(spec, i) == parameters[static_cast<size_t>(i)]);
    CHECK(mac_count(spec, i) == macs[static_cast<size_t>(i)]);
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
                         {{"wide", LayerKind::kConv, {kImage}, 4096, 7, 1, false, false, false},
                          {"pool", LayerKind::kGlobalAveragePool, {0}, 4096, 1, 1, false, false, false},
                          {"classifier", LayerKind::kLinear, {1}, 2, 1, 1, false, false, false}}};
  CHECK(mac_count(spec) == int64_t{4096} * 49 * 256 * 1024 * 1024 + 8192);
}

TEST_CASE("weights lie as the kernels want them; layers without weights say so", "[nn][spec]") {
  const NetworkSpec spec = plain_network();
  CHECK(weight_shape(spec.layers()[0], {7, 6, 3}) == Shape{4, 3, 3, 3});
  CHECK(weight_shape(spec.layers()[1], {7, 6, 4}) == Shape{1, 3, 3, 4});
  CHECK(weight_shape(spec.layers()[5], {1, 1, 5}) == Shape{3, 1, 1, 5});
  CHECK_FALSE(has_weights(LayerKind::kGlobalAveragePool));
  CHECK_FALSE(has_weights(LayerKind::kAdd));
  CHECK_THROWS_AS(weight_shape(spec.layers()[4], {4, 3, 5}), std::logic_error);
}

TEST_CASE("each rule of a spec is refused with the layer and the rule", "[nn][spec]") {
  struct Case {
    const char* where;
    const char* rule;
    std::function<void(Parts&)> change;
  };
  const std::vector<Case> cases{
      {"layer depthwise: ", "reads layer 1, expected an earlier one", [](Parts& s) { s.layers[1].inputs = {1}; }},
      {"layer stem: ", "reads layer -2, expected an earlier one", [](Parts& s) { s.layers[0].inputs = {-2}; }},
      {"layer stem: ", "has 0 output channels", [](Parts& s) { s.layers[0].out_channels = 0; }},
      {"layer stem: ", "has 65537 output channels", [](Parts& s) { s.layers[0].out_channels = 65537; }},
      {"layer stem: ", "has kernel 4, expected an odd number", [](Parts& s) { s.layers[0].kernel = 4; }},
      {"layer stem: ", "has kernel -1", [](Parts& s) { s.layers[0].kernel = -1; }},
      {"layer stem: ", "has kernel 2147483647", [](Parts& s) { s.layers[0].kernel = 2147483647; }},
      {"layer depthwise: ", "has kernel 9, expected an odd number from 1 to 7",
       [](Parts& s) { s.layers[1].kernel = 9; }},
      {"layer stem: ", "has stride 0, expected at least 1", [](Parts& s) { s.layers[0].stride = 0; }},
      {"layer depthwise: ", "has 5 output channels, expected 4", [](Parts& s) { s.layers[1].out_channels = 5; }},
      {"layer residual: ", "has 5 output channels, expected 4", [](Parts& s) { s.layers[3].out_channels = 5; }},
      {"layer pool: ", "has 4 output channels, expected 5", [](Parts& s) { s.layers[9].out_channels = 4; }},
      {"layer pool: ", "has a kernel or a stride, which a layer of kind", [](Parts& s) { s.layers[9].kernel = 3; }},
      {"layer classifier: ", "has a kernel or a stride, which a layer of kind",
       [](Parts& s) { s.layers[10].stride = 2; }},
      {"layer classifier: ", "has a batch norm, which a layer of kind",
       [](Parts& s) { s.layers[10].batch_norm = true; }},
      {"layer pool: ", "has a bias, which a layer of kind", [](Parts& s) { s.layers[9].bias = true; }},
      {"layer residual: ", "has a bias, which a layer of kind", [](Parts& s) { s.layers[3].bias = true; }},
      {"layer stem: ", "has a bias before its batch norm", [](Parts& s) { s.layers[0].bias = true; }},
      {"layer stem: ", "has 2 inputs, expected 1",
       [](Parts& s) {
         s.layers[0].inputs = {kImage, kImage};
       }},
      {"layer pool: ", "has 0 inputs, expected 1", [](Parts& s) { s.layers[9].inputs.clear(); }},
      {"layer sum: ", "has 3 inputs, expected 2",
       [](Parts& s) {
         s.layers[8].inputs = {7, 6, 7};
       }},
      {"layer residual: ", "has a ReLU behind it, which a layer of kind relu cannot have",
       [](Parts& s) {
         s.layers[3].kind = LayerKind::kRelu;
         s.layers[3].inputs = {2};
       }},
      {"layer residual: ", "has 2 inputs, expected 1", [](Parts& s) { s.layers[3].kind = LayerKind::kRelu; }},
      {"layer classifier: ", "reads 3x4x5, expected a single pixel", [](Parts& s) { s.layers[10].inputs = {8}; }},
      {"layer residual: ", "reads the image, expected outputs of layers",
       [](Parts& s) {
         s.layers[3].inputs = {kImage, 0};
         s.layers[3].out_channels = 1;
       }},
      {"layer residual: ", "reads layer 3, expected an earlier one",
       [](Parts& s) {
         s.layers[3].inputs = {2, 3};
       }},
      {"layer residual: ", "reads layer -2, expected an earlier one",
       [](Parts& s) {
         s.layers[3].inputs = {2, -2};
       }},
      {"layer sum: ", "adds 3x4x5 and 3x4x4, expected equal shapes",
       [](Parts& s) {
         s.layers[8].inputs = {7, 3};
       }},
      {"layer stem: ", "has the name of layer number 0", [](Parts& s) { s.layers[4].name = "stem"; }},
      {"layer classifier: ", "is the last one, expected a linear layer with 3 outputs",
       [](Parts& s) { s.classes = 3; }},
      {"layer pool: ", "is the last one, expected a linear layer with 2 outputs",
       [](Parts& s) { s.layers.pop_back(); }},
      {"a network", " needs at least one layer", [](Parts& s) { s.layers.clear(); }},
      {"a network", " needs at least 2 classes, not 1", [](Parts& s) { s.classes = 1; }},
      {"a network", " cannot read images of 0x7x1", [](Parts& s) { s.input.height = 0; }},
      {"a network", " cannot read images of 6x70000x1", [](Parts& s) { s.input.width = 70000; }},
      {"a network", " cannot read images of 6x7x-3", [](Parts& s) { s.input.channels = -3; }},
  };
  for (const Case& c : cases) CHECK_THAT(refusal(c.change), Catch::StartsWith(std::string(c.where) + c.rule));
}

TEST_CASE("a network of 10,000 layers is made in a moment", "[nn][spec]") {
  LayerChain chain({4, 4, 2}, 2);
  for (int i = 0; i < 9998; ++i) chain.add_normed(text("layer", i), LayerKind::kConv, 2);
  const NetworkSpec spec = std::move(chain).finish();
  CHECK(spec.size() == 10000);
  CHECK(parameter_count(spec) == 9998 * (4 + 4) + 2 * 2 + 2);
}
