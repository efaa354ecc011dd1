// For words that are no name: which name somebody probably meant.
#pragma once
#include <string>
#include <vector>

namespace mininas {

// The name that differs from `word` in the fewest letters; empty where more than a third of the letters differ from
// each of them. A letter that is missing, added, replaced, or exchanged with its neighbour is one difference (optimal
// string alignment). A name of which `word` is the beginning (two letters at least) counts as near.
std::string nearest_name(const std::string& word, const std::vector<std::string>& names);

// "; did you mean 'search'?", or nothing where no name is near.
std::string did_you_mean(const std::string& word, const std::vector<std::string>& names);

}  // namespace mininas
