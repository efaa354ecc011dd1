// Pools: the largest value, or the average, of the pixels under a window, channel by channel, and their gradients.
// Padding takes no part: it is never the largest, and an average is over the pixels inside the image.
// core/reference/window_pool.h defines them. Here images are divided among threads; results do not depend on how.
#pragma once
#include <cstdint>

#include "core/conv/window.h"
#include "core/tensor.h"

namespace mininas {

//   x [n,h,w,c] -> [n,oh,ow,c]
// Throws ConfigError where the window is larger than the padded image.
Shape pooled_shape(const Window& window, const Shape& x);

Tensor max_pool(const Window& window, const Tensor& x);
// All of an output's gradient goes to the first of the largest values, row by row.
Tensor max_pool_gradient(const Window& window, const Tensor& x, const Tensor& dy);

Tensor average_pool(const Window& window, const Tensor& x);
Tensor average_pool_gradient(const Window& window, const Shape& x, const Tensor& dy);

// Calls body(pixel, count, for_taps) for each output pixel of one image, in order. `count`: how many pixels of the
// image lie under the window there; for_taps calls its argument with the index of each of them, row by row.
template <class Body>
void for_windows(const Window& window, const Shape& in, const Shape& out, const Body& body) {
  const WindowAxis rows = window.rows(), columns = window.columns();
  const int height = static_cast<int>(in.h), width = static_cast<int>(in.w);
  for (int y = 0; y < out.h; ++y)
    for (int x = 0; x < out.w; ++x) {
      const TapRange high = rows.inside(y, height), wide = columns.inside(x, width);
      const auto for_taps = [&](const auto& tap) {
        for (int ky = high.first; ky < high.last; ++ky)
          for (int kx = wide.first; kx < wide.last; ++kx)
            tap(int64_t{rows.start(y) + ky * window.dilation} * width + columns.start(x) + kx * window.dilation);
      };
      body(int64_t{y} * out.w + x, (high.last - high.first) * (wide.last - wide.first), for_taps);
    }
}

}  // namespace mininas
