// Solutions of lesson 4.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/autograd/ops.h"
#include "core/conv/convolution.h"
#include "datasets/synthetic.h"
#include "nn/train/network.h"
#include "search/space/build.h"

using namespace mininas;

namespace {

const Dataset kData = make_synthetic({.classes = 2, .size = 16, .channels = 1, .train = 20, .test = 2});

Network new_network() {
  return Network(build_network_spec("w4:c3*3", kData.train.shape, kData.train.classes()),
                 measure_pixel_scale(kData.train), Rng(1));
}

double norm_of(const Tensor& tensor) {
  double sum = 0;
  for (const float value : tensor.values()) sum += double{value} * double{value};
  return std::sqrt(sum);
}

// Exercise 1: the first weights times `factor`.
void scale_weights(float factor) {
  Network network = new_network();
  Parameter& weight = network.layers()[0].weight;
  for (float& value : weight.value.values()) value *= factor;
  Tape tape(Tape::Mode::kRecord);
  const Var logits = network.forward(tape, {kData.train.image(0), kData.train.count()}, Phase::kTraining);
  const Var loss = softmax_cross_entropy(tape, logits, kData.train.labels, 0.0f);
  tape.backward(loss);
  std::printf("1. weights x %2.0f: loss %.3f, gradient of length %.4f\n", double{factor},
              double{tape.value(loss).at(0, 0, 0, 0)}, norm_of(weight.gradient));
}

// Exercise 2: the first logit of image 0, in a batch with `count` images.
double first_logit(int64_t count, Phase phase) {
  Network network = new_network();
  Tape tape(Tape::Mode::kForwardOnly);
  return double{tape.value(network.forward(tape, {kData.train.image(0), count}, phase)).at(0, 0, 0, 0)};
}

// Exercise 3: a norm in front of a 3x3 convolution, x * scale + shift, folded into the convolution as if there were no
// border. Returns the largest error over the pixels from `first` to `last` of both rows and columns.
double fold_backwards(int first, int last) {
  Tensor x = Tensor::zeros({1, 6, 6, 1}), w = Tensor::full({1, 3, 3, 1}, 0.5f);
  for (int64_t i = 0; i < x.size(); ++i) x.data()[i] = static_cast<float>(i % 5);
  const float scale = 2, shift = 1;
  Tensor normed = x.clone(), scaled = w.clone();
  for (float& value : normed.values()) value = value * scale + shift;
  for (float& value : scaled.values()) value *= scale;
  const ConvGeometry g = conv_geometry(x.shape(), w.shape(), 1);
  const Tensor right = conv2d(g, normed, w), folded = conv2d(g, x, scaled);
  const float bias = 9 * 0.5f * shift;  // the shift passes through all nine taps
  double largest = 0;
  for (int row = first; row <= last; ++row)
    for (int column = first; column <= last; ++column)
      largest = std::max(largest, std::abs(double{right.at(0, row, column, 0) - folded.at(0, row, column, 0) - bias}));
  return largest;
}

}  // namespace

int main() {
  scale_weights(1);
  scale_weights(10);
  for (const Phase phase : {Phase::kTraining, Phase::kEvaluation})
    std::printf("2. logit of one image in %s: %.3f among 4 images, %.3f among 20\n",
                phase == Phase::kTraining ? "training" : "evaluation", first_logit(4, phase), first_logit(20, phase));
  std::printf("3. largest error inside %.2f, with the border %.2f\n", fold_backwards(1, 4), fold_backwards(0, 5));
}
