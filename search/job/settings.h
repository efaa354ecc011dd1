// Settings: everything that determines a run, as the command line gives it and RUN/run.json keeps it. A resumed run
// takes
// all of it from there.
#pragma once
#include <memory>
#include <string>

#include "nn/train/trainer.h"
#include "search/cost/cost.h"
#include "search/evaluate/training_evaluator.h"
#include "search/methods/registry.h"
#include "search/record/options.h"

namespace mininas {

TrainConfig train_config_from(const Record& record);

// Quantisation-aware training: the recipe of the float training, but for these.
struct QuantizeSettings {
  int epochs = 5;
  float learning_rate = 0.0005f;  // small: the weights are trained already and only settle on their integers
};
OptionFields quantize_fields(QuantizeSettings& settings);  // "qat-epochs", "qat-lr"
TrainConfig quantize_config(const TrainConfig& recipe, const QuantizeSettings& settings);

// What scores a candidate. kValidation: the last epoch's accuracy on a validation split of the training images.
// kAsPublished: the best epoch's on the test images, for comparison with the publications; everything made of it
// carries kAsPublishedLabel.
enum class ScoredOn { kValidation, kAsPublished };
ScoredOn parse_scored_on(const std::string& name);  // "validation" or "as-published". Throws UsageError.
std::string to_text(ScoredOn scored_on);
// Empty for kValidation.
std::string label_of(ScoredOn scored_on);
// Of a run, by the settings in its run.json; empty where it did not score candidates.
std::string label_of(const Record& settings);

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

// Of a run's settings: board, clock and RAM plan; the defaults where they name none, as those of `train` do.
Target target_from(const Record& settings);

OptionFields option_fields(
    SearchSettings& settings);  // the numbers that belong to no part: fraction, hours, final epochs
// Throws ConfigError that names the option.
void validate(SearchSettings& settings);

Record to_record(SearchSettings& settings);
SearchSettings search_settings_from(const Record& record);

}  // namespace mininas
