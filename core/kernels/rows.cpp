// Kernels without a window: batch norm, ReLU, sums and the optimiser's step. All of them are bound by memory, so each makes one pass.
#include "core/kernels/simd.h"
#include "core/kernels/tables.h"

namespace mininas::MN_ISA {
namespace {

// body(offset, lanes) for each vector of a flat array.
template <class Body>
MN_INLINE void for_vectors(int64_t count, const Body& body) {
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) body(i, kLanes);
  if (i < count) body(i, static_cast<int>(count - i));
}

// The gradient before the norm's ReLU, at one vector.
MN_INLINE F16 masked(const NormRows& n, const F16& x, const F16& dy, const F16& scale, const F16& shift) {
  return n.relu ? where_positive(multiply_add(x, scale, shift), dy) : dy;
}

}  // namespace

void channel_sums(const float* x, int64_t pixels, int64_t channels, float* sum, float* squares) {
  for_channel_groups(channels, [&](int64_t c, int lanes) {
    F16 s = F16::zero(), q = F16::zero();
    for (int64_t i = 0; i < pixels; ++i) {
      const F16 v = F16::load(x + i * channels + c);
      s = s + v;
      q = multiply_add(v, v, q);
    }
    s.store_first(sum + c, lanes);
    q.store_first(squares + c, lanes);
  });
}

void normalize(const NormRows& n, float* y) {
  for_channel_groups(n.channels, [&](int64_t c, int lanes) {
    const F16 scale = F16::load(n.scale + c), shift = F16::load(n.shift + c);
    for (int64_t i = 0; i < n.pixels; ++i) {
      const F16 v = multiply_add(F16::load(n.x + i * n.channels + c), scale, shift);
      (n.relu ? relu(v) : v).store_first(y + i * n.channels + c, lanes);
    }
  });
}

void normalize_gradient_sums(const NormRows& n, const float* dy, const float* mean, float* sum, float* products) {
  for_channel_groups(n.channels, [&](int64_t c, int lanes) {
    const F16 scale = F16::load(n.scale + c), shift = F16::load(n.shift + c), m = F16::load(mean + c);
    F16 s = F16::zero(), p = F16::zero();
    for (int64_t i = 0; i < n.pixels; ++i) {
      const F16 x = F16::load(n.x + i * n.channels + c);
      const F16 g = masked(n, x, F16::load(dy + i * n.channels + c), scale, shift);
      s = s + g;
      p = multiply_add(g, x - m, p);
    }
    s.store_first(sum + c, lanes);
    p.store_first(products + c, lanes);
  });
}

void normalize_gradient(const NormRows& n, const float* dy, const float* factor, const float* offset, float* dx) {
  for_channel_groups(n.channels, [&](int64_t c, int lanes) {
    const F16 scale = F16::load(n.scale + c), shift = F16::load(n.shift + c);
    const F16 f = F16::load(factor + c), o = F16::load(offset + c);
    for (int64_t i = 0; i < n.pixels; ++i) {
      const F16 x = F16::load(n.x + i * n.channels + c);
      const F16 g = masked(n, x, F16::load(dy + i * n.channels + c), scale, shift);
      multiply_add(g, scale, multiply_add(x, f, o)).store_first(dx + i * n.channels + c, lanes);
    }
  });
}

void relu_values(const float* x, int64_t count, float* y) {
  for_vectors(count, [&](int64_t i, int lanes) { relu(F16::load(x + i)).store_first(y + i, lanes); });
}

void relu_gradient(const float* x, const float* dy, int64_t count, float* dx) {
  for_vectors(count, [&](int64_t i, int lanes) { where_positive(F16::load(x + i), F16::load(dy + i)).store_first(dx + i, lanes); });
}

void add(const float* a, const float* b, int64_t count, float* y) {
  for_vectors(count, [&](int64_t i, int lanes) { (F16::load(a + i) + F16::load(b + i)).store_first(y + i, lanes); });
}

void scale(const float* x, float factor, int64_t count, float* y) {
  const F16 f = F16::all(factor);
  for_vectors(count, [&](int64_t i, int lanes) { (F16::load(x + i) * f).store_first(y + i, lanes); });
}

void sum_pixels(const float* x, int64_t pixels, int64_t channels, float* sum) {
  for_channel_groups(channels, [&](int64_t c, int lanes) {
    F16 s = F16::zero();
    for (int64_t i = 0; i < pixels; ++i) s = s + F16::load(x + i * channels + c);
    s.store_first(sum + c, lanes);
  });
}

void bytes_to_real(const uint8_t* bytes, int64_t count, float zero, float scale, float* y) {
  for (int64_t i = 0; i < count; ++i) y[i] = (static_cast<float>(bytes[i]) - zero) * scale;
}

double sum_squares(const float* x, int64_t count) {
  float lanes[kLanes];
  F16 sum = F16::zero();
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    const F16 v = F16::load(x + i);
    sum = multiply_add(v, v, sum);
  }
  sum.store(lanes);
  for (int lane = 0; i < count; ++i, ++lane) lanes[lane] = __builtin_fmaf(x[i], x[i], lanes[lane]);
  for (int half = kLanes / 2; half > 0; half /= 2)
    for (int lane = 0; lane < half; ++lane) lanes[lane] += lanes[lane + half];
  return static_cast<double>(lanes[0]);
}

void sgd(float* value, const float* gradient, float* velocity, int64_t count, float rate, float momentum, float decay, float clip) {
  const F16 r = F16::all(-rate), m = F16::all(momentum), d = F16::all(decay), k = F16::all(clip);
  for_vectors(count, [&](int64_t i, int lanes) {
    const F16 w = F16::load(value + i);
    const F16 g = multiply_add(d, w, F16::load(gradient + i) * k);
    const F16 v = multiply_add(m, F16::load(velocity + i), g);
    v.store_first(velocity + i, lanes);
    multiply_add(r, v, w).store_first(value + i, lanes);
  });
}

}  // namespace mininas::MN_ISA
