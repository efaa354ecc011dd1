// A Mini-NAS search without training: scores and costs are simple functions of the architecture.
#pragma once
#include <filesystem>
#include <memory>
#include <vector>

#include "search/methods/mini_nas.h"
#include "search/run/run_search.h"

namespace mininas::test {

inline MiniNasOptions toy_options() {
  MiniNasOptions o;
  o.max_depth = 5;
  o.min_width = 8;
  o.max_width = 16;
  o.kernels = {5};
  o.noise = 0;
  return o;
}

// Scores instead of training: wider, deeper and larger kernels are better, except for a term that makes some changes
// worse.
class ToyEvaluator final : public Evaluator {
 public:
  Outcome evaluate(const Candidate& candidate, int) override {
    if (calls == die_at) throw Interrupted("stopped by the test");
    ++calls;
    Outcome outcome;
    outcome.score = 60 + candidate.architecture.chain().width * 0.2 + candidate.architecture.chain().depth() * 2;
    for (size_t i = 0; i < candidate.architecture.chain().layers.size(); ++i) {
      const SearchedLayer& layer = candidate.architecture.chain().layers[i];
      if (layer.operation == Operation::kConv) outcome.score += i % 2 == 0 ? 0.5 : -0.5;
      if (layer.kernel == 5) outcome.score += i == 2 ? 1 : -1;
    }
    outcome.seconds = 10;
    outcome.curve = {50.0, outcome.score};
    outcome.seed = 3;
    return outcome;
  }
  void recorded(int index) override { recorded_indices.push_back(index); }
  void decided(const Candidate&, bool) override { ++decisions; }
  void finish() override { ++finished; }

  int calls = 0, die_at = -1, finished = 0, decisions = 0;
  std::vector<int> recorded_indices;
};

inline Cost toy_cost(const Architecture& architecture) {
  const Chain& a = architecture.chain();
  Cost cost;
  cost.parameters = cost.flash_bytes = a.width * a.width * a.depth();
  cost.instructions = 100 * cost.flash_bytes;
  cost.milliseconds = static_cast<double>(cost.instructions) / 1000;
  return cost;
}

// Mini-NAS with these options.
inline std::unique_ptr<Method> method_with(MiniNasOptions o) {
  auto method = make_method("mini-nas");
  from_record(method->fields(), to_record(option_fields(o)));
  return method;
}

inline Trial search_in(const std::filesystem::path& journal_path, ToyEvaluator& evaluator, SearchTask task = {},
                       const MiniNasOptions& o = toy_options()) {
  Journal journal(journal_path);
  task.task = {{32, 32, 3}, 2, 1000};
  task.cost = toy_cost;
  return *run_search(*method_with(o), evaluator, task, journal).best;
}

}  // namespace mininas::test
