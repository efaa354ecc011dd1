// Gradients of quantisation-aware training beside their definition in double: straight through the rounding, zero on a
// clamp's bounds.
#include "nn/quant/quantized_gradients.h"

#include <cmath>

#include "core/autograd/ops.h"
#include "core/error.h"
#include "core/reference/depthwise.h"
#include "nn/layers/window.h"
#include "nn/quant/fold.h"
#include "nn/quant/integer_engine.h"
#include "nn/quant/quantized_network.h"
#include "tests/nn/small_networks.h"
#include "tests/support/allclose.h"
#include "tests/support/catch.h"
#include "tests/support/changed_network.h"
#include "tests/support/random_model.h"
#include "tests/support/tensors.h"
#include "tests/support/threads.h"

using namespace mininas;
using namespace mininas::test;

namespace {

using Numbers = std::vector<double>;

struct Reference {
  std::vector<Numbers> weight, bias;  // [layer]
};

// The definition, layer by layer over the whole batch, from the plain integer forward pass.
class ReferenceGradients {
 public:
  ReferenceGradients(const QuantizedModel& model, const std::vector<uint8_t>& images, int64_t count)
      : model_(model), count_(count), bytes_(integer_forward(model, images.data(), count)) {
    for (const uint8_t byte : images) image_.push_back(real(int{byte} - 128, model.input));
  }

  Reference run(const Tensor& logits) {
    const size_t layers = model_.layers.size();
    Reference result{std::vector<Numbers>(layers), std::vector<Numbers>(layers)};
    for (int i = 0; i < model_.spec.size(); ++i)
      gradient_.emplace_back(static_cast<size_t>(count_ * model_.spec.shape(i).size()), 0.0);
    gradient_.back() = to_doubles(logits);
    for (size_t i = layers; i-- > 0;) {
      const LayerSpec& spec = model_.spec.layers()[i];
      if (spec.kind == LayerKind::kGlobalAveragePool) {
        pool(spec, i);
        continue;
      }
      const Numbers dy = behind_clamp(i);
      if (spec.kind == LayerKind::kAdd || spec.kind == LayerKind::kRelu) {
        for (const int input : spec.inputs) add(input, dy);
        continue;
      }
      result.bias[i].resize(static_cast<size_t>(spec.out_channels));
      for (size_t k = 0; k < dy.size(); ++k) result.bias[i][k % result.bias[i].size()] += dy[k];
      weighted(spec, i, dy, result.weight[i]);
    }
    return result;
  }

 private:
  static double real(int q, const Quantization& quantization) {
    return double{quantization.scale} * (q - quantization.zero_point);
  }

  Numbers behind_clamp(size_t i) const {
    Numbers dy = gradient_[i];
    const QuantizedLayer& layer = model_.layers[i];
    for (size_t k = 0; k < dy.size(); ++k)
      if (bytes_.layers[i][k] <= layer.low || bytes_.layers[i][k] >= layer.high) dy[k] = 0.0;
    return dy;
  }

  void weighted(const LayerSpec& spec, size_t i, const Numbers& dy, Numbers& weight_gradient) {
    const ImageShape in = model_.spec.input_shape(static_cast<int>(i));
    const ConvGeometry g = geometry_of(spec, in, count_);
    const bool depthwise = spec.kind == LayerKind::kDepthwise;
    Numbers x = image_;
    if (spec.input() != kImage) {
      x.clear();
      const auto source = static_cast<size_t>(spec.input());
      for (const int8_t q : bytes_.layers[source]) x.push_back(real(q, model_.layers[source].output));
    }
    weight_gradient =
        depthwise ? reference::depthwise_weight_gradient(g, x, dy) : reference::conv2d_weight_gradient(g, x, dy);
    if (spec.input() == kImage) return;
    const QuantizedLayer& layer = model_.layers[i];
    Numbers weights;
    const auto channels = static_cast<size_t>(spec.out_channels), taps = layer.weights.size() / channels;
    for (size_t w = 0; w < layer.weights.size(); ++w)
      weights.push_back(layer.weights[w] * double{layer.weight_scales[depthwise ? w % channels : w / taps]});
    add(spec.input(), depthwise ? reference::depthwise_input_gradient(g, dy, weights)
                                : reference::conv2d_input_gradient(g, dy, weights));
  }

  void pool(const LayerSpec& spec, size_t i) {
    const ImageShape in = model_.spec.shape(spec.input());
    const auto channels = static_cast<size_t>(in.channels), pixels = static_cast<size_t>(in.height * in.width);
    Numbers dx(gradient_[static_cast<size_t>(spec.input())].size());
    for (size_t k = 0; k < dx.size(); ++k)
      dx[k] = gradient_[i][k / (pixels * channels) * channels + k % channels] / static_cast<double>(pixels);
    add(spec.input(), dx);
  }

  void add(int layer, const Numbers& dx) {
    if (layer == kImage) return;
    Numbers& sum = gradient_[static_cast<size_t>(layer)];
    for (size_t k = 0; k < dx.size(); ++k) sum[k] += dx[k];
  }

