// The controller of NAS-RL (Zoph, Le: "Neural Architecture Search with Reinforcement Learning", ICLR 2017): a recurrent
// network of two layers that writes an architecture token by token, layer after layer: height and width of the filter,
// strides where they are asked for, number of filters, and at an anchor point which of the layers before it are read
// (section 3.3). It learns by REINFORCE.
#pragma once
#include <functional>
#include <vector>

#include "search/methods/controller/lstm.h"

namespace mininas::nas_rl {

// What one layer may be.
struct TokenChoices {
  std::vector<int> kernels = {1, 3, 5, 7};  // of height and width each
  std::vector<int> strides = {};            // of the layer; empty: always 1, and no token
  std::vector<int> filters = {24, 36, 48, 64};
  bool skips = true;  // otherwise each layer reads the one before it
};

// One layer as the controller writes it: the values themselves, not their indices.
struct LayerChoice {
  int height = 3, width = 3, stride = 1, filters = 24;
  std::vector<bool> reads;  // for each layer before it

  bool operator==(const LayerChoice&) const = default;
};
using Description = std::vector<LayerChoice>;

struct ControllerSettings {
  int units = 35;       // of each layer of the recurrent network, and of the embeddings
  float range = 0.08f;  // first weights are uniform within +- this
  double learning_rate = 6e-4;
  double baseline_memory = 0.95;  // of the moving average of rewards
};

class Controller {
 public:
  Controller(TokenChoices choices, ControllerSettings settings, Rng rng);
  Controller(const Controller&) = delete;  // its optimiser points into it

  Description sample(int layers, Rng& rng);
  // The logarithm of the probability with which `sample` writes this description.
  double log_probability(const Description& description);

  // One step along the gradient of the mean of (reward - baseline) * log probability. The baseline is the moving
  // average of the rewards of earlier calls; the first call's own mean starts it.
  struct Rewarded {
    Description description;
    double reward = 0;
  };
  void learn(const std::vector<Rewarded>& batch);

  std::vector<Parameter*> parameters();

 private:
  // One decision: which of a token's values, or whether a layer is read.
  using ChooseToken = std::function<int(Tape& tape, Var logits, int layer, size_t token)>;
  using ChooseSkip = std::function<bool(Tape& tape, Var logit, int layer, int earlier)>;
  void walk(Tape& tape, int layers, const ChooseToken& token, const ChooseSkip& skip);
  // The description's probability on a tape.
  Var recorded_probability(Tape& tape, const Description& description);
  size_t tokens() const { return choices_of_.size(); }

  TokenChoices choices_;
  ControllerSettings settings_;
  std::vector<std::vector<int>> choices_of_;  // values of each token
  controller::LstmLayer first_, second_;
  Parameter start_, after_anchor_;           // what is read in the place of a token
  std::vector<Parameter> embeddings_;        // of each token's values
  std::vector<Parameter> weights_, biases_;  // of each token's logits
  Parameter earlier_, current_, vote_;       // of the anchor: v . tanh(W h_j + U h_i)
  controller::AdamOptimizer optimizer_;
  double baseline_ = 0;
  bool has_baseline_ = false;
};

}  // namespace mininas::nas_rl
