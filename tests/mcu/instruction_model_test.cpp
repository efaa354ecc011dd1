// Instructions predicted before there are weights: the fit, its data, what it counts, and whether it holds in the
// emulator.
#include "mcu/host/cost/instruction_model.h"

#include <cmath>
#include <map>

#include "core/error.h"
#include "mcu/host/cost/least_squares.h"
#include "tests/support/calibration.h"
#include "tests/support/catch.h"
#include "tests/support/device.h"
#include "tests/support/emulated_boards.h"
#include "tests/support/random_model.h"
#include "tests/support/rounds.h"

using namespace mininas;
using namespace mininas::test;

namespace {

double count_of(const LayerLoops& loops, const std::string& name) {
  for (const LoopCount& loop : loops.counts)
    if (loop.name == name) return loop.count;
  FAIL("no loop " << name << " in " << loops.kernel);
  return 0;
}

// A made-up core: every turn of a loop costs between 1 and 6 instructions.
InstructionModel made_up_model(const std::vector<LayerLoops>& layers, Rng rng) {
  InstructionModel::Costs costs;
  for (const LayerLoops& loops : layers)
    for (const LoopCount& loop : loops.counts)
      if (!costs[loops.kernel].contains(loop.name)) costs[loops.kernel][loop.name] = 1 + rng.uniform(0.0f, 5.0f);
  return InstructionModel(costs);
}

std::vector<LayerLoops> loops_of(const PlannedNetwork& network) {
  return layer_loops(network.spec, plan_memory(network.spec, network.ram_plan));
}

std::vector<LayerLoops> loops_of_networks(uint64_t first, uint64_t count) {
  std::vector<LayerLoops> all;
  for (uint64_t i = first; i < first + count; ++i)
    for (const LayerLoops& loops : loops_of(network_to_learn_from(find_board("m3"), Rng(3).fork("network", i))))
      all.push_back(loops);
  return all;
}

}  // namespace

TEST_CASE("non-negative least squares finds what made the values", "[mcu][calibration]") {
  Rng rng(1);
  std::vector<std::vector<double>> rows;
  std::vector<double> right;
  for (int i = 0; i < 40; ++i) {
    rows.push_back({rng.uniform(0.0f, 1.0f), 1000.0 * rng.uniform(), 1, 0, rng.uniform(0.0f, 5.0f)});
    right.push_back(3 * rows.back()[0] + 0.25 * rows.back()[1] + 70 + 0 * rows.back()[4]);
  }
  const std::vector<double> x = non_negative_least_squares(rows, right);
  CHECK(x[0] == Approx(3).epsilon(1e-5));
  CHECK(x[1] == Approx(0.25).epsilon(1e-5));
  CHECK(x[2] == Approx(70).epsilon(1e-5));
  CHECK(x[3] == 0);  // an empty column
  CHECK(x[4] == Approx(0).margin(1e-5));
}

TEST_CASE("non-negative least squares keeps at 0 what would be negative, and shares between equal columns",
          "[mcu][calibration]") {
  // y = 2 a - b: with b pinned at 0 the best a is sum(a y) / sum(a a).
  const std::vector<std::vector<double>> rows = {{1, 1}, {2, 1}, {3, 1}};
  const std::vector<double> x = non_negative_least_squares(rows, {1, 3, 5});
  CHECK(x[0] == Approx((1 * 1 + 2 * 3 + 3 * 5) / 14.0));
  CHECK(x[1] == 0);
  const std::vector<double> shared = non_negative_least_squares({{1, 2}, {2, 4}}, {5, 10});
  CHECK(shared[0] + 2 * shared[1] == Approx(5));
  CHECK(non_negative_least_squares({}, {}).empty());
}

