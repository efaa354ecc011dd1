#include "search/cost/speed.h"

#include <fstream>
#include <string>

#include "core/autograd/ops.h"
#include "core/error.h"
#include "core/memory_limit.h"
#include "nn/quant/integer_engine.h"
#include "nn/quant/quantized_network.h"
#include "nn/train/optimizer.h"

namespace mininas {
namespace {

ImageSet random_batch(const NetworkSpec& spec, int count, Rng rng) {
  ImageSet images{.shape = spec.input(), .class_names = {}, .pixels = {}, .labels = {}};
  for (int i = 0; i < spec.classes(); ++i) images.class_names.push_back(text("class ", i));
  for (int64_t i = 0; i < count * spec.input().size(); ++i)
    images.pixels.push_back(static_cast<uint8_t>(rng.below(256)));
  for (int i = 0; i < count; ++i)
    images.labels.push_back(static_cast<int>(rng.below(static_cast<uint32_t>(spec.classes()))));
  return images;
}

// The peak of this program alone; getrusage would include the memory of its parent at the start.
int64_t peak_resident_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::stoll(line.substr(6)) * 1024;  // "VmHWM:   12345 kB"
  return 0;
}

}  // namespace

Speed measure_speed(const NetworkSpec& spec, const SpeedOptions& options) {
  require_memory(training_bytes(spec, options.batch), text("a training step on ", options.batch, " images"),
                 "take a smaller --batch, --input or network");
  const ImageSet images = random_batch(spec, options.batch, Rng(options.seed).fork("images"));
  const ImageBatch batch{images.pixels.data(), images.count()};
  const MeasureOptions measure_options{.budget_seconds = options.seconds, .min_repeats = 5};
  Network network(spec, PixelScale{}, Rng(options.seed).fork("weights"));
  SgdOptimizer optimizer(network.parameters(), 0.9f, 3e-4f, 5.0f);
  Speed speed;
  speed.train = measure(
      [&] {
        Tape tape(Tape::Mode::kRecord);
        tape.backward(softmax_cross_entropy(tape, network.forward(tape, batch, Phase::kTraining), images.labels, 0.0f));
        optimizer.step(0.025f);
      },
      measure_options);
  speed.peak_memory_bytes = peak_resident_bytes();
  speed.infer = measure(
      [&] {
        Tape tape(Tape::Mode::kForwardOnly);
        network.forward(tape, batch, Phase::kEvaluation);
      },
      measure_options);
  const IntegerEngine engine(QuantizedNetwork(network, images.class_names, images).freeze());
  speed.infer_int8 = measure([&] { engine.predict(images.pixels.data(), images.count()); }, measure_options);
  return speed;
}

}  // namespace mininas
