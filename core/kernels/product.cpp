// The matrix micro-kernel. A tile of rows x vectors accumulators stays in registers while the reduction streams past: per step one vector
// of b a column block and one broadcast of a a row. Tiles are chosen by shape to fill the registers of the instruction set; since each
// output is its own chain, the tile never changes a bit.
#include "core/kernels/simd.h"
#include "core/kernels/tables.h"

namespace mininas::MN_ISA {
namespace {

// Registers: rows * vectors accumulators, `vectors` of b, one of a.
#if defined(__AVX512F__)
constexpr int kMaxVectors = 3;
constexpr int kTileRows[kMaxVectors + 1] = {0, 16, 8, 8};
constexpr int kTallest = 9;  // fits too: the nine taps of a colour image's kernel row leave no tile of one row, which would wait for itself
#elif defined(__AVX2__)
constexpr int kMaxVectors = 1;
constexpr int kTileRows[kMaxVectors + 1] = {0, 6};
constexpr int kTallest = 6;
#else
constexpr int kMaxVectors = 1;
constexpr int kTileRows[kMaxVectors + 1] = {0, 2};
constexpr int kTallest = 2;
#endif

template <int kRows, int kVectors>
void tile(const Product& p, int64_t row, int64_t vector, int last_lanes) {
  const float* b_base = p.b + vector * p.b_panel;
  const float* a_base = p.a + row * p.a_row;
  float* c = p.c + row * p.c_row + vector * kLanes;
  F16 sum[kRows][kVectors];
  MN_UNROLL for (int r = 0; r < kRows; ++r) {
    MN_UNROLL for (int v = 0; v < kVectors; ++v) sum[r][v] = p.accumulate ? F16::load(c + r * p.c_row + v * kLanes) : F16::zero();
  }
  for (int64_t s = 0; s < p.segments; ++s) {
    const float* a = a_base + s * p.a_segment;
    const float* b = b_base + s * p.b_segment;
    for (int64_t k = 0; k < p.depth; ++k) {
      F16 bv[kVectors];
      MN_UNROLL for (int v = 0; v < kVectors; ++v) bv[v] = F16::load(b + v * p.b_panel);
      MN_UNROLL for (int r = 0; r < kRows; ++r) {
        const F16 av = F16::all(a[r * p.a_row]);
        MN_UNROLL for (int v = 0; v < kVectors; ++v) sum[r][v] = multiply_add(av, bv[v], sum[r][v]);
      }
      a += p.a_step;
      b += p.b_step;
    }
  }
  MN_UNROLL for (int r = 0; r < kRows; ++r) {
    MN_UNROLL for (int v = 0; v < kVectors - 1; ++v) sum[r][v].store(c + r * p.c_row + v * kLanes);
    sum[r][kVectors - 1].store_first(c + r * p.c_row + (kVectors - 1) * kLanes, last_lanes);
  }
}

// All rows of one block of columns: full tiles, then halves of what is left.
template <int kRows, int kVectors>
int64_t rows_of_block(const Product& p, int64_t row, int64_t vector, int last_lanes) {
  if (kRows < kTallest && p.rows - row == kTallest) {
    tile<kTallest, kVectors>(p, row, vector, last_lanes);
    return p.rows;
  }
  for (; row + kRows <= p.rows; row += kRows) tile<kRows, kVectors>(p, row, vector, last_lanes);
  if constexpr (kRows > 1) row = rows_of_block<kRows / 2, kVectors>(p, row, vector, last_lanes);
  return row;
}

template <int kVectors>
void block(const Product& p, int64_t vector, int count, int last_lanes) {
  if (count == kVectors) {
    rows_of_block<kTileRows[kVectors], kVectors>(p, 0, vector, last_lanes);
  } else if constexpr (kVectors > 1) {
    block<kVectors - 1>(p, vector, count, last_lanes);
  }
}

}  // namespace

void product(const Product& p) {
  const int64_t vectors = (p.columns + kLanes - 1) / kLanes;
  const int64_t blocks = (vectors + kMaxVectors - 1) / kMaxVectors;
  const int tail = static_cast<int>(p.columns - (vectors - 1) * kLanes);
  for (int64_t i = 0; i < blocks; ++i) {  // blocks of nearly equal width
    const int64_t first = i * vectors / blocks, end = (i + 1) * vectors / blocks;
    block<kMaxVectors>(p, first, static_cast<int>(end - first), end == vectors ? tail : kLanes);
  }
}

}  // namespace mininas::MN_ISA
