#include "search/inspect/gradient_trace.h"

#include <cstring>

#include "core/autograd/ops.h"
#include "core/error.h"
#include "nn/quant/fold.h"
#include "nn/quant/integer_engine.h"
#include "nn/quant/quantized_gradients.h"
#include "nn/quant/quantized_network.h"
#include "tests/nn/small_networks.h"
#include "tests/support/catch.h"

using namespace mininas;
using namespace mininas::test;

namespace {

constexpr int kLabel = 1;

struct Subject {
  explicit Subject(const NetworkSpec& spec)
      : images(noise_images(spec.input(), spec.classes(), 6, Rng(3))),
        network(spec, measure_pixel_scale(images), Rng(5)) {
    randomize_norms(network, Rng(6));
    model = std::make_unique<QuantizedModel>(QuantizedNetwork(network, images.class_names, images).freeze());
  }
  GradientTrace trace(const TracePosition& place) const {
    return trace_gradient(*model, network, images.image(0), kLabel, place);
  }

  ImageSet images;
  Network network;
  std::unique_ptr<QuantizedModel> model;
};

std::vector<NetworkSpec> networks() { return {plain_network(), residual_network(), rectified_network()}; }

// Calls visit(y, x, channel) for every position of a layer's output.
template <class Visit>
void for_each_position(const ImageShape& shape, const Visit& visit) {
  for (int y = 0; y < shape.height; ++y)
    for (int x = 0; x < shape.width; ++x)
      for (int channel = 0; channel < shape.channels; ++channel) visit(y, x, channel);
}

// The gradient of the loss with respect to a bias is the sum of those of the outputs that it is added to.
struct BiasGradients {
  std::vector<double> integers, floats;  // by channel
};
BiasGradients bias_gradients(const Subject& subject, int layer) {
  const ImageShape& shape = subject.model->spec.shape(layer);
  BiasGradients sum{std::vector<double>(static_cast<size_t>(shape.channels)),
                    std::vector<double>(static_cast<size_t>(shape.channels))};
  for_each_position(shape, [&](int y, int x, int channel) {
    const GradientTrace t = subject.trace({layer, y, x, channel});
    const auto c = static_cast<size_t>(channel);
    if (!t.stopped_in_integers) sum.integers[c] += t.gradient.in_integers;
    if (!t.stopped_in_float) sum.floats[c] += t.gradient.in_float;
  });
  return sum;
}

std::vector<LayerGradients> gradients_of_engine(const Subject& subject) {
  const QuantizedModel& model = *subject.model;
  QuantizedPass pass{1, ByteBuffer(model.spec.input().size()),
                     IntegerEngine(model).outputs(subject.images.image(0), 1)};
  std::memcpy(pass.images.data(), subject.images.image(0), static_cast<size_t>(pass.images.size()));
  Parameter logits{"logits", Tensor::zeros({1, 1, 1, model.spec.classes()}), {}};
  const Quantization& how = model.layers.back().output;
  for (int c = 0; c < model.spec.classes(); ++c)
    logits.value.data()[c] = how.scale * static_cast<float>(pass.outputs.back().data()[c] - 128 - how.zero_point);
  Tape tape(Tape::Mode::kRecord);
  tape.backward(softmax_cross_entropy(tape, tape.parameter(logits), std::vector<int>{kLabel}, 0.0f));
  return quantized_gradients(model, pass, logits.gradient);
}

double folded_loss(const Subject& subject, const std::vector<FoldedLayer>& folded) {
  Tape tape(Tape::Mode::kForwardOnly);
  const Var logits =
      tape.constant(std::move(folded_outputs(subject.network, folded, {subject.images.image(0), 1}).back()));
  return double{tape.value(softmax_cross_entropy(tape, logits, std::vector<int>{kLabel}, 0.0f)).data()[0]};
}

double difference_of_loss(const Subject& subject, std::vector<FoldedLayer>& folded, int layer, size_t channel) {
  constexpr float kStep = 1e-2f;
  float& bias = folded[static_cast<size_t>(layer)].bias.data()[channel];
  const float before = bias;
  bias = before + kStep;
  const double above = folded_loss(subject, folded);
  bias = before - kStep;
  const double below = folded_loss(subject, folded);
  bias = before;
  return (above - below) / (2 * double{kStep});
}

}  // namespace

