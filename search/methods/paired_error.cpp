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

double standard_error(double score, double images) {
  const double p = std::clamp(score / 100.0, 0.0, 1.0);
  return 100.0 * std::sqrt(p * (1.0 - p) / images);
}

}  // namespace mininas
