#include "search/job/settings.h"

#include "core/error.h"

namespace mininas {
namespace {

constexpr double kMostEpochs = 10000;

Record to_record(const Budget& budget) {
  Record record;
  record.set("max-flash", budget.max_flash_bytes).set("max-ram", budget.max_ram_bytes).set("max-macs", budget.max_macs);
  record.set("max-instructions", budget.max_instructions).set("max-ms", budget.max_milliseconds);
  return record.set("max-params", budget.max_parameters);
}

Record to_record(const Target& target) { return Record().set("board", target.board).set("clock-hz", target.clock_hz); }

// Runs that began before there were boards have neither their limits nor a target; older ones no limit on parameters
// either.
Budget budget_from(const Record& record) {
  Budget budget{record.integer64("max-flash"), record.integer64("max-ram"), record.integer64("max-macs")};
  if (record.has("max-instructions")) budget.max_instructions = record.integer64("max-instructions");
  if (record.has("max-ms")) budget.max_milliseconds = record.number("max-ms");
  if (record.has("max-params")) budget.max_parameters = record.integer64("max-params");
  return budget;
}

}  // namespace

Target target_from(const Record& settings) {
  Target target;
  if (settings.has("ram-plan")) target.ram_plan = parse_ram_plan(settings.string("ram-plan"));
  if (!settings.has("target")) return target;
  const Record record = settings.record("target");
  target.board = record.string("board");
  target.clock_hz = record.integer64("clock-hz");
  return target;
}

ScoredOn parse_scored_on(const std::string& name) {
  if (name == "validation") return ScoredOn::kValidation;
  if (name == "as-published") return ScoredOn::kAsPublished;
  throw UsageError(text("--score ", name, ": expected validation or as-published"));
}

std::string to_text(ScoredOn scored_on) { return scored_on == ScoredOn::kValidation ? "validation" : "as-published"; }

std::string label_of(ScoredOn scored_on) {
  if (scored_on == ScoredOn::kValidation) return "";
  return "AS PUBLISHED: candidates were scored on the test images, by their best epoch; no accuracy here speaks of "
         "unseen images";
}

std::string label_of(const Record& settings) {
  return settings.has("score") ? label_of(parse_scored_on(settings.string("score"))) : "";
}

TrainConfig train_config_from(const Record& record) {
  TrainConfig config;
  from_record(option_fields(config), record);
  return config;
}

OptionFields quantize_fields(QuantizeSettings& s) {
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

OptionFields option_fields(SearchSettings& s) {
  return {
      {"validation-fraction", "part of the training images that scores candidates", &s.validation_fraction, 0.01, 0.5},
      {"search-images", "training images of a candidate, drawn class by class; 0: all", &s.search_images, 0, 1e9},
      {"hours",
       "for candidate training, the finalists' among them: where they are over, the search comes to its end; 0: no "
       "limit",
       &s.hours, 0, 1e6},
      {"final-epochs", "epochs of the final training, on all training images", &s.recipe.epochs, 1, kMostEpochs},
  };
}

void validate(SearchSettings& s) {
  validate(option_fields(s));
  validate(s.recipe);
  validate(quantize_fields(s.quantize));
  validate(s.budget, s.target);
  s.method->validate();
}

Record to_record(SearchSettings& s) {
  Record record;
  record.set("data", s.data)
      .set("cache", s.cache)
      .set("method", s.method->name())
      .set("preset", s.method->preset())
      .set("score", to_text(s.scored_on));
  record.set("ram-plan", to_text(s.target.ram_plan));
  record.set("method-options", to_record(s.method->fields())).set("budget", to_record(s.budget));
  record.set("target", to_record(s.target));
  record.set("recipe", to_record(option_fields(s.recipe))).set("quantize", to_record(quantize_fields(s.quantize)));
  record.set("numbers", to_record(option_fields(s)));
  return record;
}

SearchSettings search_settings_from(const Record& record) {
  SearchSettings s;
  s.cache = record.string("cache");
  s.data = record.string("data");
  s.method = make_method(record.string("method"), record.string("preset"));
  s.scored_on = parse_scored_on(record.string("score"));
  from_record(s.method->fields(), record.record("method-options"));
  s.budget = budget_from(record.record("budget"));
  s.target = target_from(record);
  s.recipe = train_config_from(record.record("recipe"));
  from_record(quantize_fields(s.quantize), record.record("quantize"));
  from_record(option_fields(s), record.record("numbers"));
  return s;
}

}  // namespace mininas
