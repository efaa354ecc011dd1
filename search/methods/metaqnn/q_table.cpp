#include "search/methods/metaqnn/q_table.h"

#include <algorithm>

#include "core/error.h"

namespace mininas::metaqnn {

std::vector<QTable::Entry>& QTable::known(const State& state) {
  const auto [place, is_new] = table_.try_emplace(state);
  if (is_new)
    for (const State& action : actions(space_, state)) place->second.push_back({action, settings_.initial});
  return place->second;
}

double QTable::best_value(const State& state) {
  const auto& entries = known(state);
  return std::max_element(entries.begin(), entries.end(),
                          [](const Entry& a, const Entry& b) { return a.value < b.value; })
      ->value;
}

void QTable::learn(const std::vector<State>& walk, double reward) {
  for (size_t i = walk.size() - 1; i > 0; --i) update(walk[i - 1], walk[i], i + 1 == walk.size() ? reward : 0.0);
}

void QTable::update(const State& from, const State& to, double reward) {
  known(to);
  const double next = to.end ? 0.0 : best_value(to);
  auto& entries = known(from);
  const State action = action_between(from, to);
  const auto entry =
      std::find_if(entries.begin(), entries.end(), [&](const Entry& candidate) { return candidate.action == action; });
  MN_CHECK(entry != entries.end(), "the walk takes an action that its state does not offer");
  entry->value += settings_.learning_rate * (reward + settings_.discount * next - entry->value);
}

State QTable::choose(const State& state, double epsilon, Rng& rng) {
  const auto& entries = known(state);
  const bool explores = rng.uniform() < static_cast<float>(epsilon);
  std::vector<State> candidates;
  const double best = best_value(state);
  for (const Entry& entry : entries)
    if (explores || entry.value == best) candidates.push_back(entry.action);
  return candidates[rng.below(static_cast<uint32_t>(candidates.size()))];
}

}  // namespace mininas::metaqnn
