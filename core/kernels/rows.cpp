// Kernels without a window: batch norm, ReLU, sums and the optimiser's step. Memory bandwidth limits all of them, so
// each passes over its data once.
#include <type_traits>

#include "core/kernels/simd.h"
#include "core/kernels/tables.h"

namespace mininas::MN_ISA {
namespace {

// Calls body(offset, lanes) for each vector of a flat array.
template <class Body>
MN_INLINE void for_vectors(int64_t count, const Body& body) {
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) body(i, kLanes);
  if (i < count) body(i, static_cast<int>(count - i));
}

// Calls body(c, lanes of the last group, std::integral_constant of the number of groups) for blocks of up to four
// groups of sixteen channels. A block of several groups reads memory in order, as the hardware fetches it, and has
// independent chains of additions that run in parallel.
template <int kGroups = 4, class Body>
MN_INLINE int64_t for_group_blocks(int64_t channels, const Body& body, int64_t c = 0) {
  for (; c + (kGroups - 1) * kLanes < channels; c += kGroups * kLanes)
    body(c, static_cast<int>(smaller<int64_t>(kLanes, channels - c - (kGroups - 1) * kLanes)),
         std::integral_constant<int, kGroups>());
  if constexpr (kGroups > 1) c = for_group_blocks<kGroups / 2>(channels, body, c);
  return c;
}

// kGroups vectors of consecutive channels.
template <int kGroups>
struct Groups {
  F16 group[kGroups];

  static MN_INLINE Groups load(const float* p) {
    Groups v;
    MN_UNROLL for (int i = 0; i < kGroups; ++i) v.group[i] = F16::load(p + i * kLanes);
    return v;
  }
  // Also prefetches the values 4 KiB further on, which the next calls read. This matters for tensors larger than the
  // caches.
  static MN_INLINE Groups load_and_prefetch(const float* p) {
    constexpr int kDistance = 1024;
    MN_UNROLL for (int i = 0; i < kGroups; ++i) __builtin_prefetch(p + i * kLanes + kDistance);
    return load(p);
  }
  MN_INLINE void store(float* p, int last_lanes) const {
    MN_UNROLL for (int i = 0; i < kGroups - 1; ++i) group[i].store(p + i * kLanes);
    group[kGroups - 1].store_first(p + (kGroups - 1) * kLanes, last_lanes);
  }
};

// Visits all vectors in memory order. prepare(c, last, groups), with arguments as above, loads what a block of channels
// needs and returns a function of the pixel's offset that processes the block's vectors there. Up to 64 channels the
// prepared values stay in registers for all pixels; beyond that they are loaded again for each pixel.
template <class Prepare>
MN_INLINE void for_each_vector(int64_t pixels, int64_t channels, const Prepare& prepare) {
  const int64_t end = pixels * channels;
  if (channels <= 4 * kLanes) {
    for_group_blocks(channels, [&](int64_t c, int last, auto groups) {
      const auto apply = prepare(c, last, groups);
      for (int64_t first = 0; first != end; first += channels) apply(first + c);
    });
    return;
  }
  for (int64_t first = 0; first != end; first += channels)
    for_group_blocks<2>(channels, [&](int64_t c, int last, auto groups) { prepare(c, last, groups)(first + c); });
}

}  // namespace

void channel_sums(const float* x, int64_t pixels, int64_t channels, float* sum, float* squares) {
  for_group_blocks(channels, [&](int64_t c, int last, auto groups) {
    constexpr int kGroups = decltype(groups)::value;
    using Values = Groups<kGroups>;
    Values s = Values::load(sum + c), q = Values::load(squares + c);
    for (const float *p = x + c, *end = p + pixels * channels; p != end; p += channels) {
      const Values v = Values::load(p);
      MN_UNROLL for (int i = 0; i < kGroups; ++i) {
        s.group[i] = s.group[i] + v.group[i];
        q.group[i] = multiply_add(v.group[i], v.group[i], q.group[i]);
      }
    }
    s.store(sum + c, last);
    q.store(squares + c, last);
  });
}

namespace {

template <bool kRelu>
MN_INLINE void normalize_pixels(const NormRows& n, float* y) {
  for_each_vector(n.pixels, n.channels, [&](int64_t c, int last, auto groups) {
    constexpr int kGroups = decltype(groups)::value;
    using Values = Groups<kGroups>;
    return [&n, y, last, scale = Values::load(n.scale + c), shift = Values::load(n.shift + c)](int64_t at) {
      Values v = Values::load_and_prefetch(n.x + at);
      MN_UNROLL for (int k = 0; k < kGroups; ++k) {
        v.group[k] = multiply_add(v.group[k], scale.group[k], shift.group[k]);
        if (kRelu) v.group[k] = relu(v.group[k]);
      }
      v.store(y + at, last);
    };
  });
}

}  // namespace

void normalize(const NormRows& n, float* y) {
  if (n.relu)
    normalize_pixels<true>(n, y);
  else
    normalize_pixels<false>(n, y);
}

void mask_gradient(const NormRows& n, const float* dy, const float* mean, float* g, float* sum, float* products) {
  for_group_blocks(n.channels, [&](int64_t c, int last, auto groups) {
    constexpr int kGroups = decltype(groups)::value;
    using Values = Groups<kGroups>;
    const Values scale = Values::load(n.scale + c), shift = Values::load(n.shift + c), m = Values::load(mean + c);
    Values s = Values::load(sum + c), p = Values::load(products + c);
    for (int64_t i = 0; i < n.pixels; ++i) {
      const Values x = Values::load(n.x + i * n.channels + c);
      Values v = Values::load(dy + i * n.channels + c);
      MN_UNROLL for (int k = 0; k < kGroups; ++k) {
        if (n.relu) v.group[k] = where_positive(multiply_add(x.group[k], scale.group[k], shift.group[k]), v.group[k]);
        s.group[k] = s.group[k] + v.group[k];
        p.group[k] = multiply_add(v.group[k], x.group[k] - m.group[k], p.group[k]);
      }
      v.store(g + i * n.channels + c, last);
    }
    s.store(sum + c, last);
    p.store(products + c, last);
  });
}

void norm_gradient(const float* x, const float* g, int64_t pixels, int64_t channels, const NormSlopes& slopes,
                   float* dx) {
  for_each_vector(pixels, channels, [&](int64_t c, int last, auto groups) {
    constexpr int kGroups = decltype(groups)::value;
    using Values = Groups<kGroups>;
    return [x, g, dx, last, scale = Values::load(slopes.scale + c), factor = Values::load(slopes.factor + c),
            offset = Values::load(slopes.offset + c)](int64_t at) {
      const Values raw = Values::load(x + at);
      Values v = Values::load(g + at);
      MN_UNROLL for (int k = 0; k < kGroups; ++k) v.group[k] =
          multiply_add(v.group[k], scale.group[k], multiply_add(raw.group[k], factor.group[k], offset.group[k]));
      v.store(dx + at, last);
    };
  });
}

void relu_values(const float* x, int64_t count, float* y) {
  for_vectors(count, [&](int64_t i, int lanes) { relu(F16::load(x + i)).store_first(y + i, lanes); });
}

void relu_gradient(const float* x, const float* dy, int64_t count, float* dx) {
  for_vectors(count, [&](int64_t i, int lanes) {
    where_positive(F16::load(x + i), F16::load(dy + i)).store_first(dx + i, lanes);
  });
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

void sgd(float* value, const float* gradient, float* velocity, int64_t count, float rate, float momentum, float decay,
         float clip) {
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
