// What the program does if standard output is full or closed, and with signals that are ignored at its start.
#include "core/io/file.h"
#include "search/record/record_file.h"
#include "tests/cli/program.h"
#include "tests/support/catch.h"
#include "tests/support/shell.h"
#include "tests/support/temp_dir.h"

using namespace mininas::test;

namespace {

// Runs a shell command line in which "$0" is the program.
CommandResult in_shell(const std::string& line) { return run_command({"sh", "-c", line, program_path()}); }

}  // namespace

TEST_CASE("output that cannot be written is exit status 1 and one line, in text, JSON and help", "[cli]") {
  for (const char* arguments : {"inspect w8:s3*3 --input 8x8x3 --classes 2",
                                "inspect w8:s3*3 --input 8x8x3 --classes 2 --json", "--help", "search --help"})
    for (const char* output : {">/dev/full", ">&-"}) {
      const CommandResult result = in_shell(std::string("exec \"$0\" ") + arguments + " " + output);
      CAPTURE(arguments, output, result.errors);
      CHECK(result.ending == "exit status 1");
      CHECK(result.errors.rfind("mininas: standard output: cannot write: ", 0) == 0);
    }
}

TEST_CASE("with every standard file closed nothing that is printed lands in a file of the run", "[cli]") {
  const TempDir folder;
  const std::string run = (folder / "run").string();
  in_shell("\"$0\" train --arch w4:s3*3 --data " + kTinyData + " --epochs 1 --out " + run + " <&- >&- 2>&-");
  CHECK_NOTHROW(mininas::read_record(folder / "run" / "run.json"));
  CHECK(mininas::test::mininas({"eval", run}).status == 0);
}

TEST_CASE("an interrupt that was ignored when the program started stays ignored", "[cli]") {
  const TempDir folder;
  const CommandResult result =
      in_shell("trap '' INT; \"$0\" train --arch w4:s3*3 --data " + kTinyData + " --epochs 1 --quiet --out " +
               (folder / "run").string() + " & child=$!; sleep 0.05; kill -INT $child; wait $child");
  CAPTURE(result.errors);
  CHECK(result.ending.empty());
}

TEST_CASE("a script's background job, which a shell has ignore Ctrl-C, is interrupted by kill", "[cli]") {
  const CommandResult result = in_shell("\"$0\" train --arch w4:s3*3 --data " + kTinyData +
                                        " --epochs 5000 --quiet & child=$!; sleep 0.3; kill -INT $child; wait $child");
  CAPTURE(result.errors);
  CHECK(result.ending == "exit status 130");
}
