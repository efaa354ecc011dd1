#include <functional>

#include "core/error.h"
#include "core/io/file.h"
#include "core/parallel.h"
#include "mcu/runtime/mn_arithmetic.h"
#include "nn/quant/quantized_model.h"
#include "tests/nn/small_networks.h"
#include "tests/support/catch.h"
#include "tests/support/random_model.h"
#include "tests/support/temp_dir.h"

using namespace mininas;
using namespace mininas::test;

namespace {

QuantizedModel small_model(uint64_t seed = 1) {
  return random_model(family_network(4, {{true, 3}, {false, 5}, {true, 7}}, {9, 7, 3}, 3), Rng(seed));
}

// The plain definition: the input is padded with its zero point and every tap is summed in 64 bits.
struct Padded {
  const std::vector<int8_t>& values;
  ImageShape shape;
  int zero;
  int at(int y, int x, int c) const {
    if (y < 0 || x < 0 || y >= shape.height || x >= shape.width) return zero;
    return values[static_cast<size_t>((y * shape.width + x) * shape.channels + c)];
  }
};

int64_t window_sum(const LayerSpec& spec, const QuantizedLayer& layer, const Padded& in, int y, int x, int o) {
  const bool depthwise = spec.kind == LayerKind::kDepthwise;
  const int padding = (spec.kernel - 1) / 2, depth = depthwise ? 1 : in.shape.channels;
  int64_t sum = layer.bias[static_cast<size_t>(o)];
  for (int ky = 0; ky < spec.kernel; ++ky)
    for (int kx = 0; kx < spec.kernel; ++kx)
      for (int i = 0; i < depth; ++i) {
        const int tap = ky * spec.kernel + kx;
        const int weight = depthwise ? tap * in.shape.channels + o : (o * spec.kernel * spec.kernel + tap) * depth + i;
        const int value = in.at(y * spec.stride - padding + ky, x * spec.stride - padding + kx, depthwise ? o : i);
        sum += int64_t{value - in.zero} * layer.weights[static_cast<size_t>(weight)];
      }
  return sum;
}

int8_t to_byte(const QuantizedLayer& layer, int64_t sum, size_t channel) {
  const FixedPoint& m = layer.rescale[channel];
  return mn_requantize(static_cast<int32_t>(sum), m.multiplier, m.right_shift, layer.output.zero_point, layer.low,
                       layer.high);
}

int8_t plain_value(const QuantizedModel& model, int index, const Padded& in, const std::vector<int8_t>* other, int y,
                   int x, int c) {
  const LayerSpec& spec = model.spec.layer(index);
  const QuantizedLayer& layer = model.layers[static_cast<size_t>(index)];
  if (has_weights(spec.kind)) return to_byte(layer, window_sum(spec, layer, in, y, x, c), static_cast<size_t>(c));
  if (spec.kind == LayerKind::kAdd) {
    const Padded second{*other, in.shape, model.input_of(index, 1).zero_point};
    const auto summand = [&](const Padded& tensor, size_t m) {
      return mn_rescale((tensor.at(y, x, c) - tensor.zero) * 1048576, layer.rescale[m].multiplier,
                        layer.rescale[m].right_shift);
    };
    return to_byte(layer, int64_t{summand(in, 0)} + summand(second, 1), 2);
  }
  if (spec.kind == LayerKind::kRelu) return static_cast<int8_t>(std::clamp(in.at(y, x, c), layer.low, layer.high));
  int sum = 0;
  for (int py = 0; py < in.shape.height; ++py)
    for (int px = 0; px < in.shape.width; ++px) sum += in.at(py, px, c);
  return static_cast<int8_t>(mn_clamp(mn_average(sum, in.shape.height * in.shape.width), layer.low, layer.high));
}

std::vector<std::vector<int8_t>> plain_forward(const QuantizedModel& model, const uint8_t* image) {
  std::vector<int8_t> pixels;
  for (int64_t i = 0; i < model.spec.input().size(); ++i) pixels.push_back(static_cast<int8_t>(image[i] - 128));
  std::vector<std::vector<int8_t>> outputs;
  for (int i = 0; i < model.spec.size(); ++i) {
    const LayerSpec& spec = model.spec.layer(i);
    const ImageShape &in = model.spec.input_shape(i), &out = model.spec.shape(i);
    const Padded input{spec.input() == kImage ? pixels : outputs[static_cast<size_t>(spec.input())], in,
                       model.input_of(i).zero_point};
    const auto* other = spec.kind == LayerKind::kAdd ? &outputs[static_cast<size_t>(spec.inputs[1])] : nullptr;
    std::vector<int8_t> values;
    for (int y = 0; y < out.height; ++y)
      for (int x = 0; x < out.width; ++x)
        for (int c = 0; c < out.channels; ++c) values.push_back(plain_value(model, i, input, other, y, x, c));
    outputs.push_back(std::move(values));
  }
  return outputs;
}

}  // namespace

