// Regularised evolution (Real, Aggarwal, Huang, Le: "Regularized Evolution for Image Classifier Architecture Search",
// AAAI 2019): a population from which the oldest member is removed whatever its score, so that no member survives
// because of one lucky training.
//   1. Draw `population` architectures at random and train them.
//   2. Draw `sample` members with replacement. The best of them is the parent; of several equal ones the first drawn.
//   3. Train a child that differs from its parent in one decision, or with probability `identity` in none. It joins the
//      population, and the oldest member is removed.
//   4. Repeat from 2 until `candidates` have been trained, including the first population. The result is the best of
//      all of them, whether it is still in the population or not.
// Differences from the paper: the space is that of chains or of graphs instead of cells, children are trained one after
// the other instead of by 450 workers, and an identical child has exactly the score of its parent.
#pragma once
#include <deque>
#include <span>

#include "search/methods/random.h"
#include "search/methods/session.h"
#include "search/record/options.h"
#include "search/space/space.h"

namespace mininas {

struct EvolutionOptions {
  DrawnForm form = DrawnForm::kChain;
  SearchSpace space;  // of chains
  RandomGraphLimits graphs;
  int population = 10, sample = 3;
  int candidates = 60;
  int epochs = 5;  // of each candidate
  double identity = 0.05;
};

OptionFields option_fields(EvolutionOptions& options);
void validate(const EvolutionOptions& options);  // throws ConfigError
EvolutionOptions published_evolution_options();

// Requires valid options.
SearchResult regularized_evolution(Session& session, const EvolutionOptions& options);

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
  // Adds an individual; if the population is full, the oldest one is removed.
  void join(Individual individual);
  // The best of the members with these indices (0 is the oldest); of several equal ones the first in the list.
  const Individual& best_of(std::span<const uint32_t> drawn) const;

 private:
  size_t size_;
  std::deque<Individual> members_;
};

}  // namespace mininas
