// Export and verification, as a person uses them: a folder of C, compiled and run.
#include <stdlib.h>

#include <algorithm>
#include <sstream>

#include "core/error.h"
#include "core/io/file.h"
#include "core/parallel.h"
#include "core/version.h"
#include "mcu/host/cost/sizes.h"
#include "mcu/host/export/emit_c.h"
#include "mcu/host/object/model_image.h"
#include "mcu/host/verify/verify.h"
#include "tests/mcu/small_export.h"
#include "tests/support/catch.h"
#include "tests/support/changed_network.h"
#include "tests/support/random_model.h"
#include "tests/support/rounds.h"
#include "tests/support/shell.h"
#include "tests/support/temp_dir.h"

using namespace mininas;
using namespace mininas::test;

namespace fs = std::filesystem;

namespace {

void replace_in_file(const fs::path& path, const std::string& old, const std::string& fresh, size_t from = 0) {
  std::string content = read_text_file(path);
  const size_t place = content.find(old, from);
  REQUIRE(place != std::string::npos);
  write_text_file(path, content.replace(place, old.size(), fresh));
}

int64_t differing_bytes(const QuantizedModel& a, const QuantizedModel& b, const ImageSet& images) {
  const auto first = integer_forward(a, images.pixels.data(), images.count()).layers;
  const auto second = integer_forward(b, images.pixels.data(), images.count()).layers;
  int64_t different = 0;
  for (size_t layer = 0; layer < first.size(); ++layer)
    for (size_t i = 0; i < first[layer].size(); ++i) different += first[layer][i] != second[layer][i];
  return different;
}

// A small network, some images and its export in "c" of a folder of its own.
struct SmallExport {
  explicit SmallExport(int64_t count) : images(image_set(model.spec, count, 1)) {
    export_c(model, RamPlan::kStrips, images, folder / "c");
  }

  TempDir folder;
  QuantizedModel model = small_model();
  ImageSet images;
};

// A value for CC as long as it lives.
class CompilerSetting {
 public:
  explicit CompilerSetting(const char* value) {
    if (const char* old = ::getenv("CC")) old_ = old;
    ::setenv("CC", value, 1);
  }
  ~CompilerSetting() { old_.empty() ? ::unsetenv("CC") : ::setenv("CC", old_.c_str(), 1); }
  CompilerSetting(const CompilerSetting&) = delete;
  CompilerSetting& operator=(const CompilerSetting&) = delete;

 private:
  std::string old_;
};

// Exports and verifies in a folder of its own; returns what was wrong, "" for nothing.
std::string export_and_verify(uint64_t seed, const RandomNetworkLimits& limits, const VerifyOptions& options) {
  const TempDir folder;
  const QuantizedModel model = random_model(random_network(Rng(seed), limits), Rng(seed + 100));
  const ImageSet images = image_set(model.spec, 5, seed);
  export_c(model, RamPlan::kStrips, images, folder / "c");
  const Verification result = verify_export(model, folder / "c", images, options);
  int64_t layer_bytes = 0;
  for (int i = 0; i < model.spec.size(); ++i) layer_bytes += model.spec.shape(i).size();
  const DeviceCost cost = device_cost(model.spec, RamPlan::kStrips);
  if (result.first) return text("network ", seed, ": ", to_text(*result.first));
  if (result.bytes_compared != 5 * layer_bytes)
    return text("network ", seed, ": compared ", result.bytes_compared, " bytes");
  const std::string header = read_text_file(folder / "c" / "model.h");
  const std::string arena = text("#define MODEL_ARENA_BYTES ", cost.ram_bytes, "\n");
  for (const std::string& line : {arena, text("#define MODEL_BYTES ", cost.model_bytes, "\n")})
    if (header.find(line) == std::string::npos) return text("network ", seed, ": expected ", line);
  return "";
}

std::string first_problem(uint64_t first_seed, int64_t count, const RandomNetworkLimits& limits,
                          const VerifyOptions& options) {
  std::vector<std::string> problems(static_cast<size_t>(count));
  parallel_for(count, [&](int64_t i) {
    problems[static_cast<size_t>(i)] = export_and_verify(first_seed + static_cast<uint64_t>(i), limits, options);
  });
  for (const std::string& problem : problems)
    if (!problem.empty()) return problem;
  return "";
}

}  // namespace