TEST_CASE("the engine's integer forward equals the plain definition, byte for byte", "[mcu][integer]") {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    const QuantizedModel model = random_model(random_network(Rng(seed), {14, 6, 5, 5}), Rng(seed + 1000));
    const auto images = random_images(model.spec.input(), 3, Rng(seed));
    const IntegerOutputs outputs = integer_forward(model, images.data(), 3);
    for (int64_t image = 0; image < 3; ++image) {
      const auto expected = plain_forward(model, images.data() + image * model.spec.input().size());
      for (size_t layer = 0; layer < expected.size(); ++layer) {
        const auto begin = outputs.layers[layer].begin() + image * static_cast<int64_t>(expected[layer].size());
        CAPTURE(seed, image, model.spec.layers()[layer].name);
        REQUIRE(std::equal(expected[layer].begin(), expected[layer].end(), begin));
      }
    }
  }
}

TEST_CASE("the integer forward gives the same bytes for any number of threads", "[mcu][integer]") {
  const QuantizedModel model = small_model();
  const auto images = random_images(model.spec.input(), 9, Rng(5));
  const int threads = thread_count();
  set_thread_count(1);
  const auto one = integer_forward(model, images.data(), 9);
  set_thread_count(3);
  const auto three = integer_forward(model, images.data(), 9);
  set_thread_count(threads);
  CHECK(one.layers == three.layers);
}

TEST_CASE("the prediction is the first of equal largest logits", "[mcu][integer]") {
  QuantizedModel model = small_model();
  QuantizedLayer& classifier = model.layers.back();
  std::fill(classifier.weights.begin(), classifier.weights.end(), int8_t{0});
  classifier.output = {model.input_of(static_cast<int>(model.layers.size()) - 1).scale, -128};
  std::fill(classifier.weight_scales.begin(), classifier.weight_scales.end(), 0.5f);
  std::fill(classifier.rescale.begin(), classifier.rescale.end(), to_fixed_point(0.5, "classifier"));
  classifier.low = -128;
  classifier.high = 127;
  classifier.bias = {0, 50, 50};
  validate(model);
  const auto images = random_images(model.spec.input(), 70, Rng(5));  // more than one block
  CHECK(integer_predict(model, images.data(), 70) == std::vector<int>(70, 1));
}

TEST_CASE("a saved model comes back equal", "[mcu][qnet]") {
  const TempDir folder;
  const QuantizedModel model = random_model(random_network(Rng(11)), Rng(12));
  save_quantized_model(model, folder / "model.qnet");
  const QuantizedModel back = load_quantized_model(folder / "model.qnet");
  CHECK(back.class_names == model.class_names);
  CHECK(back.input.zero_point == model.input.zero_point);
  const auto images = random_images(model.spec.input(), 4, Rng(5));
  CHECK(integer_forward(back, images.data(), 4).layers == integer_forward(model, images.data(), 4).layers);
  save_quantized_model(back, folder / "again.qnet");
  CHECK(read_file(folder / "again.qnet") == read_file(folder / "model.qnet"));
}

TEST_CASE("a damaged, shortened or foreign model file is refused with its path", "[mcu][qnet]") {
  const TempDir folder;
  const auto path = folder / "model.qnet";
  save_quantized_model(small_model(), path);
  const auto whole = read_file(path);
  Rng rng(3);
  for (int i = 0; i < 60; ++i) {
    auto damaged = whole;
    const size_t place = rng.below(static_cast<uint32_t>(whole.size()));
    damaged[place] ^= std::byte{1} << rng.below(8);
    if (i % 2 == 0) damaged.resize(place);
    write_file(path, damaged);
    CAPTURE(i, place);
    CHECK_THROWS_AS(load_quantized_model(path), FormatError);
    CHECK_THROWS_WITH(load_quantized_model(path), Catch::Contains(path.string()));
  }
  CHECK_THROWS_AS(load_quantized_model(folder / "missing.qnet"), IoError);
}

