#include <catch2/catch.hpp>

#include <algorithm>
#include <numeric>

#include "core/rng.h"
#include "mcu/host/memory_plan.h"
#include "mcu/host/scratch.h"
#include "tests/support/random_model.h"

using namespace mininas;
using namespace mininas::test;

namespace {

bool live_together(const ArenaTensor& a, const ArenaTensor& b) { return a.first <= b.last && b.first <= a.last; }

int count_overlaps(const std::vector<ArenaTensor>& tensors, const Placement& placement) {
  int overlaps = 0;
  for (size_t i = 0; i < tensors.size(); ++i)
    for (size_t j = i + 1; j < tensors.size(); ++j) {
      const bool apart = placement.offsets[i] + tensors[i].bytes <= placement.offsets[j] ||
                         placement.offsets[j] + tensors[j].bytes <= placement.offsets[i];
      overlaps += live_together(tensors[i], tensors[j]) && !apart;
    }
  return overlaps;
}

int64_t highest_end(const std::vector<ArenaTensor>& tensors, const Placement& placement) {
  int64_t end = 0;
  for (size_t i = 0; i < tensors.size(); ++i) end = std::max(end, placement.offsets[i] + tensors[i].bytes);
  return end;
}

// Tries every offset for every tensor: slow, and right by inspection.
bool fits(const std::vector<ArenaTensor>& tensors, int64_t limit, std::vector<int64_t>& offsets) {
  const size_t next = offsets.size();
  if (next == tensors.size()) return true;
  for (int64_t offset = 0; offset + tensors[next].bytes <= limit; ++offset) {
    const bool free = [&] {
      for (size_t i = 0; i < next; ++i)
        if (live_together(tensors[i], tensors[next]) && offsets[i] < offset + tensors[next].bytes &&
            offset < offsets[i] + tensors[i].bytes)
          return false;
      return true;
    }();
    if (!free) continue;
    offsets.push_back(offset);
    if (fits(tensors, limit, offsets)) return true;
    offsets.pop_back();
  }
  return false;
}

int64_t least_bytes(const std::vector<ArenaTensor>& tensors) {
  std::vector<int64_t> offsets;
  int64_t limit = 0;
  while (offsets.clear(), !fits(tensors, limit, offsets)) ++limit;
  return limit;
}

std::vector<ArenaTensor> random_tensors(Rng rng, int count, int steps, uint32_t largest) {
  std::vector<ArenaTensor> tensors;
  for (int i = 0; i < count; ++i) {
    const int first = static_cast<int>(rng.below(static_cast<uint32_t>(steps)));
    const int last = std::min(steps - 1, first + static_cast<int>(rng.below(4)));
    tensors.push_back({1 + rng.below(largest), first, last});
  }
  return tensors;
}

// At every step exactly `bytes` live, or nearly: the hardest cases, and some whose optimum lies above the bound.
std::vector<ArenaTensor> crowded_tensors(Rng rng, int bytes, int steps) {
  std::vector<ArenaTensor> tensors;
  for (int step = 0; step < steps; ++step) {
    int64_t live = 0;
    for (ArenaTensor& tensor : tensors) {
      if (tensor.last != step - 1 || rng.below(3) == 0) continue;
      tensor.last = step;
      live += tensor.bytes;
    }
    for (; live < bytes; live += tensors.back().bytes) tensors.push_back({1 + rng.below(static_cast<uint32_t>(bytes - live)), step, step});
  }
  return tensors;
}

}  // namespace

