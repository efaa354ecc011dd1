// The short forms of `make crash` and `make together`.
#include "tests/cli/program.h"
#include "tests/support/catch.h"
#include "tests/support/shell.h"
#include "tests/support/skip.h"

using namespace mininas;
using namespace mininas::test;

TEST_CASE("killed or failing at a call that changes files, commands go on and end with the same files", "[cli][kill]") {
  if (skipped_without("strace") || skipped_without("cc")) return;
  if (run_command({"strace", "-qq", "-o", "/dev/null", "true"}).ending != "") return skip("strace may not trace here");
  const CommandResult result = run_command(
      {"env", "CRASH=train quantize export elsewhere report", "tests/crash/crash.sh", program_path(), "40", "5"});
  CAPTURE(result.output, result.errors);
  CHECK(result.ending.empty());
  CHECK_THAT(result.output, Catch::Contains(" kills, 0 failures"));
}

TEST_CASE("searches that share their caches at the same time end as one that is alone", "[cli][kill]") {
  if (skipped_without("cc")) return;
  const CommandResult result = run_command({"tests/crash/together.sh", program_path(), "1", "searches"});
  CAPTURE(result.output, result.errors);
  CHECK(result.ending.empty());
  CHECK(result.output == "1 rounds, 0 failures\n");
}
