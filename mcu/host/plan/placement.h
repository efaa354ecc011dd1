// Placement: offsets in one arena for tensors with limited lifetimes, in as few bytes as possible, together with the
// choice of the steps that compute them. It works with lifetimes and sizes, not with networks (memory_plan.h). All
// sizes are in bytes.
//
// Time consists of moments 0, 1, ... A step leads from one moment to a later one. Several steps may start at the same
// moment, and a plan is a sequence of steps from the first moment to the last.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace mininas {

// A tensor that is written between the moments `first` and first + 1 and read for the last time between `last` and last
// + 1. It exists at the moments in between.
struct ArenaTensor {
  int64_t bytes = 0;
  int first = 0, last = 0;
};

// `output` may begin `distance` bytes or more below `input` (indices of tensors) and overlap it, since it is written in
// the order in which the input is consumed. Any other two tensors of one step must not overlap.
struct Overlap {
  size_t output = 0, input = 0;
  int64_t distance = 0;
};

struct ArenaStep {
  int begin = 0, end = 0;         // moments
  std::vector<size_t> written;    // tensors
  std::vector<Overlap> overlaps;  // of written tensors with tensors that exist at the beginning of the step
  int64_t workspace = 0;          // contiguous bytes that only this step uses
  int burden = 0;                 // of all plans with the fewest bytes, the one with the smallest sum is chosen
};

struct Placement {
  std::vector<size_t> steps;        // the chosen steps, in order
  std::vector<int64_t> offsets;     // of tensors; undefined for tensors that no chosen step writes
  std::vector<int64_t> workspaces;  // offsets, one per chosen step
  std::vector<int64_t> least;       // one per chosen step: lower bound of the bytes that must exist while it runs
  int64_t bytes = 0;
  int64_t lower_bound = 0;  // every sequence of steps contains one that needs this much
  // Proven: no plan needs fewer bytes. False only if the search was stopped at its limits, in a wide graph.
  bool optimal = true;
};

// Requires steps that lead from 0 to `moments`. A tensor is written by every step over its `first` that does not
// contain its whole lifetime. If all bytes and distances are multiples of a number, so are the offsets.
Placement place_tensors(const std::vector<ArenaTensor>& tensors, const std::vector<ArenaStep>& steps, int moments);

}  // namespace mininas
