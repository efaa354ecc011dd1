// The definition of a tensor fitted to another shape, and of its gradient: what both shapes have stays at its place,
// what only the old one has is cut off below, on the right and behind the last channel, what only the new one has is 0.
// The gradient is dy fitted back to the old shape.
#pragma once
#include <algorithm>
#include <cstddef>
#include <vector>

#include "core/tensor.h"

namespace mininas::reference {

template <class T>
std::vector<T> fit(const Shape& from, const Shape& to, const std::vector<T>& x) {
  std::vector<T> y(static_cast<size_t>(to.size()));
  for (int64_t n = 0; n < to.n; ++n)
    for (int64_t h = 0; h < std::min(from.h, to.h); ++h)
      for (int64_t w = 0; w < std::min(from.w, to.w); ++w)
        for (int64_t c = 0; c < std::min(from.c, to.c); ++c)
          y[static_cast<size_t>(((n * to.h + h) * to.w + w) * to.c + c)] =
              x[static_cast<size_t>(((n * from.h + h) * from.w + w) * from.c + c)];
  return y;
}

}  // namespace mininas::reference
