// SearchSpace: the chains that a search may visit: depth x width x an operation per layer x a kernel per layer.
// `sample` and `mutate` return only members of the space; `why_illegal` names the rule that other chains break.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/rng.h"
#include "search/record/options.h"
#include "search/space/chain.h"

namespace mininas {

struct SearchSpace {
  int min_depth = 3, max_depth = 8;
  int min_width = 16, max_width = 64,
      // Widths are max_width, max_width - width_step, ... down to min_width.
      width_step = 4;
  std::vector<int> kernels = {3, 5, 7};
};

OptionFields option_fields(SearchSpace& space);
// Throws ConfigError with the field and its rule.
void validate(const SearchSpace& space);

// The widths of the space, largest first.
std::vector<int> widths(const SearchSpace& space);

// Nothing if `a` is a member; otherwise the rule that it breaks.
std::optional<std::string> why_illegal(const SearchSpace& space, const Chain& a);

// Depth, width, operations and kernels are each uniform over their range.
Chain sample(const SearchSpace& space, Rng& rng);

// A member that differs from `a` in one decision: one layer more or fewer, the next width, or the operation or kernel
// of one layer. Requires that `a` is a member and that the space has at least two members.
Chain mutate(const SearchSpace& space, const Chain& a, Rng& rng);

}  // namespace mininas