TEST_CASE("a made-up core's costs are found again from counts of its layers, and predict layers that were not counted",
          "[mcu][calibration]") {
  const std::vector<LayerLoops> seen = loops_of_networks(0, 60), unseen = loops_of_networks(100, 10);
  const InstructionModel truth = made_up_model(seen, Rng(2));
  std::vector<LayerSample> samples;
  std::map<std::string, size_t> seen_of;
  for (const LayerLoops& loops : seen) {
    samples.push_back({loops, truth.instructions(loops), 1 / truth.instructions(loops)});
    ++seen_of[loops.kernel];
  }
  const InstructionModel fitted = InstructionModel::fit(samples);
  for (const LayerLoops& loops : unseen) {
    CAPTURE(loops.kernel);
    if (seen_of[loops.kernel] >= 2 * loops.counts.size())
      CHECK(fitted.instructions(loops) == Approx(truth.instructions(loops)).epsilon(0.02));
  }
  for (const auto& [kernel, costs] : fitted.costs())
    for (const auto& [loop, cost] : costs) CHECK(cost > 0);
}

TEST_CASE("costs are kept as lines and read back; a damaged line is named", "[mcu][calibration]") {
  const InstructionModel m4(
      InstructionModel::Costs{{"pool", {{"calls", 12.5}, {"values", 1e-3}}}, {"add", {{"outputs", 30}}}});
  const InstructionModels models = {{"Cortex-M4", m4}, {"RV32IMAC", {}}};
  const std::string csv = to_csv(models);
  CHECK(csv ==
        "code,kernel,loop,instructions\nCortex-M4,add,outputs,30\nCortex-M4,pool,calls,12.5\nCortex-M4,pool,values,0."
        "001\n");
  CHECK(parse_instruction_models(csv, "x.csv").at("Cortex-M4").costs() == m4.costs());
  CHECK_THROWS_WITH(parse_instruction_models("core\n", "x.csv"),
                    Catch::StartsWith("x.csv, line 1: expected 'code,kernel,loop,instructions'"));
  for (const char* wrong : {"Cortex-M4,pool,calls", "Cortex-M4,pool,calls,", "Cortex-M4,pool,calls,1x",
                            "Cortex-M4,pool,calls,-1", "a,b,c,1,2", "a,b,c,nan"})
    CHECK_THROWS_WITH(parse_instruction_models(csv + wrong + "\n", "x.csv"),
                      Catch::StartsWith("x.csv, line 5: expected code, kernel"));
}

TEST_CASE("a kernel is called as often as the runtime calls it", "[mcu][calibration]") {
  for (uint64_t round = 0; round < rounds(60); ++round) {
    CAPTURE(round);
    const QuantizedModel model = random_model(random_network(Rng(8).fork("spec", round)), Rng(round));
    const std::vector<LayerLoops> loops = layer_loops(model.spec, plan_memory(model.spec, RamPlan::kStrips));
    Device device(model);
    const auto images = random_images(model.spec.input(), 1, Rng(round));
    std::vector<int8_t> logits(static_cast<size_t>(model.spec.classes()));
    std::vector<int> pieces(model.layers.size());
    const auto note = [](void* context, uint32_t layer, uint32_t, const int8_t*, uint32_t) {
      ++(*static_cast<std::vector<int>*>(context))[layer];
    };
    REQUIRE(mn_run_observed(device.model(), images.data(), device.arena.data(), device.arena.size(), logits.data(),
                            note, &pieces) == MN_OK);
    for (size_t i = 0; i < pieces.size(); ++i) {
      const mn_layer* layer = device.layer(static_cast<int>(i));
      // Rows of a ring are shown up to its last slot, so a call may show two pieces.
      if (layer->out_rows == layer->out_height) CHECK(loops[i].calls == pieces[i]);
      CHECK(loops[i].calls <= pieces[i]);
      CHECK(loops[i].calls * 2 >= pieces[i]);
    }
  }
}

