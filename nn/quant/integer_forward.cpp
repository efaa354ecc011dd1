// The engine's own integer forward pass. It shares mn_arithmetic.h with the device and nothing else: its loops run over
// output channels, which compilers turn into vector instructions, where the device's run over taps. Equal bytes from
// two independent texts are the proof.
#include <algorithm>

#include "core/parallel.h"
#include "mcu/runtime/mn_arithmetic.h"
#include "nn/quant/quantized_model.h"

namespace mininas {
namespace {

// A layer made ready once for all images.
struct PreparedLayer {
  const LayerSpec* spec;
  const QuantizedLayer* integers;
  ImageShape in, out;
  int in_zero, other_zero;
  std::vector<int16_t> weights;  // HWIO (kDepthwise: HWC): output channels innermost
};

// What lies inside the image of the window at `position`, along one axis: taps [first, last), tap t at start + t.
struct Taps {
  int start, first, last;
};

Taps taps_at(int position, const LayerSpec& spec, int extent) {
  const int start = position * spec.stride - (spec.kernel - 1) / 2;
  return {start, std::max(0, -start), std::min(spec.kernel, extent - start)};
}

std::vector<int16_t> output_channels_innermost(const QuantizedLayer& layer, int channels) {
  const size_t taps = layer.weights.size() / static_cast<size_t>(channels);
  std::vector<int16_t> packed(layer.weights.size());
  for (size_t o = 0; o < static_cast<size_t>(channels); ++o)
    for (size_t t = 0; t < taps; ++t) packed[t * static_cast<size_t>(channels) + o] = layer.weights[o * taps + t];
  return packed;
}

PreparedLayer prepare(const QuantizedModel& model, int index) {
  const LayerSpec& spec = model.spec.layer(index);
  const QuantizedLayer& integers = model.layers[static_cast<size_t>(index)];
  PreparedLayer layer{
      &spec, &integers, model.spec.input_shape(index), model.spec.shape(index), model.input_of(index).zero_point,
      0,     {}};
  if (spec.kind == LayerKind::kAdd) layer.other_zero = model.input_of(index, 1).zero_point;
  if (spec.kind == LayerKind::kDepthwise) layer.weights.assign(integers.weights.begin(), integers.weights.end());
  if (spec.kind == LayerKind::kConv || spec.kind == LayerKind::kLinear)
    layer.weights = output_channels_innermost(integers, spec.out_channels);
  return layer;
}

int8_t to_output(const PreparedLayer& layer, int32_t sum, size_t channel) {
  const FixedPoint& rescale = layer.integers->rescale[channel];
  return mn_requantize(sum, rescale.multiplier, rescale.right_shift, layer.integers->output.zero_point,
                       layer.integers->low, layer.integers->high);
}

// sums[o] += value * weights[o] for four input channels at once, so that sums are loaded and stored a quarter as often.
void add_four(int32_t* sums, const int16_t* values, const int16_t* weights, int channels) {
  const int16_t a = values[0], b = values[1], c = values[2], d = values[3];
  const int16_t *wa = weights, *wb = wa + channels, *wc = wb + channels, *wd = wc + channels;
  for (int o = 0; o < channels; ++o) sums[o] += a * wa[o] + b * wb[o] + c * wc[o] + d * wd[o];
}

void add_one(int32_t* sums, int16_t value, const int16_t* weights, int channels) {
  for (int o = 0; o < channels; ++o) sums[o] += value * weights[o];
}

// One window row: `count` contiguous values against as many rows of weights.
void add_run(int32_t* sums, const int8_t* in, int zero, const int16_t* weights, int count, int channels) {
  int i = 0;
  for (; i + 4 <= count; i += 4) {
    int16_t values[4];
    for (int k = 0; k < 4; ++k) values[k] = static_cast<int16_t>(in[i + k] - zero);
    add_four(sums, values, weights + int64_t{i} * channels, channels);
  }
  for (; i < count; ++i) add_one(sums, static_cast<int16_t>(in[i] - zero), weights + int64_t{i} * channels, channels);
}

void run_conv(const PreparedLayer& layer, const int8_t* in, int8_t* out) {
  const int channels = layer.out.channels, depth = layer.in.channels;
  std::vector<int32_t> sums(static_cast<size_t>(channels));
  for (int y = 0; y < layer.out.height; ++y) {
    const Taps rows = taps_at(y, *layer.spec, layer.in.height);
    for (int x = 0; x < layer.out.width; ++x) {
      const Taps columns = taps_at(x, *layer.spec, layer.in.width);
      std::copy(layer.integers->bias.begin(), layer.integers->bias.end(), sums.begin());
      for (int row = rows.first; row < rows.last; ++row) {
        const int8_t* values =
            in + (int64_t{rows.start + row} * layer.in.width + columns.start + columns.first) * depth;
        const int16_t* weights =
            layer.weights.data() + int64_t{row * layer.spec->kernel + columns.first} * depth * channels;
        add_run(sums.data(), values, layer.in_zero, weights, (columns.last - columns.first) * depth, channels);
      }
      for (size_t o = 0; o < sums.size(); ++o) *out++ = to_output(layer, sums[o], o);
    }
  }
}

void add_depthwise_tap(int32_t* sums, const int8_t* in, int16_t zero, const int16_t* weights, int channels) {
  for (int c = 0; c < channels; ++c) sums[c] += static_cast<int16_t>(in[c] - zero) * weights[c];
}

void run_depthwise(const PreparedLayer& layer, const int8_t* in, int8_t* out) {
  const int channels = layer.out.channels;
  std::vector<int32_t> sums(static_cast<size_t>(channels));
  for (int y = 0; y < layer.out.height; ++y) {
    const Taps rows = taps_at(y, *layer.spec, layer.in.height);
    for (int x = 0; x < layer.out.width; ++x) {
      const Taps columns = taps_at(x, *layer.spec, layer.in.width);
      std::copy(layer.integers->bias.begin(), layer.integers->bias.end(), sums.begin());
      for (int row = rows.first; row < rows.last; ++row)
        for (int column = columns.first; column < columns.last; ++column)
          add_depthwise_tap(sums.data(),
                            in + (int64_t{rows.start + row} * layer.in.width + columns.start + column) * channels,
                            static_cast<int16_t>(layer.in_zero),
                            layer.weights.data() + int64_t{row * layer.spec->kernel + column} * channels, channels);
      for (size_t c = 0; c < sums.size(); ++c) *out++ = to_output(layer, sums[c], c);
    }
  }
}

void run_pool(const PreparedLayer& layer, const int8_t* in, int8_t* out) {
  const int pixels = layer.in.height * layer.in.width, channels = layer.in.channels;
  std::vector<int32_t> sums(static_cast<size_t>(channels), 0);
  for (int pixel = 0; pixel < pixels; ++pixel)
    for (int c = 0; c < channels; ++c) sums[static_cast<size_t>(c)] += *in++;
  for (const int32_t sum : sums)
    *out++ = static_cast<int8_t>(mn_clamp(mn_average(sum, pixels), layer.integers->low, layer.integers->high));
}

void run_add(const PreparedLayer& layer, const int8_t* in, const int8_t* other, int8_t* out) {
  const FixedPoint &first = layer.integers->rescale[0], &second = layer.integers->rescale[1];
  for (int64_t i = 0; i < layer.out.size(); ++i) {
    const int32_t sum = mn_rescale_summand(in[i] - layer.in_zero, first.multiplier, first.right_shift) +
                        mn_rescale_summand(other[i] - layer.other_zero, second.multiplier, second.right_shift);
    out[i] = to_output(layer, sum, 2);
  }
}

void run_relu(const PreparedLayer& layer, const int8_t* in, int8_t* out) {
  std::transform(in, in + layer.out.size(), out, [&](int8_t value) {
    return static_cast<int8_t>(mn_clamp(value, layer.integers->low, layer.integers->high));
  });
}

void run_layer(const PreparedLayer& layer, const int8_t* in, const int8_t* other, int8_t* out) {
  switch (layer.spec->kind) {
    case LayerKind::kConv:
    case LayerKind::kLinear:
      return run_conv(layer, in, out);
    case LayerKind::kDepthwise:
      return run_depthwise(layer, in, out);
    case LayerKind::kGlobalAveragePool:
      return run_pool(layer, in, out);
    case LayerKind::kAdd:
      return run_add(layer, in, other, out);
    case LayerKind::kRelu:
      return run_relu(layer, in, out);
  }
}

// q = byte - 128
std::vector<int8_t> to_int8(const uint8_t* image, int64_t size) {
  std::vector<int8_t> values(static_cast<size_t>(size));
  std::transform(image, image + size, values.begin(),
                 [](uint8_t byte) { return static_cast<int8_t>(int{byte} - 128); });
  return values;
}

}  // namespace

IntegerOutputs integer_forward(const QuantizedModel& model, const uint8_t* images, int64_t count) {
  const NetworkSpec& spec = model.spec;
  std::vector<PreparedLayer> layers;
  IntegerOutputs outputs;
  for (int i = 0; i < spec.size(); ++i) {
    layers.push_back(prepare(model, i));
    outputs.layers.emplace_back(static_cast<size_t>(count * spec.shape(i).size()));
  }
  parallel_for(count, [&](int64_t image) {
    const auto pixels = to_int8(images + image * spec.input().size(), spec.input().size());
    const auto place = [&](int layer) {
      return outputs.layers[static_cast<size_t>(layer)].data() + image * spec.shape(layer).size();
    };
    const auto source = [&](int layer) -> const int8_t* { return layer == kImage ? pixels.data() : place(layer); };
    for (int i = 0; i < spec.size(); ++i)
      run_layer(layers[static_cast<size_t>(i)], source(spec.inputs(i).front()), source(spec.inputs(i).back()),
                place(i));
  });
  return outputs;
}

}  // namespace mininas
