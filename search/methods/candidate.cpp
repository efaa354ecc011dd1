#include "search/methods/candidate.h"

#include "core/error.h"

namespace mininas {

// A candidate without ancestors trains from scratch, whether others may branch off it or not, so branch_epoch is
// omitted.
std::string candidate_key(const Candidate& candidate) {
  std::string out = text(to_text(candidate.architecture), ", ", candidate.epochs, " epochs");
  if (candidate.ancestors.empty()) return out;
  out += text(", the last ones from epoch ", candidate.branch_epoch, " of ");
  for (const Architecture& ancestor : candidate.ancestors) out += to_text(ancestor) + " ";
  return out;
}

std::string description_of(const Candidate& c) {
  return text(to_text(c.architecture), " (", c.stage, ", ", c.epochs, " epochs)");
}

std::optional<std::string> difference(const Candidate& requested, const Candidate& recorded) {
  if (requested.stage == recorded.stage && requested.architecture == recorded.architecture &&
      requested.epochs == recorded.epochs)
    return std::nullopt;
  return text("expected candidate ", description_of(recorded), ", but the search evaluates ",
              description_of(requested));
}

}  // namespace mininas
