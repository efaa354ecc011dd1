#include "search/methods/paired_error.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/error.h"

namespace mininas {
namespace {

constexpr char kDigits[] = "0123456789abcdef";

unsigned digit_value(char digit) {
  const std::string digits = kDigits;
  const size_t value = digits.find(digit);
  if (value == std::string::npos)
    throw FormatError(text("'", digit, "' among packed bits, expected hexadecimal digits"));
  return static_cast<unsigned>(value);
}

// How many images each class has, and how many classes have any.
std::vector<double> class_sizes(const std::vector<int>& labels) {
  std::vector<double> sizes;
  for (const int label : labels) {
    sizes.resize(std::max(sizes.size(), static_cast<size_t>(label) + 1));
    ++sizes[static_cast<size_t>(label)];
  }
  return sizes;
}
double present(const std::vector<double>& sizes) {
  return static_cast<double>(std::count_if(sizes.begin(), sizes.end(), [](double size) { return size > 0; }));
}

}  // namespace

std::string pack_correct(const std::vector<bool>& correct) {
  std::string packed;
  for (size_t first = 0; first < correct.size(); first += 4) {
    unsigned digit = 0;
    for (size_t i = 0; i < 4; ++i) digit = 2 * digit + (first + i < correct.size() && correct[first + i] ? 1 : 0);
    packed += kDigits[digit];
  }
  return packed;
}

std::vector<bool> unpack_correct(const std::string& packed, size_t images) {
  if (packed.size() != (images + 3) / 4)
    throw FormatError(text(packed.size(), " packed digits, expected those of ", images, " images"));
  std::vector<bool> correct;
  for (size_t i = 0; i < images; ++i) correct.push_back((digit_value(packed[i / 4]) >> (3 - i % 4)) & 1);
  return correct;
}

double paired_standard_error(const std::string& correct, const std::string& other, double images) {
  MN_CHECK(correct.size() == other.size(), correct.size(), " and ", other.size(), " digits");
  double only_first = 0, only_second = 0;
  for (size_t i = 0; i < correct.size(); ++i) {
    const unsigned a = digit_value(correct[i]), b = digit_value(other[i]);
    only_first += std::popcount(a & ~b);
    only_second += std::popcount(b & ~a);
  }
  const double difference = only_first - only_second;
  return 100.0 * std::sqrt(std::max(0.0, only_first + only_second - difference * difference / images)) / images;
}

double paired_balanced_error(const std::string& correct, const std::string& other, const std::vector<int>& labels) {
  const std::vector<bool> a = unpack_correct(correct, labels.size()), b = unpack_correct(other, labels.size());
  const std::vector<double> images = class_sizes(labels);
  std::vector<double> apart(images.size()), difference(images.size());
  for (size_t i = 0; i < labels.size(); ++i) {
    const auto label = static_cast<size_t>(labels[i]);
    apart[label] += a[i] != b[i];
    difference[label] += a[i] - b[i];
  }
  double variance = 0;
  for (size_t c = 0; c < images.size(); ++c)
    if (images[c] > 0)
      variance += std::max(0.0, apart[c] - difference[c] * difference[c] / images[c]) / (images[c] * images[c]);
  return 100.0 * std::sqrt(variance) / present(images);
}

double balanced_score(const std::vector<bool>& correct, const std::vector<int>& labels) {
  const std::vector<double> images = class_sizes(labels);
  std::vector<double> right(images.size());
  for (size_t i = 0; i < labels.size(); ++i) right[static_cast<size_t>(labels[i])] += correct[i];
  double sum = 0;
  for (size_t c = 0; c < images.size(); ++c)
    if (images[c] > 0) sum += right[c] / images[c];
  return 100.0 * sum / present(images);
}

double balanced_images(const std::vector<int>& labels) {
  const std::vector<double> images = class_sizes(labels);
  double inverse = 0;
  for (const double count : images)
    if (count > 0) inverse += 1 / count;
  return present(images) * present(images) / inverse;
}

double standard_error(double score, double images) {
  const double p = std::clamp(score / 100.0, 0.0, 1.0);
  return 100.0 * std::sqrt(p * (1.0 - p) / images);
}

double measured_error(double score, double images) {
  const double p = std::clamp(score / 100.0, 0.0, 1.0);
  return 100.0 * std::sqrt(images * p * (1.0 - p) + 0.25) / (images + 1.0);
}

}  // namespace mininas
