#include "search/methods/registry.h"

#include "core/error.h"
#include "search/methods/cgp/cgp_cnn.h"
#include "search/methods/macro_micro.h"
#include "search/methods/metaqnn/meta_qnn.h"
#include "search/methods/mini_nas.h"
#include "search/methods/nas_rl/nas_rl.h"
#include "search/methods/nasbot/nasbot.h"
#include "search/methods/random.h"
#include "search/methods/regularized_evolution.h"

namespace mininas {
namespace {

// The settings of the published recipe that a method changes.
struct RecipeChanges {
  int final_epochs = 60;
  int cutout = 16;
};

template <class Options>
struct Preset {
  std::string name, summary;
  Options options;
  RecipeChanges recipe;
};

template <class Options>
struct Row {
  std::string name, summary, paper;
  SearchResult (*run)(Session&, const Options&);
  std::string (*rule)(const Options&, const std::string& stage) = nullptr;
  Options options = {};
  RecipeChanges recipe = {};
  std::vector<Preset<Options>> presets = {};
  bool as_published = false;  // the defaults are those of the paper, and so is the preset "paper"
};

template <class Options>
class RowMethod final : public Method {
 public:
  explicit RowMethod(Row<Options> row) : row_(std::move(row)) {
    if (row_.as_published) row_.presets.push_back({"paper", "as published: the defaults", row_.options, row_.recipe});
  }

  std::string name() const override { return row_.name; }
  std::string summary() const override { return row_.summary; }
  std::string paper() const override { return row_.paper; }
  std::vector<PresetName> presets() const override {
    std::vector<PresetName> names;
    for (const auto& preset : row_.presets) names.push_back({preset.name, preset.summary});
    return names;
  }
  void choose_preset(const std::string& name) override {
    std::string names;
    for (const auto& preset : row_.presets) {
      if (preset.name == name) {
        row_.options = preset.options;
        row_.recipe = preset.recipe;
        preset_ = name;
        return;
      }
      names += (names.empty() ? "" : ", ") + preset.name;
    }
    throw ConfigError(text("'", name, "': ", row_.name, " has no such preset",
                           names.empty() ? ", nor any other" : "; there are: " + names));
  }
  std::string preset() const override { return preset_; }
  OptionFields fields() override { return option_fields(row_.options); }
  void validate() const override { mininas::validate(row_.options); }
  SearchResult run(Session& session) const override {
    validate();
    return row_.run(session, row_.options);
  }
  std::string rule(const std::string& stage) const override {
    return row_.rule == nullptr ? "" : row_.rule(row_.options, stage);
  }
  void adjust_recipe(TrainConfig& recipe) const override {
    recipe.epochs = row_.recipe.final_epochs;
    recipe.augmentation.cutout = row_.recipe.cutout;
  }

