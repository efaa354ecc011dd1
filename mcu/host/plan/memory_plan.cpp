#include "mcu/host/plan/memory_plan.h"

#include <algorithm>
#include <optional>

#include "core/error.h"
#include "mcu/host/plan/placement.h"
#include "mcu/host/plan/scratch.h"

namespace mininas {
namespace {

int64_t aligned(int64_t bytes) { return (bytes + kTensorAlignment - 1) / kTensorAlignment * kTensorAlignment; }

// A strip, and what of its layers' outputs exists at once. Rings and scratch are the strip's workspace, one behind the
// other.
struct PlannedStrip {
  Strip strip;
  std::vector<int> rows;              // by its layers
  std::vector<int64_t> ring_offsets;  // in the workspace; kWhole for a tensor of its own
  int64_t scratch_offset = 0;
  ArenaStep step;  // its moments are layers
};
constexpr int64_t kWhole = -1;

class Planner {
 public:
  Planner(const NetworkSpec& spec, RamPlan ram_plan) : spec_(spec), ram_plan_(ram_plan) {
    for (int layer = 0; layer < count(); ++layer)
      tensors_.push_back({bytes_of(layer, height(layer)), layer, spec_.last_reader(layer)});
    for (int first = 0; first < count(); ++first)
      for (int last = first; last < count() && may_join(first, last); ++last) consider(first, last);
  }

  MemoryPlan run() const {
    std::vector<ArenaStep> steps;
    for (const PlannedStrip& strip : strips_) steps.push_back(strip.step);
    const Placement placement = place_tensors(tensors_, steps, count());
    MemoryPlan plan;
    plan.arena_bytes = std::max(kTensorAlignment, placement.bytes);
    plan.lower_bound = placement.lower_bound;
    plan.optimal = placement.optimal;
    for (size_t i = 0; i < placement.steps.size(); ++i)
      append_layers(plan, strips_[placement.steps[i]], placement.workspaces[i], placement.offsets);
    return plan;
  }

 private:
  int count() const { return spec_.size(); }
  int height(int layer) const { return spec_.shape(layer).height; }
  bool in_arena(int layer) const { return layer + 1 < count(); }
  int64_t bytes_of(int layer, int rows) const {
    const ImageShape& shape = spec_.shape(layer);
    return aligned(int64_t{rows} * shape.width * shape.channels);
  }

  // A pool needs its whole input before its first row: it ends every strip.
  bool may_join(int first, int last) const {
    if (first == last) return true;
    const LayerKind kind = spec_.layer(last).kind, before = spec_.layer(last - 1).kind;
    const auto joins = [](LayerKind k) {
      return k == LayerKind::kConv || k == LayerKind::kDepthwise || k == LayerKind::kAdd;
    };
    return ram_plan_ == RamPlan::kStrips && joins(kind) && joins(before);
  }

  void consider(int first, int last) {
    PlannedStrip planned{
        Strip(spec_, first, last), {}, {}, 0, {first, last + 1, {}, {}, 0, first == last ? 0 : last - first + 1}};
    if (!planned.strip.possible()) return;
    add_tensors(planned);
    add_scratch(planned);
    strips_.push_back(std::move(planned));
  }

  void add_tensors(PlannedStrip& planned) const {
    ArenaStep& step = planned.step;
    for (int layer = step.begin; layer < step.end; ++layer) {
      const bool ring = spec_.last_reader(layer) != layer && spec_.last_reader(layer) < step.end;
      planned.rows.push_back(ring ? planned.strip.ring_rows(layer) : height(layer));
      planned.ring_offsets.push_back(ring ? step.workspace : kWhole);
      if (ring) step.workspace += bytes_of(layer, planned.rows.back());
      if (!ring && in_arena(layer)) add_written(planned, layer);
    }
  }

  void add_written(PlannedStrip& planned, int layer) const {
    ArenaStep& step = planned.step;
    step.written.push_back(static_cast<size_t>(layer));
    if (ram_plan_ == RamPlan::kWhole) return;
    for (int input = 0; input < step.begin; ++input) {
      if (spec_.last_reader(input) < step.begin || spec_.last_reader(input) >= step.end) continue;
      const int64_t distance = aligned(planned.strip.overlap_distance(layer, input));
      step.overlaps.push_back({static_cast<size_t>(layer), static_cast<size_t>(input), distance});
    }
  }

  void add_scratch(PlannedStrip& planned) const {
    int64_t most = 0;
    for (int layer = planned.step.begin; layer < planned.step.end; ++layer)
      most = std::max(most, scratch_bytes(spec_.layer(layer), spec_.input_shape(layer)));
    planned.scratch_offset = planned.step.workspace;
    planned.step.workspace += aligned(most);
  }

  // `workspace` and `offsets`: where the strip's workspace and all tensors lie.
  void append_layers(MemoryPlan& plan, const PlannedStrip& planned, int64_t workspace,
                     const std::vector<int64_t>& offsets) const {
    const ArenaStep& step = planned.step;
    for (int layer = step.begin; layer < step.end; ++layer) {
      const auto index = static_cast<size_t>(layer - step.begin);
      LayerPlan row;
      row.strip = index == 0 ? step.end - step.begin : 0;
      row.pace = planned.strip.pace(layer);
      row.output_rows = planned.rows[index];
      if (planned.ring_offsets[index] != kWhole)
        row.output = workspace + planned.ring_offsets[index];
      else if (in_arena(layer))
        row.output = offsets[static_cast<size_t>(layer)];
      row.scratch = workspace + planned.scratch_offset;
      row.live_bytes = least_bytes(tensors_, step);
      plan.layers.push_back(row);
    }
  }

  const NetworkSpec& spec_;
  const RamPlan ram_plan_;
  std::vector<ArenaTensor> tensors_;  // every layer's output, whole
  std::vector<PlannedStrip> strips_;  // that could be
};

}  // namespace

MemoryPlan plan_memory(const NetworkSpec& spec, RamPlan ram_plan) { return Planner(spec, ram_plan).run(); }

}  // namespace mininas
