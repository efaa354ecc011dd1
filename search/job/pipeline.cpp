#include "search/job/pipeline.h"

#include <algorithm>

#include "core/error.h"
#include "search/evaluate/cached_evaluator.h"
#include "search/evaluate/folded_evaluator.h"
#include "search/job/run_images.h"
#include "search/job/search_data.h"
#include "search/run/pareto.h"
#include "search/space/build.h"

namespace mininas {
namespace {

namespace fs = std::filesystem;

struct SearchEnd {
  Architecture architecture;
  SearchFigures figures;
};

// The first choice that is within the budget. Requires that one is.
Architecture within(const SearchTask& task, const std::vector<Architecture>& choices) {
  for (const Architecture& choice : choices)
    if (!why_over(task.budget, task.cost(choice))) return choice;
  MN_CHECK(false, "the search ended with a network over the budget");
  return choices.back();
}

NetworkSpec network_of(const Architecture& architecture, const Dataset& data) {
  return build_network_spec(architecture, data.train.shape, data.train.classes());
}

std::unique_ptr<Evaluator> trainer_of(const std::vector<SearchData>& images, const EvaluationRecipe& recipe,
                                      const fs::path& folder, const TrainHooks& hooks) {
  if (images.size() > 1) return std::make_unique<FoldedEvaluator>(images, recipe, folder, hooks);
  return std::make_unique<TrainingEvaluator>(images.front(), recipe, folder, hooks);
}

SearchEnd search_stage(const RunFolder& folder, SearchSettings& settings, const Dataset& data,
                       const PipelineHooks& hooks) {
  const std::vector<SearchData> images = search_data(settings, data);
  const Score score = settings.scored_on == ScoredOn::kAsPublished ? Score::kBest : Score::kLast;
  const EvaluationRecipe recipe{settings.recipe, score, settings.scored_on == ScoredOn::kBalanced};
  const auto trainer = trainer_of(images, recipe, folder.checkpoint_folder(), hooks.training);
  CachedEvaluator cached(*trainer, settings.cache, evaluation_key(images, recipe));
  Evaluator& evaluator = settings.cache.empty() ? *trainer : static_cast<Evaluator&>(cached);
  SearchTask task;
  task.task = task_of(images, settings.scored_on);
  task.seed = settings.recipe.seed;
  task.cost = [&](const Architecture& a) { return predict_cost(network_of(a, data), settings.target); };
  task.budget = settings.budget;
  task.max_seconds = settings.hours * 3600;
  Journal journal(folder.journal_file(), label_of(settings.scored_on));
  const SearchResult found = run_search(*settings.method, evaluator, task, journal, hooks.search);
  const ScoreCheck scores = check_scores(journal, task.task);
  if (hooks.on_notice && !doubt_text(scores).empty()) hooks.on_notice(doubt_text(scores));
  return {within(task, found.finals),
          {static_cast<int>(journal.entries().size()), journal.trained(), *journal.end(), journal.seconds(),
           journal.image_epochs(), scores}};
}

// From the architecture to verified C, and the summary of it. `search`: how it was found.
RunSummary finish_run(const RunFolder& folder, const RunIdentity& identity, const SearchSettings& settings,
                      const Architecture& architecture, const std::optional<SearchFigures>& search, const Dataset& data,
                      const PipelineHooks& hooks) {
  const NetworkSpec spec = network_of(architecture, data);
  const std::string label = label_of(settings.scored_on);
  const FinishPlan plan{settings.recipe, settings.quantize, 0, label, settings.target, settings.epoch_steps};
  RunSummary summary{.architecture = to_text(architecture),
                     .network = finish_network(folder, spec, plan, data, hooks),
                     .latency = latency_of(predict_cost(spec, settings.target), settings.target),
                     .search = search,
                     .seed = settings.recipe.seed,
                     .command = identity.command,
                     .data = identity.data};
  if (search) summary.network.seconds += search->seconds;
  if (!label.empty()) summary.label = label;
  write_summary(folder, summary);
  return summary;
}

}  // namespace

RunSummary run_pipeline(const RunFolder& folder, const RunIdentity& identity, SearchSettings& settings,
                        const Dataset& data, const PipelineHooks& hooks) {
  if (const auto finished = read_run_summary(folder)) return *finished;
  const std::string label = label_of(settings.scored_on);
  if (hooks.on_stage) hooks.on_stage(label.empty() ? "search" : "search, AS PUBLISHED: scored on the test images");
  const bool counted_alike = settings.scored_on == ScoredOn::kBalanced && settings.recipe.class_weights;
  if (const std::string unbalanced = imbalance_text(data.train);
      hooks.on_notice && !unbalanced.empty() && !counted_alike)
    hooks.on_notice(unbalanced);
  const SearchEnd found = search_stage(folder, settings, data, hooks);
  return finish_run(folder, identity, settings, found.architecture, found.figures, data, hooks);
}

RunSummary run_take(const RunFolder& folder, const RunIdentity& identity, const TakeSettings& settings,
                    const Dataset& data, const PipelineHooks& hooks) {
  if (const auto finished = read_run_summary(folder)) return *finished;
  return finish_run(folder, identity, settings.search, parse_architecture(settings.architecture), std::nullopt, data,
                    hooks);
}

RunFolder open_take(const fs::path& path, const RunIdentity& identity, TakeSettings& settings, const Dataset& data) {
  if (!fs::exists(path / "run.json")) {
    RunFolder folder = RunFolder::create(path);
    write_run_images(folder, data);
    write_run_file(folder, identity, to_record(settings));
    return folder;
  }
  RunFolder folder = RunFolder::open(path);
  const RunFile known = read_run_file(folder, "take");
  if (known.settings.to_line() != to_record(settings).to_line())
    throw ConfigError(text(path.string(), ": holds another run; choose another --out"));
  check_same_data(folder, known.identity, identity.train_digest, identity.test_digest);
  return folder;
}

namespace {

// Indices of `count` entries of the front, by flash evenly spread, without those of this architecture.
std::vector<size_t> spread_front(const std::vector<JournalEntry>& entries, const Architecture& without, size_t count) {
  const std::vector<bool> front = pareto_front(entries);
  std::vector<size_t> all, chosen;
  for (size_t i = 0; i < entries.size(); ++i)
    if (front[i] && !(entries[i].trial.candidate.architecture == without)) all.push_back(i);
  std::stable_sort(all.begin(), all.end(),
                   [&](size_t a, size_t b) { return entries[a].cost.flash_bytes < entries[b].cost.flash_bytes; });
  if (all.size() <= count) return all;
  for (size_t k = 0; k < count; ++k) chosen.push_back(all[count == 1 ? 0 : k * (all.size() - 1) / (count - 1)]);
  return chosen;
}

}  // namespace

std::vector<FrontMember> finish_front(const RunFolder& folder, const RunIdentity& identity, const Record& settings,
                                      const Dataset& data, const PipelineHooks& hooks) {
  const Journal journal(folder.journal_file());
  const auto count = static_cast<size_t>(search_settings_from(settings).pareto);
  const Architecture found = parse_architecture(read_run_summary(folder)->architecture);
  std::vector<FrontMember> members;
  for (const size_t index : spread_front(journal.entries(), found, count)) {
    const int number = static_cast<int>(index) + 1;
    TakeSettings own{to_text(journal.entries()[index].trial.candidate.architecture), "../..", number,
                     search_settings_from(settings)};
    // Its command is what finishes it after an interruption.
    const RunIdentity taken{"take", command_that_goes_on(folder, identity), identity.data, identity.train_digest,
                            identity.test_digest};
    const RunFolder place = open_take(folder.path() / "front" / std::to_string(number), taken, own, data);
    PipelineHooks named = hooks;
    if (hooks.on_stage)
      named.on_stage = [&](const std::string& stage) { hooks.on_stage(text("candidate ", number, ": ", stage)); };
    members.push_back({number, run_take(place, taken, own, data, named)});
  }
  return members;
}

}  // namespace mininas
