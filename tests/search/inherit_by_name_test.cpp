#include "search/evaluate/inherit_by_name.h"

#include <cmath>
#include "tests/support/catch.h"

#include "search/space/build.h"
#include "search/space/random_graph.h"
#include "tests/nn/small_networks.h"
#include "tests/support/rounds.h"

using namespace mininas;
using namespace mininas::test;

namespace {

constexpr ImageShape kInput{12, 12, 3};
constexpr int kClasses = 3;

Network drawn(const Graph& graph, uint64_t seed) {
  Network network(build_network_spec(graph, kInput, kClasses), PixelScale{120, 0.02f}, Rng(seed).fork("weights"));
  randomize_norms(network, Rng(seed));
  return network;
}

Network child_of(const std::string& child, const std::string& parent) {
  Network network = drawn(parse_graph(child), 2);
  inherit_by_name(network, drawn(parse_graph(parent), 1));
  return network;
}

const LayerWeights& weights_of(const Network& network, const std::string& layer) {
  int index = 0;
  while (network.spec().layer(index).name != layer) ++index;
  return network.layers()[static_cast<size_t>(index)];
}

bool equal(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && std::equal(a.values().begin(), a.values().end(), b.values().begin());
}

bool same_layer(const Network& a, const Network& b, const std::string& layer) {
  const LayerWeights &one = weights_of(a, layer), &other = weights_of(b, layer);
  return equal(one.weight.value, other.weight.value) &&
         (!one.gamma.exists() ||
          (equal(one.gamma.value, other.gamma.value) && equal(one.running_mean, other.running_mean)));
}

// Largest difference of two networks' logits, beside the largest logit.
double distance(Network& a, Network& b) {
  const ImageSet images = noise_images(kInput, kClasses, 20, Rng(5));
  const auto logits = [&](Network& network) {
    Tape tape(Tape::Mode::kForwardOnly);
    return tape.value(network.forward(tape, whole(images), Phase::kEvaluation)).clone();
  };
  const Tensor x = logits(a), y = logits(b);
  double difference = 0, scale = 0;
  for (int64_t i = 0; i < x.size(); ++i) {
    difference = std::max(difference, std::abs(double{x.data()[i]} - double{y.data()[i]}));
    scale = std::max(scale, std::abs(double{x.data()[i]}));
  }
  return difference / scale;
}

constexpr const char* kParent = "graph: a=c3x8(image), b=s3x8(a), c=c1x8.plain(a), d=add(b,c), e=c3x12/2(d)";

}  // namespace

TEST_CASE("a graph's network inherits every weight from a network of the same graph", "[search][graph][warm]") {
  for (uint64_t seed = 0; seed < rounds(20); ++seed) {
    Rng rng(seed);
    const Graph graph = random_graph({}, rng);
    Network parent = drawn(graph, 1), child = drawn(graph, 2);
    inherit_by_name(child, parent);
    REQUIRE(weights_sha256(child) == weights_sha256(parent));
  }
}

TEST_CASE("nodes that a change left alone keep their weights, new ones have their own", "[search][graph][warm]") {
  const std::string changed = "graph: a=c3x8(image), b=s3x8(a), c=c1x8.plain(a), d=add(b,c), f=c3x8(d), e=c3x12/2(f)";
  const Network parent = drawn(parse_graph(kParent), 1), fresh = drawn(parse_graph(changed), 2);
  const Network child = child_of(changed, kParent);
  for (const char* layer : {"a", "b.depthwise", "b.pointwise", "c", "e", "classifier"})
    CHECK(same_layer(child, parent, layer));
  CHECK(same_layer(child, fresh, "f"));
}

TEST_CASE("a node with another operation has weights of its own", "[search][graph][warm]") {
  const std::string changed = "graph: a=c3x8(image), b=c3x8(a), c=c1x8.plain(a), d=add(b,c), e=c3x12/2(d)";
  const Network child = child_of(changed, kParent);
  CHECK(same_layer(child, drawn(parse_graph(changed), 2), "b"));
  CHECK(same_layer(child, drawn(parse_graph(kParent), 1), "e"));
}

TEST_CASE("graphs whose ids differ inherit nothing but the classifier", "[search][graph][warm]") {
  const Graph graph = parse_graph(kParent), renamed = graph.canonical();
  const Network child = child_of(to_text(renamed), kParent), fresh = drawn(renamed, 2);
  for (const GraphNode& node : renamed.nodes())
    if (node.operation.kind == NodeKind::kConv) CHECK(same_layer(child, fresh, node.id));
  CHECK(same_layer(child, drawn(graph, 1), "classifier"));
}

TEST_CASE("a graph's network with more channels, or a larger kernel, computes what its parent did",
          "[search][graph][warm]") {
  Network parent = drawn(parse_graph(kParent), 1);
  for (const char* changed : {"graph: a=c3x8(image), b=s3x8(a), c=c1x8.plain(a), d=add(b,c), e=c3x20/2(d)",
                              "graph: a=c3x11(image), b=s3x8(a), c=c1x8.plain(a), d=add(b,c), e=c3x12/2(d)",
                              "graph: a=c5x8(image), b=s7x8(a), c=c3x8.plain(a), d=add(b,c), e=c5x12/2(d)",
                              "graph: a=c3x8(image), b=s3x10(a), c=c1x10.plain(a), d=add(b,c), e=c3x12/2(d)"}) {
    CAPTURE(changed);
    Network child = child_of(changed, kParent), fresh = drawn(parse_graph(changed), 2);
    CHECK(distance(child, parent) < 1e-4);
    CHECK(distance(fresh, parent) > 0.1);
  }
}

TEST_CASE("a ReLU layer that a change made necessary does not end inheritance", "[search][graph][warm]") {
  // In the parent all readers of `a` have a ReLU, in the child one reads it as it is.
  const std::string before = "graph: a=c3x8(image), b=s3x8(a), e=c3x12(b)";
  const std::string after = "graph: a=c3x9(image), b=s3x9(a), d=add(a,b), e=c3x12(d)";
  const Network parent = drawn(parse_graph(before), 1), child = child_of(after, before);
  const Tensor &old = weights_of(parent, "b.pointwise").weight.value,
               &now = weights_of(child, "b.pointwise").weight.value;
  CHECK(now.at(0, 0, 0, 0) == old.at(0, 0, 0, 0));
  CHECK(now.at(0, 0, 0, 8) == 0.0f);
}

TEST_CASE("any graph's network inherits from any other's without harm", "[search][graph][warm]") {
  for (uint64_t seed = 0; seed < rounds(100); ++seed) {
    Rng rng(seed);
    Network child = drawn(random_graph({}, rng), 2);
    inherit_by_name(child, drawn(random_graph({}, rng), 1));
    for (const Parameter* p : child.parameters())
      for (const float value : p->value.values()) REQUIRE(std::isfinite(value));
  }
}
