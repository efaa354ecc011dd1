// Which of the images that a score is measured on a network answered right: what two scores of the same images have in
// common, and so how far noise can have moved one against the other.
#pragma once
#include <string>
#include <vector>

namespace mininas {

// Four images to a hexadecimal digit, the first in its highest bit; the last digit is filled up with zeros.
std::string pack_answers(const std::vector<bool>& right);

// One standard error of the difference of two scores, in percentage points. With b and c images that only one of the
// two answered right, the difference of the scores is (b - c) / n, and its variance (b + c - (b - c)^2 / n) / n^2:
// images on which both agree add nothing. (The count of these b + c images is also what McNemar's test rests on.)
// Requires: packs of equal length.
double paired_standard_error(const std::string& right, const std::string& other, double images);

// The same of a single score in percent, where nothing is known of the other: sqrt(p (1 - p) / n).
double standard_error(double score, double images);

}  // namespace mininas
