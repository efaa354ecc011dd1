#include "mcu/host/memory_plan.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>

#include "core/error.h"

namespace mininas {
namespace {

constexpr int64_t kTensorAlignment = 4;
constexpr int64_t kSearchSteps = 300'000;  // of each of the two searches below: a fraction of a second

bool live_together(const ArenaTensor& a, const ArenaTensor& b) { return a.first <= b.last && b.first <= a.last; }

int64_t live_at(const std::vector<ArenaTensor>& tensors, int step) {
  int64_t bytes = 0;
  for (const ArenaTensor& tensor : tensors)
    if (tensor.first <= step && step <= tensor.last) bytes += tensor.bytes;
  return bytes;
}

int64_t most_live(const std::vector<ArenaTensor>& tensors) {
  int64_t most = 0;
  for (const ArenaTensor& tensor : tensors) most = std::max(most, live_at(tensors, tensor.first));
  return most;
}

std::vector<size_t> by_birth(const std::vector<ArenaTensor>& tensors) {
  std::vector<size_t> order(tensors.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return tensors[a].first < tensors[b].first; });
  return order;
}

// Fits all tensors into a given limit, or gives up: in the order of their birth, each at an edge of a gap, the outer edges first. A chain
// alternates between the two ends of the arena and never backtracks.
class LimitSearch {
 public:
  LimitSearch(const std::vector<ArenaTensor>& tensors, int64_t limit)
      : tensors_(tensors), limit_(limit), order_(by_birth(tensors)), offsets_(tensors.size()) {}

  std::optional<std::vector<int64_t>> run() {
    if (!place(0)) return std::nullopt;
    return offsets_;
  }

 private:
  bool place(size_t position) {
    if (position == order_.size()) return true;
    const size_t tensor = order_[position];
    for (const int64_t offset : candidates(position)) {
      if (++steps_ > kSearchSteps) return false;
      offsets_[tensor] = offset;
      if (place(position + 1)) return true;
    }
    return false;
  }

  std::vector<int64_t> candidates(size_t position) const {
    const ArenaTensor& tensor = tensors_[order_[position]];
    std::vector<std::pair<int64_t, int64_t>> taken;  // [begin, end)
    for (size_t i = 0; i < position; ++i) {
      const size_t placed = order_[i];
      if (live_together(tensors_[placed], tensor)) taken.emplace_back(offsets_[placed], offsets_[placed] + tensors_[placed].bytes);
    }
    std::sort(taken.begin(), taken.end());
    taken.emplace_back(limit_, limit_);
    std::vector<int64_t> edges;
    int64_t begin = 0;
    for (const auto& [next, end] : taken) {
      if (next - begin >= tensor.bytes) edges.insert(edges.end(), {begin, next - tensor.bytes});
      begin = std::max(begin, end);
    }
    const auto outer = [&](int64_t offset) { return offset == 0 || offset + tensor.bytes == limit_; };
    std::stable_partition(edges.begin(), edges.end(), outer);
    return edges;
  }

  const std::vector<ArenaTensor>& tensors_;
  const int64_t limit_;
  const std::vector<size_t> order_;
  std::vector<int64_t> offsets_;
  int64_t steps_ = 0;
};

// The exact search. In any placement, read from the lowest offset up, each tensor can sink onto the highest end of those before it that it
// must not overlap; so some order with rising offsets gives the optimum, and branch and bound goes through all of them.
class OrderSearch {
 public:
  OrderSearch(const std::vector<ArenaTensor>& tensors, int64_t lower_bound) : tensors_(tensors), offsets_(tensors.size(), kUnplaced) {
    best_.lower_bound = lower_bound;
    best_.bytes = std::numeric_limits<int64_t>::max();
  }

  Placement run() {
    extend(0, 0);
    best_.optimal = steps_ <= kSearchSteps || best_.bytes == best_.lower_bound;
    return best_;
  }

 private:
  static constexpr int64_t kUnplaced = -1;

  bool done() const { return best_.bytes == best_.lower_bound || steps_ > kSearchSteps; }

  // Places the remaining tensors, none below `floor`. The first descent always takes the lowest candidate and completes, so there is a
  // result even where the steps run out.
  void extend(size_t placed, int64_t floor) {
    if (placed == tensors_.size()) {
      best_.bytes = least_top(floor);
      best_.offsets = offsets_;
      return;
    }
    for (const auto& [offset, tensor] : candidates(floor)) {
      ++steps_;
      offsets_[tensor] = offset;
      if (least_top(offset) < best_.bytes) extend(placed + 1, offset);
      offsets_[tensor] = kUnplaced;
      if (done()) return;
    }
  }