 private:
  Row<Options> row_;
  std::string preset_;
};

template <class Options>
std::unique_ptr<Method> row(Row<Options> row) {
  return std::make_unique<RowMethod<Options>>(std::move(row));
}

constexpr const char* kMiniNasPaper =
    "Siddiqui: Mini-NAS: A Neural Architecture Search Framework for Small Scale Image Classification Applications, "
    "tinyML Research Symposium 2021";

Preset<EvolutionOptions> evolution_as_published() {
  return {"paper",
          "20,000 candidates of 25 epochs, population 100, sample 25",
          published_evolution_options(),
          {.final_epochs = 600}};
}

Row<EvolutionOptions> evolution_row() {
  Row<EvolutionOptions> row{
      .name = "regularized-evolution",
      .summary =
          "keeps a population in which the oldest dies; a child differs from the best of a sample in one decision",
      .paper = "Real, Aggarwal, Huang, Le: Regularized Evolution for Image Classifier Architecture Search, AAAI 2019",
      .run = regularized_evolution};
  row.presets.push_back(evolution_as_published());
  return row;
}

Row<CgpOptions> cgp_row() {
  Row<CgpOptions> row{
      .name = "cgp-cnn",
      .summary = "keeps one network on a grid of blocks, pools and joins, and takes the better of its mutated children",
      .paper =
          "Suganuma, Shirakawa, Nagao: A Genetic Programming Approach to Designing Convolutional Neural Network "
          "Architectures, GECCO 2017",
      .run = cgp_cnn};
  row.presets.push_back(
      {"paper", "1,000 candidates of 50 epochs on a grid of 5 x 30", published_cgp_options(), {.final_epochs = 500}});
  return row;
}

Row<NasbotOptions> nasbot_row() {
  Row<NasbotOptions> row{
      .name = "nasbot",
      .summary = "a Gaussian process over distances between networks says which one promises most",
      .paper =
          "Kandasamy, Neiswanger, Schneider, Poczos, Xing: Neural Architecture Search with Bayesian Optimisation "
          "and Optimal Transport, NeurIPS 2018",
      .run = nasbot_search};
  row.presets.push_back({"paper",
                         "100 candidates of 20 epochs, begins with the authors' twelve networks",
                         published_nasbot_options(),
                         {.final_epochs = 120}});
  return row;
}

Row<MetaQnnOptions> meta_qnn_row() {
  Row<MetaQnnOptions> row{
      .name = "meta-qnn",
      .summary = "an agent walks from layer to layer and learns by Q learning which one to take next",
      .paper =
          "Baker, Gupta, Naik, Raskar: Designing Neural Network Architectures using Reinforcement Learning, "
          "ICLR 2017",
      .run = meta_qnn};
  row.presets.push_back(
      {"paper", "2,700 candidates of 20 epochs, up to 18 layers", published_meta_qnn_options(), {.final_epochs = 300}});
  return row;
}

Row<NasRlOptions> nas_rl_row() {
  Row<NasRlOptions> row{.name = "nas-rl",
                        .summary = "a recurrent controller writes networks and learns from their accuracy by REINFORCE",
                        .paper = "Zoph, Le: Neural Architecture Search with Reinforcement Learning, ICLR 2017",
                        .run = nas_rl_search};
  row.presets.push_back(
      {"paper", "12,800 candidates of 50 epochs, 6 to 14 layers", published_nas_rl_options(), {.final_epochs = 300}});
  return row;
}

std::vector<std::unique_ptr<Method>> all_methods() {
  std::vector<std::unique_ptr<Method>> all;
  all.push_back(
      row<MiniNasOptions>({.name = "mini-nas-fast",
                           .summary = "our default: the rules of mini-nas with short trainings, warm starts, and "
                                      "tolerances that allow for noise",
                           .run = mini_nas,
                           .rule = mini_nas_rule,
                           .options = fast_options()}));
  all.push_back(row<MiniNasOptions>({.name = "mini-nas",
                                     .summary = "as published for small data sets: 300 epochs a candidate",
                                     .paper = kMiniNasPaper,
                                     .run = mini_nas,
                                     .rule = mini_nas_rule,
                                     .recipe = {.final_epochs = 300, .cutout = 0},
                                     .as_published = true}));
  all.push_back(
      row<MiniNasOptions>({.name = "trg-nas",
                           .summary = "the search whose log on CIFAR-10 was published: 600 epochs a candidate",
                           .paper = "Siddiqui and others: TRG-NAS, CAIP 2023, and its public code",
                           .run = mini_nas,
                           .rule = mini_nas_rule,
                           .options = trg_nas_options(),
                           .recipe = {.final_epochs = 600},
                           .as_published = true}));
  all.push_back(row<MacroMicroOptions>(
      {.name = "macro-micro",
       .summary = "published later: larger networks train longer, and operations and kernels keep the network's size",
       .paper =
           "Siddiqui and others: Efficient Global Neural Architecture Search, arXiv 2502.03553, and its public code",
       .run = macro_micro,
       .rule = macro_micro_rule,
       .recipe = {.final_epochs = 600},
       .as_published = true}));
  all.push_back(row<RandomOptions>(
      {.name = "random",
       .summary = "draws architectures at random: what every other method must beat",
       .paper = "Li, Talwalkar: Random Search and Reproducibility for Neural Architecture Search, UAI 2019",
       .run = random_search}));
  all.push_back(row(evolution_row()));
  all.push_back(row(cgp_row()));
  all.push_back(row(nasbot_row()));
  all.push_back(row(meta_qnn_row()));
  all.push_back(row(nas_rl_row()));
  return all;
}

}  // namespace

std::vector<std::string> method_names() {
  std::vector<std::string> names;
  for (const auto& method : all_methods()) names.push_back(method->name());
  return names;
}

std::unique_ptr<Method> make_method(const std::string& name, const std::string& preset) {
  std::string names;
  for (auto& method : all_methods()) {
    if (method->name() == name) {
      std::unique_ptr<Method> chosen = std::move(method);
      if (!preset.empty()) chosen->choose_preset(preset);
      return chosen;
    }
    names += (names.empty() ? "" : ", ") + method->name();
  }
  throw ConfigError(text("'", name, "': there is no such method; there are: ", names));
}

std::string method_help() {
  std::string lines;
  for (const auto& method : all_methods()) {
    lines += text("  ", method->name(), ": ", method->summary(), "\n");
    for (const PresetName& preset : method->presets())
      lines += text("    --preset ", preset.name, ": ", preset.summary, "\n");
  }
  return lines;
}

}  // namespace mininas