TEST_CASE("traced gradients add up to those that quantisation-aware training computes", "[search][trace]") {
  for (const NetworkSpec& spec : networks()) {
    const Subject subject(spec);
    const std::vector<LayerGradients> expected = gradients_of_engine(subject);
    for (int layer = 0; layer < spec.size(); ++layer) {
      if (!has_weights(spec.layer(layer).kind)) continue;
      const BiasGradients found = bias_gradients(subject, layer);
      for (size_t c = 0; c < found.integers.size(); ++c) {
        INFO(spec.layer(layer).name << ", channel " << c);
        CHECK(found.integers[c] ==
              Approx(double{expected[static_cast<size_t>(layer)].bias.data()[c]}).epsilon(1e-4).margin(1e-6));
      }
    }
  }
}

TEST_CASE("traced gradients of the float network are the slopes of its loss", "[search][trace]") {
  const Subject subject(plain_network());
  std::vector<FoldedLayer> folded = fold_batch_norm(subject.network);
  const NetworkSpec& spec = subject.model->spec;
  for (int layer = 0; layer < spec.size(); ++layer) {
    if (!has_weights(spec.layer(layer).kind)) continue;
    const BiasGradients found = bias_gradients(subject, layer);
    for (size_t c = 0; c < found.floats.size(); ++c) {
      INFO(spec.layer(layer).name << ", channel " << c);
      CHECK(found.floats[c] == Approx(difference_of_loss(subject, folded, layer, c)).epsilon(0.05).margin(2e-3));
    }
  }
}

TEST_CASE("a traced gradient is the sum of its taps, each a weight times the gradient of an output",
          "[search][trace]") {
  for (const NetworkSpec& spec : networks()) {
    const Subject subject(spec);
    for (int layer = 0; layer + 1 < spec.size(); ++layer)
      for_each_position(spec.shape(layer), [&](int y, int x, int channel) {
        const GradientTrace t = subject.trace({layer, y, x, channel});
        double integers = 0, floats = 0;
        for (const GradientTap& tap : t.taps) {
          integers += tap.weight.in_integers * tap.gradient.in_integers;
          floats += tap.weight.in_float * tap.gradient.in_float;
          CHECK(tap.layer > layer);
          CHECK((!tap.stopped_in_integers || tap.gradient.in_integers == 0));
        }
        CHECK(t.gradient.in_integers == Approx(integers).margin(1e-12));
        CHECK(t.gradient.in_float == Approx(floats).margin(1e-12));
      });
  }
}

TEST_CASE("the gradient of a logit is the probability of its class, minus 1 if it is that of the image",
          "[search][trace]") {
  const Subject subject(plain_network());
  const int last = subject.model->spec.size() - 1;
  double sum = 0;
  for (int c = 0; c < subject.model->spec.classes(); ++c) {
    const GradientTrace t = subject.trace({last, 0, 0, c});
    sum += t.gradient.in_integers;
    CHECK(t.taps.empty());
    CHECK((t.gradient.in_integers < 0) == (c == kLabel));
    if (c == kLabel) CHECK(t.gradient.in_integers == Approx(t.probability.in_integers - 1));
    CHECK(t.loss.in_integers == Approx(-std::log(t.probability.in_integers)));
  }
  CHECK(sum == Approx(0).margin(1e-12));
}

TEST_CASE("a gradient outside of the network, or of a class that there is not, is refused", "[search][trace]") {
  const Subject subject(plain_network());
  CHECK_THROWS_WITH(subject.trace({0, 7, 0, 0}), Catch::Contains("outside layer") && Catch::Contains("7x6"));
  CHECK_THROWS_WITH(trace_gradient(*subject.model, subject.network, subject.images.image(0), 3, {0, 0, 0, 0}),
                    Catch::Contains("class 3: the network has classes 0 to 2"));
}
