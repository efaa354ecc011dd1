#include "mcu/host/plan/placement.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>

#include "core/error.h"
#include "mcu/host/plan/offset_zone.h"

namespace mininas {
namespace {

constexpr int64_t kFar = std::numeric_limits<int64_t>::max();
// Far beyond the needs of real networks; a graph that reaches them gets a good placement without a proof.
constexpr size_t kMaxStates = 500;      // per moment
constexpr int64_t kMaxBranches = 2000;  // per step and state

// A tensor or workspace in the arena during a step.
struct Item {
  size_t name = 0;  // index of a tensor; workspaces of steps are numbered after the tensors
  int64_t bytes = 0;
};

// `high` begins at least `distance` above `low`.
struct Bound {
  size_t low = 0, high = 0;  // names
  int64_t distance = 0;
};

// The minimum distance from the beginning of `low` to that of `high`, if `high` is the higher one.
int64_t gap(const ArenaStep& step, const Item& low, const Item& high) {
  for (const Overlap& overlap : step.overlaps)
    if (overlap.output == low.name && overlap.input == high.name) return overlap.distance;
  return low.bytes;
}

// Bytes of all items of a step, minus what outputs can share with inputs. An output cannot share a byte with two
// inputs, because these do not overlap.
int64_t least_bytes(const ArenaStep& step, const std::vector<Item>& items) {
  int64_t bytes = 0;
  for (const Item& output : items) {
    int64_t shared = 0;
    for (const Item& input : items)
      if (input.name != output.name) shared += std::min(output.bytes - gap(step, output, input), input.bytes);
    bytes += output.bytes - std::min(shared, output.bytes);
  }
  return bytes;
}

// The input of the problem, prepared for many searches.
class Arena {
 public:
  Arena(const std::vector<ArenaTensor>& tensors, const std::vector<ArenaStep>& steps, int moments)
      : tensors_(tensors),
        steps_(steps),
        living_(static_cast<size_t>(moments) + 1),
        steps_from_(static_cast<size_t>(moments)) {
    for (size_t i = 0; i < tensors.size(); ++i)
      for (int moment = tensors[i].first + 1; moment <= std::min(tensors[i].last, moments); ++moment)
        living_[static_cast<size_t>(moment)].push_back(i);
    for (size_t i = 0; i < steps.size(); ++i) {
      steps_from_[static_cast<size_t>(steps[i].begin)].push_back(i);
      items_.push_back(find_items(i));
      least_.push_back(least_bytes(steps[i], items_.back()));
    }
  }

  const ArenaStep& step(size_t i) const { return steps_[i]; }
  size_t steps() const { return steps_.size(); }
  int moments() const { return static_cast<int>(steps_from_.size()); }
  size_t tensors() const { return tensors_.size(); }
  int64_t least(size_t step) const { return least_[step]; }

  const std::vector<size_t>& steps_from(int moment) const { return steps_from_[static_cast<size_t>(moment)]; }
  const std::vector<size_t>& living_at(int moment) const { return living_[static_cast<size_t>(moment)]; }
  // Items of a step, in this order: tensors that existed before, tensors that it writes, its workspace.
  const std::vector<Item>& items(size_t step) const { return items_[step]; }
  size_t workspace(size_t step) const { return tensors_.size() + step; }  // name of its item

  // The minimum over all sequences of steps of their largest least_bytes.
  int64_t lower_bound() const {
    std::vector<int64_t> reached(living_.size(), kFar);
    reached[0] = 0;
    for (int moment = 0; moment < moments(); ++moment)
      for (const size_t i : steps_from(moment)) {
        int64_t& end = reached[static_cast<size_t>(steps_[i].end)];
        end = std::min(end, std::max(reached[static_cast<size_t>(moment)], least_[i]));
      }
    return reached.back();
  }

