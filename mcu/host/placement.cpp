#include "mcu/host/placement.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>
#include <set>

#include "core/error.h"

namespace mininas {
namespace {

constexpr int64_t kSearchSteps = 3'000;  // of each of the searches below: a fraction of a second
constexpr int64_t kUnplaced = -1;
constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

bool live_together(const ArenaTensor& a, const ArenaTensor& b) { return a.first <= b.last && b.first <= a.last; }

// The tensors, and how far apart the beginnings of any two must be.
class Rules {
 public:
  Rules(const std::vector<ArenaTensor>& tensors, const std::vector<Overlap>& overlaps) : tensors_(tensors), gaps_(count() * count(), kFree) {
    for (size_t i = 0; i < count(); ++i)
      for (size_t j = 0; j < count(); ++j)
        if (i != j && live_together(tensors[i], tensors[j])) gaps_[i * count() + j] = tensors[i].bytes;
    for (const Overlap& overlap : overlaps) gaps_[overlap.output * count() + overlap.input] = overlap.distance;
  }

  size_t count() const { return tensors_.size(); }
  const ArenaTensor& tensor(size_t i) const { return tensors_[i]; }
  bool together(size_t a, size_t b) const { return gaps_[a * count() + b] != kFree; }
  // From the beginning of `low` to that of `high`, where `high` lies above. Requires together().
  int64_t gap(size_t low, size_t high) const { return gaps_[low * count() + high]; }

  // What some tensors that live together need at least: their bytes, less what outputs can share with inputs. An output shares no byte with
  // two inputs, for those are apart.
  int64_t least_bytes(const std::vector<size_t>& some) const {
    int64_t bytes = 0;
    for (const size_t output : some) {
      int64_t shared = 0;
      for (const size_t input : some)
        if (input != output) shared += std::min(tensor(output).bytes - gap(output, input), tensor(input).bytes);
      bytes += tensor(output).bytes - std::min(shared, tensor(output).bytes);
    }
    return bytes;
  }

  // Tensors of each step.
  std::vector<std::vector<size_t>> steps() const {
    std::vector<std::vector<size_t>> steps;
    for (size_t i = 0; i < count(); ++i) {
      steps.resize(std::max(steps.size(), static_cast<size_t>(tensor(i).last) + 1));
      for (int step = tensor(i).first; step <= tensor(i).last; ++step) steps[static_cast<size_t>(step)].push_back(i);
    }
    return steps;
  }

 private:
  static constexpr int64_t kFree = -1;
  const std::vector<ArenaTensor>& tensors_;
  std::vector<int64_t> gaps_;
};

std::vector<size_t> by_birth(const std::vector<ArenaTensor>& tensors) {
  std::vector<size_t> order(tensors.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return tensors[a].first < tensors[b].first; });
  return order;
}

// Fits all tensors into a given limit, or gives up: in the order of their birth, each at an edge of a gap, the outer edges first. For a chain
// this is exact: what follows depends on a tensor's offset alone, and the lowest and the highest offset that it can have are such edges.
class LimitSearch {
 public:
  LimitSearch(const Rules& rules, const std::vector<size_t>& order, int64_t limit)
      : rules_(rules), order_(order), limit_(limit), offsets_(rules.count()) {}

  std::optional<std::vector<int64_t>> run() {
    if (!place(0)) return std::nullopt;
    return offsets_;
  }
  bool gave_up() const { return steps_ > kSearchSteps; }

 private:
  bool place(size_t position) {
    if (position == order_.size()) return true;
    std::vector<int64_t> state = state_at(position);
    if (failed_.count(state) != 0) return false;
    const size_t tensor = order_[position];
    for (const int64_t offset : candidates(position)) {
      if (gave_up()) return false;
      ++steps_;
      offsets_[tensor] = offset;
      if (place(position + 1)) return true;
    }
    failed_.insert(std::move(state));
    return false;
  }

