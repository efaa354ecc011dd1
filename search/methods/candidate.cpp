#include "search/methods/candidate.h"

#include "core/error.h"

namespace mininas {

// A candidate without ancestors trains from scratch, whether others may branch off it or not.
std::string question(const Candidate& candidate) {
  std::string out = text(to_text(candidate.architecture), ", ", candidate.epochs, " epochs");
  if (candidate.ancestors.empty()) return out;
  out += text(", the last ones from epoch ", candidate.branch_epoch, " of ");
  for (const Architecture& ancestor : candidate.ancestors) out += to_text(ancestor) + " ";
  return out;
}

std::string described(const Candidate& c) {
  return text(to_text(c.architecture), " (", c.stage, ", ", c.epochs, " epochs)");
}

std::optional<std::string> difference(const Candidate& asked, const Candidate& recorded) {
  if (asked.stage == recorded.stage && asked.architecture == recorded.architecture && asked.epochs == recorded.epochs)
    return std::nullopt;
  return text("expected candidate ", described(recorded), ", but the search asks for ", described(asked));
}

}  // namespace mininas