  int64_t unit() const {
    int64_t unit = 0;
    for (const ArenaTensor& tensor : tensors_) unit = std::gcd(unit, tensor.bytes);
    for (const ArenaStep& step : steps_) {
      unit = std::gcd(unit, step.workspace);
      for (const Overlap& overlap : step.overlaps) unit = std::gcd(unit, overlap.distance);
    }
    return std::max<int64_t>(1, unit);
  }

 private:
  std::vector<Item> find_items(size_t step) const {
    std::vector<Item> items;
    for (const size_t tensor : living_at(steps_[step].begin)) items.push_back({tensor, tensors_[tensor].bytes});
    for (const size_t tensor : steps_[step].written) items.push_back({tensor, tensors_[tensor].bytes});
    if (steps_[step].workspace > 0) items.push_back({workspace(step), steps_[step].workspace});
    return items;
  }

  const std::vector<ArenaTensor>& tensors_;
  const std::vector<ArenaStep>& steps_;
  std::vector<std::vector<size_t>> living_;      // [moment], with one more than the others
  std::vector<std::vector<size_t>> steps_from_;  // [moment]
  std::vector<std::vector<Item>> items_;         // [step]
  std::vector<int64_t> least_;                   // [step]
};

// Decides exactly whether everything fits into a limit. Of any two items of one step one is the higher, and each choice
// is a bound on a distance. The rest of the search depends only on the possible offsets of the tensors that still
// exist: a zone. So the states of a moment are zones, and a zone that another one contains is dropped. A chain has a
// single tensor at each moment and rarely more than one state.
class LimitSearch {
 public:
  LimitSearch(const Arena& arena, int64_t limit, bool weigh)
      : arena_(arena), limit_(limit), weigh_(weigh), states_(static_cast<size_t>(arena.moments()) + 1) {
    states_[0].push_back({});
  }

  bool fits() {
    for (int moment = 0; moment < arena_.moments(); ++moment)
      for (const size_t step : arena_.steps_from(moment)) {
        if (arena_.least(step) > limit_) continue;
        for (size_t state = 0; state < states_[static_cast<size_t>(moment)].size(); ++state) take(step, state);
      }
    return !states_.back().empty();
  }

  // With `weigh`, a plan of minimum burden; otherwise any plan. Nothing if there is none.
  std::optional<Placement> run() {
    if (!fits()) return std::nullopt;
    return read_back();
  }

  bool gave_up() const { return gave_up_; }

 private:
  struct State {
    OffsetZone zone;  // of the tensors that exist
    int burden = 0;
    size_t step = 0, from = 0;  // the step that reached this state, and the state before it
    std::vector<Bound> bounds;  // added by the step
  };

  State& state(int moment, size_t index) { return states_[static_cast<size_t>(moment)][index]; }

  void take(size_t step, size_t from) {
    const State& before = state(arena_.step(step).begin, from);
    items_ = arena_.items(step);
    OffsetZone zone = before.zone;
    for (size_t i = zone.count() - 1; i < items_.size(); ++i) {
      if (items_[i].bytes > limit_) return;
      zone.add(limit_ - items_[i].bytes);
    }
    branches_ = 0;
    order(std::move(zone), before.zone.count() - 1, 0,
          {{}, before.burden + (weigh_ ? arena_.step(step).burden : 0), step, from, {}});
  }

  // Tries both orders of items `low` and `high`, then continues with the following pairs. Members of a zone are
  // numbered like items, except for member 0.
  void order(OffsetZone zone, size_t high, size_t low, State next) {
    if (low == high) return order(std::move(zone), high + 1, 0, std::move(next));
    if (high >= items_.size()) return arrive(zone, std::move(next));
    if (++branches_ > kMaxBranches) {
      gave_up_ = true;
      return;
    }
    for (const auto& [below, above] : {std::pair(low, high), std::pair(high, low)}) {
      const int64_t distance = gap(arena_.step(next.step), items_[below], items_[above]);
      OffsetZone narrower = zone;
      const bool implied = zone.implies(below + 1, above + 1, distance);
      if (!narrower.require(below + 1, above + 1, distance)) continue;
      State deeper = next;
      deeper.bounds.push_back({items_[below].name, items_[above].name, distance});
      order(std::move(narrower), high, low + 1, std::move(deeper));
      if (implied) return;  // the other order would only restrict it
    }
  }

