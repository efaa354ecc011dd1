// Two networks are scored on the same images, so noise moves their scores together: how far apart it can move them
// follows from the images that one of the two networks classifies correctly and the other does not.
#pragma once
#include <string>
#include <vector>

namespace mininas {

// Which images are classified correctly: four to a hexadecimal digit, the first in its highest bit; the last digit is
// filled up with zeros.
std::string pack_correct(const std::vector<bool>& correct);

// One standard error of the difference of two scores, in percentage points. With b and c images that only one of the
// two classifies correctly, the difference of the scores is (b - c) / n, and its variance (b + c - (b - c)^2 / n) /
// n^2: images on which both agree add nothing. (The count of these b + c images is also what McNemar's test rests on.)
// Requires: packs of equal length.
double paired_standard_error(const std::string& correct, const std::string& other, double images);

// The same of a single score in percent, where nothing is known of the other: sqrt(p (1 - p) / n).
double standard_error(double score, double images);

}  // namespace mininas
