// The Pareto front of a search: the candidates of which none other is at least as accurate and at most as costly in
// flash, RAM and instructions (multiply-accumulates where no board was named), and better in one of these. Whoever has
// another use for a network than the search had finds it there.
#pragma once
#include <vector>

#include "search/run/journal.h"

namespace mininas {

// For each candidate, whether it is on the front. One that has no score never is; of one architecture that was
// evaluated several times, only the last evaluation can be. A score is taken as it is, noise included.
std::vector<bool> pareto_front(const std::vector<JournalEntry>& entries);

}  // namespace mininas