  void arrive(const OffsetZone& zone, State next) {
    const int end = arena_.step(next.step).end;
    std::vector<size_t> members;
    for (const size_t tensor : arena_.living_at(end))
      for (size_t i = 0; i < items_.size(); ++i)
        if (items_[i].name == tensor) members.push_back(i + 1);
    next.zone = zone.only(members);
    auto& states = states_[static_cast<size_t>(end)];
    for (const State& other : states)
      if (other.burden <= next.burden && other.zone.contains(next.zone)) return;
    std::erase_if(states,
                  [&](const State& other) { return next.burden <= other.burden && next.zone.contains(other.zone); });
    if (states.size() < kMaxStates)
      states.push_back(std::move(next));
    else
      gave_up_ = true;
  }

  // Collects the steps and bounds on the way to the best final state, and computes the lowest offsets that satisfy
  // them.
  Placement read_back() {
    const auto& last = states_.back();
    const auto best =
        std::min_element(last.begin(), last.end(), [](const State& a, const State& b) { return a.burden < b.burden; });
    Placement placement;
    std::vector<Bound> bounds;
    const State* state = &*best;
    for (int moment = arena_.moments(); moment > 0;
         moment = arena_.step(state->step).begin, state = &this->state(moment, state->from)) {
      placement.steps.push_back(state->step);
      bounds.insert(bounds.end(), state->bounds.begin(), state->bounds.end());
    }
    std::reverse(placement.steps.begin(), placement.steps.end());
    std::vector<int64_t> offsets(arena_.tensors() + arena_.steps(), 0);
    for (bool moved = true; moved;) {
      moved = false;
      for (const Bound& bound : bounds) {
        const int64_t lowest = offsets[bound.low] + bound.distance;
        if (offsets[bound.high] >= lowest) continue;
        offsets[bound.high] = lowest;
        moved = true;
      }
    }
    for (const size_t step : placement.steps) {
      placement.workspaces.push_back(offsets[arena_.workspace(step)]);
      placement.least.push_back(arena_.least(step));
    }
    placement.offsets.assign(offsets.begin(), offsets.begin() + static_cast<std::ptrdiff_t>(arena_.tensors()));
    placement.bytes = limit_;
    return placement;
  }

  const Arena& arena_;
  const int64_t limit_;
  const bool weigh_;
  std::vector<std::vector<State>> states_;  // [moment]
  std::vector<Item> items_;                 // of the current step
  int64_t branches_ = 0;
  bool gave_up_ = false;
};

}  // namespace

Placement place_tensors(const std::vector<ArenaTensor>& tensors, const std::vector<ArenaStep>& steps, int moments) {
  for (const ArenaTensor& tensor : tensors) MN_CHECK(tensor.bytes >= 1 && tensor.first <= tensor.last, tensor.bytes);
  const Arena arena(tensors, steps, moments);
  const int64_t lower_bound = arena.lower_bound(), unit = arena.unit();
  bool exact = true;
  const auto fits = [&](int64_t limit) {
    LimitSearch search(arena, limit, false);
    const bool found = search.fits();
    exact = exact && (found || !search.gave_up());
    return found;
  };
  int64_t too_low = lower_bound - unit, enough = lower_bound;
  // upwards in growing strides: the optimum is near the bound
  for (int64_t stride = unit; !fits(enough); stride *= 2) {
    too_low = enough;
    enough += stride;
  }
  while (enough - too_low > unit) {
    const int64_t middle = too_low + (enough - too_low) / unit / 2 * unit;
    (fits(middle) ? enough : too_low) = middle;
  }
  auto placement = LimitSearch(arena, enough, true).run();
  if (!placement) placement = LimitSearch(arena, enough, false).run();
  placement->lower_bound = lower_bound;
  placement->optimal = exact;
  return *placement;
}

}  // namespace mininas
