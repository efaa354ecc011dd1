// The folder of an export, and what may be in its way.
#include "core/error.h"
#include "core/io/file.h"
#include "mcu/host/cost/sizes.h"
#include "mcu/host/export/emit_c.h"
#include "tests/mcu/small_export.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using namespace mininas;
using namespace mininas::test;

namespace fs = std::filesystem;

TEST_CASE("an export replaces an older one whole and refuses any other folder", "[mcu][export]") {
  const TempDir folder;
  const QuantizedModel first = small_model(1),
                       second = random_model(family_network(3, {{false, 3}}, {6, 6, 1}, 2), Rng(3));
  export_c(first, RamPlan::kStrips, image_set(first.spec, 1, 1), (folder / "c").string() + "/");
  CHECK(names_in(folder / "c").count("mn_depthwise.c") == 1);
  export_c(second, RamPlan::kStrips, image_set(second.spec, 1, 1), folder / "c");
  CHECK(names_in(folder / "c").count("mn_depthwise.c") == 0);
  CHECK(names_in(folder.path()) == std::set<std::string>{"c"});

  fs::create_directories(folder / "mine");
  write_text_file(folder / "mine" / "thesis.txt", "precious");
  CHECK_THROWS_AS(export_c(first, RamPlan::kStrips, image_set(first.spec, 1, 1), folder / "mine"), IoError);
  CHECK(names_in(folder / "mine") == std::set<std::string>{"thesis.txt"});
  fs::rename(folder / "mine", folder / "c.tmp");
  CHECK_THROWS_WITH(export_c(first, RamPlan::kStrips, image_set(first.spec, 1, 1), folder / "c"),
                    Catch::Contains("c.tmp"));
  CHECK(names_in(folder / "c.tmp") == std::set<std::string>{"thesis.txt"});
  CHECK_THROWS_AS(export_c(first, RamPlan::kStrips, image_set(first.spec, 1, 1), folder / "c.tmp" / "thesis.txt" / "c"),
                  IoError);
  CHECK_THROWS_AS(export_c(first, RamPlan::kStrips, image_set(second.spec, 1, 1), folder / "other"), ConfigError);
  CHECK_FALSE(fs::exists(folder / "other"));
}

TEST_CASE("the remains of a killed export never stop the next one", "[mcu][export]") {
  const QuantizedModel model = small_model();
  const ImageSet vectors = image_set(model.spec, 1, 1);
  const auto finished = [&](const fs::path& place) {
    export_c(model, RamPlan::kStrips, vectors, place / "c");
    return names_in(place) == std::set<std::string>{"c"} && names_in(place / "c").count("model.h") == 1;
  };
  for (const char* ending : {".tmp", ".old"}) {
    const TempDir folder;
    const fs::path rest = (folder / "c").string() + ending;
    fs::create_directories(rest);  // killed before the first file, or before the folder was removed
    CHECK(finished(folder.path()));
    fs::create_directories(rest);
    write_text_file(rest / ".mininas-unfinished", "");  // killed while writing or removing
    write_text_file(rest / "mn_run.c", "half");
    write_text_file(rest / "model.h.7-0.mininas-tmp", "");
    CHECK(finished(folder.path()));
    fs::copy(folder / "c", rest);  // killed just before the folder is renamed
    CHECK(finished(folder.path()));
  }
}

TEST_CASE("in a run's own folder an export replaces any contents", "[mcu][export]") {
  const TempDir folder;
  const QuantizedModel model = small_model();
  for (const char* name : {"c", "c.tmp", "c.old"}) {
    fs::create_directories(folder / name);
    write_text_file(folder / name / "mn_run.c", "half");
  }
  CHECK_THROWS_AS(export_c(model, RamPlan::kStrips, image_set(model.spec, 1, 1), folder / "c"), IoError);
  export_c(model, RamPlan::kStrips, image_set(model.spec, 1, 1), folder / "c", FolderOwner::kRun);
  CHECK(names_in(folder.path()) == std::set<std::string>{"c"});
}

TEST_CASE("an export names its RAM plan", "[mcu][export]") {
  const TempDir folder;
  const QuantizedModel model = small_model();
  for (const RamPlan ram_plan : {RamPlan::kWhole, RamPlan::kOverlap, RamPlan::kStrips}) {
    export_c(model, ram_plan, image_set(model.spec, 1, 1), folder / "c");
    CHECK(exported_ram_plan(folder / "c") == ram_plan);
    const std::string arena = text("#define MODEL_ARENA_BYTES ", device_cost(model.spec, ram_plan).ram_bytes, "\n");
    CHECK_THAT(read_text_file(folder / "c" / "model.h"), Catch::Contains(arena));
  }
  write_text_file(folder / "c" / "model.h", "#define MODEL_RAM_PLAN \"best\"\n");
  CHECK_THROWS_WITH(exported_ram_plan(folder / "c"), Catch::Contains("model.h: no line '#define MODEL_RAM_PLAN ...'"));
}
