#include "search/run/pareto.h"

#include <algorithm>
#include <array>
#include <map>

namespace mininas {
namespace {

// What shall be small.
std::array<int64_t, 3> costs_of(const JournalEntry& entry) {
  return {entry.cost.flash_bytes, entry.cost.ram_bytes,
          entry.cost.instructions > 0 ? entry.cost.instructions : entry.cost.macs};
}

bool beats(const JournalEntry& a, const JournalEntry& b) {
  const auto own = costs_of(a), other = costs_of(b);
  for (size_t i = 0; i < own.size(); ++i)
    if (own[i] > other[i]) return false;
  const double score = a.trial.outcome.score, its = b.trial.outcome.score;
  return score > its || (score == its && own != other);
}

// The last evaluation of each architecture that has a score.
std::vector<size_t> scored(const std::vector<JournalEntry>& entries) {
  std::map<std::string, size_t> last;
  for (size_t i = 0; i < entries.size(); ++i)
    if (entries[i].trial.outcome.status == Status::kOk) last[to_text(entries[i].trial.candidate.architecture)] = i;
  std::vector<size_t> indices;
  for (const auto& [architecture, index] : last) indices.push_back(index);
  return indices;
}

}  // namespace

// Whatever is beaten is beaten by one of the front that has no lower score.
std::vector<bool> pareto_front(const std::vector<JournalEntry>& entries) {
  std::vector<size_t> indices = scored(entries);
  std::sort(indices.begin(), indices.end(), [&](size_t a, size_t b) {
    const double score = entries[a].trial.outcome.score, other = entries[b].trial.outcome.score;
    const auto own = costs_of(entries[a]), its = costs_of(entries[b]);
    return score != other ? score > other : own != its ? own < its : a < b;
  });
  std::vector<bool> on_front(entries.size());
  std::vector<size_t> front;
  for (const size_t index : indices) {
    const auto beaten = [&](size_t other) { return beats(entries[other], entries[index]); };
    if (std::any_of(front.begin(), front.end(), beaten)) continue;
    front.push_back(index);
    on_front[index] = true;
  }
  return on_front;
}

}  // namespace mininas
