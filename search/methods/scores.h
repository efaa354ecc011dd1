// Comparing and printing scores, which are percentages.
#pragma once
#include <string>

#include "search/methods/session.h"

namespace mininas {

// Scores are ratios of small integers in floating point, so a tolerance is needed: 95.53 + 0.10 and 95.63 are equal
// here.
bool at_least(double score, double bound);
bool above(double score, double bound);
// One standard error of the difference of two scores: of the images that they were measured on, or, where it is not
// known which of these were classified correctly, of the reference alone.
double error_of_difference(const Task& task, const Outcome& outcome, const Outcome& reference);
bool equal(double score, double reference);
// What a rule that keeps one of two equal scores says: "equal: the larger layer is kept as a prior, not as a gain".
std::string of_equals(const std::string& kept);
// "0.25"; "95.28 % against 94.86 % (+0.42)"
std::string points(double value);
std::string comparison(double score, double reference);

}  // namespace mininas
