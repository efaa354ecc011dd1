#include "mcu/host/plan/memory_plan.h"

#include <algorithm>

#include "core/error.h"
#include "mcu/host/plan/device_operation.h"
#include "mcu/host/plan/placement.h"

namespace mininas {
namespace {

int64_t aligned(int64_t bytes) { return (bytes + kTensorAlignment - 1) / kTensorAlignment * kTensorAlignment; }

// A strip, and which rows of its layers' outputs exist at once. Its rings and scratch are contiguous in its workspace.
struct PlannedStrip {
  Strip strip;
  ArenaStep step;                     // moments are layers
  std::vector<int> rows;              // [layer of the strip]
  std::vector<int64_t> ring_offsets;  // in the workspace; kWhole for a tensor outside of it
  int64_t scratch_offset = 0;
};
constexpr int64_t kWhole = -1;

class Planner {
 public:
  Planner(const NetworkSpec& spec, RamPlan ram_plan)
      : spec_(spec), ram_plan_(ram_plan), used_up_(static_cast<size_t>(spec.size())) {
    for (int layer = 0; layer < count(); ++layer) {
      const int last_reader = spec_.last_reader(layer);
      tensors_.push_back({bytes_of(layer, height(layer)), layer, last_reader});
      if (last_reader != layer) used_up_[static_cast<size_t>(last_reader)].push_back(layer);
    }
    for (int layer = 0; layer < count(); ++layer) consider(layer, layer);
    if (ram_plan_ == RamPlan::kStrips) consider_strips();
  }

  MemoryPlan run() const {
    const Placement placement = place();
    MemoryPlan plan;
    plan.arena_bytes = std::max(kTensorAlignment, placement.bytes);
    plan.lower_bound = placement.lower_bound;
    plan.optimal = placement.optimal;
    for (size_t i = 0; i < placement.steps.size(); ++i) append_layers(plan, placement, i);
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

  // A layer that needs its whole input before its first row cannot be in a strip.
  bool may_join(int layer) const { return device_operation(spec_.layer(layer).kind).row_by_row; }

  Placement place() const { return place_tensors(tensors_, steps_, count()); }

  // The layers whose outputs `layer` is the last to read.
  const std::vector<int>& used_up_by(int layer) const { return used_up_[static_cast<size_t>(layer)]; }

  // Collects the strips that could be part of the best plan. A strip has a ring of at least one row for each tensor
  // inside it. If these rows alone need more than the plan without strips, the strip is useless, and so is every longer
  // strip with the same beginning, which has the same tensors inside it and more.
  void consider_strips() {
    const int64_t enough = place().bytes;
    for (int first = 0; first < count(); ++first) {
      int64_t rows = 0;
      for (int last = first + 1; last < count() && may_join(last - 1) && may_join(last); ++last) {
        rows += rows_inside(first, last);
        if (rows > enough) break;
        consider(first, last);
      }
    }
  }

  // Bytes of one row of each tensor that is inside every strip that begins at `first` and contains `last`.
  int64_t rows_inside(int first, int last) const {
    int64_t bytes = 0;
    for (const int input : used_up_by(last))
      if (input >= first) bytes += bytes_of(input, 1);
    return bytes;
  }

  void consider(int first, int last) {
    const Strip strip(spec_, first, last);
    if (strip.possible()) steps_.push_back(plan_strip(strip, first, last).step);
  }

  PlannedStrip plan_strip(const Strip& strip, int first, int last) const {
    PlannedStrip planned{strip, {first, last + 1, {}, {}, 0, first == last ? 0 : last - first + 1}, {}, {}, 0};
    add_tensors(planned);
    add_scratch(planned);
    return planned;
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
    for (int reader = step.begin; reader < step.end; ++reader)
      for (const int input : used_up_by(reader)) {
        if (input >= step.begin) continue;
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

  // Appends the layers of step number `taken` of the placement.
  void append_layers(MemoryPlan& plan, const Placement& placement, size_t taken) const {
    const ArenaStep& step = steps_[placement.steps[taken]];
    const PlannedStrip planned = plan_strip(Strip(spec_, step.begin, step.end - 1), step.begin, step.end - 1);
    const int64_t workspace = placement.workspaces[taken];
    for (int layer = step.begin; layer < step.end; ++layer) {
      const auto index = static_cast<size_t>(layer - step.begin);
      LayerPlan row;
      row.strip = index == 0 ? step.end - step.begin : 0;
      row.pace = planned.strip.pace(layer);
      row.output_rows = planned.rows[index];
      if (planned.ring_offsets[index] != kWhole)
        row.output = workspace + planned.ring_offsets[index];
      else if (in_arena(layer))
        row.output = placement.offsets[static_cast<size_t>(layer)];
      row.scratch = workspace + planned.scratch_offset;
      row.live_bytes = placement.least[taken];
      plan.layers.push_back(row);
    }
  }

  const NetworkSpec& spec_;
  const RamPlan ram_plan_;
  std::vector<ArenaTensor> tensors_;  // the whole output of every layer
  std::vector<std::vector<int>> used_up_;
  std::vector<ArenaStep> steps_;  // single layers and possible strips
};

}  // namespace

MemoryPlan plan_memory(const NetworkSpec& spec, RamPlan ram_plan) { return Planner(spec, ram_plan).run(); }

}  // namespace mininas
