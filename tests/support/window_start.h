// Where a window begins, written out once more for tests, which compare what core/conv/window.h says with it.
#pragma once
#include "core/conv/window.h"

namespace mininas::test {

// The position of the first tap of output number `output`, along an axis on which the window has `taps` taps.
inline int window_start(const Window& window, int taps, int output) {
  const int padding = window.padded ? window.dilation * (taps - 1) / 2 : 0;
  return output * window.stride - padding;
}

}  // namespace mininas::test
