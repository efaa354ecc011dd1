#include "search/space/architecture.h"

#include "core/error.h"
#include "search/space/build.h"
#include "tests/support/catch.h"

using namespace mininas;

TEST_CASE("the text of an architecture tells its form and parses back", "[search][architecture]") {
  const Architecture chain = parse_architecture("w16:s3,s3,c5"), named = parse_architecture("resnet8");
  CHECK(chain.as<Chain>() != nullptr);
  CHECK(named.as<PublishedNetwork>() != nullptr);
  CHECK(named.as<Chain>() == nullptr);
  for (const Architecture& each : {chain, named}) CHECK(parse_architecture(to_text(each)) == each);
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

TEST_CASE("every form becomes a network", "[search][architecture][build]") {
  for (const char* source : {"w16:s3*3", "resnet8"})
    CHECK(parameter_count(build_network_spec(parse_architecture(source), {32, 32, 3}, 10)) > 0);
}
