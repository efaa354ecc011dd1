// Bands: how a convolution is divided so that its input stays in cache. A band is some output rows of one image; its
// padded input rows are copied into a small buffer. Internal to core/conv/convolution.cpp and core/conv/depthwise.cpp.
#pragma once
#include <functional>
#include <vector>

#include "core/conv/convolution.h"

namespace mininas {

// The padded image that a window slides over. `dilation` > 1 puts dilation - 1 zeros between neighbouring pixels, as
// the input gradient of a strided convolution needs it.
struct PaddedView {
  const Tensor* source;
  int64_t border_top, border_left;  // rows and columns of zeros before the first pixel
  int64_t width;                    // columns of the padded image
  int64_t dilation;

  // The input of a forward convolution.
  static PaddedView of_input(const ConvGeometry& g, const Tensor& x);
  // The output gradient, dilated by the stride and padded, as the input gradient (a convolution with stride 1 and
  // flipped weights) reads it.
  static PaddedView of_output_gradient(const ConvGeometry& g, const Tensor& dy);

  int64_t row_floats() const { return width * source->shape().c; }
  // Writes padded rows first_row ... first_row + rows - 1 of one image to `out`.
  void copy_rows(int64_t image, int64_t first_row, int64_t rows, float* out) const;
};

// How many bands an image has.
struct BandPlan {
  int64_t images, out_rows, band_rows;  // output rows per image and per band
  int64_t bands() const { return (out_rows + band_rows - 1) / band_rows; }
};

// Chooses bands whose padded input fits into a part of the second-level cache. Depends on shapes alone.
BandPlan plan_bands(const PaddedView& view, int64_t out_rows, int kernel, int stride);

struct Band {
  int64_t image, first_row, rows;  // output rows
  const float* padded;             // first padded row of the window of the first output row
};

// Calls `body` for each band of one image, in order. `buffer` holds the padded rows and is reused between calls.
void for_bands(const PaddedView& view, const BandPlan& plan, int kernel, int stride, int64_t image,
               std::vector<float>& buffer, const std::function<void(const Band&)>& body);

// The output of a convolution in bands, images side by side: body(band, rows) writes the band's rows of the output.
Tensor output_of_bands(const PaddedView& view, int kernel, int stride, const Shape& out,
                       const std::function<void(const Band&, float* rows)>& body);

// A sum over a batch is made in chunks of images. The number of chunks depends on the batch size alone, so the order of
// the additions does not depend on the number of threads.
int64_t chunk_count(int64_t images);
inline int64_t chunk_begin(int64_t images, int64_t chunk) { return chunk * images / chunk_count(images); }

// Calls body(chunk, sum) for each chunk with a zeroed tensor, then adds the tensors in chunk order.
Tensor sum_over_chunks(int64_t images, const Shape& shape, const std::function<void(int64_t chunk, Tensor& sum)>& body);

}  // namespace mininas