TEST_CASE("a model that breaks a rule is refused with layer, channel and rule", "[mcu][qnet]") {
  struct Case {
    const char* message;
    std::function<void(QuantizedModel&)> break_it;
  };
  const std::vector<Case> cases = {
      {"layer stem, channel 0: weight 0 is -128", [](auto& m) { m.layers[0].weights[0] = -128; }},
      {"layer stem: holds 215 weights, expected 216", [](auto& m) { m.layers[0].weights.pop_back(); }},
      {"layer stem: holds 7 biases", [](auto& m) { m.layers[0].bias.pop_back(); }},
      {"layer stem, channel 2: right shift is 32", [](auto& m) { m.layers[0].rescale[2].right_shift = 32; }},
      {"layer stem, channel 2: right shift is -1", [](auto& m) { m.layers[0].rescale[2].right_shift = -1; }},
      {"layer stem, channel 1: multiplier is 5", [](auto& m) { m.layers[0].rescale[1].multiplier = 5; }},
      {"layer layer1.depthwise, channel 1: its accumulator can reach",
       [](auto& m) { m.layers[1].bias[1] = INT32_MAX; }},
      {"layer layer1.depthwise, channel 1: its accumulator can reach",
       [](auto& m) { m.layers[1].bias[1] = INT32_MIN; }},
      {"layer stem: zero point is 128", [](auto& m) { m.layers[0].output.zero_point = 128; }},
      {"layer stem: scale is 0", [](auto& m) { m.layers[0].output.scale = 0; }},
      {"layer stem: clamps to [5, 4]", [](auto& m) { m.layers[0].low = 5, m.layers[0].high = 4; }},
      {"layer pool: its output must have the scale and zero point of its input",
       [](auto& m) { m.layers[m.layers.size() - 2].output.scale *= 2; }},
      {"the image: zero point is -129", [](auto& m) { m.input.zero_point = -129; }},
      {"the model: has 2 class names, expected 3", [](auto& m) { m.class_names.pop_back(); }},
      {"the model: has integers for 7 layers, expected 8", [](auto& m) { m.layers.pop_back(); }},
  };
  for (const Case& c : cases) {
    QuantizedModel model = small_model();
    REQUIRE_NOTHROW(validate(model));
    c.break_it(model);
    CAPTURE(c.message);
    CHECK_THROWS_AS(validate(model), ConfigError);
    CHECK_THROWS_WITH(validate(model), Catch::StartsWith(c.message));
  }
}

TEST_CASE("a ReLU that does not share its input's scale or clamps elsewhere than at its zero point is refused",
          "[mcu][qnet]") {
  const QuantizedModel model = random_model(rectified_network(), Rng(2));
  const auto refusal = [&](const std::function<void(QuantizedLayer&)>& change) {
    QuantizedModel changed = model;
    change(changed.layers[2]);
    CHECK_THROWS_AS(validate(changed), ConfigError);
    try {
      validate(changed);
    } catch (const ConfigError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const std::string shared = "layer relu: its output must have the scale and zero point of its input";
  CHECK(refusal([](QuantizedLayer& l) { l.output.scale *= 2; }) == shared);
  CHECK(refusal([](QuantizedLayer& l) { l.output.zero_point += l.output.zero_point < 127 ? 1 : -1; }) == shared);
  CHECK_THAT(refusal([](QuantizedLayer& l) { l.low = l.output.zero_point == -128 ? -127 : -128; }),
             Catch::StartsWith("layer relu: is a ReLU that clamps at"));
}

TEST_CASE("an accumulator may reach 2^31 - 1 and no more", "[mcu][qnet]") {
  QuantizedModel model = small_model();
  QuantizedLayer& layer = model.layers[1];  // depthwise: 9 taps a channel
  std::fill(layer.weights.begin(), layer.weights.end(), int8_t{127});
  layer.bias[0] = INT32_MAX - 9 * 127 * 255;
  CHECK_NOTHROW(validate(model));
  ++layer.bias[0];
  CHECK_THROWS_WITH(validate(model), Catch::Contains("can reach 2147483648"));
}
