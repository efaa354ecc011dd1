// No layer falls off a cliff: networks drawn from chance with extreme weights, biases and shifts, counted on a core of
// each set of kernels in an emulator. What a layer takes for a product stays near what layers of its kind take.
#include <algorithm>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "core/error.h"
#include "mcu/host/verify/board_fit.h"
#include "search/space/build.h"
#include "search/space/space.h"
#include "tests/support/calibration.h"
#include "tests/support/catch.h"
#include "tests/support/emulated_boards.h"
#include "tests/support/random_model.h"

using namespace mininas;
using namespace mininas::test;

namespace {

// What a layer took, and where to find it again.
struct Cost {
  std::string layer;
  double instructions_a_product = 0;
};

constexpr int kTile = 4;

// Kinds whose instructions a product mean the same: a window that reads an image holds few channels, and rows of fewer
// pixels than a tile are multiplied pixel by pixel.
std::string kind_of(const NetworkSpec& spec, int layer, const LayerLoops& loops) {
  std::string kind = loops.kernel;
  if (spec.layer(layer).input() == kImage) kind += " of the image";
  if (spec.shape(layer).width < kTile) kind += " in short rows";
  return kind;
}

// Chains whose layers are large enough for the loops inside to outweigh what surrounds them. Wide kernels and channels
// bring windows of up to 3,136 taps.
NetworkSpec draw_network(const Board& board, Rng rng) {
  const bool small = board.ram.bytes < 64 * 1024;
  const SearchSpace space{3, small ? 4 : 5, small ? 12 : 16, small ? 16 : 32, 2, {3, 5, 7}};
  for (;;) {
    const int extent = 12 + 4 * static_cast<int>(rng.below(small ? 2 : 4));
    const NetworkSpec spec = build_network_spec(sample(space, rng), {extent, extent, 3}, 10);
    if (!why_too_large(board, spec, RamPlan::kStrips) && mac_count(spec) <= (small ? 2'000'000 : 12'000'000))
      return spec;
  }
}

// Products of a layer as the fast kernels compute them: if a row ends inside a tile of four pixels, some are computed
// twice (a row of 6 pixels takes 8). Without that, narrow layers would look as if they had left the fast kernels.
double products_in_tiles(const NetworkSpec& spec, int layer) {
  const int width = spec.shape(layer).width;
  const double tiles = width < kTile ? 1 : double{1} * ((width + kTile - 1) / kTile * kTile) / width;
  return tiles * static_cast<double>(std::max(mac_count(spec, layer), spec.input_shape(layer).size()));
}

void add_costs(const Board& board, uint64_t round, std::map<std::string, std::vector<Cost>>& costs) {
  const Rng rng = Rng(17).fork(board.name, round);
  const NetworkSpec spec = draw_network(board, rng.fork("spec"));
  const CountedNetwork counted = count_network(random_model(spec, rng.fork("model")), RamPlan::kStrips, board);
  for (int layer = 0; layer < spec.size(); ++layer) {
    const double products = products_in_tiles(spec, layer);
    const auto instructions = static_cast<double>(counted.layers[static_cast<size_t>(layer)]);
    costs[kind_of(spec, layer, counted.loops[static_cast<size_t>(layer)])].push_back(
        {text(board.name, ", round ", round, ", layer ", spec.layer(layer).name, " of ", to_text(spec.input()),
              " with ", spec.input_shape(layer).channels, " channels"),
         instructions / products});
  }
}

double median(const std::vector<Cost>& costs) {
  std::vector<double> all;
  for (const Cost& cost : costs) all.push_back(cost.instructions_a_product);
  std::nth_element(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2), all.end());
  return all[all.size() / 2];
}

void check_costs(uint64_t rounds_of_board) {
  for (const Board& board : emulated_boards({"m0", "m3", "m4", "m33", "m55", "rv32"})) {
    std::map<std::string, std::vector<Cost>> costs;
    for (uint64_t round = 0; round < rounds_of_board; ++round) add_costs(board, round, costs);
    for (const auto& [kind, all] : costs) {
      const double usual = median(all);
      for (const Cost& cost : all) {
        CAPTURE(kind, usual, cost.layer);
        CHECK(cost.instructions_a_product <= 2 * usual);
      }
    }
  }
}

}  // namespace

TEST_CASE("with extreme weights too, no layer takes twice the instructions of its kind for a product",
          "[.][mcu][board][cliff]") {
  check_costs(4);
}

// 504 networks; some minutes.
TEST_CASE("no layer of 504 networks with extreme weights takes twice the instructions of its kind for a product",
          "[.][mcu][board][all-cliffs]") {
  check_costs(84);
}