// model.c itself refuses to compile where sizeof its object is not MODEL_BYTES, so equal constants are equal sizes.
TEST_CASE("20 random networks leave as C of the predicted size, every byte of every layer the engine's",
          "[mcu][export][compiler]") {
  VerifyOptions options;
  options.compiler_flags = {"-O1"};
  CHECK(first_problem(1, 16, {20, 8, 5, 5}, options) == "");
  CHECK(first_problem(500, 4, {40, 6, 4, 12}, options) == "");
}

TEST_CASE("the random networks cover every layer kind, kernel and stride, grey and colour, single pixels",
          "[mcu][export]") {
  std::set<std::string> seen;
  for (uint64_t seed = 1; seed <= 44; ++seed) {
    const NetworkSpec spec = random_network(Rng(seed), {20, 8, 5, 5});
    seen.insert(text("channels ", spec.input().channels));
    if (spec.input().height == 1 || spec.input().width == 1) seen.insert("thin");
    for (const LayerSpec& layer : spec.layers())
      seen.insert(text(to_text(layer.kind), " ", layer.kernel, " ", layer.stride));
  }
  for (const char* kind : {"conv", "depthwise"})
    for (const int kernel : {1, 3, 5, 7})
      for (const int stride : {1, 2}) CHECK(seen.count(text(kind, " ", kernel, " ", stride)) == 1);
  for (const char* other : {"add 1 1", "pool 1 1", "linear 1 1", "relu 1 1", "channels 1", "channels 3", "thin"})
    CHECK(seen.count(other) == 1);
}

TEST_CASE("the generated C runs clean under the address and undefined-behaviour sanitizers",
          "[mcu][export][compiler]") {
  VerifyOptions options;
  options.compiler_flags = {"-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"};
  CHECK(first_problem(2000, 4, {12, 6, 5, 4}, options) == "");
}

TEST_CASE("tensors that are read both rectified and as they are leave as C, by every plan", "[mcu][export][compiler]") {
  const TempDir folder;
  const NetworkSpec spec = rectified_network();
  for (const RamPlan ram_plan : {RamPlan::kWhole, RamPlan::kOverlap, RamPlan::kStrips}) {
    const QuantizedModel model = random_model(spec, Rng(7));
    const ImageSet images = image_set(spec, 4, 3);
    export_c(model, ram_plan, images, folder / "c");
    const Verification result = verify_export(model, folder / "c", images);
    CAPTURE(to_text(ram_plan), result.first ? to_text(*result.first) : "");
    CHECK(result.bytes_different == 0);
    CHECK(result.layers == spec.size());
    CHECK(names_in(folder / "c").count("mn_relu.c") == 1);
  }
}

TEST_CASE("one changed weight in model.c is found and its layer named", "[mcu][export][compiler]") {
  const auto& [folder, model, images] = SmallExport(3);
  const std::string source = read_text_file(folder / "c" / "model.c");
  const size_t layer = source.find(".L01_layer1_depthwise = {");
  REQUIRE(layer != std::string::npos);
  const int weight = model.layers[1].weights[0];
  const int other = weight > 0 ? -127 : 127;
  replace_in_file(folder / "c" / "model.c", text(".weights = {\n      ", weight, ","),
                  text(".weights = {\n      ", other, ","), layer);
  const Verification result = verify_export(model, folder / "c", images);
  REQUIRE(result.first);
  QuantizedModel changed = model;
  changed.layers[1].weights[0] = static_cast<int8_t>(other);
  changed.layers[1].bias[0] +=
      model.input_of(1).zero_point * (other - weight);  // the folded bias in model.c is still the old one
  CHECK(result.bytes_different == differing_bytes(model, changed, images));
  CHECK(result.first->layer == "layer1.depthwise");
  CHECK(result.first->channel == 0);
  CHECK(result.first->expected != result.first->found);
  CHECK_THAT(to_text(*result.first), Catch::StartsWith("image 0, layer layer1.depthwise, row "));
}

TEST_CASE("a changed byte that no test image reveals is found by the digest", "[mcu][export][compiler]") {
  const auto& [folder, model, images] = SmallExport(1);
  replace_in_file(folder / "c" / "model.c", ".digest = MODEL_DIGEST", ".digest = 1u ^ MODEL_DIGEST");
  CHECK_THROWS_WITH(verify_export(model, folder / "c", images), Catch::Contains("model.c was changed"));
}

