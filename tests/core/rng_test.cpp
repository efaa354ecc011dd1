#include <algorithm>
#include <cstdlib>
#include <set>

#include "core/rng.h"
#include "tests/support/catch.h"

using namespace mininas;

TEST_CASE("Philox4x32-10 gives the known answers of its authors", "[core][rng]") {
  using Block = std::array<uint32_t, 4>;
  CHECK(philox4x32_10({0, 0, 0, 0}, {0, 0}) == Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox4x32_10({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}) == Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox4x32_10({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("a stream runs through the blocks of its key in order", "[core][rng]") {
  Rng rng(0);
  for (uint32_t block = 0; block < 3; ++block)
    for (const uint32_t word : philox4x32_10({block, 0, 0, 0}, {0, 0})) CHECK(rng.next_u32() == word);
}

TEST_CASE("a fork depends on the key, the purpose and the index, not on what was drawn before", "[core][rng]") {
  Rng used(5);
  const Rng fresh(5);
  for (int i = 0; i < 10; ++i) used.next_u32();
  CHECK(used.fork("augment", 3).next_u32() == fresh.fork("augment", 3).next_u32());
  std::set<uint32_t> firsts;
  for (uint64_t index = 0; index < 50; ++index)
    for (const char* purpose : {"augment", "order"}) firsts.insert(fresh.fork(purpose, index).next_u32());
  for (uint64_t seed = 6; seed < 56; ++seed) firsts.insert(Rng(seed).fork("augment").next_u32());
  CHECK(firsts.size() == 150);
  CHECK(fresh.fork("a").fork("b").next_u32() != fresh.fork("b").fork("a").next_u32());
}

TEST_CASE("a fork with a high index differs from one with the low word alone", "[core][rng]") {
  CHECK(Rng(1).fork("x", 7).next_u32() != Rng(1).fork("x", (uint64_t{1} << 32) + 7).next_u32());
}

TEST_CASE("uniform numbers lie in [0, 1) with the mean and variance they should have", "[core][rng]") {
  Rng rng(9);
  double sum = 0.0, squares = 0.0;
  constexpr int kDraws = 100000;
  for (int i = 0; i < kDraws; ++i) {
    const float u = rng.uniform();
    if (!(u >= 0.0f && u < 1.0f)) FAIL("a number outside [0, 1): " << u);
    sum += double{u};
    squares += double{u} * double{u};
  }
  CHECK(sum / kDraws == Approx(0.5).margin(0.005));  // five standard errors
  CHECK(squares / kDraws == Approx(1.0 / 3.0).margin(0.005));
}

TEST_CASE("whole numbers below a bound are equally likely", "[core][rng]") {
  Rng rng(10);
  std::array<int, 7> counts{};
  for (int i = 0; i < 70000; ++i) ++counts[rng.below(7)];
  double chi_squared = 0.0;
  for (const int count : counts) chi_squared += (count - 10000.0) * (count - 10000.0) / 10000.0;
  CHECK(chi_squared < 22.5);  // 0.1 % point at six degrees of freedom
  for (int i = 0; i < 100; ++i) CHECK(rng.below(1) == 0);
}

TEST_CASE("a large bound is free of the bias that multiplication alone would have", "[core][rng]") {
  Rng rng(11);
  // without rejection, 0, 3, 6, ... would occur twice as often as other numbers
  constexpr uint32_t kBound = 0xC0000000u;
  std::array<int, 3> counts{};
  for (int i = 0; i < 30000; ++i) {
    const uint32_t draw = rng.below(kBound);
    if (draw >= kBound) FAIL("a number above its bound: " << draw);
    ++counts[draw % 3];
  }
  for (const int count : counts) CHECK(std::abs(count - 10000) < 400);  // five standard errors
}

TEST_CASE("a shuffle is a permutation that its seed determines, and every order occurs", "[core][rng]") {
  const auto order = random_order(1000, Rng(12));
  auto sorted = order;
  std::sort(sorted.begin(), sorted.end());
  for (int64_t i = 0; i < 1000; ++i) CHECK(sorted[static_cast<size_t>(i)] == i);
  CHECK(order != sorted);
  CHECK(order == random_order(1000, Rng(12)));
  CHECK(order != random_order(1000, Rng(13)));
  std::set<std::vector<int64_t>> seen;
  for (uint64_t seed = 0; seed < 200; ++seed) seen.insert(random_order(4, Rng(seed)));
  CHECK(seen.size() == 24);
  CHECK(random_order(0, Rng(1)).empty());
}
