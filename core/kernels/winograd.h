// The transforms of Winograd's F(2x2, 3x3). core/conv/winograd.h explains the algorithm, core/reference/winograd.h
// defines it. A transformed tile has 16 numbers per channel. Number 4 * row + column of all tiles forms one matrix,
// [tile][channel].
#pragma once
#include <cstdint>

namespace mininas {

constexpr int kWinogradMatrices = 16;

// The tiles that cover `rows` x `width` outputs, in raster order. Tile (i, j) computes the outputs in rows 2i and
// 2i + 1 and columns 2j and 2j + 1, as far as they exist.
struct WinogradTiles {
  int64_t rows, width, channels;
  int64_t row;     // floats between rows of pixels
  int64_t matrix;  // floats between matrices
  int64_t high() const { return (rows + 1) / 2; }
  int64_t wide() const { return (width + 1) / 2; }
  int64_t count() const { return high() * wide(); }
};

struct WinogradKernels {
  // From padded pixels, [rows + 2][width + 2][channels], to matrices: B^T d B of the 4x4 pixels under each tile, with
  // zeros for pixels that do not exist.
  void (*input)(const WinogradTiles&, const float* padded, float* matrices);
  // From matrices to outputs, [rows][width][channels]: A^T m A.
  void (*output)(const WinogradTiles&, const float* matrices, float* y);
  // From the output gradient to matrices: A dy A^T, with zeros for outputs that do not exist.
  void (*output_gradient)(const WinogradTiles&, const float* dy, float* matrices);
  // From weights [out][3][3][in] to matrices in panels of 16 input channels (packed_weights.h), [panel][out][16]:
  // G w G^T. Columns past the last input channel are not written.
  void (*weights)(const float* weights, int64_t out_c, int64_t in_c, int64_t matrix, float* matrices);
  // From the gradients of the matrices, each [out][in], to the gradient of the weights: G^T m G.
  void (*weight_gradient)(const float* matrices, int64_t out_c, int64_t in_c, int64_t matrix, float* gradient);
};

}  // namespace mininas