  // Unplaced tensors with the offset they sink to, lowest first. Not below `floor`: that placement is reached in another order. Not above
  // where another unplaced tensor could end: that one would sink below and belongs first.
  std::vector<std::pair<int64_t, size_t>> candidates(int64_t floor) const {
    std::vector<std::pair<int64_t, size_t>> found;
    int64_t limit = std::numeric_limits<int64_t>::max();
    for (size_t tensor = 0; tensor < tensors_.size(); ++tensor) {
      if (offsets_[tensor] != kUnplaced) continue;
      const int64_t offset = highest_end_below(tensor);
      limit = std::min(limit, offset + tensors_[tensor].bytes);
      if (offset >= floor) found.emplace_back(offset, tensor);
    }
    std::erase_if(found, [&](const auto& candidate) { return candidate.first >= limit; });
    std::stable_sort(found.begin(), found.end(), [&](const auto& a, const auto& b) {
      return a.first != b.first ? a.first < b.first : tensors_[a.second].bytes > tensors_[b.second].bytes;
    });
    return found;
  }

  int64_t highest_end_below(size_t tensor) const {
    int64_t end = 0;
    for (size_t i = 0; i < tensors_.size(); ++i)
      if (offsets_[i] != kUnplaced && live_together(tensors_[i], tensors_[tensor])) end = std::max(end, offsets_[i] + tensors_[i].bytes);
    return end;
  }

  // What the arena needs at least: at every step, the unplaced tensors stack up above the placed ones and above `floor`.
  int64_t least_top(int64_t floor) const {
    int64_t top = 0;
    for (const ArenaTensor& birth : tensors_) {
      int64_t placed_end = 0, unplaced = 0;
      for (size_t i = 0; i < tensors_.size(); ++i) {
        if (tensors_[i].first > birth.first || birth.first > tensors_[i].last) continue;
        if (offsets_[i] == kUnplaced) unplaced += tensors_[i].bytes;
        else placed_end = std::max(placed_end, offsets_[i] + tensors_[i].bytes);
      }
      top = std::max(top, unplaced == 0 ? placed_end : std::max(placed_end, floor) + unplaced);
    }
    return top;
  }

  const std::vector<ArenaTensor>& tensors_;
  const std::vector<size_t> order_;
  std::vector<int64_t> offsets_;
  Placement best_;
  int64_t steps_ = 0;
};

// Step at which each layer's output is read for the last time; its own step where nothing reads it.
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

}  // namespace

Placement place_tensors(const std::vector<ArenaTensor>& tensors) {
  for (const ArenaTensor& tensor : tensors) MN_CHECK(tensor.bytes >= 1 && tensor.first <= tensor.last, tensor.bytes);
  const int64_t lower_bound = most_live(tensors);
  if (const auto offsets = LimitSearch(tensors, lower_bound).run()) return {*offsets, lower_bound, lower_bound, true};
  return OrderSearch(tensors, lower_bound).run();
}

int64_t MemoryPlan::offset_of(int layer) const {
  const int tensor = tensor_of_layer[static_cast<size_t>(layer)];
  MN_CHECK(tensor != kCallerTensor, layer);
  return placement.offsets[static_cast<size_t>(tensor)];
}

MemoryPlan plan_memory(const NetworkSpec& spec) {
  const auto shapes = layer_shapes(spec);
  const auto last = last_uses(spec);
  MemoryPlan plan;
  for (int i = 0; i + 1 < static_cast<int>(shapes.size()); ++i) {
    plan.tensor_of_layer.push_back(i);
    const int64_t bytes = (shapes[static_cast<size_t>(i)].size() + kTensorAlignment - 1) / kTensorAlignment * kTensorAlignment;
    plan.tensors.push_back({bytes, i, last[static_cast<size_t>(i)]});
  }
  plan.tensor_of_layer.push_back(kCallerTensor);
  for (int i = 0; i < static_cast<int>(shapes.size()); ++i) plan.live_bytes.push_back(live_at(plan.tensors, i));
  plan.placement = place_tensors(plan.tensors);
  plan.arena_bytes = std::max(int64_t{1}, plan.placement.bytes);
  return plan;
}

}  // namespace mininas
