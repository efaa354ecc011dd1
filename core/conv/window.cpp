#include "core/conv/window.h"

#include <algorithm>

#include "core/error.h"

namespace mininas {

TapRange WindowAxis::inside(int output, int extent) const {
  const auto taps_before = [&](int position) { return (position - start(output) + dilation - 1) / dilation; };
  return {start(output) < 0 ? taps_before(0) : 0, std::min(taps, taps_before(extent))};
}

int WindowAxis::outputs(int extent) const {
  const int steps = extent + 2 * padding - reach();
  return steps < 0 ? 0 : steps / stride + 1;
}

WindowAxis Window::axis(int taps) const {
  WindowAxis axis{taps, stride, dilation};
  if (padded) axis.padding = (axis.reach() - 1) / 2;
  return axis;
}

Window square_window(int kernel, int stride) { return {.height = kernel, .width = kernel, .stride = stride}; }

std::string to_text(const Window& window) {
  std::string out = text(window.height, "x", window.width);
  if (window.stride != 1) out += text(", stride ", window.stride);
  if (window.dilation != 1) out += text(", dilation ", window.dilation);
  return out + (window.padded ? "" : ", not padded");
}

}  // namespace mininas
