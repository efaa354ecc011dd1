// Bands: how a convolution over images is cut into tasks. A task is (image, first output row, rows); its padded input
// lies in a buffer of its own. Internal to core/conv/convolution.cpp and core/conv/depthwise.cpp.
#pragma once
#include <functional>
#include <vector>

#include "core/conv/convolution.h"

namespace mininas {

// What a band's window slides over: an image spread out by `dilation` (zeros between its pixels; 1: none) with a border
// of zeros.
struct PaddedView {
  const Tensor* source;
  int64_t border_top, border_left;  // rows and columns before the first pixel
  int64_t width;                    // columns of the padded image
  int64_t dilation;

  // The input of a forward convolution.
  static PaddedView of_input(const ConvGeometry& g, const Tensor& x);
  // The output gradient as the input-gradient convolution (stride 1, flipped weights) reads it.
  static PaddedView of_output_gradient(const ConvGeometry& g, const Tensor& dy);

  int64_t row_floats() const { return width * source->shape().c; }
  // Writes padded rows first_row ... first_row + rows - 1 of one image to `out`.
  void copy_rows(int64_t image, int64_t first_row, int64_t rows, float* out) const;
};

// Slides a window of `kernel` rows over a view: `out_rows` outputs an image, `stride` padded rows apart.
struct BandPlan {
  int64_t images, out_rows, band_rows;  // output rows, and how many of them a band has
  int64_t bands() const { return (out_rows + band_rows - 1) / band_rows; }
};

// Bands whose padded input fits in a share of the second-level cache. Depends on shapes alone.
BandPlan plan_bands(const PaddedView& view, int64_t out_rows, int kernel, int stride);

struct Band {
  int64_t image, first_row, rows;  // output rows
  const float* padded;             // first padded row of the window of the first output row
};

// Calls body for the bands of one image in order. `buffer` is reused between calls.
void for_bands(const PaddedView& view, const BandPlan& plan, int kernel, int stride, int64_t image,
               std::vector<float>& buffer, const std::function<void(const Band&)>& body);

// Sums of images in fixed chunks: how many chunks a batch makes, and which images are in each.
int64_t chunk_count(int64_t images);
inline int64_t chunk_begin(int64_t images, int64_t chunk) { return chunk * images / chunk_count(images); }

// Runs body(chunk, sum) for each chunk with a zeroed tensor, then adds the sums in chunk order.
Tensor sum_over_chunks(int64_t images, const Shape& shape, const std::function<void(int64_t chunk, Tensor& sum)>& body);

}  // namespace mininas
