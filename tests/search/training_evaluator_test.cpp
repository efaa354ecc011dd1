#include "search/evaluate/training_evaluator.h"

#include <algorithm>
#include <bit>
#include "core/error.h"
#include "core/io/file.h"
#include "core/memory.h"
#include "search/evaluate/cached_evaluator.h"
#include "search/evaluate/warm_start.h"
#include "search/space/build.h"
#include "tests/nn/small_networks.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"
#include "tests/support/threads.h"

using namespace mininas;
using namespace mininas::test;

namespace {

SearchData small_data() { return split_for_search(learnable_images().train, 0.3, 1); }

EvaluationRecipe small_recipe() {
  EvaluationRecipe recipe;
  recipe.training.augmentation = {0, false, 0};
  return recipe;
}

Candidate from_scratch() { return {"width", parse_architecture("w2:s3*3"), 4}; }

}  // namespace

TEST_CASE(
    "a candidate is trained for its epochs and scored by the last one, by the images that it classifies correctly",
    "[search][evaluator]") {
  const TempDir folder;
  const SearchData data = small_data();
  TrainingEvaluator evaluator(data, small_recipe(), folder.path(), {});
  const Outcome outcome = evaluator.evaluate(from_scratch(), 0);
  CHECK(outcome.status == Status::kOk);
  CHECK(outcome.curve.size() == 4);
  CHECK(outcome.score == outcome.curve.back());
  CHECK(outcome.image_epochs == 4 * data.train.count());
  int right = 0;
  for (const char digit : outcome.correct)
    right += std::popcount(static_cast<unsigned>(std::stoi(std::string(1, digit), nullptr, 16)));
  CHECK(outcome.score == Approx(100.0 * right / static_cast<double>(data.validation.count())));
}

TEST_CASE("memory of a candidate's training is given back before the next one", "[search][evaluator][memory]") {
  const Threads one(1);  // how many buffers are in use at once does not depend on time
  const TempDir folder;
  const SearchData data = small_data();
  TrainingEvaluator evaluator(data, small_recipe(), folder.path(), {});
  const Candidate wide{"width", parse_architecture("w16:s3*3"), 1}, narrow{"width", parse_architecture("w2:s3*3"), 1};
  evaluator.evaluate(narrow, 0);
  const size_t of_narrow = trim_memory();
  evaluator.evaluate(wide, 1);
  evaluator.evaluate(narrow, 2);
  CHECK(trim_memory() == of_narrow);
}

TEST_CASE("a candidate that was interrupted continues after its last epoch and ends the same", "[search][evaluator]") {
  const TempDir folder;
  const SearchData data = small_data();
  TrainHooks interrupting;
  int epochs = 0;
  interrupting.on_epoch = [&](const EpochResult&) {
    if (++epochs == 1) throw Interrupted("stopped by the test");
  };
  TrainingEvaluator evaluator(data, small_recipe(), folder.path(), interrupting);
  CHECK_THROWS_AS(evaluator.evaluate(from_scratch(), 0), Interrupted);
  const Outcome resumed = evaluator.evaluate(from_scratch(), 0);
  CHECK(epochs == 4);
  CHECK(resumed.curve == evaluator.evaluate(from_scratch(), 1).curve);
}

