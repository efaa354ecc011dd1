#include "search/job/settings.h"

namespace mininas {
namespace {

constexpr double kMostEpochs = 10000;

const std::vector<std::string>& scored_on_names() {
  static const std::vector<std::string> names = {"validation", "as-published"};
  return names;
}

}  // namespace

const std::string& to_text(ScoredOn scored_on) { return scored_on_names()[static_cast<size_t>(scored_on)]; }

std::string label_of(ScoredOn scored_on) {
  if (scored_on == ScoredOn::kValidation) return "";
  return "AS PUBLISHED: candidates were scored on the test images, by their best epoch; no accuracy here speaks of "
         "unseen images";
}

OptionFields option_fields(QuantizeSettings& s) {
  return {
      {"qat-epochs", "epochs of quantisation-aware training", &s.epochs, 1, kMostEpochs},
      {"qat-lr", "its learning rate at the start of the cosine", &s.learning_rate, 1e-9, 100},
  };
}

TrainConfig quantize_config(const TrainConfig& recipe, const QuantizeSettings& settings) {
  TrainConfig config = recipe;
  config.epochs = settings.epochs;
  config.learning_rate = settings.learning_rate;
  config.max_steps = 0;
  return config;
}

OptionGroups option_groups(SearchSettings& s) {
  const OptionFields own = {
      {"data", "the images, see below", &s.data},
      {"cache", "folder of candidates' outcomes, shared by searches; the same question is not trained again", &s.cache},
      {"score",
       "what scores a candidate: validation (last epoch, on a part of the training images), or as-published (best "
       "epoch, on the test images, rate stepped before the epoch; for comparison, labelled)",
       choice(s.scored_on, scored_on_names())},
  };
  const OptionFields numbers = {
      {"validation-fraction", "part of the training images that scores candidates", &s.validation_fraction, 0.01, 0.5},
      {"search-images", "training images of a candidate, drawn class by class; 0: all", &s.search_images, 0, 1e9},
      {"hours",
       "for candidate training, the finalists' among them: where they are over, the search comes to its end; 0: no "
       "limit",
       &s.hours, 0, 1e6},
      {"final-epochs", "epochs of the final training, on all training images", &s.recipe.epochs, 1, kMostEpochs},
  };
  const OptionFields target = option_fields(s.target);
  return {{"", own},
          {"", only(target, {"ram-plan"})},
          {"budget", option_fields(s.budget)},
          {"target", without(target, {"ram-plan"})},
          {"numbers", numbers},
          {"quantize", option_fields(s.quantize)},
          {"method-options", s.method->fields()},
          {"recipe", option_fields(s.recipe)}};
}

void validate(SearchSettings& s) {
  validate(option_groups(s));
  validate(s.budget, s.target);
  s.method->validate();
}

Record to_record(SearchSettings& s) {
  return to_record(option_groups(s)).set("method", s.method->name()).set("preset", s.method->preset());
}

SearchSettings search_settings_from(const Record& record) {
  SearchSettings s;
  const std::vector<std::string> methods = method_names();
  s.method = make_method(methods[record.choice("method", methods)], record.string("preset"));
  from_record(option_groups(s), record, {"method", "preset"});
  return s;
}

OptionGroups option_groups(TrainSettings& s) {
  const OptionField architecture{.name = "arch",
                                 .help = "the architecture, such as w16:s3*5, see below",
                                 .value = &s.architecture,
                                 .other_key = "architecture"};
  return {{"", {architecture}}, {"recipe", option_fields(s.recipe)}};
}

TrainSettings train_settings_from(const Record& record) {
  TrainSettings s;
  from_record(option_groups(s), record);
  return s;
}

NetworkSettings network_settings_of(const RunFile& run) {
  if (run.identity.kind != "search") return {train_settings_from(run.settings).recipe};
  const SearchSettings s = search_settings_from(run.settings);
  return {s.recipe, s.target.ram_plan, label_of(s.scored_on)};
}

}  // namespace mininas
