#include "search/space/graph.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "core/error.h"
#include "core/rng.h"
#include "search/space/graph_operations.h"
#include "tests/support/catch.h"
#include "tests/support/rounds.h"

using namespace mininas;
using namespace mininas::test;

namespace {

std::string error_of(const std::string& source) {
  try {
    parse_graph(source);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

std::string error_of(const std::vector<GraphNode>& nodes) {
  try {
    Graph graph(nodes);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

uint32_t draw(Rng& rng, size_t count) { return rng.below(static_cast<uint32_t>(count)); }

// `count` nodes of few different operations, so that symmetries and near-symmetries are common. Every node leads to the
// output, which sums all outputs that no other node reads.
std::vector<GraphNode> random_nodes(Rng rng, int count) {
  std::vector<GraphNode> nodes = {{"x0", {NodeKind::kConv, 3, 8}, {kImageId}}};
  std::vector<std::string> ids = {"x0"};
  for (int i = 1; i < count; ++i) {
    const auto any = [&] { return ids[draw(rng, ids.size())]; };
    GraphNode node{text("x", i), {NodeKind::kConv, rng.coin() ? 3 : 1, 8}, {any()}};
    if (rng.below(3) == 0) node = {node.id, {NodeKind::kAdd}, {any(), any()}};
    ids.push_back(node.id);
    nodes.push_back(node);
  }
  GraphNode last{"last", {NodeKind::kAdd}, {"x0"}};
  for (const std::string& id : ids) {
    const auto reads = [&](const GraphNode& node) {
      return std::count(node.inputs.begin(), node.inputs.end(), id) > 0;
    };
    if (std::none_of(nodes.begin(), nodes.end(), reads)) last.inputs.push_back(id);
  }
  nodes.push_back(last);
  return nodes;
}

// The same graph with other ids, in another order, with the inputs of sums exchanged. The output stays the last node.
std::vector<GraphNode> disguised(std::vector<GraphNode> nodes, Rng& rng) {
  std::vector<int> numbers(nodes.size());
  std::iota(numbers.begin(), numbers.end(), 0);
  rng.shuffle(numbers);
  std::map<std::string, std::string> names = {{kImageId, kImageId}};
  for (size_t i = 0; i < nodes.size(); ++i) names[nodes[i].id] = text("y", numbers[i]);
  for (GraphNode& node : nodes) {
    node.id = names.at(node.id);
    for (std::string& input : node.inputs) input = names.at(input);
    if (rule_of(node.operation.kind).any_order) rng.shuffle(node.inputs);
  }
  const GraphNode output = nodes.back();
  nodes.pop_back();
  rng.shuffle(nodes);
  nodes.push_back(output);
  return nodes;
}

// Tries all ways to match the nodes: slow, plain, exact.
class Isomorphism {
 public:
  Isomorphism(const Graph& a, const Graph& b) : a_(a), b_(b) {}
  bool exists() { return a_.nodes().size() == b_.nodes().size() && extend(static_cast<int>(a_.nodes().size()) - 1); }

 private:
  // Matches the nodes of `a` from the last one, the output, to the first.
  bool extend(int node) {
    if (node < 0) return true;
    const GraphNode& mine = a_.nodes()[static_cast<size_t>(node)];
    for (const GraphNode& other : b_.nodes()) {
      if (used(other.id) || mine.operation != other.operation) continue;
      if ((mine.id == a_.output().id) != (other.id == b_.output().id)) continue;
      partner_[mine.id] = other.id;
      if (agrees(mine, other) && extend(node - 1)) return true;
      partner_.erase(mine.id);
    }
    return false;
  }

  bool used(const std::string& id) const {
    return std::any_of(partner_.begin(), partner_.end(), [&](const auto& pair) { return pair.second == id; });
  }

  // Whether each matched node occurs as often in the inputs of `mine` as its counterpart in those of `other`.
  bool agrees(const GraphNode& mine, const GraphNode& other) const {
    for (const GraphNode& reader : a_.nodes()) {
      const auto partner = partner_.find(reader.id);
      if (partner == partner_.end()) continue;
      const GraphNode& other_reader = *b_.find(partner->second);
      if (std::count(reader.inputs.begin(), reader.inputs.end(), mine.id) !=
          std::count(other_reader.inputs.begin(), other_reader.inputs.end(), other.id))
        return false;
    }
    return std::count(mine.inputs.begin(), mine.inputs.end(), kImageId) ==
           std::count(other.inputs.begin(), other.inputs.end(), kImageId);
  }

  const Graph &a_, &b_;
  std::map<std::string, std::string> partner_;
};

// `rings` of equal length: convolutions of the image, each summed with its neighbours in the ring.
Graph rings_of_sums(const std::vector<int>& lengths) {
  std::vector<GraphNode> nodes = {{"stem", {NodeKind::kConv, 3, 8}, {kImageId}}};
  GraphNode last{"last", {NodeKind::kAdd}, {}};
  int base = 0;
  for (const int length : lengths) {
    for (int i = 0; i < length; ++i) nodes.push_back({text("c", base + i), {NodeKind::kConv, 3, 8}, {"stem"}});
    for (int i = 0; i < length; ++i) {
      const std::string id = text("s", base + i);
      nodes.push_back({id, {NodeKind::kAdd}, {text("c", base + i), text("c", base + (i + 1) % length)}});
      last.inputs.push_back(id);
    }
    base += length;
  }
  nodes.push_back(last);
  return Graph(nodes);
}

}  // namespace

TEST_CASE("a graph's text names nodes, operations and inputs", "[search][graph]") {
  const Graph g = parse_graph("graph: a=c3x16(image), b=s5x32/2(a), c=c1x32/2.plain.bias(a), d=add(b,c), e=d3(d)");
  REQUIRE(g.nodes().size() == 5);
  CHECK(g.find("b")->operation == NodeOperation{NodeKind::kSeparable, 5, 32, 2});
  CHECK(g.find("c")->operation == NodeOperation{NodeKind::kConv, 1, 32, 2, true, true});
  CHECK(g.find("d")->inputs.size() == 2);
  CHECK(g.output().id == "e");
  CHECK(g.find("f") == nullptr);
}

TEST_CASE("a graph is printed with one space after each comma between nodes, however it was typed", "[search][graph]") {
  const std::string printed = "graph: stem=c3x16(image), left=s3x16(stem), sum=add(stem,left)";
  CHECK(to_text(parse_graph(printed)) == printed);
  CHECK(to_text(parse_graph("graph:stem=c3x16( image ),left = s3x16(stem)  , sum=add(left,stem)")) == printed);
}

TEST_CASE("what the output does not depend on is no part of a graph", "[search][graph]") {
  CHECK(parse_graph("graph: a=c3x16(image), unused=c3x8(a), b=s3x16(a), more=add(unused,unused), c=s3x16(b)") ==
        parse_graph("graph: a=c3x16(image), b=s3x16(a), c=s3x16(b)"));
}

TEST_CASE("the image is never read through a ReLU, so that plain says nothing there", "[search][graph]") {
  CHECK(to_text(parse_graph("graph: a=c3x16.plain(image)")) == "graph: a=c3x16(image)");
  CHECK(to_text(parse_graph("graph: a=c3x16(image), b=c3x16.plain(a)")) == "graph: a=c3x16(image), b=c3x16.plain(a)");
}

TEST_CASE("branches are listed one after the other, each node after its inputs", "[search][graph]") {
  const Graph g = parse_graph(
      "graph: a=c3x16(image), l1=c3x16(a), r1=c5x16(a), l2=c3x8(l1), r2=c5x8(r1), l3=c3x4(l2), r3=c5x4(r2), "
      "z=add(l3,r3)");
  CHECK(to_text(g) ==
        "graph: a=c3x16(image), l1=c3x16(a), l2=c3x8(l1), l3=c3x4(l2), r1=c5x16(a), r2=c5x8(r1), r3=c5x4(r2), "
        "z=add(l3,r3)");
}

TEST_CASE("parsing is the inverse of printing for any graph", "[search][graph]") {
  for (uint64_t seed = 0; seed < rounds(300); ++seed) {
    const Graph g(random_nodes(Rng(seed), 1 + static_cast<int>(seed % 12)));
    CHECK(parse_graph(to_text(g)) == g);
  }
}

TEST_CASE("a graph's canonical form does not depend on ids, listing order or the order of a sum's inputs",
          "[search][graph]") {
  Rng rng(3);
  for (uint64_t seed = 0; seed < rounds(400); ++seed) {
    const auto nodes = random_nodes(Rng(seed), 1 + static_cast<int>(seed % 16));
    const Graph g(nodes), other(disguised(nodes, rng));
    CAPTURE(to_text(g), to_text(other));
    REQUIRE(g.canonical() == other.canonical());
    REQUIRE(digest(g) == digest(other));
    REQUIRE(same_network(g, other));
    REQUIRE(g.canonical().canonical() == g.canonical());
  }
}

TEST_CASE("the listing order of a graph does not depend on the order in which its nodes are given", "[search][graph]") {
  Rng rng(4);
  for (uint64_t seed = 0; seed < rounds(200); ++seed) {
    auto nodes = random_nodes(Rng(seed), 12);
    const Graph g(nodes);
    const GraphNode output = nodes.back();
    nodes.pop_back();
    rng.shuffle(nodes);
    nodes.push_back(output);
    REQUIRE(Graph(nodes) == g);
  }
}

TEST_CASE("two graphs have one canonical form exactly if their nodes can be matched", "[search][graph]") {
  std::vector<Graph> graphs;
  for (uint64_t seed = 0; seed < 60; ++seed) graphs.emplace_back(random_nodes(Rng(1000 + seed), 3));
  int same = 0, different = 0;
  const auto compare = [&](const Graph& a, const Graph& b) {
    CAPTURE(to_text(a), to_text(b));
    const bool isomorphic = Isomorphism(a, b).exists();
    REQUIRE(same_network(a, b) == isomorphic);
    ++(isomorphic ? same : different);
  };
  for (size_t i = 0; i < graphs.size(); ++i)
    for (size_t j = 0; j < i; ++j) compare(graphs[i], graphs[j]);
  // Larger graphs with one changed input: nearly isomorphic, and sometimes still isomorphic.
  Rng rng(2);
  for (uint64_t seed = 0; seed < rounds(300); ++seed) {
    const auto nodes = random_nodes(Rng(seed), 9);
    auto changed = disguised(nodes, rng);
    const auto reads_node = [](const GraphNode& node) { return node.inputs[0] != kImageId; };
    std::vector<GraphNode*> readers;
    for (GraphNode& node : changed)
      if (reads_node(node)) readers.push_back(&node);
    GraphNode& reader = *readers[draw(rng, readers.size())];
    reader.inputs[draw(rng, reader.inputs.size())] = std::find_if_not(changed.begin(), changed.end(), reads_node)->id;
    compare(Graph(nodes), Graph(changed));
  }
  CHECK(same > 50);
  CHECK(different > 1000);
}

TEST_CASE("graphs that refinement of colours alone cannot tell apart have different canonical forms",
          "[search][graph]") {
  // Every convolution is read by two sums of two inputs, in one ring of six or in two of three.
  const Graph one = rings_of_sums({6}), two = rings_of_sums({3, 3});
  CHECK_FALSE(same_network(one, two));
  Rng rng(5);
  for (int i = 0; i < 20; ++i) {
    CHECK(same_network(one, Graph(disguised(one.nodes(), rng))));
    CHECK(same_network(two, Graph(disguised(two.nodes(), rng))));
  }
  // Rings of different lengths: the tied nodes are not all equivalent, so the result must not depend on which is tried
  // first.
  const Graph mixed = rings_of_sums({4, 3, 5});
  for (int i = 0; i < 20; ++i) CHECK(same_network(mixed, Graph(disguised(mixed.nodes(), rng))));
}

TEST_CASE("graphs that differ only in ids are the same network but different values", "[search][graph]") {
  const Graph a = parse_graph("graph: a=c3x16(image), b=s3x16(a)"),
              x = parse_graph("graph: x=c3x16(image), y=s3x16(x)");
  CHECK(a != x);
  CHECK(same_network(a, x));
  CHECK(to_text(a.canonical()) == "graph: n1=c3x16(image), n2=s3x16(n1)");
  CHECK_FALSE(same_network(a, parse_graph("graph: a=c3x16(image), b=s3x16.plain(a)")));
}

TEST_CASE("fresh ids differ from the ids of the graph", "[search][graph]") {
  const Graph g = parse_graph("graph: n1=c3x16(image), n4=s3x16(n1), n2=s3x16(n4)");
  CHECK(g.fresh_ids(3) == std::vector<std::string>{"n5", "n6", "n7"});
  CHECK(parse_graph("graph: n3=c3x16(image), n4=s3x16(n3)").fresh_ids(2) == std::vector<std::string>{"n5", "n6"});
}

TEST_CASE("a wrong graph is refused with the position and the rule", "[search][graph]") {
  using Catch::Contains;
  CHECK_THAT(error_of("graph:"), Contains("position 7") && Contains("an id is a lower-case letter"));
  CHECK_THAT(error_of("graph: A=c3x16(image)"), Contains("position 8") && Contains("an id is a lower-case letter"));
  CHECK_THAT(error_of("graph: pool=c3x16(image)"),
             Contains("position 8") && Contains("a name that the network itself uses"));
  CHECK_THAT(error_of("graph: a c3x16(image)"), Contains("position 10") && Contains("'='"));
  CHECK_THAT(error_of("graph: a=q3x16(image)"), Contains("position 10") && Contains("an operation expected: c (conv"));
  CHECK_THAT(error_of("graph: a=c4x16(image)"), Contains("position 11") && Contains("a kernel must be odd, 1 to 7"));
  CHECK_THAT(error_of("graph: a=c99x16(image)"), Contains("position 11") && Contains("a kernel must be 1 to 7"));
  CHECK_THAT(error_of("graph: a=c3(image)"), Contains("position 12") && Contains("'x' and the number of channels"));
  CHECK_THAT(error_of("graph: a=c3x5000(image)"), Contains("position 13") && Contains("must be 1 to 4096"));
  CHECK_THAT(error_of("graph: a=c3x99999999999999(image)"), Contains("position 13") && Contains("must be 1 to 4096"));
  CHECK_THAT(error_of("graph: a=c3x16/9(image)"), Contains("position 16") && Contains("a stride must be 1 to 4"));
  CHECK_THAT(error_of("graph: a=c3x16.norelu(image)"), Contains("position 15") && Contains("'(' and the inputs"));
  CHECK_THAT(error_of("graph: a=c3x16(image,image)"), Contains("position 8") && Contains("c has 2 inputs, expected 1"));
  CHECK_THAT(error_of("graph: a=c3x16()"), Contains("position 16") && Contains("an input expected"));
  CHECK_THAT(error_of("graph: a=c3x16(b)"), Contains("position 16") && Contains("no node 'b' before this one"));
  CHECK_THAT(error_of("graph: a=c3x16(a)"), Contains("position 16") && Contains("no node 'a' before this one"));
  CHECK_THAT(error_of("graph: a=c3x16(image"), Contains("position 21") && Contains("',' or ')' expected"));
  CHECK_THAT(error_of("graph: a=c3x16(image), a=c3x8(a)"), Contains("position 24") && Contains("an earlier node"));
  CHECK_THAT(error_of("graph: a=c3x16(image), b=add(a)"), Contains("position 24") && Contains("add has 1 input, exp"));
  CHECK_THAT(error_of("graph: a=relu(image)"), Contains("position 8") && Contains("cannot read the image"));
  CHECK_THAT(error_of("graph: a=c3x16(image);"), Contains("position 22") && Contains("',' or the end"));
  CHECK_THAT(error_of("graph: a=c3x16(image)\n"), Contains("position 22") && !Contains("\n"));
  CHECK_THAT(error_of("graph: " + std::string(40, 'a') + "=c3x16(image)"), Contains("at most 32 characters"));
}

TEST_CASE("the error about a long graph shows the text around the position", "[search][graph]") {
  std::string source = "graph: a0=c3x16(image)";
  for (int i = 1; i < 300; ++i) source += text(", a", i, "=s3x16(a", i - 1, i == 150 ? ")!" : ")");
  const std::string error = error_of(source);
  CHECK_THAT(error, Catch::Contains("'...") && Catch::Contains("a150=s3x16(a149)!"));
  CHECK(error.size() < 300);
}

TEST_CASE("nodes that cannot be are refused by name", "[search][graph]") {
  using Catch::Contains;
  const NodeOperation conv{NodeKind::kConv, 3, 8};
  CHECK_THAT(error_of(std::vector<GraphNode>{}), Contains("0 nodes, expected 1 to 1000"));
  CHECK_THAT(error_of({{"a", conv, {"b"}}}), Contains("node a reads b, which is not a node"));
  CHECK_THAT(error_of({{"a", conv, {"b"}}, {"b", conv, {"a"}}}), Contains("depends on itself"));
  CHECK_THAT(error_of({{"a", conv, {kImageId}}, {"a", conv, {"a"}}}), Contains("two nodes are called a"));
  CHECK_THAT(error_of({{"a", {NodeKind::kDepthwise, 3, 8}, {kImageId}}}), Contains("d keeps the channels"));
  CHECK_THAT(error_of({{"a b", conv, {kImageId}}}), Contains("node 'a b': an id is"));
  CHECK_THAT(error_of({{"a", conv, {kImageId}}, {"b", {NodeKind::kRelu, 3}, {"a"}}}), Contains("relu has no kernel"));
}

TEST_CASE("no text makes the reader of graphs do anything but answer or complain", "[search][graph]") {
  const std::string letters = "graph:ab=csdx36/.(),image lunpo_\n\xff";
  const std::string start = "graph: a=c3x16(image), b=s3x16(a), c=add(a,b), d=d3(c), e=c1x8/2.plain.bias(d)";
  Rng rng(6);
  int parsed = 0;
  for (uint64_t i = 0; i < rounds(20'000); ++i) {
    std::string source = start;
    for (uint32_t change = rng.below(4); change + 1 > 0 && change < 4; --change) {
      const size_t place = draw(rng, source.size());
      const char letter = letters[draw(rng, letters.size())];
      switch (rng.below(3)) {
        case 0:
          source[place] = letter;
          break;
        case 1:
          source.insert(place, 1, letter);
          break;
        default:
          source.erase(place, 1 + rng.below(3));
          break;
      }
    }
    try {
      const Graph graph = parse_graph(source);
      REQUIRE(parse_graph(to_text(graph)) == graph);
      ++parsed;
    } catch (const ConfigError& error) {
      REQUIRE(std::string(error.what()).find('\n') == std::string::npos);
    }
  }
  CHECK(parsed > 10);
}

TEST_CASE("a large graph full of symmetries is ordered too, if not canonically", "[search][graph]") {
  // Sixty branches of two nodes, four times each: more exchanges than the search for an order tries.
  std::vector<GraphNode> nodes = {{"stem", {NodeKind::kConv, 3, 8}, {kImageId}}};
  for (int block = 0; block < 4; ++block) {
    const std::string input = nodes.back().id;
    GraphNode sum{text("sum", block), {NodeKind::kAdd}, {}};
    for (int branch = 0; branch < 60; ++branch) {
      const std::string first = text("a", block, "_", branch), second = text("b", block, "_", branch);
      nodes.push_back({first, {NodeKind::kConv, 3, 8}, {input}});
      nodes.push_back({second, {NodeKind::kConv, 3, 8}, {first}});
      sum.inputs.push_back(second);
    }
    nodes.push_back(sum);
  }
  const Graph graph(nodes);
  CHECK(graph.nodes().size() == 485);
  CHECK(parse_graph(to_text(graph)) == graph);
}
