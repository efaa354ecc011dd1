// Settings: everything that determines a run, as the command line gives it and RUN/run.json keeps it. A resumed run
// takes all of it from there. A new setting is a member and a line in the list of its struct's options.
#pragma once
#include <memory>
#include <string>

#include "nn/train/train_config.h"
#include "search/cost/cost.h"
#include "search/job/run_folder.h"
#include "search/methods/registry.h"
#include "search/record/options.h"

namespace mininas {

// Quantisation-aware training: the recipe of the float training, but for these.
struct QuantizeSettings {
  int epochs = 5;
  float learning_rate = 0.0005f;  // small: the weights are trained already and only settle on their integers
};
OptionFields option_fields(QuantizeSettings& settings);  // "qat-epochs", "qat-lr"
TrainConfig quantize_config(const TrainConfig& recipe, const QuantizeSettings& settings);

// What scores a candidate. kValidation: the last epoch's accuracy on a validation split of the training images.
// kAsPublished: the best epoch's on the test images, for comparison with the publications; everything made of it
// carries a label.
enum class ScoredOn { kValidation, kAsPublished };
const std::string& to_text(ScoredOn scored_on);  // "validation", "as-published"
// That label; empty for kValidation.
std::string label_of(ScoredOn scored_on);

struct SearchSettings {
  std::string data;  // the text of --data
  std::unique_ptr<Method> method = make_method(kDefaultMethod);
  double validation_fraction = 0.1;
  int search_images = 0;  // training images of a candidate, drawn class by class; 0: all but those for validation
  std::string cache;      // folder of candidates' outcomes (search/evaluate/cached_evaluator.h); empty: none
  double hours = 0;       // of candidate training, finalists included; 0: no limit
  Budget budget;
  Target target;  // what its limits mean, and how the export lays out RAM
  ScoredOn scored_on = ScoredOn::kValidation;
  TrainConfig recipe;  // of candidates and of the final training; `epochs` is the final training's
  QuantizeSettings quantize;

  SearchSettings() { method->adjust_recipe(recipe); }
};

// All of its options, by the parts of run.json.
OptionGroups option_groups(SearchSettings& settings);
// Throws ConfigError that names the option.
void validate(SearchSettings& settings);

Record to_record(SearchSettings& settings);
SearchSettings search_settings_from(const Record& record);

// Of `mininas train`, and of a suite's baseline.
struct TrainSettings {
  std::string architecture;  // or the name of a network
  TrainConfig recipe;
};
OptionGroups option_groups(TrainSettings& settings);
TrainSettings train_settings_from(const Record& record);

// What every command needs to know of a run that ends with a network.
struct NetworkSettings {
  TrainConfig recipe;
  RamPlan ram_plan = RamPlan::kStrips;
  std::string label;  // label_of
};
// Requires: the run is no suite.
NetworkSettings network_settings_of(const RunFile& run);

}  // namespace mininas
