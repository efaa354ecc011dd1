// SearchSpace: which architectures a search may visit: depth x width x operation a layer x kernel a layer.
// `sample` and `mutate` return members only; `why_illegal` names the rule that a stranger breaks.
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
      width_step = 4;  // widths are max_width, max_width - width_step, ... down to min_width
  std::vector<int> kernels = {3, 5, 7};
};

OptionFields option_fields(SearchSpace& space);
// Throws ConfigError with the field and its rule.
void validate(const SearchSpace& space);

// The widths of the space, largest first.
std::vector<int> widths(const SearchSpace& space);

// Empty where `a` is a member; otherwise the rule it breaks.
std::optional<std::string> why_illegal(const SearchSpace& space, const Chain& a);

// Depth, width, operations and kernels each uniform over their range.
Chain sample(const SearchSpace& space, Rng& rng);

// A member that differs from `a` in one decision: a layer more or less, the next width, one layer's operation or
// kernel.
// Requires: `a` is a member and the space has at least two.
Chain mutate(const SearchSpace& space, const Chain& a, Rng& rng);

}  // namespace mininas
