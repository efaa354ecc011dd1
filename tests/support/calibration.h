// The networks of `make mcu-calibrate`, with random weights, and instruction counts of their layers on a board.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "core/rng.h"
#include "mcu/host/cost/instruction_model.h"
#include "nn/quant/quantized_model.h"

namespace mininas::test {

// Many different layers in one network, so that a run in the emulator gives many samples: kernels and strides of every
// kind, odd channels and extents, additions, every plan of memory. Fits the board.
struct PlannedNetwork {
  NetworkSpec spec;
  RamPlan ram_plan = RamPlan::kStrips;
};
PlannedNetwork network_to_learn_from(const Board& board, Rng rng);

// What a search asks about: a member of the family with 3 to 10 layers, 4 to 64 wide, on images of usual sizes. Fits
// the board, with at most 30 million multiply-accumulates.
struct NamedSpec {
  std::string name;  // "w12:s3*5 32x32x3"
  NetworkSpec spec;
};
NamedSpec searched_network(const Board& board, Rng rng);

struct CountedNetwork {
  std::vector<LayerLoops> loops;
  std::vector<int64_t> layers;  // instructions of a run that is watched
  int64_t total = 0;            // of a run that is not
};

// Exports, compiles and runs it on the board. Throws as verify_on_board, and Error where a byte differs. `objects`: as
// in BoardOptions.
CountedNetwork count_network(const QuantizedModel& model, RamPlan ram_plan, const Board& board,
                             const std::filesystem::path& objects = {});

// Samples to fit a model of a board with: the layers' counts without what watching costs, which the totals tell.
std::vector<LayerSample> layer_samples(const std::vector<CountedNetwork>& networks);

}  // namespace mininas::test
