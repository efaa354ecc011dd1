// The table of search methods: what each is called, what it takes, what it does. A new method enters the program with a
// row in registry.cpp and nowhere else (search/README.md, "Add a method").
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "nn/train/trainer.h"
#include "search/methods/session.h"
#include "search/record/options.h"

namespace mininas {

// A set of options under a name (`--preset`).
struct PresetName {
  std::string name, summary;
};

// One method with a value for each of its options.
class Method {
 public:
  virtual ~Method() = default;
  virtual std::string name() const = 0;
  virtual std::string summary() const = 0;  // one line
  virtual std::string paper() const = 0;    // authors, title, venue; empty: ours
  virtual std::vector<PresetName> presets() const = 0;
  // Sets all options to those of a preset. Throws ConfigError that lists the presets where there is none of that name.
  virtual void choose_preset(const std::string& name) = 0;
  virtual std::string preset() const = 0;  // the one chosen last; empty: none
  // The options, which the fields point into.
  virtual OptionFields fields() = 0;
  // Throws ConfigError where the options are out of range or contradict each other.
  virtual void validate() const = 0;
  // Throws ConfigError like `validate`, and what the session throws.
  virtual Found run(Session& session) const = 0;
  // The rule of a stage in a paragraph, with the values of the options: for people. Empty: the method has no stages.
  virtual std::string rule(const std::string& stage) const = 0;
  // Sets what the method trains with otherwise than the published recipe in general (TrainConfig's defaults), and the
  // length of the final training.
  virtual void adjust_recipe(TrainConfig& recipe) const = 0;
};

inline constexpr const char* kDefaultMethod = "mini-nas-fast";

std::vector<std::string> method_names();
// With its default options, or those of a preset. Throws ConfigError that lists the names.
std::unique_ptr<Method> make_method(const std::string& name, const std::string& preset = "");
// "mini-nas: ...", a line a method, and one for each of its presets.
std::string method_help();

}  // namespace mininas
