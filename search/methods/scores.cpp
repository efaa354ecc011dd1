#include "search/methods/scores.h"

#include <cstdio>

#include "core/error.h"

namespace mininas {
namespace {

constexpr double kRounding = 1e-9;

std::string formatted(const char* format, double value) {
  char digits[32];
  std::snprintf(digits, sizeof digits, format, value);
  return digits;
}

}  // namespace

bool at_least(double score, double bound) { return score >= bound - kRounding; }
bool above(double score, double bound) { return score > bound + kRounding; }

std::string points(double value) { return formatted("%.2f", value); }

std::string comparison(double score, double reference) {
  return text(points(score), " % against ", points(reference), " % (", formatted("%+.2f", score - reference), ")");
}

}  // namespace mininas
