// The standard error of the difference of two scores that were measured on the same images. Such scores vary together,
// so the error depends only on the images that exactly one of the two networks classifies correctly.
#pragma once
#include <string>
#include <vector>

namespace mininas {

// Packs which images are classified correctly: four images per hexadecimal digit, the first in the highest bit. The
// last digit is padded with zeros.
std::string pack_correct(const std::vector<bool>& correct);

// One standard error of the difference of two scores, in percentage points. If b and c images are classified correctly
// by one of the two networks alone, the difference of the scores is (b - c) / n and its variance is (b + c - (b - c)^2
// / n) / n^2; images on which both agree add nothing. (McNemar's test uses the same counts.) Requires packed texts of
// equal length.
double paired_standard_error(const std::string& correct, const std::string& other, double images);

// The same of two balanced accuracies, the means over the classes: a class of n images adds that variance of its own
// images, over the squared number of classes. `labels`: of the images, in the order of the packs.
double paired_balanced_error(const std::string& correct, const std::string& other, const std::vector<int>& labels);

// What was packed, of so many images. Throws FormatError where it is none.
std::vector<bool> unpack_correct(const std::string& packed, size_t images);

// The mean over the classes that have images, in percent.
double balanced_score(const std::vector<bool>& correct, const std::vector<int>& labels);
// How many images, equally many of each class, would measure a balanced accuracy as exactly as these do.
double balanced_images(const std::vector<int>& labels);

// The standard error of a single score in percent, if nothing is known about the other one: sqrt(p (1 - p) / n).
double standard_error(double score, double images);
// The same for people who read a measured accuracy: half the width of Wilson's score interval at one standard error,
// sqrt(n p (1 - p) + 1/4) / (n + 1). It is not 0 where all images, or none, are classified correctly, since n images
// cannot show that the next one will be. (Wilson, Probable inference, the law of succession, and statistical inference,
// 1927.)
double measured_error(double score, double images);

}  // namespace mininas
