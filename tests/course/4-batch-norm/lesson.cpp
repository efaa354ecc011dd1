// Lesson 4: what batch norm does to the channels of a layer, and how it vanishes into the weights before it.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "datasets/synthetic.h"
#include "nn/quant/fold.h"
#include "nn/train/trainer.h"
#include "search/space/build.h"

using namespace mininas;

namespace {

// The logits of a network in evaluation, where the norms use their running statistics.
Tensor logits_of(Network& network, const ImageBatch& batch) {
  Tape tape(Tape::Mode::kForwardOnly);
  return tape.value(network.forward(tape, batch, Phase::kEvaluation)).clone();
}

}  // namespace

int main() {
  const Dataset data = make_synthetic({.classes = 2, .size = 16, .channels = 1, .train = 200, .test = 50});
  Network network(build_network_spec("w4:c3*3", data.train.shape, data.train.classes()),
                  measure_pixel_scale(data.train), Rng(1));
  train(network, data.train, nullptr, {.epochs = 5}, {});

  // The norm of the first layer, as the training left it: y = gamma * (x - mean) / sqrt(variance + epsilon) + beta.
  const LayerWeights& stem = network.layers()[0];
  const std::vector<FoldedLayer> folded = fold_batch_norm(network);
  std::printf("channel    mean deviation  gamma    beta |  scale   bias | weight * scale  folded\n");
  for (int c = 0; c < 4; ++c) {
    const float mean = stem.running_mean.at(0, 0, 0, c), variance = stem.running_variance.at(0, 0, 0, c);
    const float gamma = stem.gamma.value.at(0, 0, 0, c), beta = stem.beta.value.at(0, 0, 0, c);
    const float scale = gamma / std::sqrt(variance + kBatchNormEpsilon);
    std::printf("%7d %7.4f %9.4f %6.3f %7.4f | %6.3f %6.3f | %14.5f %7.5f\n", c, double{mean}, std::sqrt(variance),
                double{gamma}, double{beta}, double{scale}, double{beta - mean * scale},
                double{stem.weight.value.at(c, 1, 1, 0) * scale}, double{folded[0].weight.at(c, 1, 1, 0)});
  }

  const ImageBatch test{data.test.image(0), data.test.count()};
  const Tensor with_norms = logits_of(network, test);
  const Tensor without = std::move(folded_outputs(network, folded, test).back());
  float largest = 0;
  for (int64_t i = 0; i < without.size(); ++i)
    largest = std::max(largest, std::abs(with_norms.data()[i] - without.data()[i]));
  std::printf("logits of the first test image: %.4f %.4f with norms, %.4f %.4f folded\n",
              double{with_norms.at(0, 0, 0, 0)}, double{with_norms.at(0, 0, 0, 1)}, double{without.at(0, 0, 0, 0)},
              double{without.at(0, 0, 0, 1)});
  std::printf("largest difference on 50 images: %s\n", largest < 1e-4f ? "rounding only" : "more than rounding");
}
