// The table of search methods: name, options and function of each. A new method is a new row in registry.cpp; no other
// file has to change (search/README.md, "Add a method").
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "nn/train/trainer.h"
#include "search/methods/session.h"
#include "search/record/options.h"

namespace mininas {

// A named set of option values (`--preset`).
struct PresetName {
  std::string name, summary;
};

// One method with a value for each of its options.
class Method {
 public:
  virtual ~Method() = default;
  virtual std::string name() const = 0;
  virtual std::string summary() const = 0;  // one line
  virtual std::string paper() const = 0;    // authors, title, venue; empty: not from a paper
  virtual std::vector<PresetName> presets() const = 0;
  // Sets all options to those of a preset. Throws ConfigError that lists the presets if there is none of that name.
  virtual void choose_preset(const std::string& name) = 0;
  virtual std::string preset() const = 0;  // the last one chosen; empty: none
  // The options; the fields point to this object.
  virtual OptionFields fields() = 0;
  // Throws ConfigError if an option is out of range or contradicts another.
  virtual void validate() const = 0;
  // Throws ConfigError like `validate`, and the errors of the session.
  virtual SearchResult run(Session& session) const = 0;
  // A paragraph for users: the rule of a stage, with the values of the options. Empty if the method has no stages.
  virtual std::string rule(const std::string& stage) const = 0;
  // Sets the training settings in which the method differs from the defaults of TrainConfig, and the length of the
  // final training.
  virtual void adjust_recipe(TrainConfig& recipe) const = 0;
};

inline constexpr const char* kDefaultMethod = "mini-nas-fast";

std::vector<std::string> method_names();
// A method with its default options, or with those of a preset. Throws ConfigError that lists the names.
std::unique_ptr<Method> make_method(const std::string& name, const std::string& preset = "");
// "mini-nas: ...": one line per method and one per preset.
std::string method_help();

}  // namespace mininas
