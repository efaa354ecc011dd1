// The integer matrix micro-kernel, the counterpart of product.cpp on bytes. A tile of rows x vectors accumulators
// starts from the bias and stays in registers over the whole reduction, four bytes per lane and step. It is requantised
// to bytes before it is stored, so the int32 sums never reach memory.
#include "core/kernels/int8_simd.h"
#include "core/kernels/int8_tables.h"

namespace mininas::MN_ISA {
namespace {

// Registers used: rows * vectors accumulators, `vectors` for weights, one for bytes. Without instructions that multiply
// bytes, weights and bytes take twice as many.
#if defined(__AVX512VNNI__)
constexpr int kMaxVectors = 3;
constexpr int kTileRows[kMaxVectors + 1] = {0, 16, 8, 8};
#elif defined(__AVX512BW__)
constexpr int kMaxVectors = 2;
constexpr int kTileRows[kMaxVectors + 1] = {0, 16, 8};
#elif defined(__AVX2__)
constexpr int kMaxVectors = 1;
constexpr int kTileRows[kMaxVectors + 1] = {0, 4};
#else
constexpr int kMaxVectors = 1;
constexpr int kTileRows[kMaxVectors + 1] = {0, 2};
#endif

constexpr int64_t kStep = 4 * kLanes;  // bytes of weights per vector and step

template <int kRows, int kVectors>
void tile(const Int8Product& p, int64_t row, int64_t vector, int last_lanes) {
  const int64_t panel = p.segments * p.quads * kStep;
  const int8_t* b = p.b + vector * panel;
  I16 sum[kRows][kVectors];
  MN_UNROLL for (int v = 0; v < kVectors; ++v) {
    const I16 bias = I16::load(p.output.bias + (vector + v) * kLanes);
    MN_UNROLL for (int r = 0; r < kRows; ++r) sum[r][v] = bias;
  }
  for (int64_t s = 0; s < p.segments; ++s) {
    const uint8_t* a = p.a + row * p.a_row + s * p.a_segment;
    for (int64_t k = 0; k < p.quads; ++k, a += 4, b += kStep) {
      I16 weights[kVectors];
      MN_UNROLL for (int v = 0; v < kVectors; ++v) weights[v] = I16::load(b + v * panel);
      MN_UNROLL for (int r = 0; r < kRows; ++r) {
        const I16 bytes = I16::four_bytes(a + r * p.a_row);
        MN_UNROLL for (int v = 0; v < kVectors; ++v) sum[r][v] = dot4(sum[r][v], bytes, weights[v]);
      }
    }
  }
  MN_UNROLL for (int v = 0; v < kVectors; ++v) {
    const ToBytes output(p.output, (vector + v) * kLanes);
    uint8_t* c = p.c + row * p.c_row + (vector + v) * kLanes;
    MN_UNROLL for (int r = 0; r < kRows; ++r)
        output.store(sum[r][v], c + r * p.c_row, v == kVectors - 1 ? last_lanes : kLanes);
  }
}

// All rows of one block of columns: full tiles, then tiles of half the height for the rows that are left, and so on.
template <int kRows, int kVectors>
int64_t rows_of_block(const Int8Product& p, int64_t row, int64_t vector, int last_lanes) {
  for (; row + kRows <= p.rows; row += kRows) tile<kRows, kVectors>(p, row, vector, last_lanes);
  if constexpr (kRows > 1) row = rows_of_block<kRows / 2, kVectors>(p, row, vector, last_lanes);
  return row;
}

template <int kVectors>
void block(const Int8Product& p, int64_t vector, int count, int last_lanes) {
  if (count == kVectors) {
    rows_of_block<kTileRows[kVectors], kVectors>(p, 0, vector, last_lanes);
  } else if constexpr (kVectors > 1) {
    block<kVectors - 1>(p, vector, count, last_lanes);
  }
}

}  // namespace

void int8_product(const Int8Product& p) {
  const int64_t vectors = (p.columns + kLanes - 1) / kLanes;
  const int64_t blocks = (vectors + kMaxVectors - 1) / kMaxVectors;
  const int tail = static_cast<int>(p.columns - (vectors - 1) * kLanes);
  for (int64_t i = 0; i < blocks; ++i) {  // blocks of nearly equal width
    const int64_t first = i * vectors / blocks, end = (i + 1) * vectors / blocks;
    block<kMaxVectors>(p, first, static_cast<int>(end - first), end == vectors ? tail : kLanes);
  }
}

}  // namespace mininas::MN_ISA