  // All that the rest of the search depends on: what is placed and still lives.
  std::vector<int64_t> state_at(size_t position) const {
    std::vector<int64_t> state = {static_cast<int64_t>(position)};
    const int now = rules_.tensor(order_[position]).first;
    for (size_t i = 0; i < position; ++i)
      if (rules_.tensor(order_[i]).last >= now) state.push_back(offsets_[order_[i]]);
    return state;
  }

  std::vector<int64_t> candidates(size_t position) const {
    const size_t tensor = order_[position];
    const int64_t highest = limit_ - rules_.tensor(tensor).bytes;
    std::vector<std::pair<int64_t, int64_t>> forbidden;  // offsets strictly between
    for (size_t i = 0; i < position; ++i) {
      const size_t placed = order_[i];
      if (!rules_.together(placed, tensor)) continue;
      forbidden.emplace_back(offsets_[placed] - rules_.gap(tensor, placed), offsets_[placed] + rules_.gap(placed, tensor));
    }
    std::sort(forbidden.begin(), forbidden.end());
    std::vector<int64_t> edges;
    int64_t begin = 0;
    for (const auto& [low, high] : forbidden) {
      if (const int64_t end = std::min(low, highest); begin <= end) edges.insert(edges.end(), {begin, end});
      begin = std::max(begin, high);
    }
    if (begin <= highest) edges.insert(edges.end(), {begin, highest});
    std::stable_partition(edges.begin(), edges.end(), [&](int64_t offset) { return offset == 0 || offset == highest; });
    return edges;
  }

  const Rules& rules_;
  const std::vector<size_t>& order_;
  const int64_t limit_;
  std::vector<int64_t> offsets_;
  std::set<std::vector<int64_t>> failed_;
  int64_t steps_ = 0;
};

// The exact search. In any placement, read from the lowest offset up, each tensor can sink onto the highest of those before it that holds it
// up; so some order with rising offsets gives the optimum, and branch and bound goes through all of them.
class OrderSearch {
 public:
  // `best` is a placement to beat.
  OrderSearch(const Rules& rules, Placement best)
      : rules_(rules), steps_of_arena_(rules.steps()), offsets_(rules.count(), kUnplaced), rests_(rules.count(), 0), best_(std::move(best)) {}

  Placement run() {
    extend(0, 0);
    best_.optimal = steps_ <= kSearchSteps || best_.bytes == best_.lower_bound;
    return best_;
  }

 private:
  bool done() const { return best_.bytes == best_.lower_bound || steps_ > kSearchSteps; }

  // Places the remaining tensors, none below `floor`.
  void extend(size_t placed, int64_t floor) {
    if (placed == rules_.count()) {
      best_.bytes = least_top(floor);
      best_.offsets = offsets_;
      return;
    }
    const std::vector<int64_t> rests = rests_;
    for (const auto& [offset, tensor] : candidates(floor)) {
      ++steps_;
      offsets_[tensor] = offset;
      for (size_t i = 0; i < rules_.count(); ++i)
        if (rules_.together(tensor, i)) rests_[i] = std::max(rests_[i], offset + rules_.gap(tensor, i));
      if (least_top(offset) < best_.bytes) extend(placed + 1, offset);
      offsets_[tensor] = kUnplaced;
      rests_ = rests;
      if (done()) return;
    }
  }

  // Unplaced tensors with the offset they sink to, lowest first. Not below `floor`: that placement is reached in another order. Not above
  // where another unplaced tensor could end: that one would sink below and belongs first.
  std::vector<std::pair<int64_t, size_t>> candidates(int64_t floor) const {
    std::vector<std::pair<int64_t, size_t>> found;
    int64_t limit = kNever;
    for (size_t tensor = 0; tensor < rules_.count(); ++tensor) {
      if (offsets_[tensor] != kUnplaced) continue;
      const int64_t offset = rests_[tensor];
      limit = std::min(limit, offset + rules_.tensor(tensor).bytes);
      if (offset >= floor) found.emplace_back(offset, tensor);
    }
    std::erase_if(found, [&](const auto& candidate) { return candidate.first >= limit; });
    std::stable_sort(found.begin(), found.end(), [&](const auto& a, const auto& b) {
      return a.first != b.first ? a.first < b.first : rules_.tensor(a.second).bytes > rules_.tensor(b.second).bytes;
    });
    return found;
  }

