// The float network against its definition: forward in both phases, gradients of every parameter, initial weights,
// digests.
#include "nn/train/network.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/autograd/ops.h"
#include "core/error.h"
#include "core/reference/softmax_xent.h"
#include "tests/nn/reference_network.h"
#include "tests/nn/small_networks.h"
#include "tests/support/allclose.h"
#include "tests/support/catch.h"
#include "tests/support/changed_network.h"
#include "tests/support/random_model.h"
#include "tests/support/tensors.h"

using namespace mininas;
using namespace mininas::test;

namespace {

constexpr float kSmoothing = 0.1f;
// A few layers deep, each with a norm that divides by a spread measured on few pixels.
constexpr double kTolerance = 3e-5;

Network make_network(const NetworkSpec& spec, uint64_t seed = 5) {
  Network network(spec, kPixels, Rng(seed));
  randomize_norms(network, Rng(seed).fork("norms"));
  return network;
}

Tensor logits_of(Network& network, const ImageSet& images, Phase phase) {
  Tape tape(Tape::Mode::kForwardOnly);
  return tape.value(network.forward(tape, whole(images), phase)).clone();
}

// The gradient of every parameter after one step on `images`; the loss.
double backward(Network& network, const ImageSet& images) {
  Tape tape(Tape::Mode::kRecord);
  const Var loss =
      softmax_cross_entropy(tape, network.forward(tape, whole(images), Phase::kTraining), images.labels, kSmoothing);
  const double value = double{tape.value(loss).data()[0]};
  tape.backward(loss);
  return value;
}

double reference_loss(const Network& network, const std::vector<double>& parameters, const ImageSet& images) {
  const auto pass = reference_pass(network, parameters, whole(images), Phase::kTraining);
  return reference::softmax_xent(pass.outputs.back(), images.labels, double{kSmoothing}).loss;
}

// Central differences of one parameter tensor, the others fixed. The step is small, so that hardly a ReLU changes sides
// within it.
std::vector<double> slopes(const Network& network, std::vector<double> parameters, size_t first, size_t count,
                           const ImageSet& images) {
  constexpr double kStep = 1e-6;
  std::vector<double> gradient;
  for (size_t i = first; i < first + count; ++i) {
    const double here = parameters[i];
    parameters[i] = here + kStep;
    const double above = reference_loss(network, parameters, images);
    parameters[i] = here - kStep;
    const double below = reference_loss(network, parameters, images);
    parameters[i] = here;
    gradient.push_back((above - below) / (2.0 * kStep));
  }
  return gradient;
}

double largest(const std::vector<double>& numbers) {
  double most = 0.0;
  for (const double number : numbers) most = std::max(most, std::abs(number));
  return most;
}

std::vector<double> random_direction(size_t count, uint64_t seed) {
  return random_numbers(static_cast<int64_t>(count), Rng(seed).fork("direction"));
}

// The derivative of the loss along a direction in parameter space: from the gradients that backward left, and by
// definition.
double slope_along(Network& network, const std::vector<double>& direction) {
  double slope = 0.0;
  size_t i = 0;
  for (const Parameter* p : network.parameters())
    for (const float g : p->gradient.values()) slope += double{g} * direction[i++];
  return slope;
}

double reference_slope(const Network& network, const std::vector<double>& parameters,
                       const std::vector<double>& direction, const ImageSet& images) {
  constexpr double kStep = 1e-7;
  auto above = parameters, below = parameters;
  for (size_t i = 0; i < parameters.size(); ++i) {
    above[i] += kStep * direction[i];
    below[i] -= kStep * direction[i];
  }
  return (reference_loss(network, above, images) - reference_loss(network, below, images)) / (2.0 * kStep);
}

}  // namespace

TEST_CASE("a network's logits are the composition of the definitions, in training and in evaluation", "[nn][network]") {
  for (const NetworkSpec& spec : {plain_network(), residual_network(), forked_network(), rectified_network()}) {
    const ImageSet images = noise_images(spec.input(), spec.classes(), 4, Rng(1));
    for (const Phase phase : {Phase::kTraining, Phase::kEvaluation}) {
      INFO("layers " << spec.layers().size() << ", evaluation " << (phase == Phase::kEvaluation));
      Network network = make_network(spec);
      const auto expected = reference_pass(network, parameters_of(network), whole(images), phase).outputs.back();
      const Tensor found = logits_of(network, images, phase);
      CHECK_THAT(Values(found), close_to({4, 1, 1, spec.classes()}, expected, kTolerance));
    }
  }
}

