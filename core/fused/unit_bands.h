// What the two passes of a convolution unit (core/fused/conv_unit.h) share: its geometry, rows that pass by in a
// window, and how inputs are read. Internal to core.
#pragma once
#include <algorithm>
#include <cstring>
#include <vector>

#include "core/conv/products.h"
#include "core/conv/winograd.h"
#include "core/fused/conv_unit.h"

namespace mininas {

constexpr int64_t kBandPixels = 128;  // of a band, about

// Where a unit's pixels are. A window slides over the input with its border; a pointwise convolution may follow it.
struct UnitGeometry {
  ConvGeometry window;     // out_c: channels behind the window
  bool depthwise = false;  // the window is depthwise; otherwise it is a standard convolution
  bool mixed = false;      // a pointwise convolution follows
  int64_t out_c = 1;

  Shape output() const { return {window.batch, window.out_h(), window.out_w(), out_c}; }
  ConvGeometry mix() const {
    return {
        .batch = window.batch, .in_h = window.out_h(), .in_w = window.out_w(), .in_c = window.out_c, .out_c = out_c};
  }
  int64_t padded_row() const { return (window.in_w + 2 * window.padding()) * window.in_c; }  // floats
  // The window's output gradient as the input gradient reads it, with zeros around. A depthwise kernel slides over it
  // by single pixels, so there they lie `stride` apart, zeros between; a standard convolution skips those (products.h,
  // multiply_transposed).
  int64_t gradient_step() const { return depthwise ? window.stride : 1; }
  int64_t gradient_border() const {
    return depthwise ? window.kernel - 1 - window.padding() : mininas::gradient_border(window);
  }
  int64_t gradient_row() const {  // floats
    return (depthwise ? window.in_w + window.kernel - 1 : window.out_w() + 2 * gradient_border()) * window.out_c;
  }
  // What a window sees of padded rows.
  WindowRows windows(const float* padded) const {
    return {.padded = padded,
            .padded_row = padded_row(),
            .channels = window.in_c,
            .kernel = window.kernel,
            .stride = window.stride};
  }
  bool winograd() const { return !depthwise && takes_winograd(window); }
  // A pointwise convolution alone. Its window is a pixel, so it takes images that follow each other for one tall image.
  bool pixelwise() const { return !depthwise && window.kernel == 1 && window.stride == 1; }
  // How many of `images` make one run of bands: all of them where they are one tall image.
  int64_t images_a_run(int64_t images) const { return pixelwise() ? images : 1; }
  // Output rows of a band: about 128 pixels, and enough that a window's border is not most of it. Depends on shapes
  // alone.
  int64_t band_rows() const;
};

// Cuts `pixels` of a batch, from its pixel `first` on, where images begin: body(image, first, pixels) of each piece.
template <class Body>
void for_images(int64_t pixels_an_image, int64_t first, int64_t pixels, const Body& body) {
  for (int64_t end = first + pixels; first < end;) {
    const int64_t image = first / pixels_an_image, piece = std::min(end, (image + 1) * pixels_an_image) - first;
    body(image, first, piece);
    first += piece;
  }
}

// Throws ConfigError where weights and input do not fit.
UnitGeometry unit_geometry(const Tape& tape, const NormedValue& x, const UnitWeights& weights);

// Rows numbered from 0 that are appended at one end and dropped at the other; those between lie in one piece of memory.
class RowWindow {
 public:
  // At most `kept` rows at a time. Room for twice as many: rows that stay move to the front only once in a while.
  RowWindow(int64_t row_floats, int64_t kept)
      : row_floats_(row_floats),
        memory_(Tensor::uninitialized({1, 1, 1, row_floats * 2 * kept})),
        capacity_(2 * kept) {}

  int64_t end() const { return end_; }
  const float* row(int64_t index) const { return memory_.data() + (index - origin_) * row_floats_; }
  void restart() { origin_ = begin_ = end_ = 0; }
  void drop_before(int64_t begin) { begin_ = begin; }
  float* append(int64_t rows);
  void append_zeros(int64_t rows);

 private:
  int64_t row_floats_;
  Tensor memory_;
  int64_t capacity_;
  int64_t origin_ = 0, begin_ = 0, end_ = 0;  // the row at the memory's start; the rows that are kept
};

// What a product asks for ahead of time: as many floats from `first` on as the tensor still has.
Soon soon_of(const Tensor& tensor, int64_t first, int64_t floats);

// Whether kernels should write a tensor past the caches (kernels.h): it is so large that little of it would still be
// there when it is read.
bool streams(const Tensor& tensor);

// How a unit reads its input: pixels through the norm, border zero.
struct InputReader {
  const UnitGeometry& geometry;
  const Tensor& raw;
  const Norm* norm;  // null: as it is

  NormRows rows(int64_t image, int64_t first, int64_t count) const;  // of the raw value
  // Raw rows that the band behind padded rows [.., end) reads first: `rows` of them, into the next image, or what is
  // left of the tensor.
  Soon soon(int64_t image, int64_t end, int64_t rows) const;
  // Padded rows [begin, end) of one image or run, in one piece: appends to `padded` what it does not hold yet, and
  // drops what lies before. Where padding and norm would change nothing they are read from the tensor itself.
  const float* fill(RowWindow& padded, int64_t image, int64_t begin, int64_t end) const;

 private:
  void append_row(RowWindow& padded, int64_t image) const;
};

}  // namespace mininas
