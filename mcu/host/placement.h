// Placement: where in one arena tensors lie that live for a while, in as few bytes as possible. It knows lifetimes and sizes only, nothing of
// networks (memory_plan.h). All figures in bytes.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace mininas {

// Something that needs `bytes` from step `first` to step `last`, both included.
struct ArenaTensor {
  int64_t bytes = 0;
  int first = 0, last = 0;
};

// `output` may begin `distance` bytes or more below `input` (indices of tensors), and then lie on top of it: it is written in the order in
// which the input is used up. It never begins above the input's beginning and below its end.
struct Overlap {
  size_t output = 0, input = 0;
  int64_t distance = 0;
};

struct Placement {
  std::vector<int64_t> offsets;  // one a tensor
  int64_t bytes = 0;             // end of the highest tensor
  int64_t lower_bound = 0;       // what the tensors of the fullest step need at least
  bool optimal = true;           // proven; false only where a large graph exhausted the search
};

// Places tensors so that no two that live at the same step share a byte, but for `overlaps`, in as few bytes as possible.
// Requires bytes >= 1 and first <= last; overlaps with output.first == input.last and 0 <= distance <= bytes of the output. Where bytes and
// distances are multiples of a number, offsets are too.
Placement place_tensors(const std::vector<ArenaTensor>& tensors, const std::vector<Overlap>& overlaps = {});

// What must exist at each step, at least: sizes, less what outputs may share with inputs. One figure a step, from 0 to the last one.
std::vector<int64_t> least_bytes_of_steps(const std::vector<ArenaTensor>& tensors, const std::vector<Overlap>& overlaps);

}  // namespace mininas
