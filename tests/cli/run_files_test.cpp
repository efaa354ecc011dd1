// search/job/run-files.md against the files of a finished run: it names every file and every field.
#include <fstream>
#include <regex>
#include <set>

#include "core/io/file.h"
#include "search/record/record_file.h"
#include "tests/cli/finished_run.h"
#include "tests/support/catch.h"
#include "tests/support/shell.h"
#include "tests/support/skip.h"

using namespace mininas;
using namespace mininas::test;
namespace fs = std::filesystem;

namespace {

// The words between back-ticks, which are names of files and fields.
std::set<std::string> names_in(const std::string& page) {
  static const std::regex name("`([^`]+)`");
  std::set<std::string> names;
  for (std::sregex_iterator match(page.begin(), page.end(), name), end; match != end; ++match)
    names.insert((*match)[1]);
  return names;
}

std::set<std::string> keys_in(const std::string& json) {
  static const std::regex key("\"([A-Za-z0-9_-]+)\":");
  std::set<std::string> keys;
  for (std::sregex_iterator match(json.begin(), json.end(), key), end; match != end; ++match) keys.insert((*match)[1]);
  return keys;
}

}  // namespace

TEST_CASE("every file and every field of a run is described", "[cli][docs]") {
  if (skipped_without("cc")) return;
  if (!fs::exists("search/job/run-files.md")) return skip("search/job/run-files.md is not below the working directory");
  const std::set<std::string> described = names_in(read_text_file("search/job/run-files.md"));
  const RunCopy run;
  REQUIRE(mininas::test::mininas({"report", run.name()}).status == 0);
  std::set<std::string> options = keys_in(read_record(run.path() / "run.json").record("settings").to_line());
  for (const auto& entry : fs::directory_iterator(run.path())) {
    const std::string name = entry.path().filename().string();
    INFO(name);
    CHECK(described.contains(name + (entry.is_directory() ? "/" : "")));
    if (entry.path().extension() != ".json" && entry.path().extension() != ".jsonl") continue;
    for (const std::string& key : keys_in(read_text_file(entry.path()))) {
      INFO(key);
      CHECK((described.contains(key) || (name == "run.json" && options.contains(key))));
    }
  }
}
