#include "nn/quantized_ops.h"

#include <cstdlib>
#include <memory>

#include "core/convolution.h"
#include "core/error.h"
#include "core/kernels/kernels.h"
#include "core/ops.h"
#include "core/parallel.h"
#include "mcu/runtime/mn_arithmetic.h"

namespace mininas {
namespace {

using Mask = std::vector<uint8_t>;  // 1 where the clamp did not act

Tensor masked(const Tensor& dy, const Mask& inside) {
  Tensor dx = Tensor::uninitialized(dy.shape());
  const int64_t image = dy.size() / dy.shape().n;
  parallel_for(dy.shape().n,
               [&](int64_t n) { kernels().mask(dy.data() + n * image, inside.data() + n * image, image, dx.data() + n * image); });
  return dx;
}

// Integer weights as floats, each times factor(channel).
template <class Factor>
Tensor scaled_weights(const QuantizedLayer& q, const Shape& shape, bool channel_is_last, const Factor& factor) {
  Tensor out = Tensor::uninitialized(shape);
  const int64_t per_channel = shape.size() / (channel_is_last ? shape.c : shape.n);
  for (int64_t i = 0; i < shape.size(); ++i) {
    const auto channel = static_cast<size_t>(channel_is_last ? i % shape.c : i / per_channel);
    out.data()[i] = static_cast<float>(static_cast<double>(q.weights[static_cast<size_t>(i)]) * factor(channel));
  }
  return out;
}

// The sums of one output pixel by integer loops. For weights too large for exact floats.
int32_t integer_sum(const ConvGeometry& g, bool is_depthwise, const Tensor& x, const std::vector<int8_t>& weights, int64_t n, int64_t oy,
                    int64_t ox, int64_t oc) {
  int32_t sum = 0;
  for (int64_t ky = 0; ky < g.kernel; ++ky) {
    const int64_t y = oy * g.stride + ky - g.padding();
    for (int64_t kx = 0; kx < g.kernel; ++kx) {
      const int64_t column = ox * g.stride + kx - g.padding();
      if (y < 0 || y >= g.in_h || column < 0 || column >= g.in_w) continue;
      const int64_t tap = ky * g.kernel + kx;
      if (is_depthwise) {
        sum += static_cast<int32_t>(x.at(n, y, column, oc)) * weights[static_cast<size_t>(tap * g.in_c + oc)];
        continue;
      }
      const int8_t* w = weights.data() + (oc * g.kernel * g.kernel + tap) * g.in_c;
      for (int64_t c = 0; c < g.in_c; ++c) sum += static_cast<int32_t>(x.at(n, y, column, c)) * w[c];
    }
  }
  return sum;
}

// As quantized_convolution's float path, but one output at a time from accumulator to byte: int32 sums need not fit a float.
Tensor integer_convolution(const ConvGeometry& g, bool is_depthwise, const QuantizedLayer& q, const Tensor& x, Mask& inside) {
  Tensor y = Tensor::uninitialized(g.output());
  parallel_for(g.batch * g.out_h(), [&](int64_t row) {
    int64_t i = row * g.out_w() * g.out_c;
    for (int64_t ox = 0; ox < g.out_w(); ++ox) {
      for (int64_t oc = 0; oc < g.out_c; ++oc, ++i) {
        const auto channel = static_cast<size_t>(oc);
        const int32_t sum = integer_sum(g, is_depthwise, x, q.weights, row / g.out_h(), row % g.out_h(), ox, oc) + q.bias[channel];
        const int32_t value = mn_rescale(sum, q.rescale[channel].multiplier, q.rescale[channel].right_shift);
        const int32_t clamped = mn_clamp(value, q.low - q.output.zero_point, q.high - q.output.zero_point);
        y.data()[i] = static_cast<float>(clamped);
        inside[static_cast<size_t>(i)] = clamped == value;
      }
    }
  });
  return y;
}

// Turns exact float sums into output bytes, in place.
void requantize(const QuantizedLayer& q, Tensor& sums, Mask& inside) {
  std::vector<int32_t> multiplier, right_shift;
  for (const FixedPoint& f : q.rescale) {
    multiplier.push_back(f.multiplier);
    right_shift.push_back(f.right_shift);
  }
  const Shape& s = sums.shape();
  const int64_t image = s.h * s.w * s.c;
  parallel_for(s.n, [&](int64_t n) {
    kernels().requantize({.sum = sums.data() + n * image,
                          .pixels = s.h * s.w,
                          .channels = s.c,
                          .bias = q.bias.data(),
                          .multiplier = multiplier.data(),
                          .right_shift = right_shift.data(),
                          .zero_point = q.output.zero_point,
                          .low = q.low,
                          .high = q.high,
                          .out = sums.data() + n * image,
                          .inside = inside.data() + n * image});
  });
}

void scale_in_place(Tensor& tensor, double factor) {
  kernels().scale(tensor.data(), static_cast<float>(factor), tensor.size(), tensor.data());
}

}  // namespace

bool float_is_exact(const std::vector<int8_t>& weights, int64_t channels, bool channel_is_last) {
  std::vector<int64_t> sums(static_cast<size_t>(channels));
  const auto per_channel = static_cast<int64_t>(weights.size()) / channels;
  for (int64_t i = 0; i < static_cast<int64_t>(weights.size()); ++i)
    sums[static_cast<size_t>(channel_is_last ? i % channels : i / per_channel)] += std::abs(weights[static_cast<size_t>(i)]);
  for (const int64_t sum : sums)
    if (sum * 255 > (int64_t{1} << 24)) return false;
  return true;
}

Var quantized_convolution(Tape& tape, const LayerSpec& layer, const QuantizedLayer& q, const Quantization& input, Var x, Var weight,
                          Var bias) {
  const bool is_depthwise = layer.kind == LayerKind::kDepthwise;
  const Shape shape = tape.value(weight).shape();
  const Shape& in = tape.value(x).shape();
  const ConvGeometry g = is_depthwise ? depthwise_geometry(in, shape, layer.stride) : conv_geometry(in, shape, layer.stride);
  auto inside = std::make_shared<Mask>(static_cast<size_t>(g.output().size()));
  Tensor y;
  if (float_is_exact(q.weights, g.out_c, is_depthwise)) {
    const Tensor integers = scaled_weights(q, shape, is_depthwise, [](size_t) { return 1.0; });
    y = is_depthwise ? depthwise(g, tape.value(x), integers) : conv2d(g, tape.value(x), integers);
    requantize(q, y, *inside);
  } else {
    y = integer_convolution(g, is_depthwise, q, tape.value(x), *inside);
  }
  if (!tape.recording()) return tape.constant(std::move(y));
  auto real = std::make_shared<Tensor>(scaled_weights(q, shape, is_depthwise, [&](size_t channel) { return q.weight_scales[channel]; }));
  return tape.record(std::move(y), {x, weight, bias}, [=](Tape& t, const Tensor& dy) {
    const Tensor g_out = masked(dy, *inside);
    t.accumulate(bias, sum_over_pixels(g_out));
    Tensor dw = is_depthwise ? depthwise_weight_gradient(g, t.value(x), g_out) : conv2d_weight_gradient(g, t.value(x), g_out);
    scale_in_place(dw, input.scale);  // the tape holds x / input.scale
    t.accumulate(weight, std::move(dw));
    if (t.wants_gradient(x))
      t.accumulate(x, is_depthwise ? depthwise_input_gradient(g, g_out, *real) : conv2d_input_gradient(g, g_out, *real));
  });
}

Var quantized_average_pool(Tape& tape, const Quantization& quantization, Var x) {
  const Shape s = tape.value(x).shape();
  const auto pixels = static_cast<int32_t>(s.h * s.w);
  Tensor y = Tensor::uninitialized({s.n, 1, 1, s.c});
  parallel_for(s.n, [&](int64_t n) {
    float* sums = y.data() + n * s.c;
    kernels().sum_pixels(tape.value(x).data() + n * s.h * s.w * s.c, s.h * s.w, s.c, sums);
    for (int64_t c = 0; c < s.c; ++c)
      sums[c] = static_cast<float>(mn_average(static_cast<int32_t>(sums[c]) + pixels * quantization.zero_point, pixels) -
                                   quantization.zero_point);
  });
  return tape.record(std::move(y), {x}, [=](Tape& t, const Tensor& dy) {
    Tensor dx = Tensor::uninitialized(s);
    for (int64_t n = 0; n < s.n; ++n)
      for (int64_t pixel = 0; pixel < pixels; ++pixel)
        kernels().scale(dy.data() + n * s.c, 1.0f / static_cast<float>(pixels), s.c, dx.data() + (n * pixels + pixel) * s.c);
    t.accumulate(x, std::move(dx));
  });
}

Var quantized_add(Tape& tape, const QuantizedLayer& q, Var a, Var b) {
  const Tensor &x = tape.value(a), &y = tape.value(b);
  MN_CHECK(x.shape() == y.shape() && q.rescale.size() == 3, to_text(x.shape()));
  auto inside = std::make_shared<Mask>(static_cast<size_t>(x.size()));
  Tensor out = Tensor::uninitialized(x.shape());
  const auto rescaled = [](int32_t value, const FixedPoint& f) { return mn_rescale(value, f.multiplier, f.right_shift); };
  const int64_t image = x.size() / x.shape().n;
  parallel_for(x.shape().n, [&](int64_t n) {
    for (int64_t i = n * image; i < (n + 1) * image; ++i) {
      const int32_t left = rescaled(static_cast<int32_t>(x.data()[i]) * (1 << MN_ADD_SHIFT), q.rescale[0]);
      const int32_t right = rescaled(static_cast<int32_t>(y.data()[i]) * (1 << MN_ADD_SHIFT), q.rescale[1]);
      const int32_t value = rescaled(left + right, q.rescale[2]) + q.output.zero_point;
      const int32_t clamped = mn_clamp(value, q.low, q.high);
      out.data()[i] = static_cast<float>(clamped - q.output.zero_point);
      (*inside)[static_cast<size_t>(i)] = clamped == value;
    }
  });
  return tape.record(std::move(out), {a, b}, [=](Tape& t, const Tensor& dy) {
    if (t.wants_gradient(a)) t.accumulate(a, masked(dy, *inside));
    if (t.wants_gradient(b)) t.accumulate(b, masked(dy, *inside));
  });
}

Var dequantize(Tape& tape, const Quantization& quantization, Var x) {
  Tensor y = tape.value(x).clone();
  scale_in_place(y, quantization.scale);
  return tape.record(std::move(y), {x}, [x](Tape& t, const Tensor& dy) { t.accumulate(x, dy.clone()); });
}

}  // namespace mininas
