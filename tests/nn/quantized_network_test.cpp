// Quantisation-aware training: its forward pass is the exported network's, byte for byte; folding and ranges; what it
// learns.
#include "nn/quant/quantized_network.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/error.h"
#include "nn/quant/fold.h"
#include "nn/train/trainer.h"
#include "tests/nn/reference_network.h"
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

Network make_network(const NetworkSpec& spec, uint64_t seed = 5, const PixelScale& pixels = kPixels) {
  Network network(spec, pixels, Rng(seed));
  randomize_norms(network, Rng(seed).fork("norms"));
  return network;
}

// Logits of the trainable network are scale * (q - zero point) of the frozen integers, in both phases, recording or
// not.
void check_forward_is_integer_forward(QuantizedNetwork& network, const ImageSet& images) {
  const QuantizedModel model = network.freeze();
  const auto bytes = integer_forward(model, images.pixels.data(), images.count()).layers.back();
  const Quantization& output = model.layers.back().output;
  for (const auto mode : {Tape::Mode::kForwardOnly, Tape::Mode::kRecord}) {
    Tape tape(mode);
    const Tensor& logits = tape.value(
        network.forward(tape, whole(images), mode == Tape::Mode::kRecord ? Phase::kTraining : Phase::kEvaluation));
    REQUIRE(logits.size() == static_cast<int64_t>(bytes.size()));
    int64_t different = 0;
    for (size_t i = 0; i < bytes.size(); ++i)
      different += logits.data()[i] != output.scale * static_cast<float>(bytes[i] - output.zero_point);
    CHECK(different == 0);
  }
}

int64_t distinct(const std::vector<int8_t>& bytes) {
  return static_cast<int64_t>(std::set<int8_t>(bytes.begin(), bytes.end()).size());
}

std::vector<std::string> names_of(const NetworkSpec& spec) {
  return std::vector<std::string>(static_cast<size_t>(spec.classes()), "class");
}

QuantizedNetwork quantize(const Network& network, const ImageSet& images) {
  return {network, names_of(network.spec()), images};
}

}  // namespace

TEST_CASE("the forward pass of training is the exported network's, byte for byte", "[nn][quantized]") {
  const Threads one(1);
  std::set<std::string> seen;
  for (uint64_t seed = 0; seed < 40; ++seed) {
    const NetworkSpec spec =
        random_network(Rng(seed), {.max_extent = 15, .max_width = 7, .max_depth = 5, .max_classes = 5});
    INFO("seed " << seed << ", image " << to_text(spec.input()));
    for (const LayerSpec& layer : spec.layers())
      seen.insert(text(to_text(layer.kind), layer.kernel, "/", layer.stride));
    const ImageSet images = noise_images(spec.input(), spec.classes(), 9, Rng(seed).fork("images"));
    const int zero = static_cast<int>(seed % 5) * 60;
    QuantizedNetwork network = quantize(make_network(spec, seed, {.zero = zero, .scale = 0.0125f}), images);
    check_forward_is_integer_forward(network, images);
  }
  for (const char* kind : {"add1/1", "conv3/1", "conv5/1", "conv7/1", "conv3/2", "conv5/2", "depthwise3/1",
                           "depthwise5/1", "depthwise7/1", "depthwise3/2", "relu1/1"})
    CHECK(seen.contains(kind));
}

TEST_CASE("the forward pass stays the exported network's while training moves the weights", "[nn][quantized]") {
  const Threads one(1);
  for (const NetworkSpec& spec : {plain_network(), residual_network(), rectified_network()}) {
    const ImageSet images = noise_images(spec.input(), spec.classes(), 21, Rng(2));
    QuantizedNetwork network = quantize(make_network(spec), images);
    const std::string before = weights_sha256(network);
    const TrainHooks check{.on_step = [&](const TrainProgress&) { check_forward_is_integer_forward(network, images); },
                           .on_epoch = {},
                           .checkpoint = {}};
    train(network, images, nullptr,
          {.epochs = 2,
           .batch = 8,
           .learning_rate = 0.05f,
           .augmentation = {.crop_padding = 1, .horizontal_flip = true, .cutout = 3}},
          check);
    CHECK(weights_sha256(network) != before);
    CHECK(distinct(integer_forward(network.freeze(), images.pixels.data(), images.count()).layers.back()) > 10);
  }
}

