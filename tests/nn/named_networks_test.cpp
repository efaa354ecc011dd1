// The published networks: their sizes, their shapes, and that training computes what they are defined to compute.
#include "nn/spec/named_networks.h"

#include "core/autograd/ops.h"
#include "core/error.h"
#include "core/reference/softmax_xent.h"
#include "nn/train/network.h"
#include "tests/nn/reference_network.h"
#include "tests/nn/small_networks.h"
#include "tests/support/allclose.h"
#include "tests/support/catch.h"
#include "tests/support/changed_network.h"
#include "tests/support/tensors.h"

using namespace mininas;
using namespace mininas::test;

namespace {

const LayerSpec& layer(const NetworkSpec& spec, const std::string& name) {
  for (const LayerSpec& candidate : spec.layers())
    if (candidate.name == name) return candidate;
  throw std::runtime_error("no layer " + name);
}

int count_of(const NetworkSpec& spec, LayerKind kind) {
  int count = 0;
  for (const LayerSpec& candidate : spec.layers()) count += candidate.kind == kind;
  return count;
}

// The device's parameters: norms are folded, and each layer with weights has one bias per channel.
int64_t folded_count(const NetworkSpec& spec) { return parameter_count(without_norms(spec)); }

double reference_loss(const Network& network, const std::vector<double>& parameters, const ImageSet& images) {
  const auto pass = reference_pass(network, parameters, whole(images), Phase::kTraining);
  return reference::softmax_xent(pass.outputs.back(), images.labels, 0.0).loss;
}

}  // namespace

TEST_CASE("MobileNetV2 in its CIFAR form has its published size and shape", "[nn][named]") {
  const NetworkSpec spec = named_network("mobilenetv2", {32, 32, 3}, 10);
  CHECK(parameter_count(spec) == 2'296'922);
  CHECK(mac_count(spec) == 91'154'944);
  CHECK(count_of(spec, LayerKind::kDepthwise) == 17);
  CHECK(count_of(spec, LayerKind::kAdd) == 14);
  CHECK(spec.shape(spec.size() - 3) == ImageShape{4, 4, 1280});
  CHECK_FALSE(layer(spec, "block3.project").relu);
  CHECK_FALSE(layer(spec, "block2.sum").relu);
  CHECK(layer(spec, "block0.shortcut").batch_norm);
}

TEST_CASE("ResNet-8 has its published size and shape", "[nn][named]") {
  const NetworkSpec spec = named_network("resnet8", {32, 32, 3}, 10);
  CHECK(folded_count(spec) == 77'706);
  CHECK(parameter_count(spec) == 77'946);
  CHECK(mac_count(spec) == 12'501'632);
  CHECK(count_of(spec, LayerKind::kAdd) == 3);
  CHECK(spec.shape(spec.size() - 3) == ImageShape{8, 8, 64});
  CHECK(layer(spec, "block1.shortcut").bias);
  CHECK_FALSE(layer(spec, "block0.conv2").relu);
  CHECK(layer(spec, "block0.sum").relu);
}

TEST_CASE("a name that no network has is refused with those there are", "[nn][named]") {
  CHECK(is_network_name("resnet8"));
  CHECK_FALSE(is_network_name("resnet50"));
  CHECK_THROWS_WITH(named_network("resnet50", {32, 32, 3}, 10),
                    Catch::Contains("'resnet50'") && Catch::Contains("mobilenetv2, resnet8"));
  CHECK_THROWS_AS(named_network("resnet8", {32, 32, 0}, 10), ConfigError);
}

TEST_CASE("named networks are the composition of the definitions: logits, and the slope of the loss",
          "[nn][named][gradient]") {
  // In a network with 53 norms a few values are on different sides of a ReLU in float and in double, and each changes
  // the slope a little.
  for (const auto& [name, tolerance] : {std::pair{"resnet8", 1e-3}, std::pair{"mobilenetv2", 2e-2}}) {
    INFO(name);
    const NetworkSpec spec = named_network(name, {16, 16, 3}, 3);
    const ImageSet images = noise_images(spec.input(), spec.classes(), 4, Rng(1));
    Network network(spec, {.zero = 101, .scale = 0.0125f}, Rng(2));
    randomize_norms(network, Rng(3));
    const auto parameters = parameters_of(network);
    Tape forward(Tape::Mode::kForwardOnly);
    const auto expected = reference_pass(network, parameters, whole(images), Phase::kEvaluation).outputs.back();
    const Var logits = network.forward(forward, whole(images), Phase::kEvaluation);
    CHECK_THAT(Values(forward.value(logits)), close_to({4, 1, 1, 3}, expected, 1e-4));

    Tape tape(Tape::Mode::kRecord);
    tape.backward(
        softmax_cross_entropy(tape, network.forward(tape, whole(images), Phase::kTraining), images.labels, 0.0f));
    const auto direction = random_numbers(static_cast<int64_t>(parameters.size()), Rng(4));
    constexpr double kStep = 1e-9;
    auto above = parameters, below = parameters;
    double slope = 0.0;
    size_t i = 0;
    for (const Parameter* p : network.parameters())
      for (const float g : p->gradient.values()) {
        slope += double{g} * direction[i];
        above[i] += kStep * direction[i];
        below[i] -= kStep * direction[i];
        ++i;
      }
    const double defined =
        (reference_loss(network, above, images) - reference_loss(network, below, images)) / (2.0 * kStep);
    CHECK(slope == Approx(defined).epsilon(tolerance));
  }
}
