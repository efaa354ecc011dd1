#include "search/methods/scores.h"

#include <cstdio>

#include "core/error.h"
#include "search/methods/paired_error.h"

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

double error_of_difference(const Task& task, const Outcome& outcome, const Outcome& reference) {
  const bool paired = !outcome.correct.empty() && outcome.correct.size() == reference.correct.size();
  const auto images = static_cast<double>(task.score_images);
  if (!paired) return standard_error(reference.score, images);
  if (!task.balanced_labels.empty())
    return paired_balanced_error(outcome.correct, reference.correct, task.balanced_labels);
  return paired_standard_error(outcome.correct, reference.correct, images);
}

bool equal(double score, double reference) { return !above(score, reference) && !above(reference, score); }

std::string of_equals(const std::string& kept) {
  return text("equal: the ", kept, " is kept as a prior, not as a gain");
}

std::string points(double value) { return formatted("%.2f", value); }

std::string comparison(double score, double reference) {
  return text(points(score), " % against ", points(reference), " % (", formatted("%+.2f", score - reference), ")");
}

}  // namespace mininas
