// Placement of tensors in one arena, compared with trying every offset.
#include <algorithm>

#include "core/rng.h"
#include "mcu/host/plan/placement.h"
#include "tests/support/catch.h"
#include "tests/support/rounds.h"

using namespace mininas;
using mininas::test::rounds;

namespace {

// A fixed sequence of steps; which tensors a step writes follows from the tensors.
struct Problem {
  std::vector<ArenaTensor> tensors;
  std::vector<ArenaStep> steps;

  Problem(std::vector<ArenaTensor> all, int moments) : tensors(std::move(all)) {
    for (int moment = 0; moment < moments; ++moment) {
      steps.push_back({moment, moment + 1, {}, {}, 0, 0});
      for (size_t i = 0; i < tensors.size(); ++i)
        if (tensors[i].first == moment) steps.back().written.push_back(i);
    }
  }

  int moments() const { return static_cast<int>(steps.size()); }
  Placement place() const { return place_tensors(tensors, steps, moments()); }

  // Whether two tensors may have these offsets.
  bool agree(size_t a, int64_t at_a, size_t b, int64_t at_b) const {
    if (tensors[a].first > tensors[b].last || tensors[b].first > tensors[a].last) return true;
    return at_b >= at_a + gap(a, b) || at_a >= at_b + gap(b, a);
  }

  bool legal(const Placement& placement) const {
    for (size_t i = 0; i < tensors.size(); ++i) {
      if (placement.offsets[i] < 0 || placement.offsets[i] + tensors[i].bytes > placement.bytes) return false;
      for (size_t j = 0; j < i; ++j)
        if (!agree(i, placement.offsets[i], j, placement.offsets[j])) return false;
    }
    return true;
  }

  // Slow, but evidently right.
  int64_t least_bytes() const {
    std::vector<int64_t> offsets;
    int64_t limit = 0;
    while (offsets.clear(), !fits(limit, offsets)) ++limit;
    return limit;
  }

 private:
  int64_t gap(size_t low, size_t high) const {
    for (const ArenaStep& step : steps)
      for (const Overlap& overlap : step.overlaps)
        if (overlap.output == low && overlap.input == high) return overlap.distance;
    return tensors[low].bytes;
  }

  bool fits(int64_t limit, std::vector<int64_t>& offsets) const {
    const size_t next = offsets.size();
    if (next == tensors.size()) return true;
    for (int64_t offset = 0; offset + tensors[next].bytes <= limit; ++offset) {
      bool free = true;
      for (size_t i = 0; i < next; ++i) free = free && agree(i, offsets[i], next, offset);
      if (!free) continue;
      offsets.push_back(offset);
      if (fits(limit, offsets)) return true;
      offsets.pop_back();
    }
    return false;
  }
};

std::vector<ArenaTensor> random_tensors(Rng rng, int count, int steps, uint32_t largest) {
  std::vector<ArenaTensor> tensors;
  for (int i = 0; i < count; ++i) {
    const int first = static_cast<int>(rng.below(static_cast<uint32_t>(steps)));
    const int last = std::min(steps - 1, first + static_cast<int>(rng.below(4)));
    tensors.push_back({1 + rng.below(largest), first, last});
  }
  return tensors;
}

// Tensors of which exactly `bytes` exist at every step, or nearly: the hardest cases, and some whose optimum is above
// the lower bound.
std::vector<ArenaTensor> crowded_tensors(Rng rng, int bytes, int steps) {
  std::vector<ArenaTensor> tensors;
  for (int step = 0; step < steps; ++step) {
    int64_t live = 0;
    for (ArenaTensor& tensor : tensors) {
      if (tensor.last != step - 1 || rng.below(3) == 0) continue;
      tensor.last = step;
      live += tensor.bytes;
    }
    for (; live < bytes; live += tensors.back().bytes)
      tensors.push_back({1 + rng.below(static_cast<uint32_t>(bytes - live)), step, step});
  }
  return tensors;
}

// Lets most outputs overlap inputs that end with their step.
void add_overlaps(Problem& problem, Rng rng) {
  for (size_t output = 0; output < problem.tensors.size(); ++output)
    for (size_t input = 0; input < problem.tensors.size(); ++input) {
      const ArenaTensor &out = problem.tensors[output], &in = problem.tensors[input];
      if (in.first >= out.first || in.last != out.first || rng.below(4) == 0) continue;
      const int64_t distance = rng.below(static_cast<uint32_t>(out.bytes + 1));
      problem.steps[static_cast<size_t>(out.first)].overlaps.push_back({output, input, distance});
    }
}

}  // namespace

