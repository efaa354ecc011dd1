#include "search/space/architecture.h"

#include "core/error.h"
#include "search/space/build.h"
#include "tests/support/catch.h"

using namespace mininas;

TEST_CASE("the text of an architecture determines its form and parses back", "[search][architecture]") {
  const Architecture chain = parse_architecture("w16:s3,s3,c5"), named = parse_architecture("resnet8"),
                     graph = parse_architecture("graph: a=c3x16(image), b=s3x16(a), c=add(a,b)");
  CHECK(chain.as<Chain>() != nullptr);
  CHECK(graph.as<Graph>() != nullptr);
  CHECK(named.as<PublishedNetwork>() != nullptr);
  CHECK(named.as<Chain>() == nullptr);
  for (const Architecture& each : {chain, named, graph}) CHECK(parse_architecture(to_text(each)) == each);
  CHECK(to_text(chain) == "w16:s3*2,c5");
  CHECK(to_text(named) == "resnet8");
}

TEST_CASE("architectures are equal if they have one form and equal values", "[search][architecture]") {
  CHECK(parse_architecture("w16:s3*3") == Architecture(plain_chain(16, 3)));
  CHECK(parse_architecture("w16:s3*3") != parse_architecture("w16:s3*4"));
  CHECK(parse_architecture("resnet8") != parse_architecture("mobilenetv2"));
  CHECK(parse_architecture("resnet8") != Architecture());
}

TEST_CASE("only a chain is taken for one", "[search][architecture]") {
  CHECK(parse_architecture("w16:s3*3").chain() == plain_chain(16, 3));
  CHECK_THROWS_AS(parse_architecture("resnet8").chain(), std::logic_error);
}

TEST_CASE("a graph has a short text for headlines, other forms have their own", "[search][architecture]") {
  CHECK(short_text(parse_architecture("graph: a=c3x16(image), b=s3x16(a)")) == "graph of 2 nodes");
  CHECK(short_text(parse_architecture("graph: a=c3x16(image)")) == "graph of 1 node");
  CHECK(short_text(parse_architecture("w16:s3*3")) == "w16:s3*3");
}

TEST_CASE("every form becomes a network", "[search][architecture][build]") {
  for (const char* source : {"w16:s3*3", "resnet8", "graph: a=c3x16(image)"})
    CHECK(parameter_count(build_network_spec(parse_architecture(source), {32, 32, 3}, 10)) > 0);
}
