// Includes between folders: a file may include files of its own folder and of folders above it in this table.
#include <algorithm>
#include <set>

#include "core/error.h"
#include "tests/support/catch.h"
#include "tests/tree/source_tree.h"

using namespace mininas;
using namespace mininas::test;

namespace {

// From the lowest level to the highest. A folder that is not listed belongs to its parent folder.
const std::vector<std::string> kLevels = {
    "mcu/runtime",     "mcu/boards",                                                                           //
    "core/kernels",    "core",          "core/io",         "core/conv",      "core/autograd",   "core/fused",  //
    "core/reference",                                                                                          //
    "datasets",                                                                                                //
    "nn/layers",       "nn/spec",       "nn/train",        "nn/weights",
    "nn/quant",  //
    "mcu/host",        "mcu/host/plan", "mcu/host/object", "mcu/host/cost",  "mcu/host/export", "mcu/host/formats",
    "mcu/host/verify",                                                                                              //
    "search/record",   "search/space",  "search/cost",     "search/inspect", "search/methods",  "search/evaluate",  //
    "search/run",      "search/job",    "search/report",   "search/cli"};

size_t level_of(std::string folder) {
  for (; !folder.empty(); folder = folder_of(folder)) {
    const auto found = std::find(kLevels.begin(), kLevels.end(), folder);
    if (found != kLevels.end()) return static_cast<size_t>(found - kLevels.begin());
  }
  return kLevels.size();
}

// "core/tensor.h includes nn/spec/network_spec.h" for each include of a higher level.
std::set<std::string> includes_that_go_up(const std::vector<SourceFile>& files) {
  std::set<std::string> found;
  for (const SourceFile& file : files)
    for (const std::string& included : included_files(file.text))
      if (included.find('/') != std::string::npos && level_of(folder_of(included)) > level_of(folder_of(file.path)))
        found.insert(text(file.path, " includes ", included));
  return found;
}

}  // namespace

TEST_CASE("every folder of the sources has a level", "[tree][levels]") {
  for (const SourceFile& file : source_files({"core", "datasets", "nn", "mcu", "search"})) {
    INFO(file.path << ": name its folder in tests/tree/levels_test.cpp");
    CHECK(level_of(folder_of(file.path)) < kLevels.size());
  }
}

TEST_CASE("no file includes one of a higher level", "[tree][levels]") {
  const auto files = source_files({"core", "datasets", "nn", "mcu", "search"});
  if (files.empty()) return;
  for (const std::string& include : includes_that_go_up(files))
    FAIL_CHECK(include << ", which stands higher in tests/tree/levels_test.cpp");
}

TEST_CASE("an include of a higher level is found, one of a lower or the same level is not", "[tree][levels]") {
  CHECK(
      includes_that_go_up({{"core/conv/a.h", "#include \"core/tensor.h\"\n#include \"core/conv/b.h\"\n"},
                           {"core/tensor.h", "// #include \"search/cli/parser.h\"\n #  include \"nn/spec/a.h\" // a\n"},
                           {"search/methods/nasbot/a.cpp", "#include \"search/methods/b.h\"\n"}}) ==
      std::set<std::string>{"core/tensor.h includes nn/spec/a.h"});
  CHECK(level_of("search/methods/nasbot") == level_of("search/methods"));
  CHECK(level_of("elsewhere") == kLevels.size());
}
