#include "search/job/pipeline.h"

#include "core/error.h"
#include "search/evaluate/cached_evaluator.h"
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

SearchEnd search_stage(const RunFolder& folder, SearchSettings& settings, const Dataset& data,
                       const PipelineHooks& hooks) {
  const bool published = settings.scored_on == ScoredOn::kAsPublished;
  SearchData images = published ? search_data_as_published(data)
                                : split_for_search(data.train, settings.validation_fraction, settings.recipe.seed);
  if (settings.search_images > 0)
    images.train = draw_images(images.train, settings.search_images, settings.recipe.seed);
  const EvaluationRecipe recipe{settings.recipe, published ? Score::kBest : Score::kLast};
  TrainingEvaluator trainer(images, recipe, folder.checkpoint_folder(), hooks.training);
  CachedEvaluator cached(trainer, settings.cache, evaluation_key(images, recipe));
  Evaluator& evaluator = settings.cache.empty() ? static_cast<Evaluator&>(trainer) : cached;
  SearchTask task;
  task.task = {images.train.shape, images.train.classes(), images.validation.count()};
  task.seed = settings.recipe.seed;
  task.cost = [&](const Architecture& a) { return predict_cost(network_of(a, data), settings.target); };
  task.budget = settings.budget;
  task.max_seconds = settings.hours * 3600;
  Journal journal(folder.journal_file(), label_of(settings.scored_on));
  const SearchResult found = run_search(*settings.method, evaluator, task, journal, hooks.search);
  return {within(task, found.finals),
          {static_cast<int>(journal.entries().size()), journal.trained(), *journal.end(), journal.seconds(),
           journal.image_epochs()}};
}

RunSummary summarize(const SearchEnd& found, FinishedNetwork network, const Cost& cost, const RunIdentity& identity,
                     const SearchSettings& settings) {
  network.seconds += found.figures.seconds;
  RunSummary summary{.architecture = to_text(found.architecture),
                     .network = std::move(network),
                     .latency = latency_of(cost, settings.target),
                     .search = found.figures,
                     .seed = settings.recipe.seed,
                     .command = identity.command,
                     .data = identity.data};
  if (settings.scored_on == ScoredOn::kAsPublished) summary.label = label_of(settings.scored_on);
  return summary;
}

}  // namespace

RunSummary run_pipeline(const RunFolder& folder, const RunIdentity& identity, SearchSettings& settings,
                        const Dataset& data, const PipelineHooks& hooks) {
  if (const auto finished = read_run_summary(folder)) return *finished;
  const std::string label = label_of(settings.scored_on);
  if (hooks.on_stage) hooks.on_stage(label.empty() ? "search" : "search, AS PUBLISHED: scored on the test images");
  const SearchEnd found = search_stage(folder, settings, data, hooks);
  const NetworkSpec spec = network_of(found.architecture, data);
  const FinishPlan plan{settings.recipe, settings.quantize, 0, label, settings.target.ram_plan};
  const FinishedNetwork network = finish_network(folder, spec, plan, data, hooks);
  const RunSummary summary = summarize(found, network, predict_cost(spec, settings.target), identity, settings);
  write_summary(folder, summary);
  return summary;
}

}  // namespace mininas
