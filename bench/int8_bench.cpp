// Compares integers with floats: `int8_bench [--json] [ARCHITECTURE...]`. For each network, with batch 64, it measures
// three pairs: inference of the quantised and of the float network, the forward pass of quantisation-aware training and
// of float training, and their whole training steps. Both sides of a pair run in turns, so that disturbances of the
// machine affect both. A ratio is that of one turn; the table shows the median of the ratios with the smallest and the
// largest. Images per second are those of the fastest turns.
#include <algorithm>
#include <chrono>
#include <iostream>

#include "bench/harness.h"
#include "bench/shapes.h"
#include "core/autograd/ops.h"
#include "core/error.h"
#include "core/kernels/int8.h"
#include "nn/quant/integer_engine.h"
#include "nn/quant/quantized_network.h"
#include "nn/train/network.h"
#include "nn/train/optimizer.h"

using namespace mininas;
using namespace mininas::bench;

namespace {

constexpr int kTurns = 15;

double seconds_of(const std::function<void()>& body) {
  const auto start = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

ImageSet random_images(Rng rng) {
  ImageSet images{.shape = kImageShape};
  for (int i = 0; i < kClasses; ++i) images.class_names.push_back(text("class ", i));
  for (int64_t i = 0; i < kBatch * kImageShape.size(); ++i)
    images.pixels.push_back(static_cast<uint8_t>(rng.below(256)));
  for (int64_t i = 0; i < kBatch; ++i) images.labels.push_back(static_cast<int>(rng.below(kClasses)));
  return images;
}

// One trainable network and its optimiser.
class Side {
 public:
  Side(Trainable& network, const ImageSet& images)
      : network_(network), images_(images), optimizer_(network.parameters(), 0.9f, 3e-4f, 5.0f) {}

  void forward() {
    Tape tape(Tape::Mode::kRecord);
    network_.forward(tape, batch(), Phase::kTraining);
  }
  void step() {
    Tape tape(Tape::Mode::kRecord);
    tape.backward(softmax_cross_entropy(tape, network_.forward(tape, batch(), Phase::kTraining), images_.labels, 0.0f));
    optimizer_.step(1e-4f);
  }
  void infer() {
    Tape tape(Tape::Mode::kForwardOnly);
    network_.forward(tape, batch(), Phase::kEvaluation);
  }

 private:
  ImageBatch batch() const { return {images_.pixels.data(), images_.count()}; }

  Trainable& network_;
  const ImageSet& images_;
  SgdOptimizer optimizer_;
};

void compare(const std::string& name, const std::function<void()>& real, const std::function<void()>& integer,
             Table& table) {
  for (int i = 0; i < 2; ++i) real(), integer();
  double best_real = 1e9, best_integer = 1e9;
  std::vector<double> ratios;
  for (int turn = 0; turn < kTurns; ++turn) {
    const double a = seconds_of(real), b = seconds_of(integer);
    best_real = std::min(best_real, a);
    best_integer = std::min(best_integer, b);
    ratios.push_back(a / b);
  }
  std::sort(ratios.begin(), ratios.end());
  table.row({name, fixed(kBatch / best_real, 0), fixed(kBatch / best_integer, 0), fixed(best_real / best_integer, 2),
             fixed(ratios[kTurns / 2], 2), fixed(ratios.front(), 2), fixed(ratios.back(), 2)});
}

void run(const std::string& architecture, Table& table) {
  const NetworkSpec spec = build_network_spec(architecture, kImageShape, kClasses);
  const ImageSet images = random_images(Rng(2));
  Network real(spec, PixelScale{}, Rng(1));
  QuantizedNetwork quantized(real, images.class_names, images);
  const IntegerEngine engine(quantized.freeze());
  Side floats(real, images), integers(quantized, images);
  compare(
      architecture + " inference", [&] { floats.infer(); }, [&] { engine.logits(images.pixels.data(), kBatch); },
      table);
  compare(
      architecture + " training forward", [&] { floats.forward(); }, [&] { integers.forward(); }, table);
  compare(
      architecture + " training step", [&] { floats.step(); }, [&] { integers.step(); }, table);
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments =
      parse_arguments(argc, argv, "usage: int8_bench [--json] [ARCHITECTURE...]   (default: six networks)");
  try {
    if (!arguments.json)
      std::cout << "Integers beside floats, batch " << kBatch << ". " << machine_line() << ", integer kernels "
                << int8_kernels().isa << ".\n\n";
    Table table({"network, work", "float images/s", "int8 images/s", "best ratio", "median ratio", "least", "most"},
                arguments.json);
    for (const std::string& architecture : arguments.words.empty() ? default_architectures() : arguments.words)
      run(architecture, table);
  } catch (const Error& error) {
    std::cerr << error.what() << std::endl;
    return 1;
  }
  return 0;
}
