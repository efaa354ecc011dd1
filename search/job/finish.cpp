#include "search/job/finish.h"

#include <chrono>

#include "core/error.h"
#include "core/io/sha256.h"
#include "datasets/folds.h"
#include "search/job/final_evaluation.h"
#include "search/record/record_file.h"

namespace mininas {
namespace {

namespace fs = std::filesystem;

double recorded_seconds(const fs::path& file) { return from_record<TrainResult>(read_record(file)).seconds; }

Verification verified(const RunFolder& folder, const ImageSet& images, const FinishHooks& hooks) {
  Verification verification = verify_stage(folder, images, hooks.on_verified);
  if (verification.bytes_different > 0)
    throw Error(text("the exported network differs from the engine in ", verification.bytes_different, " of ",
                     verification.bytes_compared, " bytes; the first: ", to_text(*verification.first)));
  return verification;
}

// Measures the finished networks on the test images.
FinishedNetwork measure(const RunFolder& folder, const FinishPlan& plan, const Dataset& data,
                        const FinishHooks& hooks) {
  NamedNetwork trained = load_network(folder.network_file());
  const QuantizedModel model = load_quantized_model(folder.quantized_file());
  const FinalEvaluation evaluation = evaluate_finished(trained.network, model, data.test);
  write_record(folder.evaluation_file(), to_record(evaluation));
  const ImageSet images = first_images(data.test, plan.verify_images == 0 ? data.test.count() : plan.verify_images);
  return {predict_cost(model.spec, plan.target),
          to_text(code_build(plan.target)),
          evaluation.real.accuracy,
          evaluation.integer.accuracy,
          evaluation.images,
          evaluation.integer.classes,
          weights_sha256(trained.network),
          sha256_hex(read_file(folder.quantized_file())),
          verified(folder, images, hooks)};
}

// The curves of the report show the test images beside the training images, at some twenty epochs. Nothing is decided
// by them.
TrainHooks watched(TrainHooks hooks, int epochs) {
  constexpr int kShown = 20;
  hooks.evaluate_every = (epochs + kShown - 1) / kShown;
  return hooks;
}

}  // namespace

void write_label(const fs::path& folder, const std::string& label) {
  if (!label.empty()) write_text_file(folder / "AS-PUBLISHED.txt", label + "\n");
}

FinishedNetwork finish_network(const RunFolder& folder, const NetworkSpec& spec, const FinishPlan& plan,
                               const Dataset& data, const FinishHooks& hooks) {
  const auto stage = [&](const std::string& name) {
    if (hooks.on_stage) hooks.on_stage(name);
  };
  const auto repeated = repeated_for(data.train, plan.recipe.batch, plan.epoch_steps);
  const ImageSet& train = repeated ? *repeated : data.train;
  if (!fs::exists(folder.network_file())) {
    stage("final training");
    train_stage(folder, spec, train, &data.test, plan.recipe, watched(hooks.training, plan.recipe.epochs));
  }
  if (!fs::exists(folder.quantized_file())) {
    stage("quantisation-aware training");
    quantize_stage(folder, train, quantize_config(plan.recipe, plan.quantize), hooks.training);
  }
  stage("export");
  const auto start = std::chrono::steady_clock::now();
  export_stage(load_quantized_model(folder.quantized_file()), plan.target.ram_plan, data.test, folder.export_folder(),
               FolderOwner::kRun);
  for (const fs::path& labelled : {folder.path(), folder.export_folder()}) write_label(labelled, plan.label);
  stage("verification");
  FinishedNetwork network = measure(folder, plan, data, hooks);
  const double rest = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  network.seconds = rest + recorded_seconds(folder.training_file()) + recorded_seconds(folder.quantizing_file());
  return network;
}

}  // namespace mininas