TEST_CASE("make test in the exported folder passes, and names the layer after a change", "[mcu][export][compiler]") {
  if (skipped_without("make")) return;
  const TempDir folder;
  const QuantizedModel model = small_model();
  export_c(model, RamPlan::kStrips, image_set(model.spec, 3, 1), folder / "c");
  const auto make = [&] { return run_command({"make", "-s", "-C", (folder / "c").string(), "test"}); };
  const CommandResult good = make();
  CAPTURE(good.output, good.errors);
  CHECK(good.ending.empty());
  CHECK_THAT(good.output, Catch::Contains("PASSED"));
  const fs::path vectors = folder / "c" / "test_vectors.c";
  replace_in_file(vectors, "0x", "1u ^ 0x", read_text_file(vectors).find("test_digests"));
  const CommandResult bad = make();
  CHECK_FALSE(bad.ending.empty());
  CHECK_THAT(bad.output, Catch::Contains("vector 0: the first layer that differs is 0, stem"));
}

TEST_CASE("the lines of the exported README classify an image", "[mcu][export][compiler]") {
  const auto& [folder, model, images] = SmallExport(1);
  const std::string readme = read_text_file(folder / "c" / "README.md");
  CHECK(std::count(readme.begin(), readme.end(), '\n') <= 45);
  const size_t begin = readme.find("```c\n") + 5, body = readme.find("\n\n", begin), end = readme.find("```", body);
  REQUIRE(end != std::string::npos);
  std::string program = readme.substr(begin, body - begin) +
                        "\n#include <stdio.h>\nstatic int classify(const uint8_t *image) {" +
                        readme.substr(body, end - body) + "}\nint main(void) {\n  static const uint8_t image[] = {";
  for (const uint8_t byte : images.pixels) program += std::to_string(byte) + ",";
  write_text_file(folder / "c" / "program.c", program + "};\n  printf(\"%d\", classify(image));\n  return 0;\n}\n");
  const std::string build = text("cd ", (folder / "c").string(),
                                 " && cc -std=c99 -Wall -Werror program.c model.c mn_*.c -o program && ./program");
  const CommandResult result = run_command({"sh", "-c", build});
  CAPTURE(result.errors);
  CHECK(result.output == std::to_string(integer_predict(model, images.pixels.data(), 1)[0]));
}

TEST_CASE("two exports are linked into one program, and two headers in one source file are an error",
          "[mcu][export][compiler]") {
  const TempDir folder;
  std::string expected, programs;
  for (const std::string name : {"a", "b"}) {
    const QuantizedModel model = random_model(small_model().spec, Rng(name.front()));
    const ImageSet images = image_set(model.spec, 1, 1);
    export_c(model, RamPlan::kStrips, images, folder / name);
    expected += std::to_string(integer_forward(model, images.pixels.data(), 1).layers.back().front()) + " ";
    std::string program = "#include \"" + name + "/model.h\"\nint first_logit_of_" + name +
                          "(void);\nint first_logit_of_" + name +
                          "(void) {\n  static uint32_t arena[MODEL_ARENA_WORDS];\n  int8_t logits[MODEL_CLASSES];\n"
                          "  static const uint8_t image[] = {";
    for (const uint8_t byte : images.pixels) program += std::to_string(byte) + ",";
    program +=
        "};\n  if (mn_init(MODEL, MODEL_BYTES, arena, sizeof arena) != MN_OK) return 1000;\n"
        "  return mn_run(MODEL, image, arena, sizeof arena, logits) == MN_OK ? logits[0] : 1000;\n}\n";
    write_text_file(folder / (name + ".c"), program);
    programs += name + ".c " + name + "/model.c ";
  }
  write_text_file(folder / "main.c",
                  "#include <stdio.h>\nint first_logit_of_a(void), first_logit_of_b(void);\n"
                  "int main(void) {\n  printf(\"%d %d \", first_logit_of_a(), first_logit_of_b());\n"
                  "  return 0;\n}\n");
  const auto in_folder = [&](const std::string& line) {
    return run_command({"sh", "-c", "cd " + folder.path().string() + " && " + line});
  };
  const CommandResult both = in_folder("cc -std=c99 -Wall -Werror main.c " + programs + "a/mn_*.c -o both && ./both");
  CAPTURE(both.errors);
  CHECK(both.output == expected);
  write_text_file(folder / "one.c", "#include \"a/model.h\"\n#include \"b/model.h\"\n");
  CHECK_THAT(in_folder("cc -fsyntax-only one.c").errors, Catch::Contains("two models in one source file"));
  write_text_file(folder / "one.c", "#include \"a/model.h\"\n#include \"a/model.h\"\n");
  CHECK(in_folder("cc -fsyntax-only one.c").errors.empty());
}

