// Finds the known name that a mistyped word probably stands for.
#pragma once
#include <string>
#include <vector>

namespace mininas {

// The name with the smallest edit distance from `word`; empty if more than a third of the letters differ for every
// name. A letter that is missing, added, replaced, or exchanged with its neighbour is one difference (optimal string
// alignment). A name that begins with `word` (at least two letters) counts as close.
std::string nearest_name(const std::string& word, const std::vector<std::string>& names);

// "; did you mean 'search'?", or an empty text if no name is close.
std::string did_you_mean(const std::string& word, const std::vector<std::string>& names);

}  // namespace mininas