TEST_CASE("accuracy in training's forward pass is the integer network's accuracy", "[nn][quantized]") {
  const NetworkSpec spec = residual_network();
  const ImageSet images = noise_images(spec.input(), spec.classes(), 150, Rng(3));
  QuantizedNetwork network = quantize(make_network(spec), images);
  const auto predictions = integer_predict(network.freeze(), images.pixels.data(), images.count());
  CHECK(evaluate(network, images).confusion == evaluate(predictions, images).confusion);
}

TEST_CASE("sums beyond what a float holds exactly give the same bytes", "[nn][quantized]") {
  // Equal weights of 1600 taps quantise to 127 each: sums reach 1600 * 127 * 255, beyond 2^24.
  NetworkSpec spec{{5, 5, 64},
                   2,
                   {{"wide", LayerKind::kConv, {kImage}, 3, 5, 1, false, true, true},
                    {"pool", LayerKind::kGlobalAveragePool, {0}, 3, 1, 1, false, false, false},
                    {"classifier", LayerKind::kLinear, {1}, 2, 1, 1, true, false, false}}};
  const ImageSet images = noise_images(spec.input(), 2, 12, Rng(4));
  Network real = make_network(spec, 5, {.zero = 0, .scale = 0.01f});
  for (float& weight : real.layers()[0].weight.value.values()) weight = 0.01f + 0.0001f * weight;
  QuantizedNetwork network = quantize(real, images);
  CHECK(distinct(integer_forward(network.freeze(), images.pixels.data(), 12).layers[0]) > 3);
  check_forward_is_integer_forward(network, images);
}

TEST_CASE("folding batch norm changes a network's evaluation by rounding alone", "[nn][fold]") {
  for (const NetworkSpec& spec : {plain_network(), residual_network(), rectified_network()}) {
    const ImageSet images = noise_images(spec.input(), spec.classes(), 6, Rng(5));
    const Network network = make_network(spec);
    const auto folded = fold_batch_norm(network);
    Network plain(without_norms(spec), kPixels, Rng(1));
    for (size_t i = 0; i < folded.size(); ++i) {
      CHECK(folded[i].weight.empty() == !has_weights(spec.layers()[i].kind));
      if (folded[i].weight.empty()) continue;
      plain.layers()[i].weight.value = folded[i].weight.clone();
      plain.layers()[i].bias.value = folded[i].bias.clone();
    }
    Network copy = make_network(spec);
    const auto expected = reference_pass(copy, parameters_of(copy), whole(images), Phase::kEvaluation).outputs.back();
    const auto found = reference_pass(plain, parameters_of(plain), whole(images), Phase::kEvaluation).outputs.back();
    CHECK_THAT(Values(found), close_to(Values(expected), 1e-5));
  }
}

TEST_CASE("ranges are the mean over batches of 64 of the smallest and largest value, 0 included", "[nn][fold]") {
  const NetworkSpec spec = residual_network();
  const ImageSet images = noise_images(spec.input(), spec.classes(), 100, Rng(6));
  Network network = make_network(spec);
  const auto ranges = measure_ranges(network, fold_batch_norm(network), images);
  std::vector<Range> expected(spec.layers().size());
  for (const auto& [first, count] : {std::pair{0, 64}, std::pair{64, 36}}) {
    const auto pass = reference_pass(network, parameters_of(network), {images.image(first), count}, Phase::kEvaluation);
    for (size_t i = 0; i < expected.size(); ++i) {
      const auto [low, high] = std::minmax_element(pass.outputs[i].begin(), pass.outputs[i].end());
      expected[i].low += std::min(0.0, *low) / 2.0;
      expected[i].high += std::max(0.0, *high) / 2.0;
    }
  }
  for (size_t i = 0; i < expected.size(); ++i) {
    INFO(spec.layers()[i].name);
    CHECK(ranges[i].low == Approx(expected[i].low).epsilon(1e-4).margin(1e-5));
    CHECK(ranges[i].high == Approx(expected[i].high).epsilon(1e-4).margin(1e-5));
    if (spec.layers()[i].relu) CHECK(ranges[i].low == 0.0);
  }
  CHECK_THROWS_WITH(measure_ranges(network, fold_batch_norm(network), noise_images(spec.input(), 2, 0, Rng(1))),
                    Catch::Contains("no images"));
}