namespace {

Candidate branching(const char* architecture, std::vector<Architecture> ancestors = {}) {
  return {"width", parse_architecture(architecture), 4, 2, std::move(ancestors)};
}

const Architecture kFirst = parse_architecture("w3:s3*3"), kSecond = parse_architecture("w3:c3,s3*2");

std::vector<double> tail(const std::vector<double>& curve) { return {curve.end() - 2, curve.end()}; }

size_t files_in(const std::filesystem::path& folder) {
  return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

}  // namespace

TEST_CASE("a warm start goes on where its ancestor stood: unchanged, it ends as its ancestor did",
          "[search][evaluator][warm-start]") {
  const TempDir folder;
  const SearchData data = small_data();
  EvaluationRecipe recipe = small_recipe();
  recipe.training.momentum = 0;  // the one thing that is not inherited
  TrainingEvaluator evaluator(data, recipe, folder.path(), {});
  const Outcome first = evaluator.evaluate(branching("w3:s3*3"), 0);
  CHECK(first.image_epochs == 4 * data.train.count());
  evaluator.recorded(0);
  evaluator.decided(branching("w3:s3*3"), true);
  const Outcome same = evaluator.evaluate(branching("w3:s3*3", {kFirst}), 1);
  CHECK(same.curve == tail(first.curve));
  CHECK(same.image_epochs == 2 * data.train.count());
  CHECK(evaluator.evaluate(branching("w3:s3*3", {kFirst, kFirst, kFirst}), 2).curve == tail(first.curve));
  // Nothing is changed by how one came by the first weights.
  TrainingEvaluator plain(data, recipe, folder.path(), {});
  CHECK(plain.evaluate({"width", kFirst, 4}, 3).curve == first.curve);
}

TEST_CASE("a warm start is its first ancestor at the branch epoch, changed step by step and trained on",
          "[search][evaluator][warm-start][graph]") {
  using Line = std::vector<const char*>;
  const Line line = GENERATE(Line{"w3:s3*3", "w3:c3,s3*2", "w2:c5,s3*2"},
                             Line{"graph: a=c3x3(image), b=s3x6/2(a)", "graph: a=c3x5(image), b=s3x6/2(a)",
                                  "graph: a=c3x5(image), c=s3x5(a), d=add(a,c), b=s5x6/2(d)"});
  const TempDir folder;
  const SearchData data = small_data();
  const EvaluationRecipe recipe = small_recipe();
  TrainingEvaluator evaluator(data, recipe, folder.path(), {});
  const Architecture first = parse_architecture(line[0]), second = parse_architecture(line[1]);
  const Candidate candidate = branching(line[2], {first, second});
  const Outcome outcome = evaluator.evaluate(candidate, 0);

  const Rng weights = Rng(recipe.training.seed).fork("weights");
  const PixelScale pixels = measure_pixel_scale(data.train);
  TrainConfig config = recipe.training;
  config.epochs = 4;
  TrainHooks until_branch;
  until_branch.stop_early = [](const std::vector<EpochResult>& done) { return done.size() == 2; };
  Network network(build_network_spec(first, data.train.shape, data.train.classes()), pixels, weights);
  train(network, data.train, nullptr, config, until_branch);
  Architecture before = first;
  for (const Architecture& next : {second, candidate.architecture}) {
    REQUIRE(can_inherit(next, before));
    Network child(build_network_spec(next, data.train.shape, data.train.classes()), pixels, weights);
    inherit_weights(child, next, network, before, data.train);  // nothing is inserted: the images do not matter
    network = std::move(child);
    before = next;
  }
  config.first_epoch = 2;
  const TrainResult result = train(network, data.train, &data.validation, config, {});
  REQUIRE(result.epochs.size() == 2);
  CHECK(result.epochs[0].epoch == 2);
  for (size_t i = 0; i < 2; ++i) CHECK(outcome.curve[i] == 100.0 * result.epochs[i].eval_accuracy);
}

TEST_CASE("a warm start computes the same from a kept branch, a lost one, and after an interruption",
          "[search][evaluator][warm-start]") {
  const TempDir folder, lost, killed;
  const SearchData data = small_data();
  const Candidate candidate = branching("w2:c5,s3*2", {kFirst, kSecond});
  TrainingEvaluator evaluator(data, small_recipe(), folder.path(), {});
  evaluator.evaluate(branching("w3:s3*3"), 0);
  const Outcome kept = evaluator.evaluate(candidate, 1);
  CHECK(kept.curve.size() == 2);
  CHECK(kept.curve != tail(evaluator.evaluate({"width", candidate.architecture, 4}, 2).curve));

  TrainingEvaluator forgetful(data, small_recipe(), lost.path(), {});
  const Outcome retrained = forgetful.evaluate(candidate, 1);
  CHECK(retrained.curve == kept.curve);
  CHECK(retrained.image_epochs == 4 * data.train.count());

  int epochs = 0;
  TrainHooks interrupting;
  interrupting.on_epoch = [&](const EpochResult&) {
    if (++epochs % 2 == 1) throw Interrupted("stopped by the test");
  };
  TrainingEvaluator dying(data, small_recipe(), killed.path(), interrupting);
  int deaths = 0;
  std::optional<Outcome> resumed;
  while (!resumed && deaths < 10) {
    try {
      resumed = dying.evaluate(candidate, 1);
    } catch (const Interrupted&) {
      ++deaths;
    }
  }
  REQUIRE(resumed);
  CHECK(deaths >= 2);
  CHECK(resumed->curve == kept.curve);
}

TEST_CASE("weights for warm starts are kept only for the current network, and removed at the end",
          "[search][evaluator][warm-start]") {
  const TempDir folder;
  const SearchData data = small_data();
  TrainingEvaluator evaluator(data, small_recipe(), folder.path(), {});
  const auto try_out = [&](const Candidate& candidate, int index, bool kept) {
    evaluator.evaluate(candidate, index);
    evaluator.recorded(index);
    evaluator.decided(candidate, kept);
    return files_in(folder.path());
  };
  CHECK(try_out(branching("w3:s3*3"), 0, true) == 1);
  CHECK(try_out(branching("w3:s3*4"), 1, false) == 1);
  CHECK(try_out(branching("w2:s3*3", {kFirst}), 2, true) == 1);
  CHECK(try_out(branching("w2:s3*4"), 3, true) == 1);
  evaluator.finish();
  CHECK(files_in(folder.path()) == 0);
}

namespace {

class Counting final : public Evaluator {
 public:
  Outcome evaluate(const Candidate&, int) override {
    ++calls;
    Outcome outcome;
    outcome.score = 90.5;
    outcome.curve = {80.25, 90.5};
    outcome.seconds = 3;
    outcome.image_epochs = 600;
    return outcome;
  }
  int calls = 0;
};

}  // namespace

TEST_CASE("the cache answers the same question once trained, at no cost, and no other question",
          "[search][evaluator][cache]") {
  const TempDir folder;
  const SearchData data = small_data();
  Counting inner;
  const Candidate candidate = from_scratch();
  const EvaluationRecipe recipe = small_recipe();
  CachedEvaluator cache(inner, folder / "cache", evaluation_key({data}, recipe));
  CHECK(cache.evaluate(candidate, 0).image_epochs == 600);
  const auto left = folder / "cache/of-a-killed-process.mininas-tmp";
  write_text_file(left, "");
  CachedEvaluator later(inner, folder / "cache", evaluation_key({data}, recipe));
  CHECK_FALSE(std::filesystem::exists(left));
  const Outcome known = later.evaluate(candidate, 7);
  CHECK(inner.calls == 1);
  CHECK(known.score == 90.5);
  CHECK(known.curve == std::vector<double>{80.25, 90.5});
  CHECK(known.seconds == 0);
  CHECK(known.image_epochs == 0);
  CHECK(known.from_journal);

  // Everything that determines the bits is in the name of the file.
  std::vector<std::filesystem::path> files = {cache.file_of(candidate)};
  Candidate other = candidate;
  other.epochs = 5;
  files.push_back(cache.file_of(other));
  other = candidate;
  other.architecture = parse_architecture("w3:s3*3");
  files.push_back(cache.file_of(other));
  for (const std::vector<Architecture>& ancestors :
       {std::vector{kFirst}, std::vector{kSecond}, std::vector{kFirst, kSecond}})
    for (const int branch : {1, 2}) {
      other = candidate;
      other.ancestors = ancestors;
      other.branch_epoch = branch;
      files.push_back(cache.file_of(other));
    }
  const auto file_under = [&](const SearchData& images, const EvaluationRecipe& how) {
    return CachedEvaluator(inner, folder / "cache", evaluation_key({images}, how)).file_of(candidate);
  };
  EvaluationRecipe changed = recipe;
  changed.training.seed = 9;
  files.push_back(file_under(data, changed));
  changed = recipe;
  changed.training.augmentation.horizontal_flip = true;
  files.push_back(file_under(data, changed));
  changed = recipe;
  changed.score = Score::kBest;
  files.push_back(file_under(data, changed));
  changed = recipe;
  changed.balanced = true;
  files.push_back(file_under(data, changed));
  changed = recipe;
  changed.training.class_weights = true;
  files.push_back(file_under(data, changed));
  SearchData images = small_data();
  images.validation.pixels[0] ^= 1;
  files.push_back(file_under(images, recipe));
  std::sort(files.begin(), files.end());
  CHECK(std::adjacent_find(files.begin(), files.end()) == files.end());

  // What cannot be read is no outcome: it is trained again, and kept again.
  for (const char* damage : {"{\"score\": 1}", "", "torn"}) {
    write_text_file(cache.file_of(candidate), damage);
    const int calls = inner.calls;
    CHECK(cache.evaluate(candidate, 0).image_epochs == 600);
    CHECK(later.evaluate(candidate, 0).from_journal);
    CHECK(inner.calls == calls + 1);
  }
}
