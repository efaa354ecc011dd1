// Solutions of lesson 7.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "datasets/synthetic.h"
#include "mcu/host/verify/compile.h"
#include "search/evaluate/training_evaluator.h"
#include "search/methods/best_so_far.h"
#include "search/run/journalled_session.h"
#include "search/space/build.h"
#include "search/space/space.h"

using namespace mininas;

namespace {

const SearchSpace kSpace{.max_depth = 5, .min_width = 4, .max_width = 12, .kernels = {3, 5}};
const Dataset kData = make_synthetic({.classes = 4, .size = 16, .channels = 1, .train = 320, .test = 40});
const SearchData kImages = split_for_search(kData.train, 0.25, 0);

Cost cost_of(const Architecture& architecture) {
  return predict_cost(build_network_spec(architecture, {16, 16, 1}, 4));
}

// Exercise 1: random search; every candidate within the budget is drawn afresh.
void random_search(Session& session, int candidates, int epochs) {
  Rng rng = session.rng("architectures");
  for (int count = 0; count < candidates; ++count) {
    const Architecture drawn = draw_within_budget(session, [&] { return sample(kSpace, rng); });
    session.evaluate(Candidate{"random", drawn, epochs});
  }
}

// Exercise 2: whether no other candidate is at least as good in both, and better in one.
bool on_pareto_front(const JournalEntry& entry, const std::vector<JournalEntry>& all) {
  return std::none_of(all.begin(), all.end(), [&](const JournalEntry& other) {
    const double gain = other.trial.outcome.score - entry.trial.outcome.score;
    const int64_t saved = entry.cost.parameters - other.cost.parameters;
    return gain >= 0 && saved >= 0 && (gain > 0 || saved > 0);
  });
}

void print_front(std::vector<JournalEntry> entries) {
  std::sort(entries.begin(), entries.end(),
            [](const JournalEntry& a, const JournalEntry& b) { return a.cost.parameters < b.cost.parameters; });
  for (const JournalEntry& entry : entries)
    std::printf("   %5lld parameters %6.2f %% %s %s\n", (long long)entry.cost.parameters, entry.trial.outcome.score,
                on_pareto_front(entry, entries) ? "*" : " ", to_text(entry.trial.candidate.architecture).c_str());
}

// Exercise 3: one architecture, trained with different seeds.
void measure_noise() {
  std::printf("3. w8:s3*3 with five seeds:");
  for (uint64_t seed = 0; seed < 5; ++seed) {
    const WorkFolder folder;
    TrainingEvaluator evaluator(kImages, {{.batch = 16, .augmentation = {.cutout = 0}, .seed = seed}}, folder.path(),
                                {});
    std::printf(" %.2f", evaluator.evaluate(Candidate{"", plain_chain(8, 3), 5}, 0).score);
  }
  std::printf(" %%\n   standard error of 75 %% on %lld images: %.2f %%\n", (long long)kImages.validation.count(),
              100 * std::sqrt(0.75 * 0.25 / static_cast<double>(kImages.validation.count())));
}

}  // namespace

int main() {
  const WorkFolder folder;
  TrainingEvaluator evaluator(kImages, {{.batch = 16, .augmentation = {.cutout = 0}}}, folder.path(), {});
  Journal journal(folder / "journal.jsonl");
  const SearchTask task{
      .task = {{16, 16, 1}, 4, kImages.validation.count()}, .cost = cost_of, .budget = {.max_parameters = 1500}};
  const SearchHooks hooks;
  JournalledSession session(task, evaluator, journal, hooks);
  random_search(session, 16, 5);
  std::printf("1. and 2. Sixteen random candidates, * on the Pareto front:\n");
  print_front(journal.entries());
  measure_noise();
}