TEST_CASE("gradients of every parameter are the central differences of the loss in double", "[nn][network][gradient]") {
  for (const NetworkSpec& spec : {plain_network(), residual_network(), forked_network(), rectified_network()}) {
    const ImageSet images = noise_images(spec.input(), spec.classes(), 4, Rng(2));
    Network network = make_network(spec);
    const auto parameters = parameters_of(network);
    CHECK(backward(network, images) == Approx(reference_loss(network, parameters, images)).epsilon(1e-5));
    size_t first = 0;
    for (const Parameter* p : network.parameters()) {
      INFO(p->name);
      const auto count = static_cast<size_t>(p->value.size());
      REQUIRE_FALSE(p->gradient.empty());
      const auto expected = slopes(network, parameters, first, count, images);
      if (largest(expected) < 1e-8)  // a shift that the next norm takes away
        CHECK(largest(to_doubles(p->gradient)) < 1e-7);
      else
        CHECK_THAT(Values(p->gradient), close_to(p->value.shape(), expected, 1e-4));
      first += count;
    }
  }
}

TEST_CASE(
    "random networks of the family are the composition of the definitions: both phases, and the slope of the loss",
    "[nn][network][gradient]") {
  for (uint64_t seed = 0; seed < 9; ++seed) {
    const NetworkSpec spec =
        random_network(Rng(seed), {.max_extent = 9, .max_width = 3, .max_depth = 4, .max_classes = 4});
    INFO("seed " << seed << ", image " << to_text(spec.input()));
    const ImageSet images = noise_images(spec.input(), spec.classes(), 6, Rng(seed).fork("images"));
    Network network = make_network(spec, seed);
    const auto parameters = parameters_of(network);
    const auto expected = reference_pass(network, parameters, whole(images), Phase::kEvaluation).outputs.back();
    CHECK_THAT(Values(logits_of(network, images, Phase::kEvaluation)),
               close_to({6, 1, 1, spec.classes()}, expected, kTolerance));
    CHECK(backward(network, images) == Approx(reference_loss(network, parameters, images)).epsilon(1e-5));
    CHECK(slope_along(network, random_direction(parameters.size(), seed)) ==
          Approx(reference_slope(network, parameters, random_direction(parameters.size(), seed), images))
              .epsilon(2e-4)
              .margin(2e-5));
  }
}

TEST_CASE("a training pass moves the running statistics as defined, an evaluation does not", "[nn][network]") {
  const NetworkSpec spec = residual_network();
  const ImageSet images = noise_images(spec.input(), spec.classes(), 3, Rng(3));
  Network network = make_network(spec);
  const std::string before = weights_sha256(network);
  logits_of(network, images, Phase::kEvaluation);
  CHECK(weights_sha256(network) == before);
  const auto pass = reference_pass(network, parameters_of(network), whole(images), Phase::kTraining);
  std::vector<std::vector<double>> means, variances;
  for (const LayerWeights& w : network.layers()) {
    means.push_back(to_doubles(w.running_mean));
    variances.push_back(to_doubles(w.running_variance));
  }
  logits_of(network, images, Phase::kTraining);
  for (size_t i = 0; i < spec.layers().size(); ++i) {
    if (!spec.layers()[i].batch_norm) continue;
    INFO(spec.layers()[i].name);
    const size_t pixels = pass.outputs[i].size() / means[i].size();
    reference::update_running(pass.norms[i], pixels, double{kBatchNormMomentum}, means[i], variances[i]);
    const LayerWeights& w = network.layers()[i];
    CHECK_THAT(Values(w.running_mean), close_to(w.running_mean.shape(), means[i], 1e-5));
    CHECK_THAT(Values(w.running_variance), close_to(w.running_variance.shape(), variances[i], 1e-5));
  }
}

