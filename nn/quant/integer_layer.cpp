#include "nn/quant/integer_layer.h"

#include <algorithm>
#include <cstring>

#include "core/error.h"
#include "mcu/runtime/mn_arithmetic.h"

namespace mininas {
namespace {

constexpr int64_t kPanel = 16;  // channels that a kernel takes at once

uint8_t byte_of(int q) { return static_cast<uint8_t>(q + 128); }

int64_t whole_panels(int64_t channels) { return (channels + kPanel - 1) / kPanel * kPanel; }

}  // namespace

IntegerLayer::IntegerLayer(const QuantizedModel& model, int index)
    : spec_(model.spec.layer(index)),
      in_(model.spec.input_shape(index)),
      out_(model.spec.shape(index)),
      in_zero_(byte_of(model.input_of(index).zero_point)) {
  const QuantizedLayer& layer = model.layers[static_cast<size_t>(index)];
  zero_ = layer.output.zero_point + 128;
  low_ = layer.low + 128;
  high_ = layer.high + 128;
  if (spec_.kind == LayerKind::kAdd) other_zero_ = byte_of(model.input_of(index, 1).zero_point);
  for (const FixedPoint& rescale : layer.rescale) {
    multiplier_.push_back(rescale.multiplier);
    right_shift_.push_back(rescale.right_shift);
  }
  if (!has_weights(spec_.kind)) return;
  pack_weights(layer);
  prepare_channels(layer);
}

// As Int8Product::b and Int8Depthwise::weights ask for.
void IntegerLayer::pack_weights(const QuantizedLayer& layer) {
  const int64_t kernel = spec_.kernel, channels = spec_.out_channels;
  const int64_t run = is_depthwise() ? kernel : kernel * in_.channels;  // bytes of one row of taps, a channel
  quads_ = (run + 3) / 4;
  const int64_t front = is_depthwise() ? 4 * quads_ - run : 0;  // zeros before the taps
  weights_ = ByteBuffer(whole_panels(channels) * kernel * quads_ * 4);
  std::memset(weights_.data(), 0, static_cast<size_t>(weights_.size()));
  for (int64_t c = 0; c < channels; ++c)
    for (int64_t ky = 0; ky < kernel; ++ky)
      for (int64_t k = 0; k < run; ++k) {
        const int64_t from = is_depthwise() ? (ky * kernel + k) * channels + c : (c * kernel + ky) * run + k;
        const int64_t step = (c / kPanel * kernel + ky) * quads_ + (front + k) / 4;
        const int8_t weight = layer.weights[static_cast<size_t>(from)];
        weights_.data()[(step * kPanel + c % kPanel) * 4 + (front + k) % 4] = static_cast<uint8_t>(weight);
      }
}

// The bias takes in what the zero point adds to the sum, modulo 2^32: the sum of both is the device's accumulator,
// which fits.
void IntegerLayer::prepare_channels(const QuantizedLayer& layer) {
  const auto channels = static_cast<size_t>(spec_.out_channels), taps = layer.weights.size() / channels;
  std::vector<int32_t> sums(channels);
  for (size_t i = 0; i < layer.weights.size(); ++i) sums[is_depthwise() ? i % channels : i / taps] += layer.weights[i];
  for (size_t c = 0; c < channels; ++c)
    bias_.push_back(static_cast<int32_t>(static_cast<uint32_t>(layer.bias[c]) -
                                         static_cast<uint32_t>(sums[c] * int32_t{in_zero_})));
  const auto padded = static_cast<size_t>(whole_panels(spec_.out_channels));
  for (std::vector<int32_t>* values : {&bias_, &multiplier_, &right_shift_}) values->resize(padded);
}

Requantize IntegerLayer::requantize() const {
  return {.bias = bias_.data(),
          .multiplier = multiplier_.data(),
          .right_shift = right_shift_.data(),
          .zero_point = zero_,
          .low = low_,
          .high = high_};
}

void IntegerLayer::fill_padded(const uint8_t* in, uint8_t* padded) const {
  const auto fill = [&](int64_t count) {
    std::memset(padded, in_zero_, static_cast<size_t>(count));
    padded += count;
  };
  const int64_t border = padding() * in_.channels, row = int64_t{in_.width} * in_.channels;
  fill(padding() * padded_row() + border);
  for (int y = 0; y < in_.height; ++y, in += row) {
    std::memcpy(padded, in, static_cast<size_t>(row));
    padded += row;
    fill(y + 1 < in_.height ? 2 * border : border + padding() * padded_row());
  }
}

void IntegerLayer::run_convolution(const uint8_t* in, uint8_t* out, uint8_t* padded) const {
  if (needs_border()) {
    fill_padded(in, padded);
    in = padded;
  }
  const auto* weights = reinterpret_cast<const int8_t*>(weights_.data());
  const int64_t out_row = int64_t{out_.width} * out_.channels;
  if (is_depthwise())
    return int8_kernels().depthwise({.in = in,
                                     .in_row = padded_row(),
                                     .weights = weights,
                                     .output = requantize(),
                                     .out = out,
                                     .rows = out_.height,
                                     .width = out_.width,
                                     .channels = out_.channels,
                                     .kernel = spec_.kernel,
                                     .stride = spec_.stride});
  Int8Product product{.a = in,
                      .a_row = int64_t{spec_.stride} * in_.channels,
                      .a_segment = padded_row(),
                      .b = weights,
                      .rows = out_.width,
                      .columns = out_.channels,
                      .segments = spec_.kernel,
                      .quads = quads_,
                      .output = requantize(),
                      .c = out,
                      .c_row = out_.channels};
  if (spec_.kernel == 1 && spec_.stride == 1) {  // rows follow each other without a gap
    product.rows *= out_.height;
    return int8_kernels().product(product);
  }
  for (int y = 0; y < out_.height; ++y, product.a += spec_.stride * padded_row(), product.c += out_row)
    int8_kernels().product(product);
}

void IntegerLayer::run_pool(const uint8_t* in, uint8_t* out) const {
  const int32_t pixels = in_.height * in_.width;
  std::vector<int32_t> sums(static_cast<size_t>(in_.channels));
  int8_kernels().sum_pixels(in, pixels, in_.channels, sums.data());
  for (const int32_t sum : sums)
    *out++ = byte_of(mn_clamp(mn_average(sum - 128 * pixels, pixels), low_ - 128, high_ - 128));
}

void IntegerLayer::run_add(const uint8_t* in, const uint8_t* other, uint8_t* out) const {
  int8_kernels().add({.a = in,
                      .b = other,
                      .count = out_.size(),
                      .a_zero = in_zero_,
                      .b_zero = other_zero_,
                      .multiplier = {multiplier_[0], multiplier_[1], multiplier_[2]},
                      .right_shift = {right_shift_[0], right_shift_[1], right_shift_[2]},
                      .zero_point = zero_,
                      .low = low_,
                      .high = high_,
                      .out = out});
}

void IntegerLayer::run_relu(const uint8_t* in, uint8_t* out) const {
  const auto low = static_cast<uint8_t>(low_), high = static_cast<uint8_t>(high_);
  for (int64_t i = 0; i < out_.size(); ++i) out[i] = std::min(std::max(in[i], low), high);
}

void IntegerLayer::run(const uint8_t* in, const uint8_t* other, uint8_t* out, uint8_t* padded) const {
  switch (spec_.kind) {
    case LayerKind::kConv:
    case LayerKind::kLinear:
    case LayerKind::kDepthwise:
      return run_convolution(in, out, padded);
    case LayerKind::kGlobalAveragePool:
      return run_pool(in, out);
    case LayerKind::kAdd:
      return run_add(in, other, out);
    case LayerKind::kRelu:
      return run_relu(in, out);
  }
}

}  // namespace mininas
