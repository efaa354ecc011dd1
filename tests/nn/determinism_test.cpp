// Whole training runs, with augmentation and quantisation: equal bits for any number of threads and every instruction
// set. (Single operations: tests/core/determinism_test.cpp.)
#include <filesystem>
#include <iostream>

#include "core/kernels/kernels.h"
#include "nn/quant/quantized_network.h"
#include "nn/train/trainer.h"
#include "tests/nn/small_networks.h"
#include "tests/support/catch.h"
#include "tests/support/shell.h"
#include "tests/support/threads.h"

using namespace mininas;
using namespace mininas::test;

namespace {

// Trains in float, then in integers, and returns both digests.
std::string trained_digests(const NetworkSpec& spec) {
  const ImageSet images = noise_images(spec.input(), spec.classes(), 11, Rng(1));
  Network network(spec, measure_pixel_scale(images), Rng(2));
  TrainConfig config{.epochs = 1,
                     .batch = 8,
                     .learning_rate = 0.1f,
                     .label_smoothing = 0.1f,
                     .augmentation = {.crop_padding = 2, .horizontal_flip = true, .cutout = 4},
                     .seed = 3};
  train(network, images, nullptr, config, {});
  QuantizedNetwork quantized(network, images.class_names, images);
  config.learning_rate = 0.01f;
  const TrainResult result = train(quantized, images, &images, config, {});
  return weights_sha256(network) + " " + weights_sha256(quantized) + " " +
         std::to_string(result.epochs.back().train_loss);
}

NetworkSpec training_network() {
  const NetworkSpec spec = residual_network();
  return NetworkSpec({13, 11, 1}, spec.classes(), spec.layers());
}

}  // namespace

TEST_CASE("training with augmentation, float and quantised, gives the same bits for 1, 2, 3 and 8 threads",
          "[nn][determinism]") {
  std::string first;
  for (const int threads : {1, 2, 3, 8}) {
    const Threads scope(threads);
    const std::string digests = trained_digests(training_network());
    if (first.empty()) first = digests;
    CHECK(digests == first);
  }
}

TEST_CASE("training gives the same bits on every instruction set", "[nn][determinism]") {
  const Threads one(1);
  const std::string expected = trained_digests(training_network()),
                    program = std::filesystem::read_symlink("/proc/self/exe").string();
  const KernelTables tables = available_kernels();
  for (int i = 0; i < tables.count; ++i) {
    const std::string isa = tables.table[i]->isa;
    const CommandResult result =
        run_command({"env", "MININAS_ISA=" + isa, "OMP_NUM_THREADS=1", program, "[training-in-a-process]"});
    CHECK_THAT(result.output, Catch::Contains(isa + " trained " + expected));
  }
}

TEST_CASE("prints the digests of a training run (run by the test above)", "[.][training-in-a-process]") {
  std::cout << kernels().isa << " trained " << trained_digests(training_network()) << std::endl;
}
