// How the test program reports tests that could not run. The last test starts the hidden tests.
#include <filesystem>

#include "tests/support/catch.h"
#include "tests/support/shell.h"
#include "tests/support/skip.h"

using namespace mininas::test;

TEST_CASE("skipped as a whole", "[.skipping]") { skip("there is no moon"); }
TEST_CASE("skipped as a whole too", "[.skipping]") { skip("there is no moon"); }
TEST_CASE("skipped in part", "[.skipping]") {
  skip_part("one of two is missing");
  CHECK(true);
}
TEST_CASE("skipped and failed", "[.skipping]") {
  CHECK(false);
  skip("too late");
}

TEST_CASE("a skipped test is counted as skipped, with the reason, a partly skipped one as passed", "[tree][skip]") {
  const std::string self = std::filesystem::read_symlink("/proc/self/exe");
  const CommandResult result = run_command({self, "[.skipping]"});
  CHECK_FALSE(result.ending.empty());
  CHECK_THAT(result.output, Catch::Contains("\nskipped in part: one of two is missing (1 test)\n"));
  CHECK_THAT(result.output, Catch::Contains("\nskipped: there is no moon (2 tests)\n"));
  CHECK_THAT(result.output, Catch::EndsWith("\n1 passed, 1 failed, 2 skipped\n"));
}
