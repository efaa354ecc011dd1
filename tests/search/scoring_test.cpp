// What scores a candidate where images are few or classes differ in size, and what is said of scores that tell nothing.
#include <filesystem>

#include "core/error.h"
#include "datasets/folds.h"
#include "search/evaluate/folded_evaluator.h"
#include "search/job/search_data.h"
#include "search/methods/paired_error.h"
#include "search/run/score_check.h"
#include "tests/nn/small_networks.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using namespace mininas;
using namespace mininas::test;

namespace {

SearchSettings settled(int64_t images, const std::function<void(SearchSettings&)>& change = {}) {
  SearchSettings settings;
  if (change) change(settings);
  settle_scoring(settings, images);
  return settings;
}

EvaluationRecipe small_recipe() {
  EvaluationRecipe recipe;
  recipe.training.augmentation = {0, false, 0};
  return recipe;
}

Candidate small_candidate() { return {"width", parse_architecture("w2:s3*3"), 2}; }

// Scores of a search in which nothing else matters. `correct`: of the candidates, a digit for four images.
ScoreCheck check_of(const std::vector<std::string>& correct, double chance) {
  const TempDir folder;
  Journal journal(folder / "journal.jsonl");
  const auto images = static_cast<int64_t>(4 * correct.front().size());
  for (size_t i = 0; i < correct.size(); ++i) {
    JournalEntry entry;
    entry.trial.index = static_cast<int>(i);
    entry.trial.candidate = small_candidate();
    entry.trial.outcome.correct = correct[i];
    const std::vector<bool> bits = unpack_correct(correct[i], static_cast<size_t>(images));
    entry.trial.outcome.score =
        100.0 * static_cast<double>(std::count(bits.begin(), bits.end(), true)) / static_cast<double>(images);
    journal.append(entry);
  }
  return check_scores(journal, {.score_images = images, .chance = chance});
}

}  // namespace

TEST_CASE("many images are scored by a tenth, fewer by a hundred, few by all of them", "[search][scoring]") {
  for (const int64_t images : {1000, 9000, 50000}) {
    CHECK(settled(images).folds == 1);
    CHECK(settled(images).validation_fraction == 0.1);  // what every recorded search was scored by
  }
  CHECK(settled(500).validation_fraction * 500 == Approx(100));
  CHECK(settled(399).folds == 4);
  CHECK(settled(20).folds == 4);
  // What was asked for stands.
  const SearchSettings fraction = settled(20, [](SearchSettings& s) { s.validation_fraction = 0.3; });
  CHECK(fraction.folds == 1);
  CHECK(fraction.validation_fraction == 0.3);
  CHECK(settled(20, [](SearchSettings& s) { s.folds = 1; }).validation_fraction == 0.25);
  CHECK(settled(5000, [](SearchSettings& s) { s.folds = 3; }).folds == 3);
  CHECK(settled(20, [](SearchSettings& s) { s.scored_on = ScoredOn::kAsPublished; }).folds == 1);
  SearchSettings both;
  both.folds = 3;
  both.validation_fraction = 0.2;
  CHECK_THROWS_WITH(validate(both), Catch::Contains("leave --validation-fraction out"));
}

TEST_CASE("an epoch of a candidate has its least number of steps, and one that has them stays as it is",
          "[search][scoring]") {
  const Dataset data = learnable_images();  // 300 for training
  SearchSettings settings = settled(data.train.count());
  for (const SearchData& fold : search_data(settings, data)) {
    CHECK(fold.train.count() == 4 * 225);  // 15 steps of 64; three passes would have had 11
    CHECK(fold.validation.count() == 75);
  }
  settings.epoch_steps = 4;  // 225 images in steps of 64
  CHECK(search_data(settings, data).front().train.count() == 225);
  settings.epoch_steps = 0;
  CHECK(search_data(settings, data).front().train.count() == 225);
}

TEST_CASE("chance is the share of the largest class, or an equal share where classes count alike",
          "[search][scoring]") {
  Dataset data = learnable_images();
  std::vector<int64_t> kept;
  for (int64_t i = 0; i < data.train.count(); ++i)
    if (data.train.labels[static_cast<size_t>(i)] == 0 || kept.size() % 4 == 3) kept.push_back(i);
  data.train = select_images(data.train, kept);
  const auto of_first = static_cast<double>(std::count(data.train.labels.begin(), data.train.labels.end(), 0));
  const auto folds = search_data(settled(data.train.count()), data);
  const Task plain = task_of(folds, ScoredOn::kValidation), balanced = task_of(folds, ScoredOn::kBalanced);
  CHECK(plain.score_images == data.train.count());
  CHECK(plain.chance == Approx(100 * of_first / static_cast<double>(data.train.count())));
  CHECK(plain.balanced_labels.empty());
  CHECK(balanced.chance == 50);
  CHECK(balanced.score_images < plain.score_images);
  CHECK(balanced.balanced_labels == scored_labels(folds));
}

