// The C runtime: run in this process on a model's bytes, and compiled like the firmware of a device.
#include <algorithm>
#include <iterator>
#include <set>
#include <sstream>

#include "core/error.h"
#include "core/io/file.h"
#include "core/parallel.h"
#include "mcu/host/cost/sizes.h"
#include "mcu/host/object/runtime_files.h"
#include "nn/spec/layer_chain.h"
#include "nn/spec/named_networks.h"
#include "tests/support/catch.h"
#include "tests/support/device.h"
#include "tests/support/random_model.h"
#include "tests/support/rounds.h"
#include "tests/support/shell.h"
#include "tests/support/skip.h"
#include "tests/support/temp_dir.h"

using namespace mininas;
using namespace mininas::test;

namespace {

const std::vector<std::string> kStrict = {"-std=c99",     "-pedantic", "-Wall",         "-Wextra",
                                          "-Wconversion", "-Werror",   "-ffreestanding"};

struct Seen {
  std::vector<std::vector<int8_t>> layers;
  static void observe(void* context, uint32_t layer, uint32_t offset, const int8_t* values, uint32_t count) {
    auto& seen = *static_cast<Seen*>(context);
    REQUIRE(layer < seen.layers.size());
    REQUIRE(offset == seen.layers[layer].size());
    seen.layers[layer].insert(seen.layers[layer].end(), values, values + count);
  }
};

struct Compiler {
  std::vector<std::string> command;
  std::string nm;
};

std::vector<Compiler> compilers() {
  std::vector<Compiler> found;
  const std::vector<Compiler> known = {{{"gcc"}, "nm"},
                                       {{"clang"}, "nm"},
                                       {{"arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb"}, "arm-none-eabi-nm"},
                                       {{"arm-none-eabi-gcc", "-mcpu=cortex-m0", "-mthumb"}, "arm-none-eabi-nm"}};
  for (const Compiler& compiler : known) {
    const std::string& program = compiler.command[0];
    has_program(program) ? found.push_back(compiler) : skip_part(program + " is not installed");
  }
  return found;
}

struct Build {
  std::vector<std::string> command;
  std::string errors;
  std::set<std::string> undefined;  // names that the object needs from other objects
};

// Links all sources to one object, in which they find each other.
Build build_runtime(const Compiler& compiler, const char* optimisation, const std::vector<std::string>& sources,
                    const std::string& object) {
  Build build{compiler.command, "", {}};
  build.command.insert(build.command.end(), kStrict.begin(), kStrict.end());
  build.command.insert(build.command.end(), {optimisation, "-nostdlib", "-r", "-o", object});
  auto command = build.command;
  command.insert(command.end(), sources.begin(), sources.end());
  const CommandResult compiled = run_command(command);
  build.errors = compiled.ending + compiled.errors;
  if (!build.errors.empty()) return build;
  std::istringstream lines(run_command({compiler.nm, "-u", object}).output);
  for (std::string kind, name; lines >> kind >> name;) build.undefined.insert(name);
  return build;
}

}  // namespace

TEST_CASE("the runtime computes the engine's bytes for 300 random networks", "[mcu][runtime]") {
  for (uint64_t seed = 0; seed < rounds(300); ++seed) {
    const NetworkSpec spec = random_network(Rng(seed), {16, 8, 5, 5});
    const RamPlan ram_plan = seed % 4 == 0 ? RamPlan::kWhole : seed % 4 == 1 ? RamPlan::kOverlap : RamPlan::kStrips;
    const QuantizedModel model = random_model(spec, Rng(seed + 5000));
    const auto images = random_images(model.spec.input(), 3, Rng(seed));
    const IntegerOutputs expected =
        integer_forward(model, images.data() + model.spec.input().size() * static_cast<int64_t>(seed % 3), 1);
    Device device(model, ram_plan);
    Seen seen{std::vector<std::vector<int8_t>>(model.layers.size())};
    std::vector<int8_t> logits(static_cast<size_t>(model.spec.classes()));
    CAPTURE(seed);
    REQUIRE(device.init() == MN_OK);
    const uint8_t* image = images.data() + model.spec.input().size() * static_cast<int64_t>(seed % 3);
    REQUIRE(mn_run_observed(device.model(), image, device.arena.data(), device.arena.size(), logits.data(),
                            Seen::observe, &seen) == MN_OK);
    REQUIRE(seen.layers == expected.layers);
    REQUIRE(logits == expected.layers.back());
  }
}

