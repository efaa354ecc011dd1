// Solutions of lesson 8.
#include <cstdio>

#include "datasets/synthetic.h"
#include "mcu/host/cost/instruction_model.h"
#include "mcu/host/cost/sizes.h"
#include "mcu/host/export/emit_c.h"
#include "mcu/host/verify/compile.h"
#include "mcu/host/verify/verify.h"
#include "nn/quant/quantized_network.h"
#include "search/space/build.h"

using namespace mininas;

namespace {

const Dataset kData = make_synthetic({.classes = 2, .size = 16, .channels = 1, .train = 20, .test = 4});

// Exercise 1: one weight of the exported network differs by 1 from the model that it is compared with.
void damage_a_weight() {
  const Network network(build_network_spec("w4:c3,s3,s3", kData.train.shape, 2), measure_pixel_scale(kData.train),
                        Rng(1));
  QuantizedModel model = QuantizedNetwork(network, kData.train.class_names, kData.train).freeze();
  const WorkFolder folder;
  export_c(model, RamPlan::kStrips, kData.test, folder / "c");
  ++model.layers[2].weights[0];
  const Verification result = verify_export(model, folder / "c", kData.test);
  std::printf("1. %lld of %lld bytes differ, the first: %s\n", (long long)result.bytes_different,
              (long long)result.bytes_compared, to_text(*result.first).c_str());
}

// Exercise 2: the same network on different cores.
void compare_boards() {
  const NetworkSpec spec = build_network_spec("w16:s3*5", {32, 32, 3}, 10);
  const MemoryPlan plan = plan_memory(spec, RamPlan::kStrips);
  for (const char* name : {"m0", "m3", "m4"}) {
    const Board& board = find_board(name);
    const int64_t instructions = predict_instructions(spec, board, plan).total;
    std::printf("2. %-10s %2.0f million instructions, %.1f for each MAC\n", board.core.c_str(),
                static_cast<double>(instructions) / 1e6,
                static_cast<double>(instructions) / static_cast<double>(mac_count(spec)));
  }
}

// Exercise 3: which width fits, if the constants of the model may have 64 KiB?
void fit_flash() {
  for (const char* kind : {"s3*5", "c3*5"}) {
    int width = 4;
    const auto flash = [&](int w) {
      return device_cost(build_network_spec("w" + std::to_string(w) + ":" + kind, {32, 32, 3}, 10), RamPlan::kStrips)
          .model_bytes;
    };
    while (flash(width + 1) <= 64 * 1024) ++width;
    std::printf("3. %s: width %d, %lld bytes\n", kind, width, (long long)flash(width));
  }
}

}  // namespace

int main() {
  damage_a_weight();
  compare_boards();
  fit_flash();
}
