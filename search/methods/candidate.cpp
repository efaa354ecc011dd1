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

}  // namespace mininas
