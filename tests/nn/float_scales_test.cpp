// The integers of a quantised network follow from its float32 scales: whoever reads the scales back from a file that
// stores them as floats computes the same multipliers and shifts. The factors are written out here once more, as
// TensorFlow Lite computes them.
#include <cmath>
#include <functional>

#include "core/error.h"
#include "core/io/binary_io.h"
#include "nn/quant/quantized_network.h"
#include "nn/train/trainer.h"
#include "tests/nn/small_networks.h"
#include "tests/support/catch.h"
#include "tests/support/random_model.h"
#include "tests/support/temp_dir.h"
#include "tests/support/threads.h"

using namespace mininas;
using namespace mininas::test;

namespace {

// value = multiplier * 2^(shift - 31), rounded to nearest.
struct Quantized {
  int64_t multiplier;
  int shift;
};
Quantized quantize_multiplier(double value) {
  int shift = 0;
  const double fraction = std::frexp(value, &shift);
  int64_t multiplier = std::llround(fraction * 2147483648.0);
  if (multiplier == 2147483648) multiplier /= 2, ++shift;
  return {multiplier, shift};
}

const Quantization& output_of(const QuantizedModel& model, int layer) {
  return layer == kImage ? model.input : model.layers[static_cast<size_t>(layer)].output;
}

// The factors of layer `index`, of float32 values alone.
std::vector<double> factors(const QuantizedModel& model, size_t index) {
  const LayerSpec& spec = model.spec.layers()[index];
  const QuantizedLayer& layer = model.layers[index];
  const double in = output_of(model, spec.input()).scale, out = layer.output.scale;
  std::vector<double> result;
  for (const float weight : layer.weight_scales) result.push_back(in * static_cast<double>(weight) / out);
  if (spec.kind != LayerKind::kAdd) return result;
  const double other = output_of(model, spec.inputs[1]).scale, twice = 2 * std::max(in, other);
  return {in / twice, other / twice, twice / ((1 << 20) * out)};
}

void check_rescales(const QuantizedModel& model) {
  for (size_t i = 0; i < model.layers.size(); ++i) {
    INFO(model.spec.layers()[i].name);
    const std::vector<double> expected = factors(model, i);
    const std::vector<FixedPoint>& found = model.layers[i].rescale;
    REQUIRE(found.size() == expected.size());
    for (size_t c = 0; c < found.size(); ++c) {
      const Quantized m = quantize_multiplier(expected[c]);
      CHECK(found[c].multiplier == m.multiplier);
      CHECK(found[c].right_shift == -m.shift);
    }
  }
}

// Weights and biases are the real ones divided by the float32 scales and rounded. `parameters`: of the network that was
// frozen, weight and bias of one layer after the other.
void check_weights(const QuantizedModel& model, const std::vector<Parameter*>& parameters) {
  auto next = parameters.begin();
  for (size_t i = 0; i < model.layers.size(); ++i) {
    const QuantizedLayer& layer = model.layers[i];
    const size_t channels = layer.bias.size(), taps = channels == 0 ? 0 : layer.weights.size() / channels;
    if (channels == 0) continue;
    INFO(model.spec.layers()[i].name);
    const Tensor &weight = (*next++)->value, &bias = (*next++)->value;
    const double in = output_of(model, model.spec.layers()[i].input()).scale;
    for (size_t w = 0; w < layer.weights.size(); ++w) {
      const size_t channel = model.spec.layers()[i].kind == LayerKind::kDepthwise ? w % channels : w / taps;
      CHECK(layer.weights[w] == std::llround(double{weight.data()[w]} / double{layer.weight_scales[channel]}));
    }
    for (size_t c = 0; c < channels; ++c)
      CHECK(layer.bias[c] == std::llround(double{bias.data()[c]} / (in * double{layer.weight_scales[c]})));
  }
  CHECK(next == parameters.end());
}

QuantizedNetwork trained_network(const NetworkSpec& spec) {
  const ImageSet images = noise_images(spec.input(), spec.classes(), 40, Rng(2));
  Network network(spec, {.zero = 101, .scale = 0.0125f}, Rng(5));
  randomize_norms(network, Rng(6));
  QuantizedNetwork quantized(network, images.class_names, images);
  train(quantized, images, nullptr, {.epochs = 2, .batch = 8, .learning_rate = 0.05f, .augmentation = {}, .seed = 1},
        {});
  return quantized;
}

// `where`: how the error begins.
void check_refused(QuantizedModel model, const std::string& where, const std::function<void(QuantizedModel&)>& forge) {
  REQUIRE_NOTHROW(validate(model));
  forge(model);
  CAPTURE(where);
  CHECK_THROWS_AS(validate(model), ConfigError);
  CHECK_THROWS_WITH(validate(model), Catch::StartsWith(where));
}

}  // namespace

