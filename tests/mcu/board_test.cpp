// Exported networks on boards without an operating system, in an emulator. `make mcu-test` runs more of them, on all
// boards.
#include <set>

#include "core/error.h"
#include "core/io/file.h"
#include "mcu/host/cost/sizes.h"
#include "mcu/host/export/emit_c.h"
#include "mcu/host/verify/board_fit.h"
#include "mcu/host/verify/verify_board.h"
#include "tests/support/catch.h"
#include "tests/support/emulated_boards.h"
#include "tests/support/random_model.h"
#include "tests/support/rounds.h"
#include "tests/support/shell.h"
#include "tests/support/temp_dir.h"

using namespace mininas;
using namespace mininas::test;

namespace {

struct Exported {
  explicit Exported(uint64_t seed = 1, int64_t count = 2)
      : model(random_model(family_network(4, {{true, 3}, {false, 3}, {true, 5}}, {9, 7, 3}, 3), Rng(seed))),
        images{model.spec.input(), model.class_names, random_images(model.spec.input(), count, Rng(seed)),
               std::vector<int>(static_cast<size_t>(count), 0)} {
    export_c(model, RamPlan::kStrips, images, folder / "c");
  }

  BoardVerification verify(const Board& board) const { return verify_on_board(model, folder / "c", images, board); }

  const TempDir folder;
  const QuantizedModel model;
  const ImageSet images;
};

int64_t bytes_of_layers(const NetworkSpec& spec) {
  int64_t bytes = 0;
  for (int i = 0; i < spec.size(); ++i) bytes += spec.shape(i).size();
  return bytes;
}

}  // namespace

// One board for each start-up code.
TEST_CASE("a board computes the engine's bytes in the predicted memory, and its count is the same every time",
          "[mcu][board]") {
  const Exported exported;
  const DeviceCost predicted = device_cost(exported.model.spec, RamPlan::kStrips);
  for (const Board& board : emulated_boards({"m0", "rv32"})) {
    CAPTURE(board.name);
    REQUIRE_FALSE(why_too_large(board, exported.model.spec, RamPlan::kStrips));
    const BoardVerification result = exported.verify(board);
    CHECK(result.bytes.bytes_different == 0);
    CHECK(result.bytes.bytes_compared == 2 * bytes_of_layers(exported.model.spec));
    CHECK(result.linked.arena == predicted.ram_bytes);
    CHECK(result.linked.constants == predicted.model_bytes);
    CHECK(result.linked.text > 1000);
    int64_t layers = 0;
    for (const int64_t instructions : result.layer_instructions) layers += instructions;
    CHECK(static_cast<double>(layers) == Approx(static_cast<double>(result.instructions)).epsilon(0.03));
    CHECK(result.instructions > mac_count(exported.model.spec));
    CHECK(exported.verify(board).instructions == result.instructions);
  }
}

// Of odd shapes: windows and channels that fill no vector, rows shorter than a tile, windows of the image, sums, and
// depthwise layers that the vector kernels leave to others. Weights, biases and shifts are extreme.
TEST_CASE("vector kernels compute the engine's bytes, whatever the shapes", "[mcu][board][vectors]") {
  for (const Board& board : emulated_boards({"m55"})) {
    for (uint64_t round = 0; round < rounds(4); ++round) {
      CAPTURE(round);
      const NetworkSpec spec = random_network(Rng(55).fork("spec", round), {23, 14, 6, 40, true});
      const QuantizedModel model = random_model(spec, Rng(55).fork("model", round));
      const ImageSet images{spec.input(), model.class_names, random_images(spec.input(), 4, Rng(round)),
                            std::vector<int>(4, 0)};
      const TempDir folder;
      export_c(model, RamPlan::kStrips, images, folder / "c");
      const BoardVerification result = verify_on_board(model, folder / "c", images, board);
      if (result.bytes.first) FAIL_CHECK(to_text(*result.bytes.first));
      CHECK(result.bytes.bytes_compared == 4 * bytes_of_layers(spec));
    }
  }
}

TEST_CASE("a weight that changed after the export is found on the board: layer, position, channel, expected, found",
          "[mcu][board]") {
  const auto available = emulated_boards({"m3"});
  if (available.empty()) return;
  const Board& board = available[0];
  const Exported exported;
  const auto path = exported.folder / "c" / "model.c";
  std::string source = read_text_file(path);
  const int weight = exported.model.layers[1].weights[0];
  const std::string old = text(".weights = {\n      ", weight, ",");
  const size_t place = source.find(old, source.find(".L01_layer1_depthwise = {"));
  REQUIRE(place != std::string::npos);
  write_text_file(path, source.replace(place, old.size(), text(".weights = {\n      ", weight > 0 ? -127 : 127, ",")));
  const BoardVerification result = exported.verify(board);
  CHECK(result.bytes.bytes_different > 0);
  REQUIRE(result.bytes.first);
  CHECK(result.bytes.first->layer == "layer1.depthwise");
  CHECK(result.bytes.first->channel == 0);
  CHECK_THAT(to_text(*result.bytes.first), Catch::StartsWith("image 0, layer layer1.depthwise, row "));
}

TEST_CASE("a fault on the board is reported as a fault", "[mcu][board]") {
  const Exported exported;
  const auto path = exported.folder / "c" / "mn_crc32.c";
  const std::string source = read_text_file(path);
  const size_t body = source.find("crc = ~crc;");
  REQUIRE(body != std::string::npos);
  write_text_file(path, std::string(source).insert(body, "*(volatile uint32_t *)0xF0000000u = 1;\n  "));
  for (const Board& board : emulated_boards({"m4", "rv32"})) {
    CAPTURE(board.name);
    CHECK_THROWS_WITH(exported.verify(board), Catch::Contains("says: the processor met a fault"));
  }
}

TEST_CASE("a description that is wrong is told: memory, tick, machine, name", "[mcu][board]") {
  if (emulated_boards({"m4"}).empty()) return;
  Board board = find_board("m4");
  const Exported exported(1, 1);
  board.counter_mhz = 26;
  CHECK_THROWS_WITH(exported.verify(board),
                    Catch::Contains("its counter runs at 25") && Catch::Contains(" MHz, counter_mhz is 26"));
  board = find_board("m4");
  board.ram.bytes = device_cost(exported.model.spec, RamPlan::kStrips).ram_bytes + 200;
  CHECK_THROWS_WITH(exported.verify(board), Catch::Contains("board m4") && Catch::Contains("ram"));
  CHECK_THAT(why_too_large(board, exported.model.spec, RamPlan::kStrips).value(),
             Catch::Contains("bytes of RAM, mps2-an386 has"));
  board.code.bytes = 2000;
  CHECK_THAT(why_too_large(board, exported.model.spec, RamPlan::kStrips).value(),
             Catch::Contains("bytes of flash, mps2-an386 has 2000"));
  board.machine = "mps2-an9";
  CHECK(why_unavailable(board) == "qemu-system-arm knows no machine mps2-an9");
  CHECK_THROWS_WITH(find_board("m5"), Catch::Contains("'m5'; known are m0, m3, m4"));
}

TEST_CASE("boards have names of their own and are described completely", "[mcu][board]") {
  std::set<std::string> names;
  for (const Board& board : boards()) {
    CHECK(names.insert(board.name).second);
    CHECK_FALSE(board.compiler_flags.empty());
    CHECK(board.code.bytes > 0);
    CHECK(board.ram.bytes > 0);
  }
  for (const char* name : {"m0", "m3", "m4", "m7", "m33", "m55", "rv32"}) CHECK(names.count(name) == 1);
}
