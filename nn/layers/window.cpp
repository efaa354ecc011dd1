#include "nn/layers/window.h"

#include <algorithm>
#include <cstring>

#include "core/io/bytes.h"
#include "core/kernels/int8.h"
#include "nn/layers/operations.h"

namespace mininas {
namespace {

constexpr int64_t kPanel = 16;  // channels that a kernel computes at once

int64_t whole_panels(int64_t channels) { return (channels + kPanel - 1) / kPanel * kPanel; }

class WindowBytes final : public ByteLayer {
 public:
  WindowBytes(const PlacedLayer& layer, bool depthwise)
      : spec_(layer.spec),
        in_(layer.in[0]),
        out_(layer.out),
        order_(operation(spec_.kind).weight_order(spec_, in_)),
        depthwise_(depthwise),
        in_zero_(static_cast<uint8_t>(layer.input[0].zero_point + 128)),
        zero_(layer.integers.output.zero_point + 128),
        low_(layer.integers.low + 128),
        high_(layer.integers.high + 128) {
    pack_weights(layer.integers);
    prepare_channels(layer.integers);
  }

  int64_t workspace_size() const override { return needs_border() ? padded_row() * (in_.height + 2 * padding()) : 0; }

  void run(std::span<const uint8_t* const> in, uint8_t* out, uint8_t* workspace) const override {
    const uint8_t* image = needs_border() ? with_border(in[0], workspace) : in[0];
    if (depthwise_)
      run_depthwise(image, out);
    else
      run_products(image, out);
  }

 private:
  int64_t padding() const { return (spec_.kernel - 1) / 2; }
  int64_t padded_row() const { return (in_.width + 2 * padding()) * in_.channels; }
  bool needs_border() const { return spec_.kernel > 1; }
  const int8_t* weights() const { return reinterpret_cast<const int8_t*>(weights_.data()); }
  Requantize requantize() const {
    return {.bias = bias_.data(),
            .multiplier = multiplier_.data(),
            .right_shift = right_shift_.data(),
            .zero_point = zero_,
            .low = low_,
            .high = high_};
  }

  // In the layout of Int8Product::b and Int8Depthwise::weights.
  void pack_weights(const QuantizedLayer& layer) {
    const int64_t kernel = spec_.kernel, channels = spec_.out_channels;
    const int64_t run = order_.taps / kernel;  // bytes of one row of taps, per channel
    quads_ = (run + 3) / 4;
    const int64_t front = depthwise_ ? 4 * quads_ - run : 0;  // zeros before the taps
    weights_ = ByteBuffer(whole_panels(channels) * kernel * quads_ * 4);
    std::memset(weights_.data(), 0, static_cast<size_t>(weights_.size()));
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t ky = 0; ky < kernel; ++ky)
        for (int64_t k = 0; k < run; ++k) {
          const int64_t step = (c / kPanel * kernel + ky) * quads_ + (front + k) / 4;
          const int8_t weight = layer.weights[static_cast<size_t>(order_.index(c, ky * run + k))];
          weights_.data()[(step * kPanel + c % kPanel) * 4 + (front + k) % 4] = static_cast<uint8_t>(weight);
        }
  }

  // Adds the zero point's part of the sum to the bias, modulo 2^32. The total is the device's accumulator, which does
  // not overflow.
  void prepare_channels(const QuantizedLayer& layer) {
    for (int64_t c = 0; c < order_.channels; ++c) {
      const auto channel = static_cast<size_t>(c);
      int32_t sum = 0;
      for (int64_t tap = 0; tap < order_.taps; ++tap) sum += layer.weights[static_cast<size_t>(order_.index(c, tap))];
      bias_.push_back(static_cast<int32_t>(static_cast<uint32_t>(layer.bias[channel]) -
                                           static_cast<uint32_t>(sum * int32_t{in_zero_})));
      multiplier_.push_back(layer.rescale[channel].multiplier);
      right_shift_.push_back(layer.rescale[channel].right_shift);
    }
    const auto padded = static_cast<size_t>(whole_panels(order_.channels));
    for (std::vector<int32_t>* values : {&bias_, &multiplier_, &right_shift_}) values->resize(padded);
  }

  const uint8_t* with_border(const uint8_t* in, uint8_t* padded) const {
    uint8_t* out = padded;
    const auto fill = [&](int64_t count) {
      std::memset(out, in_zero_, static_cast<size_t>(count));
      out += count;
    };
    const int64_t border = padding() * in_.channels, row = int64_t{in_.width} * in_.channels;
    fill(padding() * padded_row() + border);
    for (int y = 0; y < in_.height; ++y, in += row) {
      std::memcpy(out, in, static_cast<size_t>(row));
      out += row;
      fill(y + 1 < in_.height ? 2 * border : border + padding() * padded_row());
    }
    return padded;
  }

  void run_depthwise(const uint8_t* in, uint8_t* out) const {
    int8_kernels().depthwise({.in = in,
                              .in_row = padded_row(),
                              .weights = weights(),
                              .output = requantize(),
                              .out = out,
                              .rows = out_.height,
                              .width = out_.width,
                              .channels = out_.channels,
                              .kernel = spec_.kernel,
                              .stride = spec_.stride});
  }

  void run_products(const uint8_t* in, uint8_t* out) const {
    Int8Product product{.a = in,
                        .a_row = int64_t{spec_.stride} * in_.channels,
                        .a_segment = padded_row(),
                        .b = weights(),
                        .rows = out_.width,
                        .columns = out_.channels,
                        .segments = spec_.kernel,
                        .quads = quads_,
                        .output = requantize(),
                        .c = out,
                        .c_row = out_.channels};
    if (spec_.kernel == 1 && spec_.stride == 1) {  // rows are contiguous
      product.rows *= out_.height;
      return int8_kernels().product(product);
    }
    const int64_t out_row = int64_t{out_.width} * out_.channels;
    for (int y = 0; y < out_.height; ++y, product.a += spec_.stride * padded_row(), product.c += out_row)
      int8_kernels().product(product);
  }

  const LayerSpec spec_;
  const ImageShape in_, out_;
  const WeightOrder order_;
  const bool depthwise_;
  const uint8_t in_zero_;
  const int32_t zero_, low_, high_;  // of the output, as bytes
  int64_t quads_ = 0;                // of one row of taps
  ByteBuffer weights_;
  std::vector<int32_t> bias_, multiplier_, right_shift_;
};

}  // namespace

int convolved_extent(int extent, int kernel, int stride) {
  return (extent + 2 * ((kernel - 1) / 2) - kernel) / stride + 1;
}

ImageShape convolved_shape(const LayerSpec& layer, const ImageShape& in, int out_channels) {
  return {convolved_extent(in.height, layer.kernel, layer.stride),
          convolved_extent(in.width, layer.kernel, layer.stride), out_channels};
}

ConvGeometry geometry_of(const LayerSpec& layer, const ImageShape& in, int64_t batch) {
  return {.batch = batch,
          .in_h = in.height,
          .in_w = in.width,
          .in_c = in.channels,
          .out_c = layer.out_channels,
          .kernel = layer.kernel,
          .stride = layer.stride};
}

Taps taps_at(int position, const LayerSpec& layer, int extent) {
  const int start = position * layer.stride - (layer.kernel - 1) / 2;
  return {start, std::max(0, -start), std::min(layer.kernel, extent - start)};
}

std::unique_ptr<ByteLayer> make_window_bytes(const PlacedLayer& layer, bool depthwise) {
  return std::make_unique<WindowBytes>(layer, depthwise);
}

}  // namespace mininas
