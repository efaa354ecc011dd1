// The matrix micro-kernel. A tile of rows x vectors accumulators stays in registers while the reduction streams past:
// per step one vector of b a column block and one broadcast of a a row. Tiles are chosen by shape to fill the registers
// of the instruction set; since each output is its own chain, the tile never changes a bit.
#include "core/kernels/ahead.h"
#include "core/kernels/simd.h"
#include "core/kernels/tables.h"

namespace mininas::MN_ISA {
namespace {

// Registers: rows * vectors accumulators, `vectors` of b, one of a.
#if defined(__AVX512F__)
constexpr int kMaxVectors = 3;
constexpr int kTileRows[kMaxVectors + 1] = {0, 16, 8, 8};
constexpr int kTallest =
    9;  // fits too: the nine taps of a colour image's kernel row leave no tile of one row, which would wait for itself
#elif defined(__AVX2__)
constexpr int kMaxVectors = 1;
constexpr int kTileRows[kMaxVectors + 1] = {0, 6};
constexpr int kTallest = 6;
#else
constexpr int kMaxVectors = 1;
constexpr int kTileRows[kMaxVectors + 1] = {0, 2};
constexpr int kTallest = 2;
#endif

constexpr int kSteps = 4;  // of the reduction a round: a loop of few rounds ends where the processor expects it

// kVectors vectors, and with kHalf half a one behind them. `last`: how many lanes of the last one are columns.
template <int kRows, int kVectors, bool kHalf>
void tile(const Product& p, int64_t row, int64_t vector, int last, Piece ahead) {
  constexpr int kFull = kVectors > 0 ? kVectors : 1;  // no arrays of nothing
  const float* b_base = p.b + vector * p.b_panel;
  const float* a_base = p.a + row * p.a_row;
  float* c = p.c + row * p.c_row + vector * kLanes;
  F16 sum[kRows][kFull];
  F8 half[kRows];
  MN_UNROLL for (int r = 0; r < kRows; ++r) {
    const float* start = c + r * p.c_row;
    MN_UNROLL for (int v = 0; v < kVectors; ++v) sum[r][v] = p.accumulate ? F16::load(start + v * kLanes) : F16::zero();
    if (kHalf) half[r] = p.accumulate ? F8::load(start + kVectors * kLanes) : F8::zero();
  }
  for (int64_t s = 0; s < p.segments; ++s) {
    const float* a = a_base + s * p.a_segment;
    const float* b = b_base + s * p.b_segment;
    const auto step = [&]() __attribute__((always_inline)) {
      F16 bv[kFull];
      F8 bh;
      MN_UNROLL for (int v = 0; v < kVectors; ++v) bv[v] = F16::load(b + v * p.b_panel);
      if (kHalf) bh = F8::load(b + kVectors * p.b_panel);
      MN_UNROLL for (int r = 0; r < kRows; ++r) {
        const F16 av = F16::all(a[r * p.a_row]);
        MN_UNROLL for (int v = 0; v < kVectors; ++v) sum[r][v] = multiply_add(av, bv[v], sum[r][v]);
        if (kHalf) half[r] = multiply_add(half_of(av), bh, half[r]);
      }
      a += p.a_step;
      b += p.b_step;
    };
    int64_t k = p.depth;
    for (; k >= kSteps; k -= kSteps) {
      ahead.ask();
      MN_UNROLL for (int i = 0; i < kSteps; ++i) step();
    }
    for (; k > 0; --k) step();
  }
  MN_UNROLL for (int r = 0; r < kRows; ++r) {
    float* out = c + r * p.c_row;
    MN_UNROLL for (int v = 0; v < kVectors; ++v) sum[r][v].store_first(out + v * kLanes,
                                                                       kHalf || v < kVectors - 1 ? kLanes : last);
    if (kHalf) half[r].store_first(out + kVectors * kLanes, last);
  }
}

// A block of columns.
struct Block {
  int64_t vector;  // its first
  int last;        // lanes of its last
};

// All rows of one block: full tiles, then halves of what is left.
template <int kRows, int kVectors, bool kHalf>
void rows_of_block(const Product& p, int64_t row, const Block& block, Ahead& ahead) {
  if (kRows < kTallest && p.rows - row == kTallest)
    return tile<kTallest, kVectors, kHalf>(p, row, block.vector, block.last, ahead.next());
  for (; row + kRows <= p.rows; row += kRows)
    tile<kRows, kVectors, kHalf>(p, row, block.vector, block.last, ahead.next());
  if constexpr (kRows > 1) rows_of_block<kRows / 2, kVectors, kHalf>(p, row, block, ahead);
}

// A block of `count` vectors, the last one a half where that has room for its lanes.
template <int kVectors>
void run_block(const Product& p, int count, const Block& block, Ahead& ahead) {
  constexpr int kRows = kTileRows[kVectors];
  if (count < kVectors) {
    if constexpr (kVectors > 1) run_block<kVectors - 1>(p, count, block, ahead);
  } else if (block.last <= kLanes / 2) {
    rows_of_block<kRows, kVectors - 1, true>(p, 0, block, ahead);
  } else {
    rows_of_block<kRows, kVectors, false>(p, 0, block, ahead);
  }
}

}  // namespace

void product(const Product& p) {
  const int64_t vectors = (p.columns + kLanes - 1) / kLanes;
  const int64_t blocks = (vectors + kMaxVectors - 1) / kMaxVectors;
  const int tail = static_cast<int>(p.columns - (vectors - 1) * kLanes);
  const int64_t tile_rows = kTileRows[smaller<int64_t>(vectors, kMaxVectors)];
  Ahead ahead(p.soon, blocks * (p.rows == kTallest ? 1 : (p.rows + tile_rows - 1) / tile_rows),
              p.segments * (p.depth / kSteps));
  for (int64_t i = 0; i < blocks; ++i) {  // blocks of nearly equal width
    const int64_t first = i * vectors / blocks, end = (i + 1) * vectors / blocks;
    run_block<kMaxVectors>(p, static_cast<int>(end - first), {first, end == vectors ? tail : kLanes}, ahead);
  }
}

}  // namespace mininas::MN_ISA
