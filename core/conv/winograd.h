// Winograd's F(2x2, 3x3): a standard 3x3 convolution of stride 1 with 16 products where a direct one has 36 (Winograd
// 1980; Lavin and Gray 2016). Four outputs at a time, 2x2, from the 4x4 inputs d under them, weights w and output
// gradient dy:
//   y  = A^T ( sum over channels of  (G w G^T) * (B^T d B) ) A                   * element by element, of 4x4 numbers
//   dw = G^T ( sum over tiles of     (A dy A^T) * (B^T d B) ) G
//   dx = y of dy with its border, by weights turned by half a circle and transposed
//
//         | 1  0 -1  0 |        | 1   0   0  |         | 1  1  1  0 |
//   B^T = | 0  1  1  0 |    G = | .5  .5  .5 |   A^T = | 0  1 -1 -1 |
//         | 0 -1  1  0 |        | .5 -.5  .5 |
//         | 0  1  0 -1 |        | 0   0   1  |
//
// The sums are 16 matrix products of the one micro-kernel, over all tiles of a band of rows; what is transformed
// (core/kernels/winograd.h) is additions, exactly cut as everything else, so bits never depend on bands, threads or
// instruction sets. They are other bits than the direct form's. Definition: core/reference/winograd.h. Each class runs
// on one thread. Internal to core.
#pragma once
#include "core/conv/packed_weights.h"
#include "core/kernels/kernels.h"

namespace mininas {

// Products of this form for each one of the direct form: 16 in 36, and more where the last tiles reach past an image.
double winograd_share(const ConvGeometry& g);
// Whether a convolution is done in this form, forward and backward. Depends on shapes alone.
bool takes_winograd(const ConvGeometry& g);

// Output rows of a band: even, with so many tiles that weights are worth reading and what a band makes of them stays in
// cache.
int64_t winograd_band_rows(const ConvGeometry& g);

// 16 matrices in the order of packed_weights.h: [panel of 16 columns][step][16].
struct WinogradWeights {
  Tensor values;
  int64_t steps = 0, columns = 0;
  bool turned = false;  // by half a circle

  // Number 4 * row + column of a tile. A turned kernel's matrices are those of the kernel itself in another order.
  const float* matrix(int i) const;
};
// For y: column = output channel, step = input channel.
WinogradWeights winograd_forward(const ConvGeometry& g, const Tensor& weight);
// For dx: column = input channel, step = output channel.
WinogradWeights winograd_backward(const ConvGeometry& g, const Tensor& weight);

// 16 matrices of tiles x channels. A little more than that lies between them, so that a tile's 16 numbers do not meet
// in one cache set.
struct TileMatrices {
  Tensor values;
  int64_t channels, matrix;

  TileMatrices(int64_t tiles, int64_t channel_count);
  float* at(int64_t i, int64_t tile = 0) { return values.data() + i * matrix + tile * channels; }
};

// Rows of a convolution's output, a band at a time.
class WinogradBand {
 public:
  // For bands of up to `rows` x `width` outputs.
  WinogradBand(const WinogradWeights& weights, int64_t rows, int64_t width);
  // y[rows][width][columns] from padded rows [rows + 2][width + 2][steps]. `soon`: see products.h.
  void convolve(const float* padded, int64_t rows, float* y, const SoonRead& soon = {});

 private:
  const WinogradWeights& weights_;
  int64_t width_;
  TileMatrices in_, out_;
};

// The gradient of the weights, from bands. It multiplies once enough tiles have come together, whichever images they
// are from.
class WinogradGradient {
 public:
  // For bands of up to `rows` rows of g's outputs.
  WinogradGradient(const ConvGeometry& g, int64_t rows);
  // Padded rows as above, dy[rows][width][out_c]. Even `rows` but for an image's last band.
  void add(const float* padded, const float* dy, int64_t rows);
  // Writes the gradient of all that was added, [out][3][3][in].
  void finish(float* gradient);

 private:
  void multiply();

  const ConvGeometry& geometry_;
  int64_t capacity_, tiles_ = 0;  // there is room for; that wait
  bool begun_ = false;            // the sums hold something
  TileMatrices in_, out_, sums_;  // sums: [out][in] instead of [tile][channel]
};

}  // namespace mininas
