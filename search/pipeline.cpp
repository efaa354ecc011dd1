#include "search/pipeline.h"

#include <chrono>

#include "core/error.h"
#include "core/sha256.h"
#include "search/build.h"
#include "search/final_evaluation.h"
#include "search/stages.h"

namespace mininas {
namespace {

namespace fs = std::filesystem;

struct Found {
  Architecture architecture;
  int candidates = 0, trained = 0;
  std::string end;
  double seconds = 0;
};

// The first choice that keeps within the budget. Requires: one does.
Architecture within(const SearchTask& task, const std::vector<Architecture>& choices) {
  for (const Architecture& choice : choices)
    if (!why_over(task.budget, task.cost(choice))) return choice;
  MN_CHECK(false, "the search ended with a network over the budget");
  return choices.back();
}

Found search_stage(const RunFolder& folder, SearchSettings& settings, const Dataset& data, const PipelineHooks& hooks) {
  const bool published = settings.scored_on == ScoredOn::kAsPublished;
  const SearchData images =
      published ? search_data_as_published(data) : split_for_search(data.train, settings.validation_fraction, settings.recipe.seed);
  const auto strategy = settings.protocol->make_strategy({images.train.shape, images.train.classes(), images.validation.count()});
  TrainingEvaluator evaluator(images, {settings.recipe, published ? Score::kBest : Score::kLast}, folder.checkpoint_folder(),
                              hooks.training);
  SearchTask task;
  task.cost = [&](const Architecture& a) { return predict_cost(build_network_spec(a, data.train.shape, data.train.classes())); };
  task.budget = settings.budget;
  task.max_seconds = settings.hours * 3600;
  SearchHooks search_hooks;
  if (hooks.on_candidate)
    search_hooks.on_candidate = [&](const Candidate& candidate, const Cost& cost, int index) {
      hooks.on_candidate(candidate, cost, index, strategy->most_left());
    };
  search_hooks.on_decision = hooks.on_decision;
  Journal journal(folder.journal_file(), label_of(settings.scored_on));
  run_search(*strategy, evaluator, task, journal, search_hooks);
  return {within(task, strategy->finals()), static_cast<int>(journal.entries().size()), journal.trained(), *journal.end(),
          journal.seconds()};
}

double recorded_seconds(const fs::path& file) { return Record::read(file).number("seconds"); }

// Everything that is measured on the finished networks and the test images.
Record measure(const RunFolder& folder, const Dataset& data, const PipelineHooks& hooks) {
  NamedNetwork trained = load_network(folder.network_file());
  const QuantizedModel model = load_quantized_model(folder.quantized_file());
  Record measured = cost_record(model.spec);
  const Record evaluation = evaluate_finished(trained.network, model, data.test);
  write_text_file(folder.evaluation_file(), evaluation.to_page());
  measured.set("test_accuracy_float", evaluation.record("float").number("accuracy"));
  measured.set("test_accuracy_int8", evaluation.record("int8").number("accuracy"));
  measured.set("weights_sha256", weights_sha256(trained.network)).set("quantized_sha256", sha256_hex(read_file(folder.quantized_file())));
  const Verification verification = verify_stage(folder, data.test, hooks.on_verified);
  if (verification.bytes_different > 0)
    throw Error(text("the exported network differs from the engine in ", verification.bytes_different, " of ", verification.bytes_compared,
                     " bytes; the first: ", to_text(*verification.first)));
  return measured.set("verify", to_record(verification));
}

Record summarize(const Found& found, const Record& measured, const RunIdentity& identity, const SearchSettings& settings, double seconds) {
  Record summary;
  summary.set("architecture", to_text(found.architecture));
  if (settings.scored_on == ScoredOn::kAsPublished) summary.set("label", label_of(settings.scored_on));
  for (const char* key : {"params", "flash_bytes", "code_bytes", "ram_bytes", "macs"}) summary.set(key, measured.integer64(key));
  for (const char* key : {"test_accuracy_float", "test_accuracy_int8"}) summary.set(key, measured.number(key));
  summary.set("candidates", found.candidates).set("candidates_trained", found.trained).set("search_end", found.end);
  summary.set("seconds", seconds).set("search_seconds", found.seconds);
  for (const char* key : {"weights_sha256", "quantized_sha256"}) summary.set(key, measured.string(key));
  summary.set("verify", measured.record("verify")).set("seed", settings.recipe.seed);
  return summary.set("command", identity.command).set("data", identity.data);
}

}  // namespace

Record run_pipeline(const RunFolder& folder, const RunIdentity& identity, SearchSettings& settings, const Dataset& data,
                    const PipelineHooks& hooks) {
  if (fs::exists(folder.summary_file())) return Record::read(folder.summary_file());
  const auto stage = [&](const std::string& name) {
    if (hooks.on_stage) hooks.on_stage(name);
  };
  const std::string label = label_of(settings.scored_on);
  stage(label.empty() ? "search" : "search, AS PUBLISHED: scored on the test images");
  const Found found = search_stage(folder, settings, data, hooks);
  if (!fs::exists(folder.network_file())) {
    stage("final training");
    const NetworkSpec spec = build_network_spec(found.architecture, data.train.shape, data.train.classes());
    train_stage(folder, spec, data.train, nullptr, settings.recipe, hooks.training);
  }
  if (!fs::exists(folder.quantized_file())) {
    stage("quantisation-aware training");
    quantize_stage(folder, data.train, quantize_config(settings.recipe, settings.quantize), hooks.training);
  }
  stage("export");
  const auto start = std::chrono::steady_clock::now();
  export_stage(folder, data.test, folder.export_folder());
  if (!label.empty()) {
    for (const fs::path& place : {folder.path(), folder.export_folder()}) write_text_file(place / "AS-PUBLISHED.txt", label + "\n");
  }
  stage("verification");
  const Record measured = measure(folder, data, hooks);
  const double rest = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const double seconds = rest + found.seconds + recorded_seconds(folder.training_file()) + recorded_seconds(folder.quantizing_file());
  const Record summary = summarize(found, measured, identity, settings, seconds);
  write_text_file(folder.summary_file(), summary.to_page());
  return summary;
}

}  // namespace mininas
