#include "search/job/classify.h"

#include <algorithm>

#include "core/portable_math.h"
#include "nn/quant/integer_engine.h"

namespace mininas {
namespace {

constexpr int64_t kBatch = 128;

// `scale` is the real value of one step of a logit.
template <class Logit>
Classification classification_of(const Logit* logits, int classes, double scale) {
  const Logit* largest = std::max_element(logits, logits + classes);
  Classification found{static_cast<int>(largest - logits), {}};
  double sum = 0;
  for (int c = 0; c < classes; ++c) {
    found.probabilities.push_back(
        portable_exp(scale * (static_cast<double>(logits[c]) - static_cast<double>(*largest))));
    sum += found.probabilities.back();
  }
  for (double& probability : found.probabilities) probability /= sum;
  return found;
}

}  // namespace

std::vector<Classification> classify(const QuantizedModel& model, const uint8_t* images, int64_t count) {
  const int classes = model.spec.classes();
  const std::vector<int8_t> logits = IntegerEngine(model).logits(images, count);
  std::vector<Classification> classified;
  for (int64_t i = 0; i < count; ++i)
    classified.push_back(classification_of(logits.data() + i * classes, classes, model.layers.back().output.scale));
  return classified;
}

std::vector<Classification> classify(Network& network, const uint8_t* images, int64_t count) {
  const int64_t bytes = network.spec().input().size();
  const int classes = network.spec().classes();
  std::vector<Classification> classified;
  for (int64_t first = 0; first < count; first += kBatch) {
    const int64_t some = std::min(kBatch, count - first);
    Tape tape(Tape::Mode::kForwardOnly);
    const Var logits = network.forward(tape, {images + first * bytes, some}, Phase::kEvaluation);
    for (int64_t i = 0; i < some; ++i)
      classified.push_back(classification_of(tape.value(logits).data() + i * classes, classes, 1.0));
  }
  return classified;
}

std::vector<int> predictions_of(const std::vector<Classification>& classified) {
  std::vector<int> predictions;
  for (const Classification& c : classified) predictions.push_back(c.predicted);
  return predictions;
}

}  // namespace mininas
