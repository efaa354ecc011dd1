// Whole training steps: `train_bench [--json] [ARCHITECTURE...]`. A step is forward, loss, backward, clipping and the optimiser on a batch
// of images that stays the same, without augmentation: what bench/compare_torch.sh asks of its peer. Inference is the forward pass with
// running statistics. Images a second, from the median of the steps.
#include <iostream>

#include "bench/harness.h"
#include "bench/shapes.h"
#include "core/error.h"
#include "core/ops.h"
#include "nn/network.h"
#include "nn/optimizer.h"

using namespace mininas;
using namespace mininas::bench;

namespace {

struct Batch {
  std::vector<uint8_t> pixels;
  std::vector<int> labels;
};

Batch random_batch(Rng rng) {
  Batch batch;
  for (int64_t i = 0; i < kBatch * kImageShape.size(); ++i) batch.pixels.push_back(static_cast<uint8_t>(rng.below(256)));
  for (int64_t i = 0; i < kBatch; ++i) batch.labels.push_back(static_cast<int>(rng.below(kClasses)));
  return batch;
}

void run(const std::string& architecture, Table& table) {
  constexpr MeasureOptions kOptions{.budget_seconds = 3.0, .least_repeats = 7};
  const NetworkSpec spec = build_network_spec(parse_architecture(architecture), kImageShape, kClasses);
  Network network(spec, PixelScale{}, Rng(1));
  SgdOptimizer optimizer(network.parameters(), 0.9f, 3e-4f, 5.0f);
  const Batch batch = random_batch(Rng(2));
  const ImageBatch images{batch.pixels.data(), kBatch};
  const Timing step = measure(
      [&] {
        Tape tape(Tape::Mode::kRecord);
        tape.backward(softmax_cross_entropy(tape, network.forward(tape, images, Phase::kTraining), batch.labels, 0.0f));
        optimizer.step(0.025f);
      },
      kOptions);
  const Timing inference = measure(
      [&] {
        Tape tape(Tape::Mode::kForwardOnly);
        network.forward(tape, images, Phase::kEvaluation);
      },
      kOptions);
  const auto rate = [](double seconds) { return fixed(static_cast<double>(kBatch) / seconds, 1); };
  table.row({architecture, std::to_string(parameter_count(spec)), rate(step.seconds), fixed(100.0 * step.deviation / step.seconds, 1),
             rate(step.best), rate(inference.seconds), rate(inference.best)});
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments =
      parse_arguments(argc, argv, "usage: train_bench [--json] [ARCHITECTURE...]   (default: w16:s3*5 w32:s3*8 w72:s3*10)");
  try {
    if (!arguments.json) std::cout << "Training steps and inference, batch " << kBatch << ". " << machine_line() << ".\n\n";
    Table table({"network", "params", "train images/s", "+- %", "train best", "infer images/s", "infer best"}, arguments.json);
    for (const std::string& architecture : arguments.words.empty() ? default_architectures() : arguments.words) run(architecture, table);
  } catch (const Error& error) {
    std::cerr << error.what() << std::endl;
    return 1;
  }
  return 0;
}
