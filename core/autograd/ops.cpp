#include "core/autograd/ops.h"

#include <algorithm>
#include <memory>

#include "core/conv/convolution.h"
#include "core/error.h"
#include "core/kernels/kernels.h"
#include "core/parallel.h"
#include "core/portable_math.h"

namespace mininas {
namespace {

// Splits a flat array into tasks of equal length.
template <class Body>
void for_spans(int64_t count, const Body& body) {
  constexpr int64_t kSpan = 1 << 15;
  parallel_for((count + kSpan - 1) / kSpan,
               [&](int64_t task) { body(task * kSpan, std::min(kSpan, count - task * kSpan)); });
}

// A convolution with its two gradients: all that differs between a standard and a depthwise one.
struct WindowProduct {
  Tensor (*value)(const ConvGeometry&, const Tensor& x, const Tensor& weight);
  Tensor (*weight_gradient)(const ConvGeometry&, const Tensor& x, const Tensor& dy);
  Tensor (*input_gradient)(const ConvGeometry&, const Tensor& dy, const Tensor& weight);
};

Var record(Tape& tape, const WindowProduct& product, const ConvGeometry& g, Var x, Var weight) {
  Tensor y = product.value(g, tape.value(x), tape.value(weight));
  return tape.record(std::move(y), {x, weight}, [product, g, x, weight](Tape& t, const Tensor& dy) {
    if (t.wants_gradient(weight)) t.accumulate(weight, product.weight_gradient(g, t.value(x), dy));
    if (t.wants_gradient(x)) t.accumulate(x, product.input_gradient(g, dy, t.value(weight)));
  });
}

}  // namespace

Tensor sum_over_pixels(const Tensor& x) {
  const Shape& s = x.shape();
  Tensor per_image = Tensor::uninitialized({s.n, 1, 1, s.c}), sum = Tensor::uninitialized({1, 1, 1, s.c});
  parallel_for(s.n, [&](int64_t n) {
    kernels().sum_pixels(x.data() + n * s.h * s.w * s.c, s.h * s.w, s.c, per_image.data() + n * s.c);
  });
  kernels().sum_pixels(per_image.data(), s.n, s.c, sum.data());
  return sum;
}

Var conv2d(Tape& tape, Var x, Var weight, int stride) {
  static constexpr WindowProduct kConv{conv2d, conv2d_weight_gradient, conv2d_input_gradient};
  return record(tape, kConv, conv_geometry(tape.value(x).shape(), tape.value(weight).shape(), stride), x, weight);
}

Var depthwise(Tape& tape, Var x, Var weight, int stride) {
  static constexpr WindowProduct kDepthwise{depthwise, depthwise_weight_gradient, depthwise_input_gradient};
  return record(tape, kDepthwise, depthwise_geometry(tape.value(x).shape(), tape.value(weight).shape(), stride), x,
                weight);
}

Var batch_norm(Tape& tape, Var x, Var gamma, Var beta, float epsilon, bool relu, ChannelStatistics& batch) {
  batch = measure_channels(tape.value(x));
  auto affine = std::make_shared<ChannelScale>(
      fold_norm(tape.value(gamma), tape.value(beta), batch.mean, batch.variance, epsilon));
  auto kept = std::make_shared<ChannelStatistics>(ChannelStatistics{batch.mean.clone(), batch.variance.clone()});
  Tensor y = normalize(tape.value(x), *affine, relu);
  return tape.record(std::move(y), {x, gamma, beta}, [=](Tape& t, const Tensor& dy) {
    NormGradients d = normalize_gradients(t.value(x), dy, t.value(gamma), *kept, *affine, relu, epsilon);
    if (t.wants_gradient(gamma)) t.accumulate(gamma, std::move(d.dgamma));
    if (t.wants_gradient(beta)) t.accumulate(beta, std::move(d.dbeta));
    if (t.wants_gradient(x)) t.accumulate(x, std::move(d.dx));
  });
}

Var scale_channels(Tape& tape, Var x, const ChannelScale& affine, bool relu) {
  MN_CHECK(!tape.recording(), "running statistics are for evaluation");
  return tape.constant(normalize(tape.value(x), affine, relu));
}

Var add_bias(Tape& tape, Var x, Var bias) {
  const ChannelScale affine{Tensor::full(tape.value(bias).shape(), 1.0f), tape.value(bias).clone()};
  Tensor y = normalize(tape.value(x), affine, false);
  return tape.record(std::move(y), {x, bias}, [x, bias](Tape& t, const Tensor& dy) {
    if (t.wants_gradient(bias)) t.accumulate(bias, sum_over_pixels(dy));
    if (t.wants_gradient(x)) t.accumulate(x, dy.clone());
  });
}

Tensor relu_gradient(const Tensor& x, const Tensor& dy) {
  Tensor dx = Tensor::uninitialized(dy.shape());
  for_spans(dy.size(), [&](int64_t first, int64_t count) {
    kernels().relu_gradient(x.data() + first, dy.data() + first, count, dx.data() + first);
  });
  return dx;
}

Var relu(Tape& tape, Var x) {
  const Tensor& in = tape.value(x);
  Tensor y = Tensor::uninitialized(in.shape());
  for_spans(in.size(),
            [&](int64_t first, int64_t count) { kernels().relu(in.data() + first, count, y.data() + first); });
  return tape.record(std::move(y), {x},
                     [x](Tape& t, const Tensor& dy) { t.accumulate(x, relu_gradient(t.value(x), dy)); });
}

Var add(Tape& tape, Var a, Var b) {
  const Tensor &x = tape.value(a), &y = tape.value(b);
  if (x.shape() != y.shape())
    throw ConfigError(text("add: shapes ", to_text(x.shape()), " and ", to_text(y.shape()), ", expected equal ones"));
  Tensor sum = Tensor::uninitialized(x.shape());
  for_spans(x.size(), [&](int64_t first, int64_t count) {
    kernels().add(x.data() + first, y.data() + first, count, sum.data() + first);
  });
  return tape.record(std::move(sum), {a, b}, [a, b](Tape& t, const Tensor& dy) {
    if (t.wants_gradient(a)) t.accumulate(a, dy.clone());
    if (t.wants_gradient(b)) t.accumulate(b, dy.clone());
  });
}

Var global_average_pool(Tape& tape, Var x) {
  const Shape s = tape.value(x).shape();
  const float share = 1.0f / static_cast<float>(s.h * s.w);
  Tensor sums = Tensor::uninitialized({s.n, 1, 1, s.c});
  parallel_for(s.n, [&](int64_t n) {
    kernels().sum_pixels(tape.value(x).data() + n * s.h * s.w * s.c, s.h * s.w, s.c, sums.data() + n * s.c);
  });
  kernels().scale(sums.data(), share, sums.size(), sums.data());
  return tape.record(std::move(sums), {x}, [x, s, share](Tape& t, const Tensor& dy) {
    Tensor dx = Tensor::uninitialized(s);
    parallel_for(s.n, [&](int64_t n) {
      float* first = dx.data() + n * s.h * s.w * s.c;
      kernels().scale(dy.data() + n * s.c, share, s.c, first);
      for (int64_t pixel = 1; pixel < s.h * s.w; ++pixel) std::copy_n(first, s.c, first + pixel * s.c);
    });
    t.accumulate(x, std::move(dx));
  });
}

Var softmax_cross_entropy(Tape& tape, Var logits, std::span<const int> labels, float smoothing,
                          std::span<const float> class_weights) {
  const Tensor& z = tape.value(logits);
  const int64_t n = z.shape().n, classes = z.shape().c;
  MN_CHECK(static_cast<int64_t>(labels.size()) == n, labels.size(), " labels for ", n, " images");
  auto gradient = std::make_shared<Tensor>(Tensor::uninitialized(z.shape()));
  double loss = 0.0;
  for (int64_t i = 0; i < n; ++i) {
    const float* row = z.data() + i * classes;
    const auto label = static_cast<size_t>(labels[static_cast<size_t>(i)]);
    const double weight = class_weights.empty() ? 1.0 : double{class_weights[label]};
    const double largest = double{*std::max_element(row, row + classes)};
    double total = 0.0;
    for (int64_t c = 0; c < classes; ++c) total += portable_exp(double{row[c]} - largest);
    const double log_total = portable_log(total);
    for (int64_t c = 0; c < classes; ++c) {
      const double target = (1.0 - double{smoothing}) * (static_cast<size_t>(c) == label) +
                            double{smoothing} / static_cast<double>(classes);
      const double log_p = double{row[c]} - largest - log_total;
      loss -= weight * target * log_p;
      gradient->data()[i * classes + c] =
          static_cast<float>(weight * (portable_exp(log_p) - target) / static_cast<double>(n));
    }
  }
  return tape.record(Tensor::full({1, 1, 1, 1}, static_cast<float>(loss / static_cast<double>(n))), {logits},
                     [logits, gradient](Tape& t, const Tensor& dloss) {
                       Tensor dz = Tensor::uninitialized(gradient->shape());
                       kernels().scale(gradient->data(), dloss.data()[0], gradient->size(), dz.data());
                       t.accumulate(logits, std::move(dz));
                     });
}

}  // namespace mininas
