#include "nn/quant/quantized_layer_gradient.h"

#include <algorithm>
#include <cstring>

#include "core/kernels/int8.h"
#include "core/kernels/kernels.h"
#include "nn/layers/operations.h"
#include "nn/layers/window.h"

namespace mininas {
namespace {

// The real values of the integer weights.
Tensor real_weights(const QuantizedLayer& layer, const Shape& shape, const WeightOrder& order) {
  Tensor real = Tensor::uninitialized(shape);
  for (int64_t c = 0; c < order.channels; ++c) {
    const float scale = layer.weight_scales[static_cast<size_t>(c)];
    for (int64_t t = 0; t < order.taps; ++t) {
      const int64_t i = order.index(c, t);
      real.data()[i] = static_cast<float>(layer.weights[static_cast<size_t>(i)]) * scale;
    }
  }
  return real;
}

void grow(Tensor& buffer, int64_t floats) {
  if (buffer.size() < floats) buffer = Tensor::uninitialized({1, 1, 1, floats});
}

void clear(float* from, int64_t floats) { std::memset(from, 0, static_cast<size_t>(floats) * sizeof(float)); }

Tensor copy_of(const float* from, const Shape& shape) {
  Tensor copy = Tensor::uninitialized(shape);
  std::copy_n(from, shape.size(), copy.data());
  return copy;
}

}  // namespace

QuantizedLayerGradient::QuantizedLayerGradient(const QuantizedModel& model, int index) {
  const LayerSpec& spec = model.spec.layer(index);
  const QuantizedLayer& layer = model.layers[static_cast<size_t>(index)];
  const Quantization& input = model.input_of(index);
  geometry_ = geometry_of(spec, model.spec.input_shape(index), 1);
  depthwise_ = traits_of(spec).depthwise;
  low_ = layer.low + 128;
  high_ = layer.high + 128;
  in_zero_ = static_cast<float>(input.zero_point + 128);
  in_scale_ = input.scale;
  const Shape shape = depthwise_ ? geometry_.depthwise_weight() : geometry_.weight();
  weight_size_ = shape.size();
  if (spec.input() == kImage) return;  // the gradient of the image is not needed
  const Tensor real = real_weights(layer, shape, operation_of(spec).weight_order(spec, model.spec.input_shape(index)));
  if (depthwise_)
    flipped_ = flip_depthwise(real);
  else
    packed_ = pack_backward(geometry_, real);
}

Tensor QuantizedLayerGradient::weight_gradient(const float* sums) const {
  return depthwise_ ? copy_of(sums, geometry_.depthwise_weight()) : gradient_as_weight(geometry_, sums);
}

Tensor QuantizedLayerGradient::bias_gradient(const float* sums) const {
  return copy_of(sums + weight_size_, {1, 1, 1, geometry_.out_c});
}

void QuantizedLayerGradient::reserve(Workspace& workspace) const {
  grow(workspace.x, padded_width() * (geometry_.in_h + 2 * geometry_.padding()) * geometry_.in_c);
  grow(workspace.dy, dilated_width() * dilated_height() * geometry_.out_c);
}

// The real input with a border of zeros.
const float* QuantizedLayerGradient::real_input(const uint8_t* x, float* padded) const {
  const int64_t border = geometry_.padding() * geometry_.in_c, row = geometry_.in_w * geometry_.in_c;
  const int64_t outside = geometry_.padding() * (row + 2 * border);
  float* out = padded;
  clear(out, outside);
  out += outside;
  for (int64_t y = 0; y < geometry_.in_h; ++y, x += row, out += row + 2 * border) {
    clear(out, border);
    kernels().bytes_to_real(x, row, in_zero_, in_scale_, out + border);
    clear(out + border + row, border);
  }
  clear(out, outside);
  return padded;
}

// The output gradient with its border, with zeros between its pixels if the step is not 1.
const float* QuantizedLayerGradient::dilated_gradient(const float* dy, float* padded) const {
  const int64_t channels = geometry_.out_c, step = dilated_step(), width = dilated_width() * channels,
                row = geometry_.out_w() * channels;
  const int64_t border = dilated_border() * channels;
  if (step > 1) clear(padded, dilated_height() * width);
  for (int64_t r = 0; r < dilated_height(); ++r) {
    const int64_t y = r - dilated_border();
    float* out = padded + r * width;
    if (step > 1) {
      if (y < 0 || y % step != 0 || y / step >= geometry_.out_h()) continue;
      for (int64_t x = 0; x < geometry_.out_w(); ++x)
        std::copy_n(dy + y / step * row + x * channels, channels, out + border + x * step * channels);
    } else if (y < 0 || y >= geometry_.out_h()) {
      clear(out, width);
    } else {
      clear(out, border);
      std::copy_n(dy + y * row, row, out + border);
      clear(out + border + row, width - border - row);
    }
  }
  return padded;
}

void QuantizedLayerGradient::add_weight_gradient(const float* x, const float* dy, float* sums) const {
  const ConvGeometry& g = geometry_;
  if (is_pointwise()) return add_pixel_gradient(g, dy, x, g.out_h() * g.out_w(), sums);
  const int64_t padded_row = padded_width() * g.in_c;
  if (!depthwise_)
    return add_window_gradient(
        g, dy, {.padded = x, .padded_row = padded_row, .channels = g.in_c, .kernel = g.kernel, .stride = g.stride},
        g.out_h(), sums);
  kernels().depthwise_weight_gradient({.in = x,
                                       .in_row = padded_row,
                                       .out_gradient = dy,
                                       .gradient = sums,
                                       .rows = g.out_h(),
                                       .width = g.out_w(),
                                       .channels = g.in_c,
                                       .kernel = g.kernel,
                                       .stride = g.stride});
}

void QuantizedLayerGradient::input_gradient(const float* dy, float* dx, Workspace& workspace) const {
  const ConvGeometry& g = geometry_;
  if (is_pointwise()) return multiply_pixels(dy, g.out_h() * g.out_w(), g.out_c, packed_[0], g.in_c, dx);
  const float* padded = dilated_gradient(dy, workspace.dy.data());
  if (!depthwise_) return multiply_transposed(g, {padded, -dilated_border()}, 0, g.in_h, packed_, dx);
  kernels().depthwise({.in = padded,
                       .in_row = dilated_width() * g.out_c,
                       .weights = flipped_.data(),
                       .out = dx,
                       .rows = g.in_h,
                       .width = g.in_w,
                       .channels = g.in_c,
                       .kernel = g.kernel,
                       .stride = 1});
}

void QuantizedLayerGradient::run(const uint8_t* x, const uint8_t* y, float* g, float* sums, float* dx,
                                 Workspace& workspace) const {
  int8_kernels().clamp_gradient({.g = g,
                                 .y = y,
                                 .pixels = geometry_.out_h() * geometry_.out_w(),
                                 .channels = geometry_.out_c,
                                 .low = low_,
                                 .high = high_,
                                 .dy = g,
                                 .sum = sums + weight_size_});
  add_weight_gradient(real_input(x, workspace.x.data()), g, sums);
  if (dx) input_gradient(g, dx, workspace);
}

}  // namespace mininas
