// The transforms of Winograd's F(2x2, 3x3); what they are for stands in core/conv/winograd.h, their definition in
// core/reference/winograd.h. A tile has 16 numbers a channel; number 4 * row + column of all tiles is a matrix of its
// own, [tile][channel].
#pragma once
#include <cstdint>

namespace mininas {

constexpr int kWinogradMatrices = 16;

// Tiles over `rows` x `width` outputs, in raster order: tile (i, j) makes the outputs in rows 2i and 2i + 1, columns 2j
// and 2j + 1, as far as they exist.
struct WinogradTiles {
  int64_t rows, width, channels;
  int64_t row;     // floats between rows of pixels
  int64_t matrix;  // floats between matrices
  int64_t high() const { return (rows + 1) / 2; }
  int64_t wide() const { return (width + 1) / 2; }
  int64_t count() const { return high() * wide(); }
};

struct WinogradKernels {
  // Padded pixels, [rows + 2][width + 2][channels], to matrices: B^T d B of the 4x4 pixels under each tile, zeros where
  // there are none.
  void (*input)(const WinogradTiles&, const float* padded, float* matrices);
  // Matrices to outputs, [rows][width][channels]: A^T m A.
  void (*output)(const WinogradTiles&, const float* matrices, float* y);
  // The output's gradient to matrices: A dy A^T, zeros where there are no outputs.
  void (*output_gradient)(const WinogradTiles&, const float* dy, float* matrices);
  // Weights [out][3][3][in] to matrices in panels of 16 input channels (packed_weights.h), [panel][out][16]: G w G^T.
  // Nothing is written behind the last input channel.
  void (*weights)(const float* weights, int64_t out_c, int64_t in_c, int64_t matrix, float* matrices);
  // The matrices' gradients, each [out][in], to that of the weights: G^T m G.
  void (*weight_gradient)(const float* matrices, int64_t out_c, int64_t in_c, int64_t matrix, float* gradient);
};

}  // namespace mininas
