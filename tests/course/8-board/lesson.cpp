// Lesson 8: a network on a microcontroller: trained, quantised, exported as C, and run on an emulated board.
#include <cstdio>

#include "datasets/synthetic.h"
#include "mcu/host/cost/sizes.h"
#include "mcu/host/export/emit_c.h"
#include "mcu/host/verify/board_fit.h"
#include "mcu/host/verify/verify_board.h"
#include "nn/quant/quantized_network.h"
#include "nn/train/trainer.h"
#include "search/space/build.h"

using namespace mininas;

int main() {
  const Board& board = find_board("m4");
  if (const auto why = why_unavailable(board)) {
    std::printf("skipped: board m4: %s\n", why->c_str());
    return 0;
  }
  // Float training, then quantisation-aware training.
  const Dataset data = make_synthetic({.classes = 2, .size = 16, .channels = 1, .train = 200, .test = 100});
  Network network(build_network_spec("w4:c3,s3,s3", data.train.shape, data.train.classes()),
                  measure_pixel_scale(data.train), Rng(1));
  train(network, data.train, nullptr, {.epochs = 5, .batch = 16, .learning_rate = 0.05f}, {});
  QuantizedNetwork quantized(network, data.train.class_names, data.train);
  train(quantized, data.train, nullptr, {.epochs = 2, .batch = 16, .learning_rate = 0.005f}, {});
  std::printf("test accuracy: %.0f %% float, %.0f %% int8\n", 100 * evaluate(network, data.test).accuracy(),
              100 * evaluate(quantized, data.test).accuracy());

  // The exported folder is compiled for the board, and its program runs there without an operating system.
  const QuantizedModel model = quantized.freeze();
  const WorkFolder folder;
  export_c(model, RamPlan::kStrips, select_images(data.test, {0}), folder / "c");
  const ImageSet images = select_images(data.test, {0, 1, 2, 3});
  const BoardVerification result = verify_on_board(model, folder / "c", images, board);

  const DeviceCost cost = device_cost(model.spec, RamPlan::kStrips);
  std::printf("model %lld bytes, arena %lld bytes, as predicted: %s\n", (long long)result.linked.constants,
              (long long)result.linked.arena,
              result.linked.constants == cost.model_bytes && result.linked.arena == cost.ram_bytes ? "yes" : "no");
  std::printf("%s, %lld images, %lld layers: %lld bytes compared, %lld different\n", board.core.c_str(),
              (long long)result.bytes.images, (long long)result.bytes.layers, (long long)result.bytes.bytes_compared,
              (long long)result.bytes.bytes_different);
  const auto predicted = static_cast<double>(result.predicted->total),
             counted = static_cast<double>(result.instructions);
  std::printf("instructions predicted: %.1f million, counted: %.1f times as many\n", predicted / 1e6,
              counted / predicted);
}
