#include "search/space/space.h"

#include <algorithm>

#include "core/error.h"

namespace mininas {
namespace {

template <class T>
const T& pick(const std::vector<T>& from, Rng& rng) {
  return from[rng.below(static_cast<uint32_t>(from.size()))];
}

SearchedLayer sample_layer(const SearchSpace& space, Rng& rng) {
  SearchedLayer layer;
  layer.operation = rng.coin() ? Operation::kConv : Operation::kSeparable;
  layer.kernel = pick(space.kernels, rng);
  return layer;
}

void mutate_depth(const SearchSpace& space, Chain& a, Rng& rng) {
  const size_t place = rng.below(static_cast<uint32_t>(a.layers.size()));
  const auto at = a.layers.begin() + static_cast<std::ptrdiff_t>(place);
  const bool grow = rng.coin();
  if (grow && a.depth() < space.max_depth) a.layers.insert(at, sample_layer(space, rng));
  if (!grow && a.depth() > space.min_depth) a.layers.erase(at);
}

void mutate_width(const SearchSpace& space, Chain& a, Rng& rng) {
  const std::vector<int> all = widths(space);
  const auto here = std::find(all.begin(), all.end(), a.width);
  if (rng.coin()) {
    if (here + 1 != all.end()) a.width = *(here + 1);
  } else if (here != all.begin()) {
    a.width = *(here - 1);
  }
}

void mutate_layer(const SearchSpace& space, Chain& a, Rng& rng) {
  SearchedLayer& layer = a.layers[rng.below(static_cast<uint32_t>(a.layers.size()))];
  if (rng.coin())
    layer.operation = layer.operation == Operation::kConv ? Operation::kSeparable : Operation::kConv;
  else
    layer.kernel = pick(space.kernels, rng);
}

}  // namespace

OptionFields option_fields(SearchSpace& s) {
  return {
      {"min-depth", "fewest searched layers of a network", &s.min_depth, kMinDepth, kMaxDepth},
      {"max-depth", "most searched layers of a network", &s.max_depth, kMinDepth, kMaxDepth},
      {"min-width", "smallest width in channels", &s.min_width, 1, kMaxWidth},
      {"max-width", "largest width in channels", &s.max_width, 1, kMaxWidth},
      {"width-step", "channels from one width to the next", &s.width_step, 1, kMaxWidth},
      {"kernels", "kernel sizes that a layer may have", &s.kernels, 3, 7},
  };
}

void validate(const SearchSpace& s) {
  const auto refuse = [](const std::string& rule) { throw ConfigError(text("search space: ", rule)); };
  if (s.min_depth > s.max_depth)
    refuse(text("the smallest depth, ", s.min_depth, ", is beyond the largest, ", s.max_depth,
                "; give both --min-depth and --max-depth"));
  if (s.min_depth < kMinDepth || s.max_depth > kMaxDepth)
    refuse(text("depth ", s.min_depth, " to ", s.max_depth, " must lie within ", kMinDepth, " to ", kMaxDepth));
  if (s.min_width > s.max_width)
    refuse(text("the smallest width, ", s.min_width, ", is beyond the largest, ", s.max_width,
                "; give both --min-width and --max-width"));
  if (s.min_width < 1 || s.max_width > kMaxWidth)
    refuse(text("width ", s.min_width, " to ", s.max_width, " must lie within 1 to ", kMaxWidth));
  if (s.width_step < 1) refuse(text("width step ", s.width_step, " must be at least 1"));
  if (s.kernels.empty()) refuse("at least one kernel size is needed");
  for (const int kernel : s.kernels)
    if (kernel != 3 && kernel != 5 && kernel != 7) refuse(text("kernel ", kernel, " must be 3, 5 or 7"));
}

std::vector<int> widths(const SearchSpace& space) {
  std::vector<int> all;
  for (int width = space.max_width; width >= space.min_width; width -= space.width_step) all.push_back(width);
  return all;
}

std::optional<std::string> why_illegal(const SearchSpace& s, const Chain& a) {
  if (a.depth() < s.min_depth || a.depth() > s.max_depth)
    return text("depth ", a.depth(), " is not within ", s.min_depth, " to ", s.max_depth);
  const std::vector<int> all = widths(s);
  if (std::find(all.begin(), all.end(), a.width) == all.end())
    return text("width ", a.width, " is not one of ", s.max_width, ", ", s.max_width - s.width_step, ", ... down to ",
                s.min_width);
  for (int i = 0; i < a.depth(); ++i) {
    const int kernel = a.layers[static_cast<size_t>(i)].kernel;
    if (std::find(s.kernels.begin(), s.kernels.end(), kernel) == s.kernels.end())
      return text("layer ", i, ": kernel ", kernel, " is not in the space");
  }
  return std::nullopt;
}

Chain sample(const SearchSpace& space, Rng& rng) {
  Chain a;
  a.width = pick(widths(space), rng);
  const int depth =
      space.min_depth + static_cast<int>(rng.below(static_cast<uint32_t>(space.max_depth - space.min_depth + 1)));
  for (int i = 0; i < depth; ++i) a.layers.push_back(sample_layer(space, rng));
  return a;
}

Chain mutate(const SearchSpace& space, const Chain& a, Rng& rng) {
  const auto illegal = why_illegal(space, a);
  MN_CHECK(!illegal, *illegal);
  // A change that is not possible (a layer more at the largest depth) changes nothing, and another one is drawn.
  // Changing an operation is always possible.
  for (;;) {
    Chain changed = a;
    switch (rng.below(3)) {
      case 0:
        mutate_depth(space, changed, rng);
        break;
      case 1:
        mutate_width(space, changed, rng);
        break;
      default:
        mutate_layer(space, changed, rng);
    }
    if (changed != a) return changed;
  }
}

}  // namespace mininas
