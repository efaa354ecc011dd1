#include "search/methods/protocol.h"

#include <functional>

#include "core/error.h"
#include "search/methods/macro_micro.h"
#include "search/methods/mini_nas.h"
#include "search/space/build.h"

namespace mininas {
namespace {

std::unique_ptr<SearchStrategy> make_search(const MiniNasOptions& options, const SearchContext& context) {
  return std::make_unique<MiniNas>(options, context.score_images);
}

std::unique_ptr<SearchStrategy> make_search(const MacroMicroOptions& options, const SearchContext& context) {
  return std::make_unique<MacroMicro>(options, context.score_images, [context](const Architecture& a) {
    return parameter_count(build_network_spec(a, context.input, context.classes));
  });
}

// What tells one protocol from another.
template <class Options>
struct Definition {
  std::string name, summary;
  int final_epochs;
  int cutout;
  Options options;
};

template <class Options>
class GreedyProtocol final : public Protocol {
 public:
  explicit GreedyProtocol(Definition<Options> definition) : definition_(std::move(definition)) {}

  std::string name() const override { return definition_.name; }
  std::string summary() const override { return definition_.summary; }
  OptionFields fields() override { return option_fields(definition_.options); }
  void validate() const override { mininas::validate(definition_.options); }
  std::unique_ptr<SearchStrategy> make_strategy(const SearchContext& context) const override {
    return make_search(definition_.options, context);
  }
  void adjust_recipe(TrainConfig& recipe) const override {
    recipe.epochs = definition_.final_epochs;
    recipe.augmentation.cutout = definition_.cutout;
  }

 private:
  Definition<Options> definition_;
};

template <class Options>
std::unique_ptr<Protocol> defined(Definition<Options> definition) {
  return std::make_unique<GreedyProtocol<Options>>(std::move(definition));
}

// Five epochs cannot tell what depth and large kernels are worth in the end: what does not clearly lose is kept, the
// largest kernel first.
MiniNasOptions fast_options() {
  MiniNasOptions o;
  o.epochs = 5;
  o.warm_epochs = 1;
  o.noise = 1;
  o.depth_gain = o.kernel_margin = -0.5;
  o.kernels = {7, 5};
  return o;
}

std::vector<std::unique_ptr<Protocol>> all_protocols() {
  std::vector<std::unique_ptr<Protocol>> all;
  all.push_back(defined<MiniNasOptions>(
      {"mini-nas-fast",
       "ours: the rules of mini-nas, short trainings, warm starts, tolerances of noise, ties go to the larger network",
       60, 16, fast_options()}));
  all.push_back(
      defined<MiniNasOptions>({"mini-nas", "as published for small data sets: 300 epochs a candidate", 300, 0, {}}));
  all.push_back(defined<MiniNasOptions>(
      {"trg-nas", "as its published log on CIFAR-10 ran: 600 epochs a candidate", 600, 16, trg_nas_options()}));
  all.push_back(defined<MacroMicroOptions>(
      {"macro-micro",
       "published later: epochs grow with the network; operations and kernels in the same size",
       600,
       16,
       {}}));
  return all;
}

}  // namespace

std::vector<std::string> protocol_names() {
  std::vector<std::string> names;
  for (const auto& protocol : all_protocols()) names.push_back(protocol->name());
  return names;
}

std::unique_ptr<Protocol> make_protocol(const std::string& name) {
  std::string names;
  for (auto& protocol : all_protocols()) {
    if (protocol->name() == name) return std::move(protocol);
    names += (names.empty() ? "" : ", ") + protocol->name();
  }
  throw UsageError(text("--protocol ", name, ": there is no such protocol; there are: ", names));
}

std::string protocol_help() {
  std::string lines;
  for (const auto& protocol : all_protocols()) lines += text("  ", protocol->name(), ": ", protocol->summary(), "\n");
  return lines;
}

}  // namespace mininas
