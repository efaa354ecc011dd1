// What networks graphs become.
#include "tests/support/catch.h"

#include "core/error.h"
#include "search/space/build.h"
#include "search/space/random_graph.h"
#include "tests/support/rounds.h"

using namespace mininas;
using namespace mininas::test;

namespace {

constexpr ImageShape kCifar{32, 32, 3};

NetworkSpec built(const std::string& graph, const ImageShape& image = kCifar) {
  return build_network_spec(parse_graph(graph), image, 10);
}

// "a conv 3x3 16 /2 (image) norm relu"
std::string line(const NetworkSpec& spec, int index) {
  const LayerSpec& layer = spec.layer(index);
  std::string out = text(layer.name, " ", to_text(layer.kind), " ", layer.kernel, " ", layer.out_channels);
  if (layer.stride > 1) out += text(" /", layer.stride);
  out += " (";
  for (size_t k = 0; k < layer.inputs.size(); ++k)
    out += text(k == 0 ? "" : " ", layer.inputs[k] == kImage ? "image" : spec.layer(layer.inputs[k]).name);
  return out + ")" + (layer.batch_norm ? " norm" : "") + (layer.bias ? " bias" : "") + (layer.relu ? " relu" : "");
}

std::vector<std::string> lines(const NetworkSpec& spec) {
  std::vector<std::string> all;
  for (int i = 0; i < spec.size(); ++i) all.push_back(line(spec, i));
  return all;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a graph becomes its nodes' layers in listing order, then the head", "[search][graph][build]") {
  CHECK(lines(built("graph: a=c3x16(image), b=s5x32/2(a), c=d3.bias(b)")) ==
        Lines{"a conv 3 16 (image) norm relu", "b.depthwise depthwise 5 16 /2 (a)",
              "b.pointwise conv 1 32 (b.depthwise) norm relu", "c depthwise 3 32 (b.pointwise) bias",
              "pool pool 1 32 (c)", "classifier linear 1 10 (pool) bias"});
}

TEST_CASE("a tensor read only through ReLUs gets the ReLU where it is made", "[search][graph][build]") {
  CHECK(lines(built("graph: a=c3x8(image), b=c3x8(a), c=s3x8(a), d=add(b,c), e=c1x8(d)"))[0] ==
        "a conv 3 8 (image) norm relu");
  CHECK(lines(built("graph: a=c3x8(image), b=c3x8.plain(a)"))[0] == "a conv 3 8 (image) norm");
}

TEST_CASE("a tensor read through ReLUs and as it is gets one ReLU layer for the former", "[search][graph][build]") {
  CHECK(lines(built("graph: a=c3x8(image), b=c3x8(a), c=c5x8(a), d=add(a,b,c)")) ==
        Lines{"a conv 3 8 (image) norm", "a.relu relu 1 8 (a)", "b conv 3 8 (a.relu) norm", "c conv 5 8 (a.relu) norm",
              "d.1 add 1 8 (a b)", "d add 1 8 (d.1 c)", "pool pool 1 8 (d)", "classifier linear 1 10 (pool) bias"});
}

TEST_CASE("a relu node is the ReLU of its input, which is not computed twice", "[search][graph][build]") {
  // As in ResNet: the sum is read through a ReLU by the convolution and by the next sum.
  const Lines resnet = lines(built("graph: a=c3x8(image), r=relu(a), b=c3x8(a), c=c3x8(b), d=add(r,c)"));
  CHECK(resnet == Lines{"a conv 3 8 (image) norm relu", "b conv 3 8 (a) norm relu", "c conv 3 8 (b) norm",
                        "d add 1 8 (a c)", "pool pool 1 8 (d)", "classifier linear 1 10 (pool) bias"});
  const Lines last = lines(built("graph: a=c3x8(image), r=relu(a), s=relu(r)"));
  CHECK(last == Lines{"a conv 3 8 (image) norm relu", "pool pool 1 8 (a)", "classifier linear 1 10 (pool) bias"});
}

TEST_CASE("the head reads the last node, even if a later layer was needed for another one", "[search][graph][build]") {
  const NetworkSpec spec = built("graph: a=c3x8(image), b=c3x8(a), d=add(a,b), r=relu(d)");
  CHECK(spec.layer(spec.size() - 2).name == "pool");
  CHECK(spec.layer(spec.layer(spec.size() - 2).input()).name == "d");
  CHECK(spec.layer(spec.layer(spec.size() - 2).input()).relu);
}

TEST_CASE("the paper's family written as a graph has the same shapes and costs", "[search][graph][build]") {
  const NetworkSpec chain = build_network_spec("w8:s3,c5,s7*2", kCifar, 10);
  const NetworkSpec graph = built(
      "graph: stem=c3x16(image), layer0=s3x8(stem), layer1=c5x16/2(layer0), layer2=s7x32/2(layer1), "
      "layer3=s7x32(layer2)");
  REQUIRE(graph.size() == chain.size());
  CHECK(parameter_count(graph) == parameter_count(chain));
  CHECK(mac_count(graph) == mac_count(chain));
  for (int i = 0; i < chain.size(); ++i) {
    LayerSpec layer = graph.layer(i);
    layer.name = chain.layer(i).name;
    CHECK(layer == chain.layer(i));
  }
}

TEST_CASE("shapes that do not fit are refused with the node's name", "[search][graph][build]") {
  CHECK_THROWS_WITH(built("graph: a=c3x8(image), b=c3x8/2(a), sum=add(a,b)"),
                    Catch::Contains("sum") && Catch::Contains("32x32x8") && Catch::Contains("16x16x8"));
}

TEST_CASE("graphs of the same network become networks that differ only in names", "[search][graph][build]") {
  for (uint64_t seed = 0; seed < rounds(100); ++seed) {
    Rng rng(seed);
    const Graph graph = random_graph({}, rng);
    const NetworkSpec own = build_network_spec(graph, kCifar, 3),
                      other = build_network_spec(graph.canonical(), kCifar, 3);
    REQUIRE(own.size() == other.size());
    for (int i = 0; i < own.size(); ++i) {
      LayerSpec layer = own.layer(i);
      layer.name = other.layer(i).name;
      REQUIRE(layer == other.layer(i));
    }
  }
}

TEST_CASE("random graphs fit together for any image", "[search][graph][build]") {
  Rng rng(9);
  int with_relu_layers = 0;
  for (uint64_t i = 0; i < rounds(200); ++i) {
    const Graph graph = random_graph({}, rng);
    const int height = 1 + static_cast<int>(rng.below(40)), width = 1 + static_cast<int>(rng.below(40));
    CAPTURE(to_text(graph), height, width);
    const NetworkSpec spec = build_network_spec(graph, {height, width, 3}, 4);
    for (const LayerSpec& layer : spec.layers()) with_relu_layers += layer.kind == LayerKind::kRelu;
  }
  CHECK(with_relu_layers > 5);
}
