#include "search/methods/nas_rl/controller.h"

#include <algorithm>
#include <optional>

#include "core/error.h"

namespace mininas::nas_rl {

using namespace controller;

namespace {

// Values of each token of a layer, in the order in which they are written.
std::vector<std::vector<int>> token_values(const TokenChoices& choices) {
  std::vector<std::vector<int>> all = {choices.kernels, choices.kernels};
  if (!choices.strides.empty()) all.push_back(choices.strides);
  all.push_back(choices.filters);
  return all;
}

// The member of a layer that a token writes.
int& member(LayerChoice& layer, size_t token, size_t tokens) {
  if (token == 0) return layer.height;
  if (token == 1) return layer.width;
  return token + 1 == tokens ? layer.filters : layer.stride;
}

int index_of(const std::vector<int>& values, int value) {
  const auto found = std::find(values.begin(), values.end(), value);
  MN_CHECK(found != values.end(), value, " is no choice of this token");
  return static_cast<int>(found - values.begin());
}

int drawn(const std::vector<double>& probabilities, Rng& rng) {
  double left = static_cast<double>(rng.uniform());
  size_t index = 0;
  while (index + 1 < probabilities.size() && left >= probabilities[index]) left -= probabilities[index++];
  return static_cast<int>(index);
}

}  // namespace

Controller::Controller(TokenChoices choices, ControllerSettings settings, Rng rng)
    : choices_(std::move(choices)),
      settings_(settings),
      choices_of_(token_values(choices_)),
      first_("first", settings.units, settings.units, settings.range, rng),
      second_("second", settings.units, settings.units, settings.range, rng),
      start_(drawn_parameter("start", {1, 1, 1, settings.units}, settings.range, rng)),
      after_anchor_(drawn_parameter("after_anchor", {1, 1, 1, settings.units}, settings.range, rng)),
      earlier_(drawn_parameter("earlier", {settings.units, 1, 1, settings.units}, settings.range, rng)),
      current_(drawn_parameter("current", {settings.units, 1, 1, settings.units}, settings.range, rng)),
      vote_(drawn_parameter("vote", {1, 1, 1, settings.units}, settings.range, rng)),
      optimizer_({}, settings.learning_rate) {
  for (size_t token = 0; token < tokens(); ++token) {
    const auto count = static_cast<int64_t>(choices_of_[token].size());
    embeddings_.push_back(
        drawn_parameter(text("embedding", token), {count, 1, 1, settings.units}, settings.range, rng));
    weights_.push_back(drawn_parameter(text("weight", token), {count, 1, 1, settings.units}, settings.range, rng));
    biases_.push_back(drawn_parameter(text("bias", token), {1, 1, 1, count}, settings.range, rng));
  }
  optimizer_ = AdamOptimizer(parameters(), settings.learning_rate);
}

std::vector<Parameter*> Controller::parameters() {
  std::vector<Parameter*> all = {&start_, &after_anchor_, &earlier_, &current_, &vote_};
  for (LstmLayer* layer : {&first_, &second_})
    for (Parameter* parameter : layer->parameters()) all.push_back(parameter);
  for (size_t token = 0; token < tokens(); ++token)
    all.insert(all.end(), {&embeddings_[token], &weights_[token], &biases_[token]});
  return all;
}

void Controller::walk(Tape& tape, int layers, const ChooseToken& choose_token, const ChooseSkip& choose_skip) {
  LstmState lower = first_.start(tape), upper = second_.start(tape);
  Var input = tape.parameter(start_);
  const auto step = [&] {
    lower = first_.step(tape, input, lower);
    upper = second_.step(tape, lower.h, upper);
  };
  std::vector<Var> anchors;  // behind W, of the layers so far
  for (int layer = 0; layer < layers; ++layer) {
    for (size_t token = 0; token < tokens(); ++token) {
      step();
      const Var logits = affine(tape, upper.h, tape.parameter(weights_[token]), tape.parameter(biases_[token]));
      input = row(tape, tape.parameter(embeddings_[token]), choose_token(tape, logits, layer, token));
    }
    if (!choices_.skips) continue;
    step();
    const Var here = affine(tape, upper.h, tape.parameter(current_));
    for (int earlier = 0; earlier < layer; ++earlier) {
      const Var both = controller::tanh(tape, sum(tape, anchors[static_cast<size_t>(earlier)], here));
      choose_skip(tape, affine(tape, both, tape.parameter(vote_)), layer, earlier);
    }
    anchors.push_back(affine(tape, upper.h, tape.parameter(earlier_)));
    input = tape.parameter(after_anchor_);
  }
}

Description Controller::sample(int layers, Rng& rng) {
  Description description(static_cast<size_t>(layers));
  Tape tape(Tape::Mode::kForwardOnly);
  const auto token = [&](Tape& t, Var logits, int layer, size_t number) {
    const int index = drawn(probabilities(t.value(logits)), rng);
    member(description[static_cast<size_t>(layer)], number, tokens()) = choices_of_[number][static_cast<size_t>(index)];
    return index;
  };
  const auto skip = [&](Tape& t, Var logit, int layer, int) {
    const double p = t.value(controller::sigmoid(t, logit)).data()[0];
    const bool reads = static_cast<double>(rng.uniform()) < p;
    description[static_cast<size_t>(layer)].reads.push_back(reads);
    return reads;
  };
  walk(tape, layers, token, skip);
  if (!choices_.skips)
    for (size_t layer = 1; layer < description.size(); ++layer) {
      description[layer].reads.assign(layer, false);
      description[layer].reads.back() = true;
    }
  return description;
}

Var Controller::recorded_probability(Tape& tape, const Description& description) {
  std::optional<Var> total;
  const auto add = [&](Var term) { total = total ? sum(tape, *total, term) : term; };
  const auto token = [&](Tape& t, Var logits, int layer, size_t number) {
    LayerChoice choice = description[static_cast<size_t>(layer)];
    const int index = index_of(choices_of_[number], member(choice, number, tokens()));
    add(controller::log_probability(t, logits, index));
    return index;
  };
  const auto skip = [&](Tape& t, Var logit, int layer, int earlier) {
    const bool reads = description[static_cast<size_t>(layer)].reads[static_cast<size_t>(earlier)];
    add(controller::log_probability(t, logit, reads));
    return reads;
  };
  walk(tape, static_cast<int>(description.size()), token, skip);
  return *total;
}

double Controller::log_probability(const Description& description) {
  Tape tape(Tape::Mode::kForwardOnly);
  return double{tape.value(recorded_probability(tape, description)).data()[0]};
}

void Controller::learn(const std::vector<Rewarded>& batch) {
  double mean = 0;
  for (const Rewarded& each : batch) mean += each.reward / static_cast<double>(batch.size());
  if (!has_baseline_) baseline_ = mean;
  has_baseline_ = true;
  for (const Rewarded& each : batch) {
    const double weight = (each.reward - baseline_) / static_cast<double>(batch.size());
    Tape tape(Tape::Mode::kRecord);
    tape.backward(scaled(tape, recorded_probability(tape, each.description), static_cast<float>(-weight)));
  }
  optimizer_.step();
  baseline_ = settings_.baseline_memory * baseline_ + (1 - settings_.baseline_memory) * mean;
}

}  // namespace mininas::nas_rl
