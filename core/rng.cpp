#include "core/rng.h"

#include <numeric>
#include <utility>

namespace mininas {
namespace {

constexpr uint32_t kMultiplier0 = 0xD2511F53u, kMultiplier1 = 0xCD9E8D57u;  // constants of the paper, table 2
constexpr uint32_t kWeyl0 = 0x9E3779B9u, kWeyl1 = 0xBB67AE85u;

}  // namespace

std::array<uint32_t, 4> philox4x32_10(std::array<uint32_t, 4> x, std::array<uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t a = uint64_t{kMultiplier0} * x[0];
    const uint64_t b = uint64_t{kMultiplier1} * x[2];
    x = {static_cast<uint32_t>(b >> 32) ^ x[1] ^ key[0], static_cast<uint32_t>(b),
         static_cast<uint32_t>(a >> 32) ^ x[3] ^ key[1], static_cast<uint32_t>(a)};
    key[0] += kWeyl0;
    key[1] += kWeyl1;
  }
  return x;
}

Rng Rng::fork(std::string_view purpose, uint64_t index) const {
  uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a of the name
  for (const char ch : purpose) hash = (hash ^ static_cast<unsigned char>(ch)) * 0x100000001b3u;
  // next_u32() never reaches the counter's top word, so forks and numbers cannot collide: bit 31 marks a fork.
  const auto block = philox4x32_10({static_cast<uint32_t>(hash), static_cast<uint32_t>(hash >> 32),
                                    static_cast<uint32_t>(index), static_cast<uint32_t>(index >> 32) | 0x80000000u},
                                   {static_cast<uint32_t>(key_), static_cast<uint32_t>(key_ >> 32)});
  return Rng(uint64_t{block[0]} << 32 | block[1]);
}

uint32_t Rng::next_u32() {
  const uint64_t lane = next_ % 4;
  if (lane == 0) {
    const uint64_t counter = next_ / 4;
    block_ = philox4x32_10({static_cast<uint32_t>(counter), static_cast<uint32_t>(counter >> 32), 0, 0},
                           {static_cast<uint32_t>(key_), static_cast<uint32_t>(key_ >> 32)});
  }
  ++next_;
  return block_[lane];
}

float Rng::uniform() { return static_cast<float>(next_u32() >> 8) * 0x1p-24f; }

float Rng::uniform(float low, float high) { return low + (high - low) * uniform(); }

uint32_t Rng::below(uint32_t count) {
  uint64_t product = uint64_t{next_u32()} * count;
  if (static_cast<uint32_t>(product) < count) {
    const uint32_t threshold = (0u - count) % count;
    while (static_cast<uint32_t>(product) < threshold) product = uint64_t{next_u32()} * count;
  }
  return static_cast<uint32_t>(product >> 32);
}

std::vector<int64_t> random_order(int64_t count, Rng rng) {
  std::vector<int64_t> order(static_cast<size_t>(count));
  std::iota(order.begin(), order.end(), int64_t{0});
  rng.shuffle(order);
  return order;
}

}  // namespace mininas
