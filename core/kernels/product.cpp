// The matrix micro-kernel. A tile of rows x vectors accumulators stays in registers over the whole reduction. Each step
// loads one vector of b per column vector and broadcasts one number of a per row. Tile sizes depend on the shape and on
// the number of registers of the instruction set. Each output is a chain of its own, so the tile size never changes a
// result.
#include "core/kernels/prefetch.h"
#include "core/kernels/simd.h"
#include "core/kernels/tables.h"

namespace mininas::MN_ISA {
namespace {

// Registers used: rows * vectors accumulators, `vectors` for b, one for a.
#if defined(__AVX512F__)
constexpr int kMaxVectors = 3;
constexpr int kTileRows[kMaxVectors + 1] = {0, 16, 8, 8};
// Nine rows also fit. The weight gradient of a colour image has nine rows (3 taps x 3 channels); as 8 + 1 rows it would
// end with a tile of one row, whose few chains cannot hide the latency of the multiply-adds.
constexpr int kMaxRows = 9;
#elif defined(__AVX2__)
constexpr int kMaxVectors = 1;
constexpr int kTileRows[kMaxVectors + 1] = {0, 6};
constexpr int kMaxRows = 6;
#else
constexpr int kMaxVectors = 1;
constexpr int kTileRows[kMaxVectors + 1] = {0, 2};
constexpr int kMaxRows = 2;
#endif

constexpr int kSteps = 4;  // of the reduction per loop round: few rounds, whose end the branch predictor foresees

// One tile: kVectors vectors and, with kHalf, half a vector after them. `last`: how many lanes of the last vector hold
// columns.
template <int kRows, int kVectors, bool kHalf>
void tile(const Product& p, int64_t row, int64_t vector, int last, TilePrefetch prefetch) {
  constexpr int kFull = kVectors > 0 ? kVectors : 1;  // arrays of length 0 are not allowed
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
      prefetch.issue();
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
  int64_t vector;  // index of its first vector
  int last;        // used lanes of its last vector
};

// All rows of one block: full tiles, then tiles of half the height for the rows that are left, and so on.
template <int kRows, int kVectors, bool kHalf>
void rows_of_block(const Product& p, int64_t row, const Block& block, TilePrefetches& prefetches) {
  if (kRows < kMaxRows && p.rows - row == kMaxRows)
    return tile<kMaxRows, kVectors, kHalf>(p, row, block.vector, block.last, prefetches.next());
  for (; row + kRows <= p.rows; row += kRows)
    tile<kRows, kVectors, kHalf>(p, row, block.vector, block.last, prefetches.next());
  if constexpr (kRows > 1) rows_of_block<kRows / 2, kVectors, kHalf>(p, row, block, prefetches);
}

// A block of `count` vectors. The last one is a half vector where its used lanes fit into one.
template <int kVectors>
void run_block(const Product& p, int count, const Block& block, TilePrefetches& prefetches) {
  constexpr int kRows = kTileRows[kVectors];
  if (count < kVectors) {
    if constexpr (kVectors > 1) run_block<kVectors - 1>(p, count, block, prefetches);
  } else if (block.last <= kLanes / 2) {
    rows_of_block<kRows, kVectors - 1, true>(p, 0, block, prefetches);
  } else {
    rows_of_block<kRows, kVectors, false>(p, 0, block, prefetches);
  }
}

}  // namespace

void product(const Product& p) {
  const int64_t vectors = (p.columns + kLanes - 1) / kLanes;
  const int64_t blocks = (vectors + kMaxVectors - 1) / kMaxVectors;
  const int tail = static_cast<int>(p.columns - (vectors - 1) * kLanes);
  const int64_t tile_rows = kTileRows[smaller<int64_t>(vectors, kMaxVectors)];
  TilePrefetches prefetches(p.prefetch, blocks * (p.rows == kMaxRows ? 1 : (p.rows + tile_rows - 1) / tile_rows),
                            p.segments * (p.depth / kSteps));
  for (int64_t i = 0; i < blocks; ++i) {  // blocks of nearly equal width
    const int64_t first = i * vectors / blocks, end = (i + 1) * vectors / blocks;
    run_block<kMaxVectors>(p, static_cast<int>(end - first), {first, end == vectors ? tail : kLanes}, prefetches);
  }
}

}  // namespace mininas::MN_ISA
