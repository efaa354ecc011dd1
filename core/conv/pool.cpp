#include "core/conv/pool.h"

#include <algorithm>
#include <vector>

#include "core/error.h"
#include "core/parallel.h"

namespace mininas {
namespace {

// The largest value of each channel under a window.
template <class Taps>
void take_largest(const float* image, int64_t channels, const Taps& for_taps, float* largest) {
  bool first = true;
  for_taps([&](int64_t pixel) {
    const float* x = image + pixel * channels;
    if (first)
      std::copy_n(x, channels, largest);
    else
      for (int64_t c = 0; c < channels; ++c) largest[c] = x[c] > largest[c] ? x[c] : largest[c];
    first = false;
  });
}

}  // namespace

Shape pooled_shape(const Window& window, const Shape& x) {
  const Shape out{x.n, window.rows().outputs(static_cast<int>(x.h)), window.columns().outputs(static_cast<int>(x.w)),
                  x.c};
  if (out.h == 0 || out.w == 0)
    throw ConfigError(text("pool: a window of ", to_text(window), " is larger than the image, ", to_text(x)));
  return out;
}

Tensor max_pool(const Window& window, const Tensor& x) {
  const Shape in = x.shape(), out = pooled_shape(window, in);
  Tensor y = Tensor::uninitialized(out);
  parallel_for(in.n, [&](int64_t n) {
    const float* image = x.data() + n * in.h * in.w * in.c;
    float* of_image = y.data() + n * out.h * out.w * out.c;
    for_windows(window, in, out, [&](int64_t pixel, int, const auto& for_taps) {
      take_largest(image, in.c, for_taps, of_image + pixel * in.c);
    });
  });
  return y;
}

Tensor max_pool_gradient(const Window& window, const Tensor& x, const Tensor& dy) {
  const Shape in = x.shape(), out = dy.shape();
  Tensor dx = Tensor::zeros(in);
  parallel_for(in.n, [&](int64_t n) {
    const int64_t first = n * in.h * in.w * in.c;
    std::vector<float> largest(static_cast<size_t>(in.c)), left(largest.size());
    for_windows(window, in, out, [&](int64_t pixel, int, const auto& for_taps) {
      take_largest(x.data() + first, in.c, for_taps, largest.data());
      std::copy_n(dy.data() + (n * out.h * out.w + pixel) * in.c, in.c, left.data());
      for_taps([&](int64_t tap) {
        const float* value = x.data() + first + tap * in.c;
        float* gradient = dx.data() + first + tap * in.c;
        for (size_t c = 0; c < left.size(); ++c) {
          if (value[c] != largest[c]) continue;
          gradient[c] += left[c];
          left[c] = 0.0f;  // the first of the largest ones takes all
        }
      });
    });
  });
  return dx;
}

Tensor average_pool(const Window& window, const Tensor& x) {
  const Shape in = x.shape(), out = pooled_shape(window, in);
  Tensor y = Tensor::zeros(out);
  parallel_for(in.n, [&](int64_t n) {
    const float* image = x.data() + n * in.h * in.w * in.c;
    float* of_image = y.data() + n * out.h * out.w * out.c;
    for_windows(window, in, out, [&](int64_t pixel, int count, const auto& for_taps) {
      float* sum = of_image + pixel * in.c;
      for_taps([&](int64_t tap) {
        const float* value = image + tap * in.c;
        for (int64_t c = 0; c < in.c; ++c) sum[c] += value[c];
      });
      const float share = 1.0f / static_cast<float>(count);
      for (int64_t c = 0; c < in.c; ++c) sum[c] *= share;
    });
  });
  return y;
}

Tensor average_pool_gradient(const Window& window, const Shape& x, const Tensor& dy) {
  const Shape out = dy.shape();
  Tensor dx = Tensor::zeros(x);
  parallel_for(x.n, [&](int64_t n) {
    float* of_image = dx.data() + n * x.h * x.w * x.c;
    std::vector<float> part(static_cast<size_t>(x.c));
    for_windows(window, x, out, [&](int64_t pixel, int count, const auto& for_taps) {
      const float share = 1.0f / static_cast<float>(count);
      const float* gradient = dy.data() + (n * out.h * out.w + pixel) * x.c;
      for (size_t c = 0; c < part.size(); ++c) part[c] = gradient[c] * share;
      for_taps([&](int64_t tap) {
        float* to = of_image + tap * x.c;
        for (size_t c = 0; c < part.size(); ++c) to[c] += part[c];
      });
    });
  });
  return dx;
}

}  // namespace mininas
