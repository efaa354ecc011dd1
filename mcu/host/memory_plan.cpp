#include "mcu/host/memory_plan.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <set>

#include "core/error.h"
#include "mcu/host/scratch.h"

namespace mininas {
namespace {

constexpr int64_t kImpossible = std::numeric_limits<int64_t>::max();
constexpr int kMostPartitions = 20;  // that are placed in search of the best

struct LayerRange {
  int first = 0, last = 0;  // both included
};

int64_t aligned(int64_t bytes) { return (bytes + kTensorAlignment - 1) / kTensorAlignment * kTensorAlignment; }

// Index of the layer that reads each layer's output for the last time; its own where nothing reads it.
std::vector<int> last_uses(const NetworkSpec& spec) {
  std::vector<int> last(spec.layers.size());
  for (size_t i = 0; i < spec.layers.size(); ++i) {
    const LayerSpec& layer = spec.layers[i];
    last[i] = static_cast<int>(i);
    if (layer.input != kImage) last[static_cast<size_t>(layer.input)] = static_cast<int>(i);
    if (layer.kind == LayerKind::kAdd) last[static_cast<size_t>(layer.other)] = static_cast<int>(i);
  }
  return last;
}

// What one strip brings into the arena. The same in every plan that has this strip.
struct StripNeeds {
  struct Over {
    int output = 0, input = 0;  // layers
    int64_t distance = 0;
  };
  std::vector<int> rows;      // of each of its layers' outputs that exist at once
  std::vector<Over> overlaps;
  int64_t scratch = 0;
  int64_t least = 0;          // bytes that live in its step, or kImpossible
};

class Planner {
 public:
  Planner(const NetworkSpec& spec, RamPlan kind)
      : spec_(spec), kind_(kind), shapes_(layer_shapes(spec)), last_use_(last_uses(spec)), count_(static_cast<int>(shapes_.size())) {
    for (int first = 0; first < count_; ++first)
      for (int last = first; last < count_; ++last) needs_.push_back(may_be_strip(first, last) ? needs_of(first, last) : impossible());
  }

  // Every partition into strips needs at least what its greediest strip needs. From the least such figure up, the partition with the fewest
  // layers inside strips is placed, until no other can be better.
  MemoryPlan run() const {
    const std::set<int64_t> limits = limits_worth_a_try();
    std::optional<MemoryPlan> best;
    int tried = 0;
    for (const int64_t limit : limits) {
      if (best && (limit >= best->placement.bytes || ++tried > kMostPartitions)) break;
      MemoryPlan plan = place(partition(limit));
      if (!best || plan.placement.bytes < best->placement.bytes) best = std::move(plan);
    }
    best->lower_bound = *limits.begin();
    return *best;
  }

 private:
  static StripNeeds impossible() { return {{}, {}, 0, kImpossible}; }

  const StripNeeds& needs(int first, int last) const {  // row by row of the upper triangle
    return needs_[static_cast<size_t>(first * count_ - first * (first - 1) / 2 + last - first)];
  }

  int64_t bytes_of(int layer, int rows) const {
    const ImageShape& shape = shapes_[static_cast<size_t>(layer)];
    return aligned(int64_t{rows} * shape.width * shape.channels);
  }
  int64_t whole_bytes(int layer) const { return bytes_of(layer, shapes_[static_cast<size_t>(layer)].height); }
  bool in_arena(int layer) const { return layer + 1 < count_; }
  int last_use(int layer) const { return last_use_[static_cast<size_t>(layer)]; }

  bool may_be_strip(int first, int last) const {
    if (first == last) return true;
    if (kind_ != RamPlan::kStrips) return false;
    for (int layer = first; layer <= last; ++layer) {
      const LayerKind kind = spec_.layers[static_cast<size_t>(layer)].kind;
      if (kind == LayerKind::kGlobalAveragePool || kind == LayerKind::kLinear) return false;
    }
    const Strip strip(spec_, shapes_, first, last);
    for (int layer = first; layer <= last; ++layer)  // as the device's table holds them
      if (strip.rate(layer).step > UINT16_MAX || strip.rate(layer).lead < INT16_MIN || strip.rate(layer).lead > INT16_MAX) return false;
    return true;
  }

  StripNeeds needs_of(int first, int last) const {
    const Strip strip(spec_, shapes_, first, last);
    StripNeeds needs;
    for (int layer = first; layer <= last; ++layer) {
      const bool ring = last_use(layer) != layer && last_use(layer) <= last;
      needs.rows.push_back(ring ? strip.ring_rows(layer) : shapes_[static_cast<size_t>(layer)].height);
      needs.scratch = std::max(needs.scratch, aligned(scratch_bytes(spec_.layers[static_cast<size_t>(layer)],
                                                                    input_shape(spec_, shapes_, layer))));
      if (kind_ == RamPlan::kWhole || ring || !in_arena(layer)) continue;
      for (int input = 0; input < first; ++input)
        if (last_use(input) >= first && last_use(input) <= last)
          needs.overlaps.push_back({layer, input, aligned(strip.overlap_distance(layer, input))});
    }
    needs.least = least_bytes(first, last, needs);
    return needs;
  }

