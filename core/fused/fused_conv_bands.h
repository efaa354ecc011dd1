// What the forward and the backward pass of a fused convolution (core/fused/fused_conv.h) share: its geometry, a
// sliding buffer of rows, and the way inputs are read. Internal to core.
#pragma once
#include <algorithm>
#include <cstring>
#include <vector>

#include "core/conv/products.h"
#include "core/conv/winograd.h"
#include "core/fused/fused_conv.h"

namespace mininas {

constexpr int64_t kBandPixels = 128;  // pixels per band, approximately

// The shapes of a fused convolution: a window that slides over the padded input, and perhaps a pointwise convolution
// after it.
struct FusedConvGeometry {
  ConvGeometry window;     // out_c: channels after the window
  bool depthwise = false;  // whether the window is a depthwise or a standard convolution
  bool separable = false;  // whether a pointwise convolution follows
  int64_t out_c = 1;

  Shape output() const { return {window.batch, window.out_h(), window.out_w(), out_c}; }
  ConvGeometry pointwise() const {
    return {
        .batch = window.batch, .in_h = window.out_h(), .in_w = window.out_w(), .in_c = window.out_c, .out_c = out_c};
  }
  int64_t padded_row() const { return (window.in_w + 2 * window.padding()) * window.in_c; }  // floats
  // The layout of the window's output gradient for the computation of the input gradient: padded with zeros and, for a
  // depthwise kernel, dilated by the stride, because that kernel moves over it by single pixels. A standard convolution
  // needs no dilation (products.h, multiply_transposed).
  int64_t gradient_step() const { return depthwise ? window.stride : 1; }
  int64_t gradient_border() const {
    return depthwise ? window.kernel - 1 - window.padding() : mininas::gradient_border(window);
  }
  int64_t gradient_row() const {  // floats
    return (depthwise ? window.in_w + window.kernel - 1 : window.out_w() + 2 * gradient_border()) * window.out_c;
  }
  // The window over padded rows.
  WindowRows windows(const float* padded) const {
    return {.padded = padded,
            .padded_row = padded_row(),
            .channels = window.in_c,
            .kernel = window.kernel,
            .stride = window.stride};
  }
  bool winograd() const { return !depthwise && takes_winograd(window); }
  // Whether it is a single pointwise convolution. It has no borders, so consecutive images are treated as one tall
  // image.
  bool pixelwise() const { return !depthwise && window.kernel == 1 && window.stride == 1; }
  // How many of `images` are processed as one tall image.
  int64_t images_per_run(int64_t images) const { return pixelwise() ? images : 1; }
  // Output rows per band: about 128 pixels, but enough rows that the window's border is not most of the band. Depends
  // on shapes alone.
  int64_t band_rows() const;
};

// Divides the pixels first ... first + pixels - 1 of a batch at image boundaries and calls body(image, first, pixels)
// for each part.
template <class Body>
void for_images(int64_t pixels_per_image, int64_t first, int64_t pixels, const Body& body) {
  for (int64_t end = first + pixels; first < end;) {
    const int64_t image = first / pixels_per_image, piece = std::min(end, (image + 1) * pixels_per_image) - first;
    body(image, first, piece);
    first += piece;
  }
}

// Throws ConfigError where weights and input do not fit.
FusedConvGeometry fused_conv_geometry(const Tape& tape, const NormedValue& x, const FusedConvWeights& weights);

// A sliding buffer of rows, numbered from 0. Rows are appended at the end and dropped at the beginning; the rows
// between are contiguous in memory.
class RowWindow {
 public:
  // For at most `kept` rows at a time. The memory holds twice as many, so that rows rarely have to be moved to its
  // start.
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
  int64_t origin_ = 0, begin_ = 0, end_ = 0;  // row at the start of the memory; first kept row; last kept row + 1
};

// A range to prefetch: `floats` floats of the tensor from `first` on, or as many as there are.
PrefetchRange prefetch_range(const Tensor& tensor, int64_t first, int64_t floats);

// Whether kernels should write a tensor past the caches (kernels.h, DepthwiseRows): it is so large that little of it
// would still be in cache when it is read.
bool streams(const Tensor& tensor);

// Applies the norm (where `rows` has a scale) and then the ReLU (where it asks for one).
void load_rows(const NormRows& rows, float* y);

// Reads the input of a fused convolution: applies norm and ReLU and pads with zeros.
struct InputReader {
  const FusedConvGeometry& geometry;
  const Tensor& raw;
  const Norm* norm;  // null: no norm
  bool relu;

  NormRows rows(int64_t image, int64_t first, int64_t count) const;  // rows of the raw value
  // The raw rows that the next band, after padded row `end`, reads: `rows` rows, also of the next image, or as many as
  // the tensor still has.
  PrefetchRange prefetch(int64_t image, int64_t end, int64_t rows) const;
  // Padded rows [begin, end) of one image (or tall image), contiguous in memory. Appends to `padded` the rows that it
  // does not hold yet and drops earlier ones. Without padding, norm and ReLU it returns rows of the tensor itself.
  const float* fill(RowWindow& padded, int64_t image, int64_t begin, int64_t end) const;

 private:
  void append_row(RowWindow& padded, int64_t image) const;
};

}  // namespace mininas
