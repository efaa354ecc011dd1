// Window: what a convolution or a pool slides over an image: the size of its kernel, its stride and dilation, and
// whether the image is padded. Which pixels an output reads, and how many outputs there are, follows along each axis by
// itself (WindowAxis). It knows no channels and no weights.
#pragma once
#include <string>

namespace mininas {

// Taps [first, last) of a window.
struct TapRange {
  int first, last;
};

// A window along one axis. Output number o reads the positions start(o) + t * dilation for its taps t; those outside of
// the image are padding.
struct WindowAxis {
  int taps = 1, stride = 1, dilation = 1, padding = 0;

  int reach() const { return (taps - 1) * dilation + 1; }  // positions from the first tap to the last one, both counted
  int start(int output) const { return output * stride - padding; }
  TapRange inside(int output, int extent) const;  // the taps that lie inside the image
  // floor((extent + 2 * padding - reach) / stride) + 1; 0 where the padded image is smaller than the window.
  int outputs(int extent) const;
};

struct Window {
  int height = 1, width = 1;  // of the kernel, in taps
  int stride = 1;             // on both axes
  int dilation = 1;           // pixels from a tap to the next one; 1: they are neighbours
  bool padded = true;         // (reach - 1) / 2 on each side, rounded down; otherwise windows lie inside the image

  WindowAxis rows() const { return axis(height); }
  WindowAxis columns() const { return axis(width); }
  bool is_pixel() const { return height == 1 && width == 1 && stride == 1; }
  bool operator==(const Window&) const = default;

 private:
  WindowAxis axis(int taps) const;
};

Window square_window(int kernel, int stride = 1);

// "3x3", "3x3, stride 2", "1x7", "5x5, dilation 2", "3x3, not padded"
std::string to_text(const Window& window);

}  // namespace mininas
