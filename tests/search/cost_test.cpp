#include "search/cost.h"

#include <catch2/catch.hpp>

#include "core/error.h"

using namespace mininas;

TEST_CASE("sizes are read in bytes, K and M", "[search][budget]") {
  CHECK(parse_size("65536") == 65536);
  CHECK(parse_size("64K") == 65536);
  CHECK(parse_size("1M") == 1048576);
  CHECK(parse_count("250K") == 250000);
  CHECK(parse_count("3m") == 3000000);
  for (const char* wrong : {"", "K", "0", "-1", "64KB", "1.5M", "64 K", "99999999999999999999", "9223372036854775807M"})
    CHECK_THROWS_WITH(parse_size(wrong), Catch::Contains("is no size"));
}

TEST_CASE("a cost over the budget is told with both figures", "[search][budget]") {
  const Cost cost{.parameters = 1, .macs = 3000000, .flash_bytes = 70112, .code_bytes = 0, .ram_bytes = 65536};
  CHECK_FALSE(why_over({}, cost));
  CHECK_FALSE(why_over({70112, 65536, 3000000}, cost));
  CHECK(why_over({65536, 0, 0}, cost) == "flash 70,112 is over the limit of 65,536");
  CHECK(why_over({0, 65535, 0}, cost) == "RAM 65,536 is over the limit of 65,535");
  CHECK(why_over({0, 0, 1}, cost) == "MACs 3,000,000 is over the limit of 1");
}

TEST_CASE("numbers are grouped by thousands", "[search]") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1000) == "1,000");
  CHECK(grouped(-1234567) == "-1,234,567");
  CHECK(grouped(-123) == "-123");
}
