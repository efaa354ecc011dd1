// Random options and scores, to check that searches still make the same decisions as before.
#pragma once
#include <algorithm>
#include <cmath>
#include <string>

#include "core/rng.h"
#include "search/methods/candidate.h"
#include "search/record/options.h"

namespace mininas::test {

class RandomTable {
 public:
  RandomTable(const std::string& method, uint64_t number) : rng_(Rng(number).fork(method)) {
    Rng rng = rng_.fork("table");
    noise_ = rng.uniform(0.0f, 1.5f);
    failing_ = rng.coin() ? 0 : rng.uniform(0.0f, 0.2f);
    slope_ = rng.uniform(0.0f, 3.0f);
    score_images = 40 + rng.below(4) * rng.below(3000);
  }

  // Sets the options that the greedy searches share, and those of one of them.
  void set_options(const OptionFields& fields) const {
    Rng rng = rng_.fork("options");
    const int depth = between(rng, 3, 6), width = between(rng, 4, 16), epochs = between(rng, 1, 12);
    const std::vector<int> kernels[] = {{5}, {7}, {5, 7}, {7, 5}, {}};
    const auto set = [&](const std::string& name, auto value) {
      for (const OptionField& field : fields)
        if (field.name == name) *std::get<decltype(value)*>(field.value) = value;
    };
    set("min-depth", depth);
    set("max-depth", depth + between(rng, 0, 8));
    set("min-width", width);
    set("max-width", width + between(rng, 0, 40));
    set("width-step", between(rng, 1, 9));
    set("kernels", kernels[rng.below(5)]);
    set("candidate-epochs", epochs);
    set("warm-epochs", between(rng, 0, 4));
    set("finalists", between(rng, 0, 4));
    set("finalist-epochs", between(rng, 1, 20));
    for (const char* name : {"depth-gain", "operation-margin", "kernel-margin"}) set(name, between(rng, -4, 4) / 4.0);
    for (const char* name : {"depth-loss", "width-tolerance", "target-tolerance"}) set(name, between(rng, 0, 4) / 4.0);
    set("layer-fraction", between(rng, 1, 4) / 4.0);
    set("noise", between(rng, 0, 2) / 2.0);
    set("target-accuracy", 70.0 + between(rng, 0, 30));
    set("depth-epochs", between(rng, 0, 3));
    set("width-epochs", between(rng, 0, 3));
    set("micro-epochs", rng.coin() ? epochs : between(rng, 1, 4));
    set("depth-failures", between(rng, 0, 3));
    set("width-failures", between(rng, 0, 3));
    set("size-slack", between(rng, 0, 20000));
  }

  // A pure function of the architecture, the epochs and the number of ancestors.
  Outcome answer(const Candidate& candidate) const {
    const Chain& a = candidate.architecture.chain();
    Rng rng = rng_.fork(to_text(a), static_cast<uint64_t>(candidate.epochs) * 100 + candidate.ancestors.size());
    Outcome outcome;
    if (rng.uniform() < failing_) {
      outcome.status = rng.coin() ? Status::kInfeasible : Status::kFailed;
      outcome.problem = outcome.status == Status::kFailed ? "training diverged" : "too large";
      return outcome;
    }
    double score = 55 + 0.05 * candidate.epochs + slope_ * std::sqrt(a.depth()) + 0.2 * a.width;
    for (size_t i = 0; i < a.layers.size(); ++i) {
      Rng layer = rng_.fork("layer", i);
      const float conv = layer.uniform(-1.0f, 1.2f), larger = layer.uniform(-0.8f, 1.0f);
      score += (a.layers[i].operation == Operation::kConv ? conv : 0) + (a.layers[i].kernel - 3) * 0.5 * larger;
    }
    score += noise_ * (rng.uniform() - 0.5);
    outcome.score = std::floor(100 * std::min(score, 100.0)) / 100;  // makes equal scores possible
    outcome.best_train = std::min(100.0, outcome.score + rng.uniform(-5.0f, 8.0f));
    outcome.curve.assign(static_cast<size_t>(candidate.epochs), outcome.score);
    if (rng.coin())
      for (int64_t i = 0; i < score_images; i += 4)
        outcome.correct += "0123456789abcdef"[rng.coin() ? 15 : rng.below(16)];
    return outcome;
  }

  int64_t score_images = 1;

 private:
  static int between(Rng& rng, int low, int high) {
    return low + static_cast<int>(rng.below(static_cast<uint32_t>(high - low + 1)));
  }

  Rng rng_;
  double noise_, failing_, slope_;
};

}  // namespace mininas::test