TEST_CASE("placements are legal, end where they say, and equal brute force on small cases", "[mcu][plan]") {
  int above_bound = 0;
  for (uint64_t seed = 0; seed < 1500; ++seed) {
    Problem problem(seed % 4 == 0 ? random_tensors(Rng(seed), 2 + static_cast<int>(seed % 5), 5, 6)
                                  : crowded_tensors(Rng(seed), 5, 7),
                    7);
    if (problem.tensors.size() > 11) continue;
    if (seed % 3 > 0) add_overlaps(problem, Rng(seed + 7777));
    const Placement placement = problem.place();
    CAPTURE(seed);
    REQUIRE(problem.legal(placement));
    REQUIRE(placement.optimal);
    REQUIRE(placement.bytes == problem.least_bytes());
    REQUIRE(placement.bytes >= placement.lower_bound);
    above_bound += placement.bytes > placement.lower_bound;
  }
  CHECK(above_bound > 10);
}

TEST_CASE("the optimum is found where the most live bytes are not enough", "[mcu][plan]") {
  const Problem problem({{1, 0, 3}, {3, 1, 1}, {2, 2, 2}, {2, 2, 4}, {1, 3, 7}, {2, 4, 4}, {4, 5, 7}}, 8);
  CHECK(problem.place().lower_bound == 5);
  CHECK(problem.place().bytes == 6);
  CHECK(problem.least_bytes() == 6);
}

TEST_CASE("equal tensors in a row move down by their distance, or need twice the memory", "[mcu][plan]") {
  std::vector<ArenaTensor> chain;
  for (int i = 0; i < 6; ++i) chain.push_back({100, i, i + 1});
  Problem problem(chain, 7);
  for (int i = 1; i < 6; ++i)
    problem.steps[static_cast<size_t>(i)].overlaps = {{static_cast<size_t>(i), static_cast<size_t>(i - 1), 10}};
  CHECK(problem.place().bytes == 150);
  CHECK(problem.place().lower_bound == 110);
  for (int i = 1; i < 6; ++i) problem.steps[static_cast<size_t>(i)].overlaps[0].distance = 40;
  CHECK(problem.place().bytes == 200);
  for (int i = 1; i < 6; ++i) problem.steps[static_cast<size_t>(i)].overlaps[0].distance = 0;
  CHECK(problem.place().bytes == 100);
}

TEST_CASE("of several ways the one with the fewest bytes is taken, among equals the lightest", "[mcu][plan]") {
  // From moment 0 to 2: either through a tensor of 80 bytes, or in one step with a workspace.
  const std::vector<ArenaTensor> tensors = {{80, 0, 1}, {30, 1, 2}};
  std::vector<ArenaStep> steps = {
      {0, 1, {0}, {}, 0, 0}, {1, 2, {1}, {}, 0, 0}, {2, 3, {}, {}, 0, 0}, {0, 2, {1}, {}, 20, 2}};
  const Placement strip = place_tensors(tensors, steps, 3);
  CHECK(strip.bytes == 50);
  CHECK(strip.steps == std::vector<size_t>{3, 2});
  CHECK(strip.workspaces.size() == 2);
  steps[3].workspace = 80;
  CHECK(place_tensors(tensors, steps, 3).bytes == 110);
  CHECK(place_tensors(tensors, steps, 3).steps == std::vector<size_t>{0, 1, 2});
}

TEST_CASE("large random graphs get a placement without overlap", "[mcu][plan]") {
  for (uint64_t seed = 0; seed < rounds(3); ++seed) {
    const Problem problem(random_tensors(Rng(seed), 40, 30, 5000), 30);
    const Placement placement = problem.place();
    CAPTURE(seed, placement.bytes, placement.lower_bound);
    REQUIRE(problem.legal(placement));
    CHECK(static_cast<double>(placement.bytes) <= 1.5 * static_cast<double>(placement.lower_bound));
  }
}

TEST_CASE("a chain of any sizes needs its largest neighbouring pair", "[mcu][plan]") {
  Rng rng(7);
  std::vector<ArenaTensor> chain;
  for (int i = 0; i < 300; ++i) chain.push_back({1 + rng.below(10'000), i, i + 1});
  int64_t pair = 0;
  for (size_t i = 0; i + 1 < chain.size(); ++i) pair = std::max(pair, chain[i].bytes + chain[i + 1].bytes);
  CHECK(Problem(chain, 301).place().bytes == pair);
}