TEST_CASE("constants and arena of 200 random networks are those that the architecture alone predicts, by every plan",
          "[mcu][sizes]") {
  uint64_t adds = 0;
  for (uint64_t seed = 0; seed < rounds(200); ++seed) {
    const NetworkSpec spec = random_network(Rng(seed + 9000), {24, 10, 6, 6});
    const RamPlan ram_plan = seed % 3 == 0 ? RamPlan::kWhole : seed % 3 == 1 ? RamPlan::kOverlap : RamPlan::kStrips;
    const DeviceCost predicted = device_cost(spec, ram_plan);  // before there are any weights
    const ModelImage image = make_model_image(random_model(spec, Rng(seed)), ram_plan);
    CAPTURE(seed);
    REQUIRE(static_cast<int64_t>(image.bytes.size()) == predicted.model_bytes);
    REQUIRE(image.header.bytes == predicted.model_bytes);
    REQUIRE(image.header.arena_bytes == predicted.ram_bytes);
    int64_t layers = static_cast<int64_t>(sizeof(mn_model));
    for (const LayerCost& layer : predicted.layers) layers += layer.constant_bytes;
    REQUIRE(layers == predicted.model_bytes);
    for (const LayerSpec& layer : spec.layers()) adds += layer.kind == LayerKind::kAdd;
  }
  CHECK(adds > rounds(50));
}

TEST_CASE("model.c compiled for a Cortex-M4 holds exactly the predicted bytes of constants, and no variables",
          "[mcu][export][compiler]") {
  if (skipped_without("arm-none-eabi-gcc")) return;
  const TempDir folder;
  for (uint64_t seed = 0; seed < 5; ++seed) {
    const QuantizedModel model = random_model(random_network(Rng(seed)), Rng(seed));
    export_c(model, RamPlan::kStrips, image_set(model.spec, 1, 1), folder / "c");
    const std::string object = (folder / "model.o").string();
    const std::string source = (folder / "c" / "model.c").string();
    const CommandResult compiled =
        run_command({"arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb", "-Os", "-std=c99", "-c", source, "-o", object});
    REQUIRE(compiled.errors == "");
    std::istringstream table(run_command({"arm-none-eabi-size", object}).output);
    std::string header;
    int64_t constants = 0, data = 0, zeroed = 0;
    std::getline(table, header);
    table >> constants >> data >> zeroed;
    CAPTURE(seed);
    CHECK(constants == device_cost(model.spec, RamPlan::kStrips).model_bytes);
    CHECK(data + zeroed == 0);
  }
}

TEST_CASE("strange names become legal C", "[mcu][export][compiler]") {
  const TempDir folder;
  const NetworkSpec spec =
      with_layers(family_network(3, {{true, 3}}, {6, 6, 1}, 2), [](std::vector<LayerSpec>& layers) {
        layers[0].name = "*/ int \"x\" ?\?/";
        layers[1].name = "\xC3\xA4\n#error";
      });
  QuantizedModel model = random_model(spec, Rng(3));
  model.class_names = {"caf\xC3\xA9 \"au lait\" ?\?/ \\", "line\nbreak */ 1"};
  const ImageSet images = image_set(model.spec, 2, 1);
  export_c(model, RamPlan::kStrips, images, folder / "c");
  CHECK(verify_export(model, folder / "c", images).bytes_different == 0);
  if (skipped_without("make")) return;
  const CommandResult test = run_command({"make", "-s", "-C", (folder / "c").string(), "test"});
  CAPTURE(test.output, test.errors);
  CHECK(test.ending.empty());
}