TEST_CASE("logits of an image in evaluation do not depend on the images beside it", "[nn][network]") {
  const NetworkSpec spec = residual_network();
  const ImageSet images = noise_images(spec.input(), spec.classes(), 5, Rng(4));
  Network network = make_network(spec);
  const Tensor together = logits_of(network, images, Phase::kEvaluation);
  for (int64_t i = 0; i < images.count(); ++i) {
    const Tensor alone = logits_of(network, select_images(images, {i}), Phase::kEvaluation);
    for (int64_t c = 0; c < spec.classes(); ++c) CHECK(alone.at(0, 0, 0, c) == together.at(i, 0, 0, c));
  }
}

TEST_CASE("initial weights fill +-1/sqrt(fan in); norms begin as the identity", "[nn][network]") {
  Network network(plain_network(), kPixels, Rng(8));
  const std::vector<double> fan_in{27, 9, 4, 150, 0, 5};
  for (size_t i = 0; i < network.layers().size(); ++i) {
    LayerWeights& w = network.layers()[i];
    for (const Parameter* p : {&w.weight, &w.bias}) {
      if (!p->exists()) continue;
      INFO(p->name);
      const double bound = 1.0 / std::sqrt(fan_in[i]);
      double largest = 0.0, sum = 0.0;
      for (const float value : p->value.values()) {
        largest = std::max(largest, std::abs(double{value}));
        sum += double{value};
      }
      CHECK(largest <= bound);
      if (p->value.size() >= 15) CHECK(largest > 0.75 * bound);
      if (p->value.size() >= 100) CHECK(std::abs(sum) / static_cast<double>(p->value.size()) < 0.2 * bound);
    }
    if (!w.gamma.exists()) continue;
    for (const float value : w.gamma.value.values()) CHECK(value == 1.0f);
    for (const float value : w.beta.value.values()) CHECK(value == 0.0f);
    for (const float value : w.running_mean.values()) CHECK(value == 0.0f);
    for (const float value : w.running_variance.values()) CHECK(value == 1.0f);
  }
}

TEST_CASE("the same seed gives the same network, another seed another; no two layers share their draws",
          "[nn][network]") {
  Network a(residual_network(), kPixels, Rng(1)), b(residual_network(), kPixels, Rng(1)),
      c(residual_network(), kPixels, Rng(2));
  CHECK(weights_sha256(a) == weights_sha256(b));
  CHECK(weights_sha256(a) != weights_sha256(c));
  std::set<float> first_draws;
  for (const Parameter* p : a.parameters())
    if (p->name.ends_with(".weight")) CHECK(first_draws.insert(p->value.data()[0]).second);
}

TEST_CASE("a layer keeps its initial weights when others come or go", "[nn][network]") {
  const NetworkSpec longer = with_layers(
      plain_network(), [](std::vector<LayerSpec>& layers) { layers[3].out_channels = layers[4].out_channels = 9; });
  Network a(plain_network(), kPixels, Rng(1)), b(longer, kPixels, Rng(1));
  CHECK(same_bits(a.layers()[2].weight.value, b.layers()[2].weight.value));
}

TEST_CASE("parameters have unique names and are as many as the spec counts", "[nn][network]") {
  for (const NetworkSpec& spec : {plain_network(), residual_network(), rectified_network()}) {
    Network network(spec, kPixels, Rng(1));
    std::set<std::string> names;
    int64_t count = 0;
    for (const Parameter* p : network.parameters()) {
      CHECK(names.insert(p->name).second);
      count += p->value.size();
    }
    CHECK(count == parameter_count(spec));
    CHECK(names.contains("stem.gamma"));
    CHECK(names.contains("classifier.bias"));
  }
}

TEST_CASE("the digest of the weights sees every single bit of parameters and running statistics", "[nn][network]") {
  Network network = make_network(residual_network());
  const std::string before = weights_sha256(network);
  CHECK(before.size() == 64);
  std::vector<Tensor*> tensors = network.state();
  for (Parameter* p : network.parameters()) tensors.push_back(&p->value);
  for (Tensor* tensor : tensors) {
    float& last = tensor->data()[tensor->size() - 1];
    const float kept = last;
    last = std::nextafter(last, 100.0f);
    CHECK(weights_sha256(network) != before);
    last = kept;
  }
  CHECK(weights_sha256(network) == before);
}

TEST_CASE("the byte of the real value 0 is the pixel scale's zero", "[nn][network]") {
  Network network(plain_network(), kPixels, Rng(1));
  CHECK(int{network.zero_byte()} == 101);
}
