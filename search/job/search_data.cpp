#include "search/job/search_data.h"

#include <algorithm>

#include "core/error.h"
#include "datasets/folds.h"
#include "search/evaluate/folded_evaluator.h"
#include "search/methods/paired_error.h"

namespace mininas {
namespace {

constexpr double kUsualFraction = 0.1, kLargestFraction = 0.25;
constexpr double kEnoughImages = 100;  // that score: one standard error is at most 5 points
constexpr int kFolds = 4;
constexpr int64_t kUnbalanced = 10;  // times as many images in one class as in another

std::vector<int64_t> class_counts(const std::vector<int>& labels, int classes) {
  std::vector<int64_t> counts(static_cast<size_t>(classes));
  for (const int label : labels) ++counts[static_cast<size_t>(label)];
  return counts;
}

std::vector<SearchData> split(const SearchSettings& s, const Dataset& data) {
  if (s.scored_on == ScoredOn::kAsPublished) return {search_data_as_published(data)};
  if (s.folds > 1) return folds_for_search(data.train, s.folds, s.recipe.seed);
  return {split_for_search(data.train, s.validation_fraction, s.recipe.seed)};
}

}  // namespace

void settle_scoring(SearchSettings& s, int64_t train_images) {
  const double enough = kEnoughImages / static_cast<double>(train_images);
  if (s.folds == 0)
    s.folds =
        s.validation_fraction == 0 && s.scored_on != ScoredOn::kAsPublished && enough > kLargestFraction ? kFolds : 1;
  if (s.folds == 1 && s.validation_fraction == 0)
    s.validation_fraction = std::clamp(enough, kUsualFraction, kLargestFraction);
}

std::vector<SearchData> search_data(const SearchSettings& s, const Dataset& data) {
  std::vector<SearchData> folds = split(s, data);
  for (SearchData& fold : folds) {
    if (s.search_images > 0) fold.train = draw_images(fold.train, s.search_images, s.recipe.seed);
    if (auto repeated = repeated_for(fold.train, s.recipe.batch, s.epoch_steps)) fold.train = std::move(*repeated);
  }
  return folds;
}

double candidate_images(const SearchSettings& s, int64_t train_images) {
  const double scored = s.scored_on == ScoredOn::kAsPublished ? 0 : s.folds > 1 ? 1.0 / s.folds : s.validation_fraction;
  auto images = static_cast<int64_t>((1 - scored) * static_cast<double>(train_images));
  if (s.search_images > 0) images = std::min<int64_t>(images, s.search_images);
  images = std::max<int64_t>(images, 1);
  return static_cast<double>(images * passes_for(images, s.recipe.batch, s.epoch_steps) * s.folds);
}

Task task_of(const std::vector<SearchData>& folds, ScoredOn scored_on) {
  const ImageSet& images = folds.front().validation;
  const std::vector<int> labels = scored_labels(folds);
  const std::vector<int64_t> counts = class_counts(labels, images.classes());
  const auto all = static_cast<double>(labels.size());
  Task task{images.shape, images.classes(), static_cast<int64_t>(labels.size())};
  task.chance = 100.0 * static_cast<double>(*std::max_element(counts.begin(), counts.end())) / all;
  if (scored_on != ScoredOn::kBalanced) return task;
  task.chance = 100.0 / static_cast<double>(counts.size() - std::count(counts.begin(), counts.end(), 0));
  task.score_images = static_cast<int64_t>(balanced_images(labels));
  task.balanced_labels = labels;
  return task;
}

std::string imbalance_text(const ImageSet& train) {
  const std::vector<int64_t> counts = class_counts(train.labels, train.classes());
  const auto [few, many] = std::minmax_element(counts.begin(), counts.end());
  if (*many <= kUnbalanced * *few) return "";
  const auto name = [&](auto count) { return train.class_names[static_cast<size_t>(count - counts.begin())]; };
  return text(
      "class '", name(few), "' has ", *few, " training images, class '", name(many), "' has ", *many,
      ": accuracy hardly shows what becomes of the smaller one; --class-weights counts both alike in training, ",
      "and `search --score balanced` in the choice of a network");
}

}  // namespace mininas
