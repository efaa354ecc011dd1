// Temporary folders of several processes, and compilers that do not get to their end.
#include <stdlib.h>
#include <sys/resource.h>

#include "core/error.h"
#include "core/io/file.h"
#include "mcu/host/verify/compile.h"
#include "mcu/host/verify/process.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using namespace mininas;
using namespace mininas::test;

namespace fs = std::filesystem;

namespace {

// Temporary folders are made below `place` as long as the object exists.
class TemporaryPlace {
 public:
  explicit TemporaryPlace(const fs::path& place) : before_(fs::temp_directory_path()) {
    ::setenv("TMPDIR", place.c_str(), 1);
  }
  ~TemporaryPlace() { ::setenv("TMPDIR", before_.c_str(), 1); }

 private:
  const fs::path before_;
};

void make_old(const fs::path& path) {
  fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::hours(1));
}

fs::path old_folder(const fs::path& place, const std::string& name, const std::vector<std::string>& files) {
  const fs::path folder = place / ("mininas-verify-" + name);
  fs::create_directory(folder);
  for (const std::string& file : files) write_text_file(folder / file, "content");
  make_old(folder);
  return folder;
}

}  // namespace

TEST_CASE("temporary folders of processes that have ended are removed, and no other", "[mcu][verify]") {
  const TempDir folder;
  const TemporaryPlace place(folder.path());
  const fs::path ended = old_folder(folder.path(), "ended", {"lock", "driver.c"}),
                 unlocked = old_folder(folder.path(), "other-version", {"driver.c"}),
                 empty = old_folder(folder.path(), "empty", {}), young = folder / "mininas-verify-young";
  fs::create_directory(young);
  const WorkFolder in_use;
  make_old(in_use.path());
  const WorkFolder next;
  CHECK_FALSE(fs::exists(ended));
  CHECK(fs::exists(unlocked / "driver.c"));
  CHECK_FALSE(fs::exists(empty));
  CHECK(fs::exists(young));
  CHECK(fs::exists(in_use.path()));
}

TEST_CASE("a temporary folder goes with its object, whatever is in it", "[mcu][verify]") {
  const TempDir folder;
  const TemporaryPlace place(folder.path());
  {
    const WorkFolder work;
    fs::create_directories(work / "images-0");
    write_text_file(work / "images-0" / "images.bin", "pixels");
  }
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("a compiler that is killed has not refused the code", "[mcu][verify]") {
  const TempDir folder;
  CHECK_THROWS_WITH(run_tool({"sh", "-c", "kill -KILL $$"}, folder / "log", "c", "install sh"),
                    "c: sh was ended by signal 9");
  CHECK_THROWS_WITH(run_tool({"sh", "-c", "echo 'x.c:1: error: no' >&2; exit 1"}, folder / "log", "c", "install sh"),
                    "c: sh refuses the code: x.c:1: error: no");
}

TEST_CASE("a child's file for errors that cannot be made is named", "[mcu][verify]") {
  const TempDir folder;
  CHECK_THROWS_WITH(Process({"true"}, folder / "missing" / "log"), Catch::Contains("log: cannot create: No such file"));
}

TEST_CASE("a signal to a compiler's process group does not reach this program", "[mcu][verify]") {
  const TempDir folder;
  CHECK_THROWS_WITH(run_tool({"sh", "-c", "kill -TERM 0; sleep 10"}, folder / "log", "c", "install sh"),
                    "c: sh was ended by signal 15");
}

TEST_CASE("nobody is told to install a compiler where only file descriptors have run out", "[mcu][verify]") {
  const TempDir folder;
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  const rlimit none{3, before.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &none);
  std::string error;
  try {
    run_tool({"cc"}, folder / "log", "c", "install gcc");
  } catch (const Error& failure) {
    error = failure.what();
  }
  ::setrlimit(RLIMIT_NOFILE, &before);
  CHECK_THAT(error, Catch::Contains("Too many open files") && !Catch::Contains("install"));
}
