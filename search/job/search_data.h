// Which images train a search's candidates, and which score them. A tenth of the training images scores; where that
// would be few, more of them do, and where even a quarter is few, every image does: cross-validation
// (search/evaluate/folded_evaluator.h). A candidate's epoch has a least number of steps: few images pass several times,
// since a dozen steps teach a network nothing.
#pragma once
#include <vector>

#include "search/job/settings.h"
#include "search/methods/session.h"

namespace mininas {

// Decides what the settings leave open (a validation fraction or number of folds of 0) by the number of training
// images. From 1,000 of them on: one part of a tenth.
void settle_scoring(SearchSettings& settings, int64_t train_images);

// One element, or one for each fold. Requires settled settings. Throws ConfigError where a class cannot be split.
std::vector<SearchData> search_data(const SearchSettings& settings, const Dataset& data);

// How many images pass through training in an epoch of a candidate, all folds together; for the progress display.
// Requires settled settings.
double candidate_images(const SearchSettings& settings, int64_t train_images);

// What a method is told about these images.
Task task_of(const std::vector<SearchData>& folds, ScoredOn scored_on);

// "class 'defect' has 10 training images and 'normal' 320, ..." where classes differ more than tenfold; else empty.
std::string imbalance_text(const ImageSet& train);

}  // namespace mininas
