// Comparing and printing scores, which are percentages.
#pragma once
#include <string>

namespace mininas {

// Scores are ratios of small integers in floating point, so a tolerance is needed: 95.53 + 0.10 and 95.63 are equal
// here.
bool at_least(double score, double bound);
bool above(double score, double bound);
// "0.25"; "95.28 % against 94.86 % (+0.42)"
std::string points(double value);
std::string comparison(double score, double reference);

}  // namespace mininas