TEST_CASE("taps outside of the image are counted one by one", "[mcu][calibration]") {
  for (uint64_t round = 0; round < rounds(60); ++round) {
    const NetworkSpec spec = random_network(Rng(9).fork("spec", round));
    const std::vector<LayerLoops> loops = layer_loops(spec, plan_memory(spec, RamPlan::kStrips));
    for (size_t i = 0; i < loops.size(); ++i) {
      if (!loops[i].kernel.starts_with("depthwise ") || loops[i].kernel == "depthwise other") continue;
      const LayerSpec& layer = spec.layers()[i];
      const ImageShape &in = spec.input_shape(static_cast<int>(i)), &out = spec.shape(static_cast<int>(i));
      double outside = 0, inside_windows = 0;
      for (int y = 0; y < out.height; ++y)
        for (int x = 0; x < out.width; ++x) {
          int taps = 0;
          for (int tap = 0; tap < layer.kernel * layer.kernel; ++tap) {
            const int row = y * layer.stride - (layer.kernel - 1) / 2 + tap / layer.kernel;
            const int column = x * layer.stride - (layer.kernel - 1) / 2 + tap % layer.kernel;
            taps += row < 0 || row >= in.height || column < 0 || column >= in.width;
          }
          outside += taps;
          inside_windows += taps == 0;
        }
      CAPTURE(round, layer.name);
      CHECK(count_of(loops[i], "taps outside x channels") == outside * in.channels);
      CHECK(count_of(loops[i], "inside") == inside_windows);
    }
  }
}

TEST_CASE("layers of one kernel have the same loops in the same order", "[mcu][calibration]") {
  std::map<std::string, std::vector<std::string>> known;
  for (const LayerLoops& loops : loops_of_networks(200, 20)) {
    std::vector<std::string> names;
    for (const LoopCount& loop : loops.counts) names.push_back(loop.name);
    CHECK(known.emplace(loops.kernel, names).first->second == names);
  }
  CHECK(known.size() >= 8);
}

TEST_CASE("every board is predicted, and a core or kernel that was never counted is an error", "[mcu][calibration]") {
  const NetworkSpec spec = family_network(8, {{true, 3}, {false, 5}, {true, 7}}, {16, 16, 3}, 4);
  for (const Board& board : boards()) {
    CAPTURE(board.name);
    const InstructionCount count = predict_instructions(spec, board, plan_memory(spec, RamPlan::kStrips));
    int64_t sum = 0;
    for (const int64_t layer : count.layers) sum += layer;
    CHECK(count.layers.size() == spec.layers().size());
    CHECK(sum == count.total);
    CHECK(count.total > mac_count(spec) / 8);
  }
  Board board = find_board("m4");
  board.core = "Cortex-M99";
  board.compiler_flags = {"-mcpu=cortex-m99"};
  CHECK_THROWS_WITH(predict_instructions(spec, board, plan_memory(spec, RamPlan::kStrips)),
                    Catch::Contains("nothing is known of instructions on Cortex-M99; `make mcu-calibrate`"));
  CHECK_FALSE(known_instructions(spec, board, plan_memory(spec, RamPlan::kStrips)));
}

// bench/results/mcu-calibration.md holds the errors of many networks on every core; here a few, on one core of each set
// of kernels.
TEST_CASE("the predicted count of a network that the fit never saw lies within 8 % of the emulator's",
          "[mcu][calibration][board]") {
  constexpr double kTolerance = 0.08;
  for (const Board& board : emulated_boards({"m0", "m3", "m4", "m55", "rv32"})) {
    for (uint64_t round = 0; round < 2; ++round) {
      const NamedSpec network = searched_network(board, Rng(1234).fork(board.name, round));
      CAPTURE(board.name, network.name);
      const auto predicted = static_cast<double>(
          predict_instructions(network.spec, board, plan_memory(network.spec, RamPlan::kStrips)).total);
      const CountedNetwork counted =
          count_network(trained_like_model(network.spec, Rng(round)), RamPlan::kStrips, board);
      CHECK(predicted == Approx(static_cast<double>(counted.total)).epsilon(kTolerance));
    }
  }
}
