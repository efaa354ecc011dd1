// Settings: everything that determines a run, from the command line and in RUN/run.json. A resumed run reads all of
// them from that file. A new setting takes a member and one line in the list of its struct's options.
#pragma once
#include <memory>
#include <string>

#include "nn/train/train_config.h"
#include "search/cost/cost.h"
#include "search/job/run_folder.h"
#include "search/methods/registry.h"
#include "search/record/options.h"

namespace mininas {

// Quantisation-aware training: the recipe of the float training except for these settings.
struct QuantizeSettings {
  int epochs = 5;
  float learning_rate = 0.0005f;  // small: the weights are trained already and only adapt to their integers
};
OptionFields option_fields(QuantizeSettings& settings);  // "qat-epochs", "qat-lr"
TrainConfig quantize_config(const TrainConfig& recipe, const QuantizeSettings& settings);

// How candidates are scored. kValidation: accuracy after the last epoch on a validation split of the training images.
// kAsPublished: accuracy of the best epoch on the test images, for comparison with the publications; everything that
// results from it carries a label. kBalanced: as kValidation, with the mean of the classes' accuracies.
enum class ScoredOn { kValidation, kAsPublished, kBalanced };
const std::string& to_text(ScoredOn scored_on);  // "validation", "as-published", "balanced"
// That label; empty for the others.
std::string label_of(ScoredOn scored_on);

struct SearchSettings {
  std::string data;  // the text of --data
  std::unique_ptr<Method> method = make_method(kDefaultMethod);
  // Which training images score (search/job/search_data.h). 0: chosen by their number.
  double validation_fraction = 0;
  int folds = 0;
  int epoch_steps = 12;   // least steps in an epoch: few images pass several times; 0: always once
  int search_images = 0;  // training images of a candidate, drawn per class; 0: all that are not for validation
  std::string cache;      // folder of the candidates' outcomes (search/evaluate/cached_evaluator.h); empty: none
  int pareto = 0;         // number of candidates of the Pareto front that are finished beside the network found
  double hours = 0;       // limit of candidate training, finalists included; 0: no limit
  Budget budget;
  Target target;  // the device that the limits refer to, and the RAM plan of the export
  ScoredOn scored_on = ScoredOn::kValidation;
  TrainConfig recipe;  // of candidates and of the final training; `epochs` is that of the final training
  QuantizeSettings quantize;

  SearchSettings();
};

// All options, grouped as in run.json.
OptionGroups option_groups(SearchSettings& settings);
// Throws ConfigError with the name of the option.
void validate(SearchSettings& settings);

Record to_record(SearchSettings& settings);
SearchSettings search_settings_from(const Record& record);

// Settings of `mininas train`, and of the baseline of a suite.
struct TrainSettings {
  std::string architecture;  // an architecture's text or the name of a published network
  std::string from;          // the folder of a run whose weights it begins with; empty: new ones
  TrainConfig recipe;
};
OptionGroups option_groups(TrainSettings& settings);
TrainSettings train_settings_from(const Record& record);

// Of `mininas take`: one candidate of a search, with all else as that search had it.
struct TakeSettings {
  std::string architecture;
  std::string from;   // the folder of the search
  int candidate = 0;  // its number there, from 1
  SearchSettings search;
};
Record to_record(TakeSettings& settings);
TakeSettings take_settings_from(const Record& record);

// The settings that every command needs of a run that ends with a network.
struct NetworkSettings {
  TrainConfig recipe;
  Target target;
  int epoch_steps = 0;  // as in SearchSettings
  std::string label;    // see label_of
};
// Requires that the run is not a suite.
NetworkSettings network_settings_of(const RunFile& run);

}  // namespace mininas