TEST_CASE("an export has its licence, in every file that is ours, and the version that wrote it", "[mcu][export]") {
  const SmallExport small(1);
  const fs::path folder = small.folder / "c";
  CHECK(read_text_file(folder / "LICENSE") == read_text_file("LICENSE"));
  for (const std::string& name : names_in(folder)) {
    INFO(name);
    const bool yours = name.starts_with("model.") || name.starts_with("test_vectors.");
    const std::string content = read_text_file(folder / name);
    if (name == "LICENSE" || name == "README.md") continue;
    CHECK((content.substr(0, content.find('\n')).find("SPDX-License-Identifier: MIT") != std::string::npos) == !yours);
  }
  CHECK_THAT(read_text_file(folder / "model.h"), Catch::Contains(text("Version ", program_version(), " of mininas, ")));
}

TEST_CASE("kernels that no layer needs stay out of the export", "[mcu][export]") {
  const TempDir folder;
  const QuantizedModel plain = random_model(family_network(3, {{false, 3}}, {6, 6, 1}, 2), Rng(3));
  export_c(plain, RamPlan::kStrips, image_set(plain.spec, 1, 1), folder / "c");
  CHECK(names_in(folder / "c").count("mn_depthwise.c") == 0);
  CHECK(names_in(folder / "c").count("mn_add.c") == 0);
  CHECK(names_in(folder / "c").count("mn_relu.c") == 0);
  CHECK(names_in(folder / "c").count("mn_pool.c") == 1);
  CHECK(device_cost(plain.spec, RamPlan::kStrips).code_bytes <
        device_cost(small_model().spec, RamPlan::kStrips).code_bytes);
}

TEST_CASE("verification says what is missing: compiler, folder, matching images or network",
          "[mcu][export][compiler]") {
  const TempDir folder;
  const QuantizedModel model = small_model(),
                       other = random_model(family_network(3, {{false, 3}}, {6, 6, 1}, 2), Rng(3));
  const ImageSet images = image_set(model.spec, 2, 1);
  CHECK_THROWS_AS(verify_export(model, folder / "nothing", images), IoError);
  export_c(model, RamPlan::kStrips, images, folder / "c");
  CHECK_THROWS_WITH(verify_export(other, folder / "c", images), Catch::Contains("the images are 9x7x3"));
  export_c(other, RamPlan::kStrips, image_set(other.spec, 1, 1), folder / "other");
  CHECK_THROWS_WITH(verify_export(model, folder / "other", images), Catch::Contains("holds another network"));
  const CompilerSetting setting("no-such-compiler -O2");
  CHECK_THROWS_WITH(verify_export(model, folder / "c", images), Catch::Contains("cannot start no-such-compiler"));
}

TEST_CASE("verification names a refused compilation and a program that dies", "[mcu][export][compiler]") {
  const auto& [folder, model, images] = SmallExport(2);
  replace_in_file(folder / "c" / "mn_run.c", "work.first = first;", "work.first = first; *(volatile int *)0 = 1;");
  CHECK_THROWS_WITH(verify_export(model, folder / "c", images), Catch::Contains("signal"));
  replace_in_file(folder / "c" / "mn_conv_tile.c", "conv_job job;", "conv_job job = nothing;");
  CHECK_THROWS_WITH(verify_export(model, folder / "c", images),
                    Catch::Contains("mn_conv_tile.c") && Catch::Contains("nothing"));
}

TEST_CASE("progress counts every image, and may end the verification", "[mcu][export][compiler]") {
  const TempDir folder;
  const QuantizedModel model = small_model();
  const ImageSet images = image_set(model.spec, 20, 1);
  export_c(model, RamPlan::kStrips, image_set(model.spec, 1, 1), folder / "c");
  int64_t calls = 0, last = 0;
  VerifyOptions options;
  options.progress = [&](int64_t done, int64_t all) {
    ++calls;
    last = done;
    CHECK(all == 20);
  };
  CHECK(verify_export(model, folder / "c", images, options).images == 20);
  CHECK(calls == 20);
  CHECK(last == 20);
  options.progress = [](int64_t done, int64_t) {
    if (done == 3) throw Interrupted("stop");
  };
  CHECK_THROWS_AS(verify_export(model, folder / "c", images, options), Interrupted);
}

TEST_CASE("a network too large for the device's table is refused by name", "[mcu][sizes]") {
  const NetworkSpec spec =
      with_layers(family_network(3, {{true, 3}}, {6, 6, 1}, 2),
                  [](std::vector<LayerSpec>& layers) { layers[0].out_channels = layers[1].out_channels = 65'536; });
  CHECK_THROWS_WITH(device_cost(spec, RamPlan::kStrips), Catch::StartsWith("layer stem: an extent is 65536"));
}