TEST_CASE("all multipliers, shifts, weights and biases of a trained network follow from the float32 scales of its file",
          "[nn][quantized][scales]") {
  const Threads one(1);
  const TempDir folder;
  for (const NetworkSpec& spec : {plain_network(), residual_network(), forked_network()}) {
    QuantizedNetwork network = trained_network(spec);
    // So large that a scale of another precision would give another integer.
    for (float& bias : network.parameters()[1]->value.values()) bias += 1000.0f;
    save_quantized_model(network.freeze(), folder / "model.qnet");
    const QuantizedModel model = load_quantized_model(folder / "model.qnet");
    check_rescales(model);
    check_weights(model, network.parameters());
  }
}

TEST_CASE("random integers for tests follow from their scales too, over all shifts", "[nn][quantized][scales]") {
  std::vector<int> seen(32, 0);
  int smallest = 0;
  for (uint64_t seed = 0; seed < 60; ++seed) {
    const QuantizedModel model = random_model(random_network(Rng(seed)), Rng(seed));
    check_rescales(model);
    for (const QuantizedLayer& layer : model.layers)
      for (const FixedPoint& value : layer.rescale) {
        ++seen[static_cast<size_t>(value.right_shift)];
        smallest += value.multiplier == 1 << 30;
      }
  }
  for (const int count : seen) CHECK(count > 0);
  CHECK(smallest > 0);
}

TEST_CASE("a multiplier or a shift that does not follow from the scales is refused with its layer and channel",
          "[nn][quantized][scales]") {
  constexpr const char* kOfAdd[] = {", first input: ", ", second input: ", ", output: "};
  const QuantizedModel model = random_model(residual_network(), Rng(4));
  for (size_t i = 0; i < model.layers.size(); ++i)
    for (size_t c = 0; c < model.layers[i].rescale.size(); ++c) {
      const LayerSpec& layer = model.spec.layers()[i];
      const std::string where =
          text("layer ", layer.name) + (layer.kind == LayerKind::kAdd ? kOfAdd[c] : text(", channel ", c, ": "));
      check_refused(model, where, [&](auto& m) { ++m.layers[i].rescale[c].multiplier; });
      check_refused(model, where, [&](auto& m) { --m.layers[i].rescale[c].multiplier; });
      check_refused(model, where, [&](auto& m) { m.layers[i].rescale[c].right_shift ^= 1; });
    }
}

TEST_CASE("a scale that is moved to the next float is refused: no multiplier survives it", "[nn][quantized][scales]") {
  const QuantizedModel model = random_model(residual_network(), Rng(5));
  const auto move = [](float& scale) { scale = std::nextafter(scale, 1e9f); };
  check_refused(model, "layer stem, channel 0: multiplier ", [&](auto& m) { move(m.input.scale); });
  for (size_t i = 0; i < model.layers.size(); ++i) {
    const std::string where = text("layer ", model.spec.layers()[i].name);
    check_refused(model, where, [&](auto& m) { move(m.layers[i].output.scale); });
    for (size_t c = 0; c < model.layers[i].weight_scales.size(); ++c)
      check_refused(model, text(where, ", channel ", c, ": multiplier "),
                    [&](auto& m) { move(m.layers[i].weight_scales[c]); });
  }
  check_refused(model, "layer stem, channel 1: weight scale is 0", [&](auto& m) { m.layers[0].weight_scales[1] = 0; });
}

TEST_CASE("a file of integers with scales in double is refused in one line that says what to do",
          "[nn][quantized][scales]") {
  const TempDir folder;
  BinaryWriter("QNET", 2).write(folder / "model.qnet");
  CHECK_THROWS_WITH(load_quantized_model(folder / "model.qnet"),
                    Catch::Contains("model.qnet") && Catch::Contains("expected format version 4, found 2") &&
                        Catch::Contains("make it again"));
}
