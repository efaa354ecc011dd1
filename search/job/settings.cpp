#include "search/job/settings.h"

#include "core/error.h"

namespace mininas {
namespace {

constexpr double kMaxEpochs = 10000;

const std::vector<std::string>& scored_on_names() {
  static const std::vector<std::string> names = {"validation", "as-published", "balanced"};
  return names;
}

}  // namespace

SearchSettings::SearchSettings() { method->adjust_recipe(recipe); }

const std::string& to_text(ScoredOn scored_on) { return scored_on_names()[static_cast<size_t>(scored_on)]; }

std::string label_of(ScoredOn scored_on) {
  if (scored_on != ScoredOn::kAsPublished) return "";
  return "AS PUBLISHED: candidates were scored on the test images, by their best epoch; no accuracy here speaks of "
         "unseen images";
}

OptionFields option_fields(QuantizeSettings& s) {
  return {
      {"qat-epochs", "epochs of training with quantised weights and activations, which follows the float training",
       &s.epochs, 1, kMaxEpochs},
      {"qat-lr", "its first learning rate; lower than --lr, because the weights are trained already", &s.learning_rate,
       1e-9, 100},
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
      {"data", "the training and test images; `mininas help data` shows the forms", &s.data},
      {"cache", "folder that keeps the outcomes of candidates: searches that share it train no candidate twice",
       &s.cache},
      {"score",
       "what scores a candidate: its last epoch on images set aside for validation; balanced, the same with every "
       "class counted alike, for classes of different size; or, as-published, its best epoch on the test images, "
       "which says nothing of unseen images: only to compare with publications, and labelled",
       choice(s.scored_on, scored_on_names())},
  };
  const OptionFields numbers = {
      {"validation-fraction",
       "share of the training images that is set aside to score candidates; 0: a tenth, and up to a quarter where "
       "images are few",
       &s.validation_fraction, 0, 0.5},
      {"folds",
       "score candidates on all training images, in so many parts: each trains so many times, without one part that it "
       "is scored on; 1: one part alone scores; 0: 4 where there are fewer than 400 images, else 1",
       &s.folds, 0, 100},
      {"epoch-steps",
       "least steps in an epoch of every training: few images pass several times, each time shifted and mirrored anew; "
       "0: each passes once",
       &s.epoch_steps, 0, 1e6},
      {"search-images",
       "train candidates on so many images, drawn evenly from the classes, for a shorter search; 0: on all",
       &s.search_images, 0, 1e9},
      {"pareto",
       "finish so many networks of the Pareto front too, from the smallest to the largest, in RUN/front: one search "
       "for several limits",
       &s.pareto, 0, 1000},
      {"hours",
       "hours for the training of candidates, finalists included; then the search takes the best network so far; 0: no "
       "limit",
       &s.hours, 0, 1e6},
      {"final-epochs", "epochs of the final training of the network that was found, on all training images",
       &s.recipe.epochs, 1, kMaxEpochs},
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
  if (s.folds > 1 && s.validation_fraction > 0)
    throw ConfigError(text("folds ", s.folds, ": every image scores, so leave --validation-fraction out"));
  if (s.folds > 1 && s.scored_on == ScoredOn::kAsPublished)
    throw ConfigError(text("folds ", s.folds, ": as published, the test images score, in one part"));
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
  const OptionField architecture{
      .name = "arch",
      .help = "the architecture, such as w16:s3*5; `mininas help architectures` shows the forms",
      .value = &s.architecture,
      .other_key = "architecture"};
  const OptionField from{.name = "from",
                         .help =
                             "begin with the weights of this run instead of fresh ones; its classes keep theirs, "
                             "and the last layer grows by new ones",
                         .value = &s.from};
  return {{"", {architecture, from}}, {"recipe", option_fields(s.recipe)}};
}

TrainSettings train_settings_from(const Record& record) {
  TrainSettings s;
  from_record(option_groups(s), record);
  return s;
}

Record to_record(TakeSettings& s) {
  return Record()
      .set("architecture", s.architecture)
      .set("from", s.from)
      .set("candidate", s.candidate)
      .set("search", to_record(s.search));
}

TakeSettings take_settings_from(const Record& record) {
  record.expect_only({"architecture", "from", "candidate", "search"});
  return {record.string("architecture"), record.string("from"), record.integer("candidate"),
          search_settings_from(record.record("search"))};
}

NetworkSettings network_settings_of(const RunFile& run) {
  const bool taken = run.identity.kind == "take";
  if (run.identity.kind != "search" && !taken) return {train_settings_from(run.settings).recipe};
  const SearchSettings s = search_settings_from(taken ? run.settings.record("search") : run.settings);
  return {s.recipe, s.target, s.epoch_steps, label_of(s.scored_on)};
}

}  // namespace mininas