TEST_CASE("mn_init refuses what does not fit, each with its own status", "[mcu][runtime]") {
  const QuantizedModel model = random_model(family_network(3, {{true, 3}}, {8, 8, 3}, 2), Rng(1));
  Device device(model);
  REQUIRE(device.init() == MN_OK);
  const std::vector<uint8_t> whole = device.bytes;
  CHECK(mn_init(device.model(), device.bytes.size(), device.arena.data(), device.arena.size() - 1) ==
        MN_ARENA_TOO_SMALL);
  std::vector<int8_t> larger(device.arena.size() + 1);
  CHECK(mn_init(device.model(), device.bytes.size(), larger.data() + 1, device.arena.size()) == MN_ARENA_MISALIGNED);
  device.model()->version = MN_VERSION + 1;
  CHECK(device.init() == MN_OTHER_VERSION);
  device.bytes = whole;
  device.model()->magic ^= 1;
  CHECK(device.init() == MN_NOT_A_MODEL);
  device.bytes = whole;
  device.model()->bytes = 3;
  CHECK(device.init() == MN_DAMAGED);
  for (size_t place = offsetof(mn_model, digest); place < whole.size(); place += place < 60 ? 1 : 37) {
    device.bytes = whole;
    device.bytes[place] ^= 0x10;
    CAPTURE(place);
    CHECK(device.init() != MN_OK);
  }
}

TEST_CASE("mn_run checks again what is cheap to check", "[mcu][runtime]") {
  const QuantizedModel model = random_model(family_network(3, {{true, 3}}, {8, 8, 3}, 2), Rng(1));
  Device device(model);
  const auto image = random_images(model.spec.input(), 1, Rng(2));
  int8_t logits[2];
  const auto run = [&](size_t arena_bytes) {
    return mn_run(device.model(), image.data(), device.arena.data(), arena_bytes, logits);
  };
  CHECK(run(device.arena.size()) == MN_OK);
  CHECK(run(device.arena.size() - 1) == MN_ARENA_TOO_SMALL);
  device.bytes[sizeof(mn_model)] = MN_KINDS;  // kind of the first layer
  CHECK(run(device.arena.size()) == MN_NO_KERNEL);
  device.model()->magic = 0;
  CHECK(run(device.arena.size()) == MN_NOT_A_MODEL);
}

TEST_CASE("the answer is the first largest logit", "[mcu][runtime]") {
  const int8_t logits[] = {-128, 5, 7, 7, -3};
  CHECK(mn_answer(logits, 5) == 2);
  CHECK(mn_answer(logits, 2) == 1);
  CHECK(mn_answer(logits, 1) == 0);
}

TEST_CASE("the runtime compiles under the strict flags and calls nothing but itself", "[mcu][runtime][compiler]") {
  const TempDir folder;
  std::vector<std::string> sources;
  for (const TextFile& file : runtime_files()) {
    write_text_file(folder / file.name, file.text);
    if (file.name.ends_with(".c")) sources.push_back((folder / file.name).string());
  }
  const auto known = compilers();
  if (known.empty()) return skip("no compiler is installed");
  std::vector<Build> builds(2 * known.size());
  parallel_for(static_cast<int64_t>(builds.size()), [&](int64_t i) {
    const Compiler& compiler = known[static_cast<size_t>(i / 2)];
    builds[static_cast<size_t>(i)] =
        build_runtime(compiler, i % 2 == 0 ? "-Os" : "-O2", sources, folder / text("runtime-", i, ".o"));
  });
  // ARMv6-M has no instructions for these; every compiler for it provides them.
  const std::set<std::string> kInstructions = {"__aeabi_lmul", "__aeabi_idiv", "__aeabi_idivmod", "__aeabi_uidiv"};
  for (const Build& build : builds) {
    CAPTURE(build.command, build.undefined);
    CHECK(build.errors == "");
    CHECK(std::includes(kInstructions.begin(), kInstructions.end(), build.undefined.begin(), build.undefined.end()));
  }
}

namespace {

// Code and constants of one source file. The test fails if it has variables.
int64_t compiled_bytes(std::vector<std::string> command, const TempDir& folder, const std::string& source) {
  command.insert(command.end(), {(folder / source).string(), "-o", (folder / "out.o").string()});
  REQUIRE(run_command(command).ending.empty());
  std::string size = command.front();
  size.replace(size.rfind("gcc"), 3, "size");
  std::istringstream table(run_command({size, (folder / "out.o").string()}).output);
  std::string header;
  int64_t code = 0, data = 0, zeroed = 0;
  std::getline(table, header);
  table >> code >> data >> zeroed;
  CAPTURE(source);
  CHECK(data + zeroed == 0);
  return code;
}

bool recorded_compiler_missing() {
  if (skipped_without("arm-none-eabi-gcc")) return true;
  const bool other = !run_command({"arm-none-eabi-gcc", "-dumpversion"}).output.starts_with("12.2.");
  if (other) skip("the sizes are recorded with GCC 12.2");
  return other;
}

}  // namespace

