// Protocol: a search strategy together with its options, chosen by name (`--protocol`). A new strategy enters the
// program here
// and nowhere else.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "core/tensor.h"
#include "nn/train/trainer.h"
#include "search/methods/strategy.h"
#include "search/record/options.h"

namespace mininas {

// What a strategy may know about the task beside the scores it is told.
struct SearchContext {
  ImageShape input;
  int classes = 2;
  int64_t score_images = 1;  // how many images a score is measured on
};

class Protocol {
 public:
  virtual ~Protocol() = default;
  virtual std::string name() const = 0;
  virtual std::string summary() const = 0;  // one line
  // The strategy's options, which the fields point into.
  virtual OptionFields fields() = 0;
  // Throws ConfigError where the options contradict each other.
  virtual void validate() const = 0;
  virtual std::unique_ptr<SearchStrategy> make_strategy(const SearchContext& context) const = 0;
  // Sets what the protocol trains with otherwise than the published recipe in general (TrainConfig's defaults), and the
  // length of the final training.
  virtual void adjust_recipe(TrainConfig& recipe) const = 0;
};

inline constexpr const char* kDefaultProtocol = "mini-nas-fast";

std::vector<std::string> protocol_names();
// With its default options. Throws UsageError that lists the names.
std::unique_ptr<Protocol> make_protocol(const std::string& name);
// "mini-nas: ...", a line a protocol.
std::string protocol_help();

}  // namespace mininas
