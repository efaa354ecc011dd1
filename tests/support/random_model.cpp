#include "tests/support/random_model.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "core/error.h"
#include "nn/layers/operations.h"

namespace mininas::test {
namespace {

int between(Rng& rng, int low, int high) {
  return low + static_cast<int>(rng.below(static_cast<uint32_t>(high - low + 1)));
}

bool one_in(Rng& rng, uint32_t count) { return rng.below(count) == 0; }

// Appends layers, each reading the one before it.
class SpecBuilder {
 public:
  explicit SpecBuilder(const ImageShape& input) : input_(input), channels_(input.channels) {}

  void conv(const std::string& name, int out, int kernel, int stride, bool relu) {
    append({name, LayerKind::kConv, {last()}, out, kernel, stride, false, true, relu});
  }
  void depthwise(const std::string& name, int kernel, int stride, bool relu) {
    append({name, LayerKind::kDepthwise, {last()}, channels_, kernel, stride, false, true, relu});
  }
  void rectify(const std::string& name) { append({name, LayerKind::kRelu, {last()}, channels_}); }
  void add(const std::string& name, int other, bool relu) {
    append({name, LayerKind::kAdd, {last(), other}, channels_, 1, 1, false, false, relu});
  }
  NetworkSpec finish(int classes) {
    append({"pool", LayerKind::kGlobalAveragePool, {last()}, channels_, 1, 1, false, false, false});
    append({"classifier", LayerKind::kLinear, {last()}, classes, 1, 1, true, false, false});
    return NetworkSpec(input_, classes, layers_);
  }
  int last() const { return static_cast<int>(layers_.size()) - 1; }
  int channels() const { return channels_; }