TEST_CASE("the recorded code sizes are those of the current runtime", "[mcu][runtime][compiler]") {
  if (recorded_compiler_missing()) return;
  const TempDir folder;
  std::set<std::string> sources;
  for (const TextFile& file : runtime_files()) {
    write_text_file(folder / file.name, file.text);
    if (file.name.ends_with(".c")) sources.insert(file.name);
  }
  // The usual build whole; of every other one, a file that differs from build to build.
  size_t number = 0;
  for (const Board& board : boards())
    for (const Optimisation optimisation : {Optimisation::kSize, Optimisation::kSpeed}) {
      const CodeBuild build{&board, optimisation};
      const CodeSizes& sizes = code_sizes(build);
      const bool usual = to_text(build) == to_text(CodeBuild{});
      const size_t chosen = ++number % sizes.size();
      std::set<std::string> known;
      for (const auto& [file, bytes] : sizes) {
        if (usual || known.size() == chosen) {
          CAPTURE(to_text(build), file);
          CHECK(compiled_bytes(code_size_command(build), folder, file) == bytes);
        }
        known.insert(file);
      }
      CHECK(known == sources);
    }
}

TEST_CASE("code for speed takes more flash than code for size, and a board's figures are those of its own code",
          "[mcu][cost]") {
  const NetworkSpec spec = family_network(8, std::vector<FamilyLayer>(4), {16, 16, 3}, 2);
  for (const Board& board : boards()) {
    CAPTURE(board.name);
    const DeviceCost small = device_cost(spec, RamPlan::kStrips, {&board, Optimisation::kSize}),
                     fast = device_cost(spec, RamPlan::kStrips, {&board, Optimisation::kSpeed});
    CHECK(small.code_bytes < fast.code_bytes);
    CHECK(small.model_bytes == fast.model_bytes);
    CHECK(to_text(CodeBuild{&board, Optimisation::kSpeed}) == board.core + " at -O2");
  }
  CHECK(device_cost(spec, RamPlan::kStrips, {&find_board("m0"), Optimisation::kSize}).code_bytes !=
        device_cost(spec, RamPlan::kStrips).code_bytes);
  CHECK(device_cost(spec, RamPlan::kStrips, {&find_board("m4"), Optimisation::kSize}).code_bytes ==
        device_cost(spec, RamPlan::kStrips).code_bytes);
  const Board unknown{.name = "z80", .core = "Z80", .compiler_flags = {"-mz80"}};
  CHECK_THROWS_WITH(device_cost(spec, RamPlan::kStrips, {&unknown, Optimisation::kSize}),
                    Catch::Contains("Z80 at -Os was never measured"));
  CHECK_THROWS_WITH(parse_code_sizes("code,flag,file,bytes\na,-Os,b.c,x\n", "t.csv"), Catch::Contains("t.csv, line 2"));
}

TEST_CASE("the runtime of a separable network, and that of ResNet-8, take at most 3 KiB on a Cortex-M0",
          "[mcu][runtime][compiler]") {
  if (recorded_compiler_missing()) return;
  // With MN_PORTABLE nothing refers to the fast kernels, and the linker omits them.
  const auto is_fast = [](const std::string& name) {
    return name.ends_with("_tile.c") || name.ends_with("_row.c") || name.ends_with("_dsp.c") ||
           name.ends_with("_mve.c");
  };
  std::vector<std::string> compiler = code_size_command({&find_board("m0"), Optimisation::kSize});
  compiler.push_back("-DMN_PORTABLE");
  const ImageShape image{32, 32, 3};
  for (const NetworkSpec& spec :
       {family_network(16, std::vector<FamilyLayer>(5), image, 2), named_network("resnet8", image, 10)}) {
    const TempDir folder;
    int64_t bytes = 0;
    const auto files = runtime_files_for(spec);
    for (const TextFile& file : files) write_text_file(folder / file.name, file.text);
    for (const TextFile& file : files)
      if (file.name.ends_with(".c") && !is_fast(file.name)) bytes += compiled_bytes(compiler, folder, file.name);
    CHECK(bytes <= 3072);
  }
}

TEST_CASE(
    "the runtime of a separable network, and that of ResNet-8, take at most 8 KiB with the fast kernels on a Cortex-M4",
    "[mcu][runtime][compiler]") {
  const ImageShape image{32, 32, 3};
  for (const NetworkSpec& spec :
       {family_network(16, std::vector<FamilyLayer>(5), image, 2), named_network("resnet8", image, 10)})
    // the test above compares these sizes with the compiler
    CHECK(device_cost(spec, RamPlan::kStrips).code_bytes <= 8192);
}

TEST_CASE("a pool may read the image, whose bytes it turns to int8 as any first layer does", "[mcu][runtime]") {
  LayerChain chain({5, 7, 3}, 4);
  const QuantizedModel model = random_model(std::move(chain).finish(), Rng(1));
  const auto image = random_images(model.spec.input(), 1, Rng(2));
  Device device(model);
  std::vector<int8_t> logits(static_cast<size_t>(model.spec.classes()));
  REQUIRE(device.init() == MN_OK);
  REQUIRE(mn_run(device.model(), image.data(), device.arena.data(), device.arena.size(), logits.data()) == MN_OK);
  CHECK(logits == integer_forward(model, image.data(), 1).layers.back());
}