  const QuantizedModel& model_;
  int64_t count_;
  IntegerOutputs bytes_;
  Numbers image_;
  std::vector<Numbers> gradient_;
};

QuantizedPass pass_of(const QuantizedModel& model, const std::vector<uint8_t>& images, int64_t count) {
  QuantizedPass pass{count, ByteBuffer(static_cast<int64_t>(images.size())),
                     IntegerEngine(model).outputs(images.data(), count)};
  std::copy(images.begin(), images.end(), pass.images.data());
  return pass;
}

void check(const QuantizedModel& model, int64_t count, Rng rng) {
  const auto images = random_images(model.spec.input(), count, rng.fork("images"));
  const Tensor logits = random_tensor({count, 1, 1, model.spec.classes()}, rng.fork("logits"));
  const Reference expected = ReferenceGradients(model, images, count).run(logits);
  const auto found = quantized_gradients(model, pass_of(model, images, count), logits);
  for (size_t i = 0; i < found.size(); ++i) {
    const LayerSpec& spec = model.spec.layers()[i];
    INFO(text("layer ", spec.name, ", ", to_text(spec.kind), " ", spec.kernel, "/", spec.stride));
    REQUIRE(found[i].weight.empty() == !has_weights(spec.kind));
    if (found[i].weight.empty()) continue;
    const Shape shape = weight_shape(spec, model.spec.input_shape(static_cast<int>(i)));
    CHECK_THAT(Values(found[i].weight), close_to(shape, expected.weight[i], 2e-5));
    CHECK_THAT(Values(found[i].bias), close_to({1, 1, 1, spec.out_channels}, expected.bias[i], 2e-5));
  }
}

}  // namespace

TEST_CASE("gradients of any quantised network follow their definition", "[nn][quantized_gradients]") {
  for (uint64_t seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    const Rng rng(seed);
    check(random_model(random_network(rng.fork("spec"), {.max_extent = 12}), rng), 3, rng);
  }
}

TEST_CASE("gradients are right for more channels than a tile, every kernel and more images than chunks",
          "[nn][quantized_gradients]") {
  const std::vector<FamilyLayer> layers = {{true, 3}, {false, 3}, {true, 7}, {false, 5}, {true, 5}, {false, 1}};
  check(random_model(family_network(17, layers, {9, 7, 3}, 5), Rng(3)), 11, Rng(4));
}

TEST_CASE("a value read twice receives the gradients of both readers; an unread one receives none",
          "[nn][quantized_gradients]") {
  for (const NetworkSpec& spec : {residual_network(), forked_network(), rectified_network()})
    check(random_model(spec, Rng(5)), 4, Rng(6));
}

TEST_CASE("an output on a bound of its clamp passes no gradient", "[nn][quantized_gradients]") {
  QuantizedModel model = random_model(plain_network(), Rng(7));
  QuantizedLayer& last = model.layers.back();
  std::fill(last.weights.begin(), last.weights.end(), int8_t{0});
  last.output = {model.input_of(static_cast<int>(model.layers.size()) - 1).scale, 0};
  std::fill(last.weight_scales.begin(), last.weight_scales.end(), 0.5f);
  std::fill(last.rescale.begin(), last.rescale.end(), to_fixed_point(0.5, "last"));  // half of the bias
  last.low = -128;
  last.high = 100;
  validate(model);
  last.bias = {200, 198, -1000};  // 100: on the bound, though nothing was cut off; 99; far below
  const auto images = random_images(model.spec.input(), 2, Rng(8));
  const auto found = quantized_gradients(model, pass_of(model, images, 2), Tensor::full({2, 1, 1, 3}, 1.0f));
  CHECK(to_doubles(found.back().bias) == Numbers{0.0, 2.0, 0.0});
}

TEST_CASE("gradients have the same bits for any number of threads", "[nn][quantized_gradients]") {
  const QuantizedModel model = random_model(residual_network(), Rng(9));
  const auto images = random_images(model.spec.input(), 21, Rng(10));
  const Tensor logits = random_tensor({21, 1, 1, model.spec.classes()}, Rng(11));
  std::vector<LayerGradients> first;
  for (const int threads : {1, 2, 5}) {
    const Threads scope(threads);
    auto found = quantized_gradients(model, pass_of(model, images, 21), logits);
    if (first.empty()) first = std::move(found);
    for (size_t i = 0; i < found.size(); ++i) {
      if (found[i].weight.empty()) continue;
      CHECK(same_bits(found[i].weight, first[i].weight));
      CHECK(same_bits(found[i].bias, first[i].bias));
    }
  }
}

TEST_CASE("a whole quantised network's gradients are near those of the folded float network",
          "[nn][quantized_gradients]") {
  const NetworkSpec spec = plain_network();
  ImageSet images = noise_images(spec.input(), spec.classes(), 40, Rng(14));
  images.labels.assign(40, 1);  // gradients of unlike labels would cancel, and rounding would stand out
  Network network(spec, {.zero = 101, .scale = 0.0125f}, Rng(5));
  randomize_norms(network, Rng(6));
  QuantizedNetwork quantized(network, images.class_names, images);
  Network folded(without_norms(spec), network.pixel_scale(), Rng(1));
  auto weights = fold_batch_norm(network);
  for (size_t i = 0; i < weights.size(); ++i) {
    folded.layers()[i].weight.value = std::move(weights[i].weight);
    folded.layers()[i].bias.value = std::move(weights[i].bias);
  }
  for (Trainable* trainable : {static_cast<Trainable*>(&folded), static_cast<Trainable*>(&quantized)}) {
    Tape tape(Tape::Mode::kRecord);
    tape.backward(
        softmax_cross_entropy(tape, trainable->forward(tape, whole(images), Phase::kTraining), images.labels, 0.0f));
  }
  const auto expected = folded.parameters(), found = quantized.parameters();
  REQUIRE(expected.size() == found.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    INFO(expected[i]->name);
    REQUIRE(expected[i]->name == found[i]->name);
    double error = 0.0, size = 0.0;
    for (int64_t k = 0; k < expected[i]->gradient.size(); ++k) {
      error += std::pow(double{found[i]->gradient.data()[k]} - double{expected[i]->gradient.data()[k]}, 2);
      size += std::pow(double{expected[i]->gradient.data()[k]}, 2);
    }
    CHECK(std::sqrt(error / size) < 0.2);
  }
}