  // Of everything that lives while the strip runs.
  int64_t least_bytes(int first, int last, const StripNeeds& needs) const {
    std::vector<ArenaTensor> tensors;
    std::vector<size_t> index(static_cast<size_t>(count_), 0);
    const auto add = [&](int layer, int64_t bytes) {
      index[static_cast<size_t>(layer)] = tensors.size();
      tensors.push_back({bytes, 0, 0});
    };
    for (int layer = 0; layer < first; ++layer)
      if (last_use(layer) >= first) add(layer, whole_bytes(layer));
    for (int layer = first; layer <= last; ++layer)
      if (in_arena(layer)) add(layer, bytes_of(layer, needs.rows[static_cast<size_t>(layer - first)]));
    std::vector<Overlap> overlaps;
    for (const StripNeeds::Over& over : needs.overlaps)
      overlaps.push_back({index[static_cast<size_t>(over.output)], index[static_cast<size_t>(over.input)], over.distance});
    const auto least = least_bytes_of_steps(tensors, overlaps);
    return needs.scratch + (least.empty() ? 0 : least[0]);
  }

  // The least figure that some partition can reach, and every larger one that a strip has.
  std::set<int64_t> limits_worth_a_try() const {
    std::vector<int64_t> least(static_cast<size_t>(count_) + 1, kImpossible);  // of the layers before an index
    least[0] = 0;
    for (int last = 0; last < count_; ++last)
      for (int first = 0; first <= last; ++first)
        least[static_cast<size_t>(last) + 1] = std::min(least[static_cast<size_t>(last) + 1],
                                                        std::max(least[static_cast<size_t>(first)], needs(first, last).least));
    std::set<int64_t> limits = {least.back()};
    for (const StripNeeds& strip : needs_)
      if (strip.least > least.back() && strip.least != kImpossible) limits.insert(strip.least);
    return limits;
  }

  // The fewest layers inside strips that need at most `limit` each. Requires a limit that some partition keeps.
  std::vector<LayerRange> partition(int64_t limit) const {
    constexpr int kMany = std::numeric_limits<int>::max() / 2;
    std::vector<int> layers(static_cast<size_t>(count_) + 1, kMany), begin(static_cast<size_t>(count_) + 1, 0);
    layers[0] = 0;
    for (int last = 0; last < count_; ++last)
      for (int first = 0; first <= last; ++first) {
        const int inside = layers[static_cast<size_t>(first)] + (first == last ? 0 : last - first + 1);
        if (needs(first, last).least > limit || inside >= layers[static_cast<size_t>(last) + 1]) continue;
        layers[static_cast<size_t>(last) + 1] = inside;
        begin[static_cast<size_t>(last) + 1] = first;
      }
    std::vector<LayerRange> strips;
    for (int end = count_; end > 0; end = begin[static_cast<size_t>(end)]) strips.push_back({begin[static_cast<size_t>(end)], end - 1});
    std::reverse(strips.begin(), strips.end());
    return strips;
  }

  MemoryPlan place(const std::vector<LayerRange>& strips) const;

  const NetworkSpec& spec_;
  const RamPlan kind_;
  const std::vector<ImageShape> shapes_;
  const std::vector<int> last_use_;
  const int count_;
  std::vector<StripNeeds> needs_;
};

MemoryPlan Planner::place(const std::vector<LayerRange>& strips) const {
  MemoryPlan plan;
  std::vector<int> strip_of;
  for (int s = 0; s < static_cast<int>(strips.size()); ++s) strip_of.resize(static_cast<size_t>(strips[static_cast<size_t>(s)].last) + 1, s);
  std::vector<size_t> scratch_of(strips.size(), 0);
  for (size_t s = 0; s < strips.size(); ++s) {
    const auto [first, last] = strips[s];
    const StripNeeds& needs = this->needs(first, last);
    for (int layer = first; layer <= last; ++layer) {
      const int rows = needs.rows[static_cast<size_t>(layer - first)];
      const int end = strip_of[static_cast<size_t>(last_use(layer))];
      if (in_arena(layer)) plan.tensors.push_back({bytes_of(layer, rows), static_cast<int>(s), end});
    }
    for (const auto& over : needs.overlaps)
      plan.overlaps.push_back({static_cast<size_t>(over.output), static_cast<size_t>(over.input), over.distance});
  }
  for (size_t s = 0; s < strips.size(); ++s) {
    const int64_t bytes = needs(strips[s].first, strips[s].last).scratch;
    if (bytes == 0) continue;
    scratch_of[s] = plan.tensors.size();
    plan.tensors.push_back({bytes, static_cast<int>(s), static_cast<int>(s)});
  }
  plan.placement = place_tensors(plan.tensors, plan.overlaps);
  plan.optimal = plan.placement.optimal;
  plan.arena_bytes = std::max(kTensorAlignment, plan.placement.bytes);
  for (size_t s = 0; s < strips.size(); ++s) {
    const auto [first, last] = strips[s];
    const Strip strip(spec_, shapes_, first, last);
    for (int layer = first; layer <= last; ++layer) {
      LayerPlan row;
      row.strip = layer == first ? last - first + 1 : 0;
      if (first != last) row.rate = strip.rate(layer);
      row.output_rows = needs(first, last).rows[static_cast<size_t>(layer - first)];
      if (in_arena(layer)) row.output = plan.placement.offsets[static_cast<size_t>(layer)];
      if (needs(first, last).scratch > 0) row.scratch = plan.placement.offsets[scratch_of[s]];
      row.live_bytes = needs(first, last).least;
      plan.layers.push_back(row);
    }
  }
  return plan;
}

}  // namespace

MemoryPlan plan_memory(const NetworkSpec& spec, RamPlan kind) { return Planner(spec, kind).run(); }

}  // namespace mininas