TEST_CASE("a layer that is never negative, or never positive, still has 0 in its range", "[nn][fold]") {
  const NetworkSpec spec = plain_network();
  const ImageSet images = noise_images(spec.input(), spec.classes(), 8, Rng(6));
  Network network = make_network(spec);
  for (float& beta : network.layers()[0].beta.value.values()) beta = 100.0f;
  for (float& beta : network.layers()[3].beta.value.values()) beta = -1000.0f;
  const auto ranges = measure_ranges(network, fold_batch_norm(network), images);
  CHECK(ranges[0].low == 0.0);
  CHECK(ranges[0].high > 50.0);
  CHECK(ranges[3].low < -500.0);
  CHECK(ranges[3].high == 0.0);
}

TEST_CASE(
    "integers represent the real network: scales cover the ranges, weights and biases are the rounded folded ones",
    "[nn][quantized]") {
  const NetworkSpec spec = residual_network();
  const ImageSet images = noise_images(spec.input(), spec.classes(), 60, Rng(7));
  const Network network = make_network(spec);
  const auto folded = fold_batch_norm(network);
  const auto ranges = measure_ranges(network, folded, images);
  const QuantizedModel model = quantize(network, images).freeze();
  CHECK(model.input.scale == kPixels.scale);
  CHECK(model.input.zero_point == kPixels.zero - 128);
  for (size_t i = 0; i < spec.layers().size(); ++i) {
    INFO(spec.layers()[i].name);
    const QuantizedLayer& q = model.layers[i];
    const double input_scale = model.input_of(static_cast<int>(i)).scale, output_scale = q.output.scale;
    if (spec.layers()[i].kind != LayerKind::kGlobalAveragePool) {
      CHECK(output_scale * 255.0 == Approx(ranges[i].high - ranges[i].low));
      CHECK(output_scale * (-128 - q.output.zero_point) == Approx(ranges[i].low).margin(0.51 * output_scale));
    }
    CHECK(q.low == (spec.layers()[i].relu ? q.output.zero_point : -128));
    CHECK(q.high == 127);
    const int64_t channels = spec.layers()[i].out_channels, size = static_cast<int64_t>(q.weights.size());
    std::vector<int> largest(static_cast<size_t>(channels));
    for (int64_t w = 0; w < size; ++w) {
      const auto c =
          static_cast<size_t>(spec.layers()[i].kind == LayerKind::kDepthwise ? w % channels : w / (size / channels));
      const double scale = q.weight_scales[c];
      CHECK(std::abs(q.weights[static_cast<size_t>(w)] * scale - double{folded[i].weight.data()[w]}) <= 0.5001 * scale);
      largest[c] = std::max(largest[c], std::abs(int{q.weights[static_cast<size_t>(w)]}));
    }
    for (size_t c = 0; c < q.bias.size(); ++c) {
      const double sum_scale = input_scale * double{q.weight_scales[c]};
      CHECK(largest[c] == 127);
      CHECK(std::abs(q.bias[c] * sum_scale - double{folded[i].bias.data()[c]}) <= 0.5001 * sum_scale);
      CHECK(std::ldexp(q.rescale[c].multiplier, -31 - q.rescale[c].right_shift) ==
            Approx(sum_scale / output_scale).epsilon(1e-8));
    }
  }
}

TEST_CASE("the integer network's answers are near the float network's", "[nn][quantized]") {
  for (const NetworkSpec& spec : {plain_network(), residual_network(), rectified_network()}) {
    const ImageSet images = noise_images(spec.input(), spec.classes(), 64, Rng(8));
    Network network = make_network(spec);
    QuantizedNetwork quantized = quantize(network, images);
    Tape real(Tape::Mode::kForwardOnly), integer(Tape::Mode::kForwardOnly);
    const Tensor &expected = real.value(network.forward(real, whole(images), Phase::kEvaluation)),
                 &found = integer.value(quantized.forward(integer, whole(images), Phase::kEvaluation));
    const double step = quantized.freeze().layers.back().output.scale;
    for (int64_t i = 0; i < expected.size(); ++i)
      CHECK(double{found.data()[i]} == Approx(double{expected.data()[i]}).margin(12.0 * step));
  }
}

