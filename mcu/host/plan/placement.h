// Placement: where in one arena tensors lie that live for a while, in as few bytes as possible, and by which steps
// their makers run. It knows lifetimes and sizes only, nothing of networks (memory_plan.h). All figures in bytes.
//
// Time is a row of moments 0, 1, ... A step leads from one moment to a later one; several steps may lead away from a
// moment, and a plan is a row of steps from the first moment to the last.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace mininas {

// Written between the moments `first` and first + 1, read for the last time between `last` and last + 1: exists at the
// moments in between.
struct ArenaTensor {
  int64_t bytes = 0;
  int first = 0, last = 0;
};

// `output` may begin `distance` bytes or more below `input` (indices of tensors) and lie on top of it, for it is
// written in the order in which the input is used up. Any other two tensors that live in one step are apart.
struct Overlap {
  size_t output = 0, input = 0;
  int64_t distance = 0;
};

struct ArenaStep {
  int begin = 0, end = 0;         // moments
  std::vector<size_t> written;    // tensors
  std::vector<Overlap> overlaps;  // of tensors written upon tensors that exist at its beginning
  int64_t workspace = 0;          // bytes in one piece that nothing but this step needs
  int burden = 0;                 // of all plans with the fewest bytes, one with the smallest sum wins
};

struct Placement {
  std::vector<size_t> steps;        // taken, in order
  std::vector<int64_t> offsets;     // of tensors; meaningless for those that no step taken writes
  std::vector<int64_t> workspaces;  // offsets, of the steps taken
  std::vector<int64_t> least;       // bytes that must exist while each step taken runs, at least
  int64_t bytes = 0;
  int64_t lower_bound = 0;  // every row of steps has one that needs so much
  bool optimal = true;      // no plan needs fewer bytes: proven; false only where a wide graph exhausted the search
};

// Requires steps that lead from 0 to `moments`; a tensor is written by every step over its `first` that does not itself
// contain its life. Where all bytes and distances are multiples of a number, offsets are too.
Placement place_tensors(const std::vector<ArenaTensor>& tensors, const std::vector<ArenaStep>& steps, int moments);

}  // namespace mininas
