#include "search/space/chain.h"

#include "core/error.h"
#include "core/rng.h"
#include "search/space/space.h"
#include "tests/support/catch.h"

using namespace mininas;

namespace {

std::string error_of(const std::string& source) {
  try {
    parse_chain(source);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("a chain's text names width, operations and kernels, with runs", "[search][chain]") {
  const Chain a = parse_chain("w72:s3,s3,c5,s7");
  CHECK(a.width == 72);
  REQUIRE(a.depth() == 4);
  CHECK(a.layers[2] == SearchedLayer{Operation::kConv, 5});
  CHECK(a.layers[3] == SearchedLayer{Operation::kSeparable, 7});
  CHECK(to_text(a) == "w72:s3*2,c5,s7");
  CHECK(parse_chain("w8:s3*2,s3,c3*1") == parse_chain("w8:s3*3,c3"));
  CHECK(to_text(plain_chain(72, 10)) == "w72:s3*10");
}

TEST_CASE("parsing is the inverse of printing for any chain of a space", "[search][chain]") {
  SearchSpace space;
  space.max_depth = 30;
  Rng rng(7);
  for (int i = 0; i < 500; ++i) {
    const Chain a = sample(space, rng);
    CHECK(parse_chain(to_text(a)) == a);
  }
}

TEST_CASE("a wrong chain is refused with the position and the rule", "[search][chain]") {
  CHECK_THAT(error_of("x16:s3*5"), Catch::Contains("position 1") && Catch::Contains("'w'"));
  CHECK_THAT(error_of("w:s3*5"), Catch::Contains("position 2") && Catch::Contains("a width expected"));
  CHECK_THAT(error_of("w0:s3*5"), Catch::Contains("position 2") && Catch::Contains("1 to 512"));
  CHECK_THAT(error_of("w99999999999999999999:s3*5"), Catch::Contains("1 to 512"));
  CHECK_THAT(error_of("w16"), Catch::Contains("position 4") && Catch::Contains("':'"));
  CHECK_THAT(error_of("w16:d3*5"), Catch::Contains("position 5") && Catch::Contains("'s'"));
  CHECK_THAT(error_of("w16:s4*5"), Catch::Contains("position 6") && Catch::Contains("3, 5 or 7"));
  CHECK_THAT(error_of("w16:s33*5"), Catch::Contains("position 7") && Catch::Contains("','"));
  CHECK_THAT(error_of("w16:s3*0"), Catch::Contains("position 8") && Catch::Contains("200"));
  CHECK_THAT(error_of("w16:s3*1000000000"), Catch::Contains("position 8") && Catch::Contains("200"));
  CHECK_THAT(error_of("w16:s3*200,s3"), Catch::Contains("at most 200 layers"));
  CHECK_THAT(error_of("w16:s3*2"), Catch::Contains("at least 3 layers"));
  CHECK_THAT(error_of("w16:s3*5,"), Catch::Contains("position 10"));
  CHECK_THAT(error_of("w16,stem1:s3*5"), Catch::Contains("position 4") && Catch::Contains("':'"));
  CHECK_THAT(error_of(""), Catch::Contains("position 1"));
}

TEST_CASE("whatever a space samples or mutates is a member of it", "[search][space]") {
  SearchSpace space{3, 6, 8, 21, 5, {3, 7}};  // widths 21, 16, 11
  validate(space);
  CHECK(widths(space) == std::vector<int>{21, 16, 11});
  Rng rng(1);
  for (int i = 0; i < 300; ++i) {
    const Chain a = sample(space, rng);
    const Chain b = mutate(space, a, rng);
    CHECK(why_illegal(space, a).value_or("") == "");
    CHECK(why_illegal(space, b).value_or("") == "");
    CHECK(a != b);
  }
}

TEST_CASE("an architecture outside a space is refused with the rule that it breaks", "[search][space]") {
  const SearchSpace space{3, 6, 8, 20, 4, {3, 5}};
  const auto why = [&](const char* source) { return why_illegal(space, parse_chain(source)).value_or("legal"); };
  CHECK(why("w8:s3*3") == "legal");
  CHECK_THAT(why("w8:s3*7"), Catch::Contains("depth 7"));
  CHECK_THAT(why("w10:s3*3"), Catch::Contains("width 10"));
  CHECK_THAT(why("w24:s3*3"), Catch::Contains("width 24"));
  CHECK_THAT(why("w8:s3*2,s7"), Catch::Contains("layer 2") && Catch::Contains("kernel 7"));
}

TEST_CASE("a space that cannot be is refused", "[search][space]") {
  CHECK_THROWS_WITH(validate(SearchSpace{2, 6, 8, 20, 4, {3}}), Catch::Contains("depth 2 to 6"));
  CHECK_THROWS_WITH(validate(SearchSpace{6, 3, 8, 20, 4, {3}}),
                    Catch::Contains("beyond the largest, 3; give both --min-depth"));
  CHECK_THROWS_WITH(validate(SearchSpace{3, 6, 24, 20, 4, {3}}),
                    Catch::Contains("beyond the largest, 20; give both --min-width"));
  CHECK_THROWS_WITH(validate(SearchSpace{3, 6, 8, 20, 0, {3}}), Catch::Contains("width step 0"));
  CHECK_THROWS_WITH(validate(SearchSpace{3, 6, 8, 20, 4, {}}), Catch::Contains("kernel"));
  CHECK_THROWS_WITH(validate(SearchSpace{3, 6, 8, 20, 4, {4}}), Catch::Contains("kernel 4"));
}
