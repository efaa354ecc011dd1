// One finished search for many tests, and copies of its folder.
#pragma once
#include "tests/cli/program.h"
#include "tests/support/temp_dir.h"

namespace mininas::test {

// A tiny search, which is run when it is first needed.
struct FinishedRun {
  FinishedRun() : answer(mininas(tiny_search(folder / "run"))) {}
  TempDir folder;
  ProgramResult answer;
};
const FinishedRun& finished_run();

// A copy of its folder, which one test may change.
class RunCopy {
 public:
  RunCopy();
  std::filesystem::path path() const { return folder_ / "run"; }
  std::string name() const { return path().string(); }
  const Record summary;  // as printed

 private:
  TempDir folder_;
};

}  // namespace mininas::test
