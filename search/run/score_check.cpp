#include "search/run/score_check.h"

#include "core/error.h"
#include "search/methods/paired_error.h"
#include "search/methods/scores.h"

namespace mininas {

ScoreCheck check_scores(const Journal& journal, const Task& task) {
  const Outcome *best = nullptr, *least = nullptr;
  int scored = 0;
  for (const JournalEntry& entry : journal.entries()) {
    const Outcome& outcome = entry.trial.outcome;
    if (outcome.status != Status::kOk) continue;
    ++scored;
    if (best == nullptr || outcome.score > best->score) best = &outcome;
    if (least == nullptr || outcome.score < least->score) least = &outcome;
  }
  if (best == nullptr) return {.images = task.score_images, .chance = task.chance};
  const auto images = static_cast<double>(task.score_images);
  const double of_chance = standard_error(task.chance, images);
  return {.images = task.score_images,
          .chance = task.chance,
          .standard_error = measured_error(best->score, images),
          .best = best->score,
          .least = least->score,
          .scored = scored,
          .above_chance = best->score > task.chance + kToldApart * of_chance,
          .differ = best->score - least->score > kToldApart * error_of_difference(task, *best, *least)};
}

std::string scores_text(const ScoreCheck& c) {
  return text(points(c.least), " to ", points(c.best), " % on ", c.images, " images, one standard error ",
              points(c.standard_error), "; chance is ", points(c.chance), " %");
}

std::string doubt_text(const ScoreCheck& c) {
  if (c.scored == 0) return "";
  if (!c.above_chance)
    return "the scores cannot be told from chance: this network was chosen by the order of the search, not by its "
           "accuracy; take more images, more --candidate-epochs or a larger --lr";
  if (!c.differ && c.scored > 1)
    return "the scores cannot be told from each other: of networks that score alike, this one was chosen by the rules "
           "of the search and by chance; more images would tell more";
  return "";
}

}  // namespace mininas
