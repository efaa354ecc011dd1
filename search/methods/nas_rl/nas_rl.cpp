#include "search/methods/nas_rl/nas_rl.h"

#include <algorithm>

#include "core/error.h"
#include "search/methods/best_so_far.h"
#include "search/methods/graph_writer.h"

namespace mininas {
namespace nas_rl {
namespace {

using Value = GraphWriter::Value;

constexpr double kPercent = 100;
constexpr int kMaxDescriptions = 200;  // drawn for one that keeps the budget

Value joined(GraphWriter& writer, std::vector<Value> values) {
  int height = values.front().shape.height;
  for (const Value& value : values) height = std::min(height, value.shape.height);
  for (Value& value : values) value = halved_to(writer, value, height);
  return writer.concatenation(values);
}

// Of the last epochs' validation accuracies the best one, cubed.
double reward_of(const Outcome& outcome, int last_epochs) {
  if (outcome.status != Status::kOk) return 0;
  double best = outcome.curve.empty() ? outcome.score : 0;
  for (size_t i = outcome.curve.size(); i > 0 && outcome.curve.size() - i < static_cast<size_t>(last_epochs); --i)
    best = std::max(best, outcome.curve[i - 1]);
  const double share = best / kPercent;
  return share * share * share;
}

class Search {
 public:
  Search(Session& session, const NasRlOptions& options)
      : session_(session),
        options_(options),
        controller_(options.choices, options.controller, session.rng("controller")),
        best_(session),
        rng_(session.rng("samples")) {}

  SearchResult run() {
    session_.expect(options_.candidates);
    for (int asked = 0; asked < options_.candidates && !(best_.exists() && session_.time_is_up());) {
      const int layers = std::min(options_.most_layers, options_.first_layers + asked / options_.layer_every);
      std::vector<Controller::Rewarded> batch;
      for (int i = std::min(options_.together, options_.candidates - asked); i > 0; --i)
        batch.push_back({sample(layers), 0});
      train(batch);
      controller_.learn(batch);
      asked += static_cast<int>(batch.size());
    }
    return best_.result();
  }

 private:
  Graph graph_of(const Description& description) const { return to_graph(description, session_.task().input); }

  Description sample(int layers) {
    Description description = controller_.sample(layers, rng_);
    for (int draws = 1; draws < kMaxDescriptions && session_.over_budget(session_.cost(graph_of(description))); ++draws)
      description = controller_.sample(layers, rng_);
    return description;
  }

  void train(std::vector<Controller::Rewarded>& batch) {
    std::vector<Candidate> candidates;
    for (const auto& each : batch) candidates.push_back({"sample", graph_of(each.description), options_.epochs});
    const std::vector<Trial> trials = session_.evaluate(candidates);
    for (size_t i = 0; i < trials.size(); ++i) {
      best_.judge(trials[i]);
      batch[i].reward = reward_of(trials[i].outcome, options_.reward_epochs);
    }
  }

  Session& session_;
  const NasRlOptions& options_;
  Controller controller_;
  BestSoFar best_;
  Rng rng_;
};

}  // namespace

Graph to_graph(const Description& description, const ImageShape& image) {
  GraphWriter writer(image);
  std::vector<Value> values;
  std::vector<bool> read(description.size(), false);
  for (size_t layer = 0; layer < description.size(); ++layer) {
    const LayerChoice& choice = description[layer];
    std::vector<Value> in;
    for (size_t earlier = 0; earlier < choice.reads.size(); ++earlier)
      if (choice.reads[earlier]) {
        in.push_back(values[earlier]);
        read[earlier] = true;
      }
    if (in.empty()) in = {writer.image()};
    values.push_back(writer.relu(writer.conv(joined(writer, in), choice.filters, choice.height, choice.width,
                                             choice.stride, GraphWriter::Behind::kNorm)));
  }
  std::vector<Value> loose;
  for (size_t layer = 0; layer < values.size(); ++layer)
    if (!read[layer]) loose.push_back(values[layer]);
  return writer.finish(joined(writer, loose)).canonical();
}

}  // namespace nas_rl

OptionFields option_fields(NasRlOptions& o) {
  return {
      {"node-kernels", "heights and widths of filters", &o.choices.kernels, 1, 7},
      {"strides", "strides of layers; none: always 1, and the controller does not choose", &o.choices.strides, 1, 4},
      {"filters", "numbers of filters", &o.choices.filters, 1, 4096},
      {"skips", "let each layer choose the layers that it reads; without, it reads the one before", &o.choices.skips},
      {"first-layers", "layers of the first networks", &o.first_layers, 1, 100},
      {"most-layers", "layers of the last networks", &o.most_layers, 1, 100},
      {"layer-every", "candidates after which networks get a layer more", &o.layer_every, 1, 1e6},
      {"together", "networks that are trained for each step of the controller", &o.together, 1, 1000},
      {"reward-epochs", "the best of so many last epochs is the reward", &o.reward_epochs, 1, 10000},
      {"units", "units of each of the controller's two layers", &o.controller.units, 1, 1000},
      {"range", "the controller's first weights are drawn between plus and minus this", &o.controller.range, 1e-6, 10},
      {"rate", "learning rate of the controller; 0 freezes it", &o.controller.learning_rate, 0, 1},
      {"baseline-memory", "share of the old in the moving average of rewards", &o.controller.baseline_memory, 0, 1},
      {"candidates", "how many networks are trained in all", &o.candidates, 1, 1e6},
      {"candidate-epochs", "epochs of each candidate", &o.epochs, 1, 10000}};
}

void validate(const NasRlOptions& options) {
  validate_fields(options);
  if (options.choices.filters.empty()) throw ConfigError("filters: at least one number is needed");
  validate_kernels("node-kernels", options.choices.kernels);
  if (options.first_layers > options.most_layers)
    throw ConfigError(
        text("first-layers ", options.first_layers, ": expected at most most-layers, ", options.most_layers));
}

NasRlOptions published_nas_rl_options() {
  return {.choices = {},
          .controller = {},
          .first_layers = 6,
          .most_layers = 14,
          .layer_every = 800,  // two more every 1,600
          .together = 8,
          .reward_epochs = 5,
          .candidates = 12800,
          .epochs = 50};
}

SearchResult nas_rl_search(Session& session, const NasRlOptions& options) {
  return nas_rl::Search(session, options).run();
}

}  // namespace mininas
