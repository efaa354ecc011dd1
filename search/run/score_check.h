// Whether the scores of a search say anything: can the best of them be told from chance, and from the least of them?
// Where they cannot, what the search kept rests on its priors and on noise, and whoever reads its result is told so.
#pragma once
#include "search/methods/session.h"
#include "search/record/fields.h"
#include "search/run/journal.h"

namespace mininas {

// Scores, chance and errors in percent.
struct ScoreCheck {
  int64_t images = 0;         // that scored; of balanced accuracy those of balanced_images (paired_error.h)
  double chance = 0;          // of naming one class always
  double standard_error = 0;  // of the best score
  double best = 0, least = 0;
  int scored = 0;  // candidates that have a score
  bool above_chance = false, differ = false;
};
template <>
inline constexpr auto kFields<ScoreCheck> =
    std::tuple(field("score_images", &ScoreCheck::images), field("score_chance", &ScoreCheck::chance),
               field("score_standard_error", &ScoreCheck::standard_error), field("score_best", &ScoreCheck::best),
               field("score_least", &ScoreCheck::least), field("scored", &ScoreCheck::scored),
               field("scores_above_chance", &ScoreCheck::above_chance), field("scores_differ", &ScoreCheck::differ));

// Told apart is what lies more than this many standard errors apart: the best of some dozens of equal networks scores
// two of them above their mean by luck alone.
constexpr double kToldApart = 3;

ScoreCheck check_scores(const Journal& journal, const Task& task);
// "75.00 to 89.00 % on 100 images, one standard error 3.13; chance is 25.00 %"
std::string scores_text(const ScoreCheck& check);
// What is wrong with them, in a sentence or two; empty: nothing.
std::string doubt_text(const ScoreCheck& check);

}  // namespace mininas
