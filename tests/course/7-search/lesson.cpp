// Lesson 7: a search in forty lines: change one thing at a time, and keep what is better.
#include <cstdio>

#include "datasets/synthetic.h"
#include "mcu/host/verify/compile.h"
#include "search/evaluate/training_evaluator.h"
#include "search/run/journalled_session.h"
#include "search/space/build.h"
#include "search/space/space.h"

using namespace mininas;

namespace {

const SearchSpace kSpace{.max_depth = 5, .min_width = 4, .max_width = 12, .kernels = {3, 5}};

// The search method. It trains nothing itself: the session answers how good a candidate is.
Trial hill_climbing(Session& session, int candidates, int epochs) {
  Rng rng = session.rng("changes");
  Trial best = session.evaluate(Candidate{"start", plain_chain(4, 3), epochs});
  session.decide(best, true, "the first candidate");
  for (int count = 1; count < candidates; ++count) {
    const Chain changed = mutate(kSpace, best.candidate.architecture.chain(), rng);
    const Trial trial = session.evaluate(Candidate{"change", changed, epochs});
    const bool better = trial.outcome.status == Status::kOk && trial.outcome.score > best.outcome.score;
    session.decide(trial, better, better ? "better than the best so far" : "not better");
    if (better) best = trial;
  }
  return best;
}

}  // namespace

int main() {
  const Dataset data = make_synthetic({.classes = 4, .size = 16, .channels = 1, .train = 320, .test = 40});
  const SearchData images = split_for_search(data.train, 0.25, 0);  // candidates are scored on images set aside
  const WorkFolder folder;
  TrainingEvaluator evaluator(images, {{.batch = 16, .augmentation = {.cutout = 0}}}, folder.path(), {});
  Journal journal(folder / "journal.jsonl");
  const SearchTask task{.task = {data.train.shape, data.train.classes(), images.validation.count()},
                        .cost =
                            [&](const Architecture& a) {
                              return predict_cost(build_network_spec(a, {16, 16, 1}, 4));
                            },
                        .budget = {.max_parameters = 1500}};
  const SearchHooks hooks;
  JournalledSession session(task, evaluator, journal, hooks);
  const Trial best = hill_climbing(session, 16, 5);

  for (const JournalEntry& entry : journal.entries()) {
    std::printf("%-16s %5lld parameters ", to_text(entry.trial.candidate.architecture).c_str(),
                (long long)entry.cost.parameters);
    if (entry.trial.outcome.status == Status::kOk)
      std::printf("%6.2f %%%s\n", entry.trial.outcome.score, entry.kept() ? " kept" : "");
    else
      std::printf("  not trained: %s\n", entry.trial.outcome.problem.c_str());
  }
  std::printf("found %s\n", to_text(best.candidate.architecture).c_str());
}