  // What the arena needs at least, given what is placed: at every step, all that is unplaced lies above the lowest place where one of it
  // can rest, and above `floor`.
  int64_t least_top(int64_t floor) const {
    int64_t top = 0;
    for (const auto& step : steps_of_arena_) {
      std::vector<size_t> unplaced;
      int64_t lowest = kNever;
      for (const size_t i : step) {
        if (offsets_[i] != kUnplaced) {
          top = std::max(top, offsets_[i] + rules_.tensor(i).bytes);
        } else {
          unplaced.push_back(i);
          lowest = std::min(lowest, std::max(floor, rests_[i]));
        }
      }
      if (!unplaced.empty()) top = std::max(top, lowest + rules_.least_bytes(unplaced));
    }
    return top;
  }

  const Rules& rules_;
  const std::vector<std::vector<size_t>> steps_of_arena_;
  std::vector<int64_t> offsets_;
  std::vector<int64_t> rests_;  // where each tensor comes to rest upon the placed ones
  Placement best_;
  int64_t steps_ = 0;
};

// The least limit that LimitSearch keeps, in units of the tensors' alignment. Optimal: no search gave up.
Placement least_limit(const Rules& rules, const std::vector<size_t>& order, int64_t lower_bound, int64_t unit) {
  Placement best{{}, 0, lower_bound, true};
  const auto fits = [&](int64_t limit) {
    LimitSearch search(rules, order, limit);
    const auto offsets = search.run();
    if (offsets) best.offsets = *offsets;
    best.optimal = best.optimal && !search.gave_up();
    return offsets.has_value();
  };
  int64_t too_low = lower_bound - unit, enough = lower_bound;
  for (int64_t stride = unit; !fits(enough); stride *= 2) {  // outward first: the optimum is near the bound
    too_low = enough;
    enough += stride;
  }
  while (enough - too_low > unit) {
    const int64_t middle = too_low + (enough - too_low) / unit / 2 * unit;
    (fits(middle) ? enough : too_low) = middle;
  }
  best.bytes = enough;
  return best;
}

bool is_chain(const Rules& rules) {
  for (const auto& step : rules.steps())
    if (step.size() > 2) return false;
  return true;
}

}  // namespace

std::vector<int64_t> least_bytes_of_steps(const std::vector<ArenaTensor>& tensors, const std::vector<Overlap>& overlaps) {
  const Rules rules(tensors, overlaps);
  std::vector<int64_t> least;
  for (const auto& step : rules.steps()) least.push_back(rules.least_bytes(step));
  return least;
}

Placement place_tensors(const std::vector<ArenaTensor>& tensors, const std::vector<Overlap>& overlaps) {
  int64_t unit = 0;
  for (const ArenaTensor& tensor : tensors) {
    MN_CHECK(tensor.bytes >= 1 && tensor.first <= tensor.last, tensor.bytes);
    unit = std::gcd(unit, tensor.bytes);
  }
  for (const Overlap& overlap : overlaps) {
    MN_CHECK(tensors[overlap.output].first == tensors[overlap.input].last, overlap.output);
    unit = std::gcd(unit, overlap.distance);
  }
  if (tensors.empty()) return {};
  const Rules rules(tensors, overlaps);
  const auto least = least_bytes_of_steps(tensors, overlaps);
  const Placement found = least_limit(rules, by_birth(tensors), *std::max_element(least.begin(), least.end()), unit);
  if (found.bytes == found.lower_bound || is_chain(rules)) return found;
  return OrderSearch(rules, found).run();
}

}  // namespace mininas
