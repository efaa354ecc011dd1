// Winograd's F(2x2, 3x3): a standard 3x3 convolution of stride 1 with 16 multiplications where the direct form has 36
// (Winograd 1980; Lavin and Gray 2016). It computes a tile of 2x2 outputs at a time from the 4x4 inputs d under the
// tile; w are the weights, dy the output gradient, and * multiplies 4x4 matrices element by element:
//   y  = A^T ( sum over channels of  (G w G^T) * (B^T d B) ) A
//   dw = G^T ( sum over tiles of     (A dy A^T) * (B^T d B) ) G
//   dx = the formula of y, with padded dy as the input and the weights flipped and their channels transposed
//
//         | 1  0 -1  0 |        | 1   0   0  |         | 1  1  1  0 |
//   B^T = | 0  1  1  0 |    G = | .5  .5  .5 |   A^T = | 0  1 -1 -1 |
//         | 0 -1  1  0 |        | .5 -.5  .5 |
//         | 0  1  0 -1 |        | 0   0   1  |
//
// The sums are 16 matrix products of the micro-kernel over all tiles of a band of rows. The transforms
// (core/kernels/winograd.h) add in a fixed order, so results never depend on bands, threads or instruction sets. They
// do differ from the direct form's in the last bits. core/reference/winograd.h defines them. Each class runs on one
// thread.
// Internal to core.
#pragma once
#include "core/conv/packed_weights.h"
#include "core/kernels/kernels.h"

namespace mininas {

// Multiplications of this form divided by those of the direct form: 16/36, and more where the last tiles reach past the
// image.
double winograd_share(const ConvGeometry& g);
// Whether a convolution is computed in this form, forward and backward. Depends on shapes alone.
bool takes_winograd(const ConvGeometry& g);

// Output rows per band: an even number, with enough tiles to pay for reading the weights and few enough that the band's
// matrices stay in cache.
int64_t winograd_band_rows(const ConvGeometry& g);

// 16 matrices in the order of packed_weights.h: [panel of 16 columns][step][16].
struct WinogradWeights {
  Tensor values;
  int64_t steps = 0, columns = 0;
  bool flipped = false;  // in both axes of the kernel

  // Matrix number i = 4 * row + column. The matrices of a flipped kernel are those of the kernel in another order.
  const float* matrix(int i) const;
};
// For the forward pass: column = output channel, step = input channel.
WinogradWeights winograd_forward(const ConvGeometry& g, const Tensor& weight);
// For the input gradient: column = input channel, step = output channel.
WinogradWeights winograd_backward(const ConvGeometry& g, const Tensor& weight);

// 16 matrices of tiles x channels. The gap between them is a little larger than needed, so that the 16 numbers of a
// tile do not fall into the same cache set.
struct TileMatrices {
  Tensor values;
  int64_t channels, matrix;

  TileMatrices(int64_t tiles, int64_t channel_count);
  float* at(int64_t i, int64_t tile = 0) { return values.data() + i * matrix + tile * channels; }
};

// Computes the output of a convolution, one band of rows at a time.
class WinogradBand {
 public:
  // For bands of up to `rows` x `width` outputs.
  WinogradBand(const WinogradWeights& weights, int64_t rows, int64_t width);
  // y[rows][width][columns] from padded rows [rows + 2][width + 2][steps]. `prefetch`: see products.h.
  void convolve(const float* padded, int64_t rows, float* y, const Prefetch& prefetch = {});

 private:
  const WinogradWeights& weights_;
  int64_t width_;
  TileMatrices in_, out_;
};

// Computes the weight gradient from bands of rows. It collects tiles, also from several images, and multiplies once
// there are enough of them.
class WinogradGradient {
 public:
  // For bands of up to `rows` output rows of `g`.
  WinogradGradient(const ConvGeometry& g, int64_t rows);
  // Adds a band: padded rows as above, dy[rows][width][out_c]. Requires: `rows` is even, except in an image's last
  // band.
  void add(const float* padded, const float* dy, int64_t rows);
  // Writes the gradient of all bands that were added, [out][3][3][in].
  void finish(float* gradient);

 private:
  void multiply();

  const ConvGeometry& geometry_;
  int64_t capacity_, tiles_ = 0;  // tiles that fit into in_ and out_; tiles that are in them
  bool begun_ = false;            // whether sums_ holds values
  TileMatrices in_, out_, sums_;  // sums_: [out][in] instead of [tile][channel]
};

}  // namespace mininas
