#include "search/job/pipeline.h"

#include "core/error.h"
#include "search/evaluate/cached_evaluator.h"
#include "search/record/record_file.h"
#include "search/space/build.h"

namespace mininas {
namespace {

namespace fs = std::filesystem;

struct SearchEnd {
  Architecture architecture;
  int candidates = 0, trained = 0;
  std::string end;
  double seconds = 0;
  int64_t image_epochs = 0;
};

// The first choice that keeps within the budget. Requires: one does.
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
  const Found found = run_search(*settings.method, evaluator, task, journal, hooks.search);
  return {within(task, found.finals), static_cast<int>(journal.entries().size()),
          journal.trained(),          *journal.end(),
          journal.seconds(),          journal.image_epochs()};
}

Record summarize(const SearchEnd& found, const Cost& cost, const Record& finished, const RunIdentity& identity,
                 const SearchSettings& settings) {
  Record summary;
  summary.set("architecture", to_text(found.architecture));
  if (settings.scored_on == ScoredOn::kAsPublished) summary.set("label", label_of(settings.scored_on));
  for (const char* key : {"params", "flash_bytes", "code_bytes", "ram_bytes", "macs"})
    summary.set(key, finished.integer64(key));
  set_latency(summary, cost, settings.target);
  for (const char* key : {"test_accuracy_float", "test_accuracy_int8"}) summary.set(key, finished.number(key));
  summary.set("candidates", found.candidates).set("candidates_trained", found.trained).set("search_end", found.end);
  summary.set("seconds", finished.number("seconds") + found.seconds).set("search_seconds", found.seconds);
  summary.set("search_image_epochs", found.image_epochs);
  for (const char* key : {"weights_sha256", "quantized_sha256"}) summary.set(key, finished.string(key));
  summary.set("verify", finished.record("verify")).set("seed", settings.recipe.seed);
  return summary.set("command", identity.command).set("data", identity.data);
}

}  // namespace

Record run_pipeline(const RunFolder& folder, const RunIdentity& identity, SearchSettings& settings, const Dataset& data,
                    const PipelineHooks& hooks) {
  if (fs::exists(folder.summary_file())) return read_record(folder.summary_file());
  const std::string label = label_of(settings.scored_on);
  if (hooks.on_stage) hooks.on_stage(label.empty() ? "search" : "search, AS PUBLISHED: scored on the test images");
  const SearchEnd found = search_stage(folder, settings, data, hooks);
  const NetworkSpec spec = network_of(found.architecture, data);
  const Record finished = finish_network(
      folder, spec, {settings.recipe, settings.quantize, 0, label, settings.target.ram_plan}, data, hooks);
  const Record summary = summarize(found, predict_cost(spec, settings.target), finished, identity, settings);
  write_record(folder.summary_file(), summary);
  return summary;
}

}  // namespace mininas