TEST_CASE("the plan of w16:s3*6 on 32x32 is 64 KiB and scratch: the first depthwise layer's input and output", "[mcu][plan]") {
  const NetworkSpec spec = family_network(16, std::vector<FamilyLayer>(6), {32, 32, 3}, 2);
  const MemoryPlan plan = plan_memory(spec, RamPlan::kWhole);
  const int64_t stem_scratch = scratch_bytes(spec.layers[0], spec.input);
  const int64_t depthwise_scratch = scratch_bytes(spec.layers[1], {32, 32, 32});
  CHECK(depthwise_scratch == 1'056);
  CHECK(plan.arena_bytes == 65'536 + depthwise_scratch);
  CHECK(plan.lower_bound == 65'536 + depthwise_scratch);
  CHECK(plan.optimal);
  CHECK(plan.layers[0].live_bytes == 32'768 + stem_scratch);  // the stem: the image is not in the arena
  CHECK(plan.layers[1].live_bytes == 65'536 + depthwise_scratch);
  CHECK(plan.layers.back().live_bytes == 64 + scratch_bytes(spec.layers.back(), {1, 1, 64}));  // the classifier: the logits are not
}

TEST_CASE("placements never overlap, end where they say, and equal brute force on small cases", "[mcu][plan]") {
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    const auto tensors = seed % 4 == 0 ? random_tensors(Rng(seed), 2 + static_cast<int>(seed % 5), 5, 6) : crowded_tensors(Rng(seed), 5, 7);
    if (tensors.size() > 11) continue;
    const Placement placement = place_tensors(tensors);
    CAPTURE(seed);
    REQUIRE(count_overlaps(tensors, placement) == 0);
    REQUIRE(highest_end(tensors, placement) == placement.bytes);
    REQUIRE(placement.optimal);
    REQUIRE(placement.bytes == least_bytes(tensors));
  }
}

TEST_CASE("the optimum is found where the most live bytes are not enough", "[mcu][plan]") {
  const std::vector<ArenaTensor> tensors = {{1, 0, 3}, {3, 1, 1}, {2, 2, 2}, {2, 2, 4}, {1, 3, 7}, {2, 4, 4}, {4, 5, 7}};
  const Placement placement = place_tensors(tensors);
  CHECK(placement.lower_bound == 5);
  CHECK(placement.bytes == 6);
  CHECK(placement.optimal);
  CHECK(least_bytes(tensors) == 6);
}

TEST_CASE("large random graphs get a placement without overlap", "[mcu][plan]") {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const auto tensors = random_tensors(Rng(seed), 40, 30, 5000);
    const Placement placement = place_tensors(tensors);
    CAPTURE(seed, placement.bytes, placement.lower_bound);
    REQUIRE(count_overlaps(tensors, placement) == 0);
    REQUIRE(highest_end(tensors, placement) == placement.bytes);
    CHECK(static_cast<double>(placement.bytes) <= 1.5 * static_cast<double>(placement.lower_bound));
  }
}

TEST_CASE("networks of the family need exactly the most that lives at one layer", "[mcu][plan]") {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const NetworkSpec spec = random_network(Rng(seed), {40, 20, 12, 10});
    const MemoryPlan plan = plan_memory(spec, RamPlan::kWhole);
    CAPTURE(seed);
    REQUIRE(count_overlaps(plan.tensors, plan.placement) == 0);
    REQUIRE(plan.optimal);
    REQUIRE(plan.arena_bytes == plan.lower_bound);
  }
}

TEST_CASE("a chain of any sizes needs its largest neighbouring pair", "[mcu][plan]") {
  Rng rng(7);
  std::vector<ArenaTensor> chain;
  for (int i = 0; i < 300; ++i) chain.push_back({1 + rng.below(10'000), i, i + 1});
  int64_t pair = 0;
  for (size_t i = 0; i + 1 < chain.size(); ++i) pair = std::max(pair, chain[i].bytes + chain[i + 1].bytes);
  CHECK(place_tensors(chain).bytes == pair);
}

TEST_CASE("a network that needs no tensor gets an arena of its layer's scratch", "[mcu][plan]") {
  NetworkSpec spec{{1, 1, 3}, 2, {{"classifier", LayerKind::kLinear, kImage, kImage, 2, 1, 1, true, false, false}}};
  CHECK(plan_memory(spec).arena_bytes == scratch_bytes(spec.layers[0], spec.input));
}
