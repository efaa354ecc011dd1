// .ci/packages on other systems: a root without headers, and the os-release of another distribution.
#include <filesystem>

#include "core/io/file.h"
#include "tests/support/catch.h"
#include "tests/support/shell.h"
#include "tests/support/skip.h"
#include "tests/support/temp_dir.h"

using namespace mininas;
using namespace mininas::test;

namespace {

struct Asked {
  std::string os_release, compiler, groups;
};

// The output of .ci/packages on a system without any header.
std::string missing_on(const Asked& asked) {
  const TempDir folder;
  write_text_file(folder / "os-release", asked.os_release);
  const CommandResult result =
      run_command({"env", "OS_RELEASE=" + (folder / "os-release").string(), "ROOT=" + folder.path().string(),
                   "CXX=" + asked.compiler, "sh", "-c", "exec .ci/packages " + asked.groups});
  CHECK_FALSE(result.ending.empty());
  CHECK(result.output.empty());
  return result.errors;
}

bool script_is_missing() {
  const bool missing = !std::filesystem::exists(".ci/packages");
  if (missing) skip("the sources are not in the current folder");
  return missing;
}

}  // namespace

TEST_CASE("what is missing is named as the distribution calls it", "[tree][packages]") {
  if (script_is_missing()) return;
  const std::string head = "Something is missing that the build needs. Install it, then run make again:\n  ";
  const Asked fedora{"NAME=\"Fedora Linux\"\nID=fedora\nVERSION_ID=43\n", "no-such-compiler", "build test"};
  CHECK(missing_on(fedora) == head +
                                  "sudo dnf install gcc-c++ eigen3-devel stb-devel cli11-devel json-devel "
                                  "catch-devel\n");
  const Asked rocky{"ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", "sh", "build"};
  CHECK(missing_on(rocky) == head + "sudo dnf install eigen3-devel stb-devel cli11-devel json-devel\n");
  CHECK(missing_on({"ID=arch\n", "sh", "build test"}) ==
        head + "sudo pacman -S --needed eigen stb cli11 nlohmann-json catch2\n");
  CHECK(missing_on({"ID=alpine\n", "sh", "build"}) == head + "sudo apk add eigen-dev stb cli11-dev nlohmann-json\n");
  CHECK(missing_on({"ID=\"opensuse-tumbleweed\"\nID_LIKE=\"opensuse suse\"\n", "sh", "test"}) ==
        head + "sudo zypper install Catch2-devel\n");
}

TEST_CASE("where all is there, nothing is said", "[tree][packages]") {
  if (script_is_missing()) return;
  const TempDir root;
  for (const char* header :
       {"eigen3/Eigen/Core", "stb/stb_image.h", "CLI/CLI.hpp", "nlohmann/json.hpp", "catch2/catch_all.hpp"}) {
    const auto path = root / "usr/include" / header;
    std::filesystem::create_directories(path.parent_path());
    write_text_file(path, "");
  }
  const CommandResult result =
      run_command({"env", "ROOT=" + root.path().string(), "CXX=sh", ".ci/packages", "build", "test"});
  CHECK(result.ending.empty());
  CHECK((result.output + result.errors).empty());
}
