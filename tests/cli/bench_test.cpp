// `mininas bench`: which figures it reports, not how large they are.
#include "tests/cli/program.h"
#include "tests/support/catch.h"

using namespace mininas;
using namespace mininas::test;

TEST_CASE("bench gives three rates with their spread, and the memory of training", "[cli][bench]") {
  const ProgramResult answer =
      mininas::test::mininas({"bench", "--arch", "w4:s3,s3,s3", "--input", "9x8x3", "--classes", "3", "--batch", "5",
                              "--seconds", "0.01", "--threads", "1", "--json"});
  INFO(answer.errors);
  REQUIRE(answer.status == 0);
  const Record json = answer.json();
  CHECK(json.string("architecture") == "w4:s3*3");
  CHECK(json.string("input") == "9x8x3");
  CHECK(json.integer("batch") == 5);
  CHECK(json.integer("threads") == 1);
  CHECK(json.integer64("peak_memory_bytes") > 1'000'000);
  for (const char* rate : {"train_images_per_second", "infer_images_per_second", "infer_int8_images_per_second"}) {
    INFO(rate);
    CHECK(json.number(rate) > 0.0);
    CHECK(json.record("spread").number(rate) >= 0.0);
    CHECK(json.record("spread").number(rate) < json.number(rate));
  }
}

TEST_CASE("bench measures a network by name and prints a table", "[cli][bench]") {
  const ProgramResult answer = mininas::test::mininas(
      {"bench", "--arch", "resnet8", "--input", "8x8x3", "--classes", "10", "--batch", "2", "--seconds", "0.01"});
  REQUIRE(answer.status == 0);
  for (const char* row : {"training", "inference, int8", "images/s", "peak memory", "77,946 parameters"})
    CHECK_THAT(answer.output, Catch::Contains(row));
}

TEST_CASE("bench refuses what it cannot measure", "[cli][bench]") {
  CHECK(mininas::test::mininas({"bench"}).status == 2);
  CHECK(mininas::test::mininas({"bench", "--arch", "w4:s3*3", "--batch", "1"}).status == 2);
  const ProgramResult answer = mininas::test::mininas({"bench", "--arch", "w4:x3"});
  CHECK(answer.status == 2);
  CHECK(answer.is_one_error_line());
}