TEST_CASE("a dead channel is legal: no weights, no bias, or a ReLU that never opens", "[nn][quantized]") {
  const NetworkSpec spec = residual_network();
  const ImageSet images = noise_images(spec.input(), spec.classes(), 10, Rng(9));
  Network network = make_network(spec);
  LayerWeights &stem = network.layers()[0], &depthwise = network.layers()[1], &pointwise = network.layers()[5];
  for (int64_t i = 0; i < 9; ++i) stem.weight.value.data()[i] = 0.0f;  // channel 0
  depthwise.gamma.value.data()[2] = 0.0f;
  for (float& beta : pointwise.beta.value.values()) beta = -100.0f;  // the whole layer
  QuantizedNetwork quantized = quantize(network, images);
  check_forward_is_integer_forward(quantized, images);
  const QuantizedModel model = quantized.freeze();
  CHECK_NOTHROW(validate(model));
  for (size_t i = 0; i < 9; ++i) CHECK(model.layers[0].weights[i] == 0);
  CHECK(distinct(integer_forward(model, images.pixels.data(), 10).layers[5]) == 1);
}

TEST_CASE("freezing proves the model: what has no legal integers is refused with layer and channel",
          "[nn][quantized]") {
  const NetworkSpec spec = plain_network();
  const ImageSet images = noise_images(spec.input(), spec.classes(), 10, Rng(10));
  QuantizedNetwork network = quantize(make_network(spec), images);
  const QuantizedModel model = network.freeze();
  CHECK_NOTHROW(validate(model));
  CHECK(model.class_names == names_of(spec));
  Parameter& weight = *network.parameters()[0];
  REQUIRE(weight.name == "stem.weight");
  weight.value.data()[27 * 2 + 5] = 1e6f;  // an output channel that would have to be rescaled by more than 1
  CHECK_THROWS_AS(network.freeze(), ConfigError);
  CHECK_THROWS_WITH(network.freeze(), Catch::StartsWith("layer stem, channel 2: "));
}

TEST_CASE("freezing validates the whole model, its class names too", "[nn][quantized]") {
  const NetworkSpec spec = plain_network();
  const QuantizedNetwork network(make_network(spec), {"only one"},
                                 noise_images(spec.input(), spec.classes(), 10, Rng(10)));
  CHECK_THROWS_WITH(network.freeze(), Catch::Contains("has 1 class names, expected 3"));
}

TEST_CASE("quantised networks carry no norms, and pad with the byte that is zero", "[nn][quantized]") {
  const NetworkSpec spec = residual_network();
  const ImageSet images = noise_images(spec.input(), spec.classes(), 10, Rng(11));
  QuantizedNetwork network = quantize(make_network(spec), images);
  CHECK(network.state().empty());
  CHECK(int{network.zero_byte()} == kPixels.zero);
  std::set<std::string> names;
  for (const Parameter* p : network.parameters()) CHECK(names.insert(p->name).second);
  CHECK(names.size() == 16);  // weight and bias of the eight layers that have weights
  CHECK(names.contains("stem.bias"));
}

TEST_CASE("quantisation-aware training keeps the accuracy of the float network", "[nn][quantized]") {
  const Threads one(1);
  const Dataset data = learnable_images();
  Network network(learning_network(data.train.shape, 2), measure_pixel_scale(data.train), Rng(2));
  TrainConfig config{.epochs = 8,
                     .batch = 32,
                     .learning_rate = 0.1f,
                     .augmentation = {.crop_padding = 1, .horizontal_flip = true, .cutout = 0},
                     .seed = 1};
  train(network, data.train, nullptr, config, {});
  QuantizedNetwork quantized(network, data.train.class_names, data.train);
  config.epochs = 3;
  config.learning_rate = 0.005f;
  const TrainResult result = train(quantized, data.train, nullptr, config, {});
  CHECK(evaluate(quantized, data.test).accuracy() >= evaluate(network, data.test).accuracy() - 0.02);
  CHECK(result.epochs.back().train_accuracy > 0.85);
}