TEST_CASE("a candidate of folds is scored on every image by a network that was not trained on it",
          "[search][scoring][evaluator]") {
  const TempDir folder;
  const Dataset data = learnable_images();
  const auto folds = folds_for_search(data.train, 3, 1);
  FoldedEvaluator evaluator(folds, small_recipe(), folder.path(), {});
  const Outcome all = evaluator.evaluate(small_candidate(), 0);
  std::vector<bool> expected;
  double last = 0;
  for (const SearchData& fold : folds) {
    const TempDir own;
    TrainingEvaluator trainer(fold, small_recipe(), own.path(), {});
    const Outcome one = trainer.evaluate(small_candidate(), 0);
    const auto bits = unpack_correct(one.correct, static_cast<size_t>(fold.validation.count()));
    expected.insert(expected.end(), bits.begin(), bits.end());
    last += one.score / 3;
  }
  CHECK(all.correct == pack_correct(expected));
  CHECK(all.score == 100.0 * static_cast<double>(std::count(expected.begin(), expected.end(), true)) / 300);
  CHECK(all.curve.size() == 2);
  CHECK(all.curve.back() == Approx(last));
  CHECK(all.image_epochs == 2 * 2 * 300);
  evaluator.finish();
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("a candidate of folds that was interrupted goes on in the fold where it stopped",
          "[search][scoring][evaluator]") {
  const TempDir folder;
  const auto folds = folds_for_search(learnable_images().train, 3, 1);
  int epochs = 0;
  TrainHooks interrupting;
  interrupting.on_epoch = [&](const EpochResult&) {
    if (++epochs == 3) throw Interrupted("stopped by the test");
  };
  FoldedEvaluator evaluator(folds, small_recipe(), folder.path(), interrupting);
  CHECK_THROWS_AS(evaluator.evaluate(small_candidate(), 0), Interrupted);
  const Outcome resumed = evaluator.evaluate(small_candidate(), 0);
  CHECK(epochs == 6);
  CHECK(resumed.correct == evaluator.evaluate(small_candidate(), 1).correct);
  evaluator.recorded(0);
  CHECK_FALSE(std::filesystem::exists(folder / "fold-0/candidate-0.checkpoint"));
}

TEST_CASE("scores that cannot be told from chance, or from each other, are called so", "[search][scoring]") {
  const std::string half(25, 'c'), most(25, 'f');                        // 50 and 100 % of 100 images
  const std::string near = std::string(12, 'f') + std::string(13, '8');  // 61 %
  const ScoreCheck chance = check_of({half, half, near}, 50);
  CHECK_FALSE(chance.above_chance);
  CHECK(chance.best == 61);
  CHECK_THAT(doubt_text(chance), Catch::Contains("cannot be told from chance"));
  CHECK_THAT(scores_text(chance), Catch::Contains("50.00 to 61.00 % on 100 images") &&
                                      Catch::Contains("chance is 50.00 %") &&
                                      Catch::Contains("one standard error 4.85"));
  std::string other = most;
  other[3] = '7';
  const ScoreCheck alike = check_of({most, most, other}, 50);
  CHECK(alike.above_chance);
  CHECK_FALSE(alike.differ);
  CHECK_THAT(doubt_text(alike), Catch::Contains("cannot be told from each other"));
  const ScoreCheck good = check_of({half, most}, 25);
  CHECK(good.differ);
  CHECK(doubt_text(good).empty());
  CHECK(check_of({most}, 25).scored == 1);
  CHECK(doubt_text(check_of({most}, 25)).empty());
}

TEST_CASE("classes that differ more than tenfold are named with their numbers", "[search][scoring]") {
  ImageSet images = noise_images({4, 4, 1}, 2, 44, Rng(1));
  std::fill(images.labels.begin(), images.labels.end(), 0);
  images.labels[0] = images.labels[1] = images.labels[2] = images.labels[3] = 1;
  CHECK(imbalance_text(images).empty());
  images.labels[3] = 0;
  CHECK_THAT(imbalance_text(images), Catch::Contains("'class 1' has 3") && Catch::Contains("'class 0' has 41") &&
                                         Catch::Contains("--class-weights"));
}
