// Regularised evolution (Real, Aggarwal, Huang, Le: "Regularized Evolution for Image Classifier Architecture Search",
// AAAI 2019): a population in which the oldest dies, whatever its score, so that nobody lives by one lucky training.
//   1. Draw `population` architectures at random and train them.
//   2. Draw `sample` members, one and the same several times perhaps. The best of them is the parent; of equals the one
//      drawn first.
//   3. Train a child that differs from its parent in one decision, or with probability `identity` in none. It joins the
//      population, the oldest member leaves.
//   4. From 2 again, until `candidates` have been trained, the first population counted. The best of all of them, dead
//      or alive, is found.
// Not as published: the space is that of chains instead of cells, children come one after the other instead of from 450
// workers, and an identical child has its parent's score, because the same question has the same answer here.
#pragma once
#include <deque>
#include <span>

#include "search/methods/session.h"
#include "search/record/options.h"
#include "search/space/space.h"

namespace mininas {

struct EvolutionOptions {
  SearchSpace space;
  int population = 10, sample = 3;
  int candidates = 60;
  int epochs = 5;  // of each
  double identity = 0.05;
};

OptionFields option_fields(EvolutionOptions& options);
void validate(const EvolutionOptions& options);  // throws ConfigError
EvolutionOptions published_evolution_options();

// Requires valid options.
Found regularized_evolution(Session& session, const EvolutionOptions& options);

struct Individual {
  Architecture architecture;
  double score = 0;
  int index = 0;  // of its trial
};

// At most `size` individuals, the oldest first.
class AgingPopulation {
 public:
  explicit AgingPopulation(int size) : size_(static_cast<size_t>(size)) {}
  bool full() const { return members_.size() == size_; }
  int missing() const { return static_cast<int>(size_ - members_.size()); }
  const Individual& oldest() const { return members_.front(); }
  // Where the population is full, the oldest leaves.
  void join(Individual individual);
  // The best of the members with these indices, 0 the oldest; of equals the one drawn first.
  const Individual& best_of(std::span<const uint32_t> drawn) const;

 private:
  size_t size_;
  std::deque<Individual> members_;
};

}  // namespace mininas
