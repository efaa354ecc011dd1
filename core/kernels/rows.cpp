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

// Several groups of channels at once from channel c on, while that many are left: one chain alone would wait for each of its additions.
template <int kGroups>
MN_INLINE int64_t sums_of_groups(const float* x, int64_t pixels, int64_t channels, int64_t c, float* sum, float* squares) {
  for (; c + (kGroups - 1) * kLanes < channels; c += kGroups * kLanes) {
    F16 s[kGroups], q[kGroups];
    MN_UNROLL for (int g = 0; g < kGroups; ++g) {
      s[g] = F16::load(sum + c + g * kLanes);
      q[g] = F16::load(squares + c + g * kLanes);
    }
    for (int64_t i = 0; i < pixels; ++i) {
      MN_UNROLL for (int g = 0; g < kGroups; ++g) {
        const F16 v = F16::load(x + i * channels + c + g * kLanes);
        s[g] = s[g] + v;
        q[g] = multiply_add(v, v, q[g]);
      }
    }
    MN_UNROLL for (int g = 0; g < kGroups; ++g) {
      const int lanes = static_cast<int>(smaller<int64_t>(kLanes, channels - c - g * kLanes));
      s[g].store_first(sum + c + g * kLanes, lanes);
      q[g].store_first(squares + c + g * kLanes, lanes);
    }
  }
  return c;
}

}  // namespace

void channel_sums(const float* x, int64_t pixels, int64_t channels, float* sum, float* squares) {
  int64_t c = sums_of_groups<4>(x, pixels, channels, 0, sum, squares);
  c = sums_of_groups<2>(x, pixels, channels, c, sum, squares);
  sums_of_groups<1>(x, pixels, channels, c, sum, squares);
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

void mask_gradient(const NormRows& n, const float* dy, const float* mean, float* g, float* sum, float* products) {
  for_channel_groups(n.channels, [&](int64_t c, int lanes) {
    const F16 scale = F16::load(n.scale + c), shift = F16::load(n.shift + c), m = F16::load(mean + c);
    F16 s = F16::load(sum + c), p = F16::load(products + c);
    for (int64_t i = 0; i < n.pixels; ++i) {
      const F16 x = F16::load(n.x + i * n.channels + c), above = F16::load(dy + i * n.channels + c);
      const F16 v = n.relu ? where_positive(multiply_add(x, scale, shift), above) : above;
      v.store_first(g + i * n.channels + c, lanes);
      s = s + v;
      p = multiply_add(v, x - m, p);
    }
    s.store_first(sum + c, lanes);
    p.store_first(products + c, lanes);
  });
}

void norm_gradient(const float* x, const float* g, int64_t pixels, int64_t channels, const NormSlopes& slopes, float* dx) {
  for_channel_groups(channels, [&](int64_t c, int lanes) {
    const F16 scale = F16::load(slopes.scale + c), factor = F16::load(slopes.factor + c), offset = F16::load(slopes.offset + c);
    for (int64_t i = 0; i < pixels; ++i) {
      const F16 linear = multiply_add(F16::load(x + i * channels + c), factor, offset);
      multiply_add(F16::load(g + i * channels + c), scale, linear).store_first(dx + i * channels + c, lanes);
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