 private:
  void append(const LayerSpec& layer) {
    layers_.push_back(layer);
    channels_ = layer.out_channels;
  }
  ImageShape input_;
  std::vector<LayerSpec> layers_;
  int channels_;
};

void append_family_layer(SpecBuilder& builder, const std::string& name, const FamilyLayer& layer, int out, int stride,
                         bool relu) {
  if (!layer.separable) return builder.conv(name + ".conv", out, layer.kernel, stride, relu);
  builder.depthwise(name + ".depthwise", layer.kernel, stride, true);
  builder.conv(name + ".pointwise", out, 1, 1, relu);
}

// The newest tensor, read rectified by a layer and as it is by the sum of both.
void append_rectified_branch(SpecBuilder& builder, const std::string& name, Rng& rng) {
  const int trunk = builder.last();
  builder.rectify(name + ".relu");
  if (rng.coin()) builder.depthwise(name + ".behind", 3, 1, false);
  if (rng.coin()) builder.add(name + ".joined", trunk, rng.coin());
}

constexpr double kMinFactor = 0x1.8p-32, kMaxFactor = 1 - 0x1p-24;

// A factor from sums to bytes; now and then of any shift, or with the smallest or largest multiplier.
double random_factor(Rng& rng, double typical) {
  int exponent = 0;
  double fraction = std::frexp(typical * std::exp2(rng.uniform(-2.0f, 2.0f)), &exponent);
  if (one_in(rng, 20)) exponent = -between(rng, 0, 31);
  if (one_in(rng, 20)) fraction = rng.coin() ? 0.5 : kMaxFactor;
  return std::clamp(std::ldexp(fraction, exponent), kMinFactor, kMaxFactor);
}

// Appends a channel whose sums are rescaled by `factor`, as nearly as a float32 weight scale can have it.
void append_rescale(QuantizedLayer& layer, float input_scale, double factor) {
  const float output_scale = layer.output.scale;
  auto scale = static_cast<float>(factor * double{output_scale} / double{input_scale});
  while (!fixed_point_of(rescale_factor(input_scale, scale, output_scale))) scale = std::nextafter(scale, 0.0f);
  layer.weight_scales.push_back(scale);
  layer.rescale.push_back(to_fixed_point(rescale_factor(input_scale, scale, output_scale), "random"));
}

int8_t random_weight(Rng& rng, bool extreme) {
  return static_cast<int8_t>(extreme ? (rng.coin() ? 127 : -127) : between(rng, -127, 127));
}

void fill_weighted(QuantizedLayer& layer, const LayerSpec& spec, const ImageShape& in, float input_scale, Rng& rng) {
  const Shape shape = weight_shape(spec, in);
  const int64_t taps = shape.h * shape.w * (spec.kind == LayerKind::kDepthwise ? 1 : shape.c);
  const bool extreme = one_in(rng, 8);
  for (int64_t i = 0; i < shape.size(); ++i) layer.weights.push_back(random_weight(rng, extreme));
  const double typical = 1.0 / (100.0 * std::sqrt(static_cast<double>(taps)));
  for (int channel = 0; channel < spec.out_channels; ++channel) {
    const int64_t largest_bias = (int64_t{1} << 31) - 1 - taps * 127 * 255;
    const int bias_bits = one_in(rng, 10) ? 31 : 14;
    const int64_t bias = std::min(largest_bias, int64_t{rng.next_u32() >> (32 - bias_bits)});
    layer.bias.push_back(static_cast<int32_t>(rng.coin() ? bias : -bias));
    append_rescale(layer, input_scale, random_factor(rng, typical));
  }
}

Quantization random_quantization(Rng& rng) {
  constexpr int kZeroPoints[] = {-128, -1, 0, 127};
  const float octaves = rng.uniform(-3.0f, 3.0f), whole = std::round(octaves);
  // One in three is a power of two: between such scales the smallest multiplier, 2^30, is reached exactly.
  const float scale = std::abs(octaves - whole) < 1.0f / 6 ? std::exp2(whole - 7) : 0.01f * std::exp2(octaves);
  return {scale, one_in(rng, 4) ? kZeroPoints[rng.below(4)] : between(rng, -128, 127)};
}

constexpr double kSpread = 40;  // of outputs around their zero
constexpr double kSpreadOfWeights = 37;

// A channel's weights: sums of twelve draws, scaled to 127.
void append_bell(std::vector<int8_t>& weights, int64_t count, Rng& rng) {
  std::vector<float> values;
  float largest = 1e-6f;
  for (int64_t i = 0; i < count; ++i) {
    float sum = 0;
    for (int draw = 0; draw < 12; ++draw) sum += rng.uniform(-1.0f, 1.0f);
    values.push_back(sum);
    largest = std::max(largest, std::abs(sum));
  }
  for (const float value : values) weights.push_back(static_cast<int8_t>(std::lround(value / largest * 127)));
}

void fill_trained_like(QuantizedLayer& layer, const LayerSpec& spec, const ImageShape& in, float input_scale,
                       double spread_of_input, Rng& rng) {
  const Shape shape = weight_shape(spec, in);
  const bool depthwise = spec.kind == LayerKind::kDepthwise;
  const int64_t taps = shape.h * shape.w * (depthwise ? 1 : shape.c);
  std::vector<int8_t> by_channel;
  for (int channel = 0; channel < spec.out_channels; ++channel) append_bell(by_channel, taps, rng);
  layer.weights.resize(by_channel.size());
  for (int64_t channel = 0; channel < spec.out_channels; ++channel)
    for (int64_t tap = 0; tap < taps; ++tap)
      layer.weights[static_cast<size_t>(depthwise ? tap * spec.out_channels + channel : channel * taps + tap)] =
          by_channel[static_cast<size_t>(channel * taps + tap)];
  const double typical = kSpread / (std::sqrt(static_cast<double>(taps)) * kSpreadOfWeights * spread_of_input);
  for (int channel = 0; channel < spec.out_channels; ++channel) {
    append_rescale(layer, input_scale, std::min(0.45, typical * std::exp2(rng.uniform(-0.5f, 0.5f))));
    layer.bias.push_back(static_cast<int32_t>(rng.uniform(-0.5f, 0.5f) * kSpread / typical));
  }
}

}  // namespace

NetworkSpec family_network(int width, const std::vector<FamilyLayer>& layers, const ImageShape& input, int classes) {
  SpecBuilder builder(input);
  builder.conv("stem", 2 * width, 3, 1, true);
  const size_t depth = layers.size();
  int channels = width;
  for (size_t i = 0; i < depth; ++i) {
    const bool reduces = depth >= 3 && (i == depth / 3 || i == 2 * depth / 3);
    if (reduces) channels *= 2;
    append_family_layer(builder, text("layer", i + 1), layers[i], channels, reduces ? 2 : 1, i + 1 < depth);
  }
  return builder.finish(classes);
}

NetworkSpec random_network(Rng rng, const RandomNetworkLimits& limits) {
  constexpr int kKernels[] = {1, 3, 5, 7};
  const bool tiny = one_in(rng, 6);
  const auto extent = [&] { return tiny && rng.coin() ? between(rng, 1, 2) : between(rng, 3, limits.max_extent); };
  ImageShape input;
  input.height = extent();
  input.width = extent();
  input.channels = rng.coin() ? 3 : 1;
  SpecBuilder builder(input);
  Rng relus = rng.fork("relu layers");  // their own draws, so that the rest of a network does not depend on them
  int channels = between(rng, 1, limits.max_width);
  const int depth = between(rng, 1, limits.max_depth);
  // Draws are statements of their own: compilers differ in the order in which they evaluate a call's arguments.
  if (one_in(rng, 6)) {
    const bool relu = rng.coin();
    const int stride = between(rng, 1, 2);
    builder.depthwise("first", kKernels[rng.below(4)], stride, relu);
  }
  const int stride = between(rng, 1, 2);
  builder.conv("stem", 2 * channels, kKernels[rng.below(4)], stride, true);
  for (int i = 0; i < depth; ++i) {
    const std::string name = text("layer", i + 1);
    const bool reduces = i == depth / 3 || i == 2 * depth / 3;
    if (reduces && channels < 2 * limits.max_width) channels *= 2;
    append_family_layer(builder, name, {rng.coin(), kKernels[rng.below(4)]}, channels, reduces ? 2 : 1, i + 1 < depth);
    if (limits.relu_layers && one_in(relus, 3)) append_rectified_branch(builder, name, relus);
    if (!one_in(rng, 3)) continue;
    const int trunk = builder.last();
    const bool relu = rng.coin();
    builder.conv(name + ".branch", builder.channels(), kKernels[rng.below(3)], 1, relu);
    if (rng.coin()) builder.depthwise(name + ".branch2", kKernels[rng.below(4)], 1, false);
    builder.add(name + ".add", trunk, rng.coin());
  }
  return builder.finish(between(rng, 2, limits.max_classes));
}

QuantizedModel random_model(const NetworkSpec& spec, Rng rng) {
  QuantizedModel model{spec, {}, random_quantization(rng), {}};
  for (int i = 0; i < spec.classes(); ++i) model.class_names.push_back(text("class ", i));
  for (size_t i = 0; i < spec.layers().size(); ++i) {
    const LayerSpec& layer_spec = spec.layers()[i];
    const Quantization& in = model.input_of(static_cast<int>(i));
    QuantizedLayer layer;
    layer.output = traits_of(layer_spec).keeps_scale ? in : random_quantization(rng);
    if (rectifies(layer_spec)) layer.low = layer.output.zero_point;
    if (one_in(rng, 10)) layer.high = between(rng, layer.low, 127);
    if (has_weights(layer_spec.kind))
      fill_weighted(layer, layer_spec, spec.input_shape(static_cast<int>(i)), in.scale, rng);
    if (layer_spec.kind == LayerKind::kAdd)
      layer.rescale =
          add_rescales(in.scale, model.input_of(static_cast<int>(i), 1).scale, layer.output.scale, layer_spec.name);
    model.layers.push_back(std::move(layer));
  }
  validate(model);
  return model;
}

QuantizedModel trained_like_model(const NetworkSpec& spec, Rng rng) {
  QuantizedModel model{spec, {}, {0.01f, between(rng, -20, 10)}, {}};
  for (int i = 0; i < spec.classes(); ++i) model.class_names.push_back(text("class ", i));
  for (size_t i = 0; i < spec.layers().size(); ++i) {
    const LayerSpec& layer_spec = spec.layers()[i];
    const bool reads_image = layer_spec.input() == kImage;
    const Quantization& in = model.input_of(static_cast<int>(i));
    QuantizedLayer layer;
    layer.output = {0.05f, layer_spec.relu ? -128 : between(rng, -20, 20)};
    if (traits_of(layer_spec).keeps_scale) layer.output = in;
    if (rectifies(layer_spec)) layer.low = layer.output.zero_point;
    if (layer_spec.kind == LayerKind::kAdd) {
      layer.output.scale = in.scale * 1.4f;
      layer.rescale =
          add_rescales(in.scale, model.input_of(static_cast<int>(i), 1).scale, layer.output.scale, layer_spec.name);
    }
    // Half of what ReLU let through is 0; noise fills all of a byte.
    const double spread_of_input = reads_image ? 74 : in.zero_point == -128 ? 0.7 * kSpread : kSpread;
    if (has_weights(layer_spec.kind))
      fill_trained_like(layer, layer_spec, spec.input_shape(static_cast<int>(i)), in.scale, spread_of_input, rng);
    model.layers.push_back(std::move(layer));
  }
  validate(model);
  return model;
}

std::vector<uint8_t> random_images(const ImageShape& shape, int64_t count, Rng rng) {
  std::vector<uint8_t> pixels(static_cast<size_t>(count * shape.size()));
  for (uint8_t& byte : pixels) byte = static_cast<uint8_t>(rng.below(256));
  const auto fill = [&](int64_t image, auto value_of) {
    if (image < 0) return;
    for (int64_t i = 0; i < shape.size(); ++i) pixels[static_cast<size_t>(image * shape.size() + i)] = value_of(i);
  };
  fill(count - 1, [](int64_t) { return uint8_t{0}; });
  fill(count - 2, [](int64_t) { return uint8_t{255}; });
  fill(count - 3, [](int64_t i) { return static_cast<uint8_t>(i % 2 == 0 ? 0 : 255); });
  return pixels;
}

}  // namespace mininas::test
