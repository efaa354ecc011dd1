#include "search/methods/metaqnn/meta_qnn.h"

#include <algorithm>
#include <map>

#include "core/error.h"
#include "search/methods/best_so_far.h"
#include "search/methods/graph_writer.h"

namespace mininas {
namespace metaqnn {
namespace {

using Value = GraphWriter::Value;
using Layers = std::vector<Layer>;

constexpr double kPercent = 100;
// Late in a search most walks lead to known networks; then it ends.
constexpr int kMaxRepeats = 2000;

double reward_of(const Outcome& outcome) {
  if (outcome.status != Status::kOk) return 0;
  double best = outcome.score;
  for (const double accuracy : outcome.curve) best = std::max(best, accuracy);
  return best / kPercent;
}

class Search {
 public:
  Search(Session& session, const MetaQnnOptions& options)
      : session_(session),
        options_(options),
        table_(options.space, options.learning),
        best_(session),
        rng_(session.rng("walks")) {}

  SearchResult run() {
    session_.expect(options_.networks());
    for (int repeats = 0; trained() < options_.networks() && repeats < kMaxRepeats;) {
      if (best_.exists() && session_.time_is_up()) break;
      const Layers layers = walked();
      const auto known = rewards_.find(layers);
      repeats = known == rewards_.end() ? 0 : repeats + 1;
      if (known == rewards_.end()) rewards_[layers] = train(layers);
      walks_.push_back(layers);
      for (int i = 0; i < options_.replays; ++i) {
        const Layers& replayed = walks_[rng_.below(static_cast<uint32_t>(walks_.size()))];
        table_.learn(walk(replayed, image_size()), rewards_.at(replayed));
      }
    }
    return best_.result();
  }

 private:
  int trained() const { return static_cast<int>(rewards_.size()); }
  int image_size() const { return session_.task().input.height; }

  Layers walked() {
    Layers layers;
    const double epsilon = options_.epsilon(trained());
    for (;;) {
      const State action = table_.choose(state_behind(layers, image_size()), epsilon, rng_);
      if (action.end) return layers;
      layers.push_back(action.layer);
    }
  }

  // What is over the budget is worth nothing, which the agent learns.
  double train(const Layers& layers) {
    const Graph graph = to_graph(layers, session_.task().input, session_.task().classes);
    const Trial trial = session_.evaluate(Candidate{"walk", graph, options_.epochs});
    best_.judge(trial);
    return reward_of(trial.outcome);
  }

  Session& session_;
  const MetaQnnOptions& options_;
  QTable table_;
  BestSoFar best_;
  Rng rng_;
  std::map<Layers, double> rewards_;
  std::vector<Layers> walks_;
};

}  // namespace

Graph to_graph(const Layers& layers, const ImageShape& image, int classes) {
  constexpr auto kBias = GraphWriter::Behind::kBias;
  GraphWriter writer(image);
  Value value = writer.image();
  for (const Layer& layer : layers) {
    if (layer.type == LayerType::kConv) value = writer.relu(writer.conv(value, layer.filters, layer.kernel, 1, kBias));
    if (layer.type == LayerType::kPool) value = writer.max_pool(value, layer.kernel, layer.stride);
    if (layer.type == LayerType::kGlobalPool) value = writer.relu(writer.conv(value, classes, 1, 1, kBias));
    if (layer.type == LayerType::kLinear) value = writer.linear(value, layer.units);
  }
  if (layers.empty()) value = writer.conv(value, image.channels, 1, 1, kBias);  // the classifier reads no image
  return writer.finish(value).canonical();
}

}  // namespace metaqnn

double MetaQnnOptions::epsilon(int trained) const {
  int left = trained - first_networks;
  if (left < 0) return 1.0;
  for (int tenths = 9; tenths > 1; --tenths) {
    left -= tenths >= 7 ? middle_networks : last_networks;
    if (left < 0) return tenths / 10.0;
  }
  return 0.1;
}

OptionFields option_fields(MetaQnnOptions& o) {
  return {
      {"filters", "filters of convolutions", &o.space.filters, 1, 4096},
      {"node-kernels", "kernel sizes of convolutions", &o.space.kernels, 1, 7},
      {"linear-units", "units of hidden linear layers", &o.space.units, 1, 4096},
      {"most-linear", "hidden linear layers at most", &o.space.most_linear, 0, 10},
      {"depth-limit", "layers of a network at most", &o.space.depth_limit, 1, 100},
      {"first-networks", "different networks that are trained while every action is drawn at random", &o.first_networks,
       1, 1e6},
      {"middle-networks", "different networks at each of the epsilons 0.9, 0.8 and 0.7", &o.middle_networks, 0, 1e6},
      {"last-networks", "different networks at each of the epsilons 0.6 to 0.1", &o.last_networks, 0, 1e6},
      {"replays", "networks that the agent learns from after each walk", &o.replays, 1, 1e6},
      {"q-rate", "learning rate of its values", &o.learning.learning_rate, 0, 1},
      {"discount", "what a value one step later counts", &o.learning.discount, 0, 1},
      {"first-value", "its values before it has learned", &o.learning.initial, 0, 1},
      {"candidate-epochs", "epochs of each candidate", &o.epochs, 1, 10000}};
}

void validate(const MetaQnnOptions& options) {
  validate_fields(options);
  if (options.space.filters.empty()) throw ConfigError("filters: at least one number is needed");
  validate_kernels("node-kernels", options.space.kernels);
}

MetaQnnOptions published_meta_qnn_options() {
  return {
      .space = {}, .learning = {}, .first_networks = 1500, .middle_networks = 100, .last_networks = 150, .epochs = 20};
}

SearchResult meta_qnn(Session& session, const MetaQnnOptions& options) {
  return metaqnn::Search(session, options).run();
}

}  // namespace mininas
