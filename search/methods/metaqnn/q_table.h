// What Meta-QNN's agent believes: a value for each action of each state it has met, learned from replayed networks.
#pragma once
#include <map>
#include <vector>

#include "core/rng.h"
#include "search/methods/metaqnn/states.h"

namespace mininas::metaqnn {

struct QSettings {
  double learning_rate = 0.01, discount = 1.0, initial = 0.5;
};

class QTable {
 public:
  struct Entry {
    State action;
    double value = 0;
  };

  QTable(Space space, const QSettings& settings) : space_(std::move(space)), settings_(settings) {}

  // Of a state, met now if it was not before.
  const std::vector<Entry>& entries(const State& state) { return known(state); }
  double best_value(const State& state);
  const std::map<State, std::vector<Entry>>& all() const { return table_; }

  // One network that was trained: its walk, updated from its end to its start. The last step learns the reward, each
  // earlier one what the next state is worth.
  void learn(const std::vector<State>& walk, double reward);

  // With probability `epsilon` any action, otherwise one of the best.
  State choose(const State& state, double epsilon, Rng& rng);

 private:
  std::vector<Entry>& known(const State& state);
  void update(const State& from, const State& to, double reward);

  Space space_;
  QSettings settings_;
  std::map<State, std::vector<Entry>> table_;
};

}  // namespace mininas::metaqnn
