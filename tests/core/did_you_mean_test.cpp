#include "core/did_you_mean.h"

#include "tests/support/catch.h"

using namespace mininas;

TEST_CASE("the name that differs in the fewest letters is meant, and none where all differ in many",
          "[core][did_you_mean]") {
  const std::vector<std::string> names = {"search", "train", "eval", "verify", "export", "max-flash", "max-ram"};
  CHECK(nearest_name("serach", names) == "search");   // an exchange of neighbours is one difference
  CHECK(nearest_name("serch", names) == "search");    // a letter is missing
  CHECK(nearest_name("searchh", names) == "search");  // one too many
  CHECK(nearest_name("trein", names) == "train");
  CHECK(nearest_name("max_flash", names) == "max-flash");
  CHECK(nearest_name("ver", names) == "verify");  // the beginning of a name
  CHECK(nearest_name("max-r", names) == "max-ram");
  CHECK(nearest_name("dance", names).empty());
  CHECK(nearest_name("x", names).empty());
  CHECK(nearest_name("", names).empty());
  CHECK(nearest_name("search", {}).empty());
}

TEST_CASE("a suggestion is the end of an error's line, or nothing", "[core][did_you_mean]") {
  CHECK(did_you_mean("evel", {"eval"}) == "; did you mean 'eval'?");
  CHECK(did_you_mean("colour", {"eval"}).empty());
}
