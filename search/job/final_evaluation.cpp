#include "search/job/final_evaluation.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "nn/quant/integer_engine.h"
#include "nn/train/trainer.h"
#include "search/record/picture.h"

namespace mininas {
namespace {

constexpr size_t kMistakes = 24;

struct Classification {
  int64_t image = 0;
  int predicted = 0;
  double confidence = 0;
};

Classification classify(const int8_t* logits, int classes, double scale, int64_t image) {
  const int8_t* largest = std::max_element(logits, logits + classes);
  double sum = 0;
  for (int c = 0; c < classes; ++c) sum += std::exp(scale * (logits[c] - *largest));
  return {image, static_cast<int>(largest - logits), 1.0 / sum};
}

std::vector<Classification> integer_classifications(const QuantizedModel& model, const ImageSet& images) {
  const int classes = model.spec.classes();
  const std::vector<int8_t> logits = IntegerEngine(model).logits(images.pixels.data(), images.count());
  std::vector<Classification> classified;
  for (int64_t i = 0; i < images.count(); ++i)
    classified.push_back(classify(logits.data() + i * classes, classes, model.layers.back().output.scale, i));
  return classified;
}

TestResult test_result(const Evaluation& evaluation, const ImageSet& images) {
  TestResult result{evaluation.accuracy(), evaluation.correct, {}};
  for (size_t label = 0; label < evaluation.confusion.size(); ++label) {
    const auto& row = evaluation.confusion[label];
    result.confusion.push_back({images.class_names[label], {row.begin(), row.end()}});
  }
  return result;
}

std::vector<Mistake> surest_mistakes(std::vector<Classification> classified, const ImageSet& images) {
  const auto label_of = [&](const Classification& c) { return images.labels[static_cast<size_t>(c.image)]; };
  std::erase_if(classified, [&](const Classification& c) { return c.predicted == label_of(c); });
  std::stable_sort(classified.begin(), classified.end(),
                   [](const Classification& a, const Classification& b) { return a.confidence > b.confidence; });
  classified.resize(std::min(classified.size(), kMistakes));
  const auto name = [&](int index) { return images.class_names[static_cast<size_t>(index)]; };
  const ImageShape& shape = images.shape;
  std::vector<Mistake> mistakes;
  for (const Classification& c : classified)
    mistakes.push_back({c.image, name(label_of(c)), name(c.predicted), c.confidence,
                        encode_bitmap(images.image(c.image), shape.height, shape.width, shape.channels)});
  return mistakes;
}

}  // namespace

int ConfusionRow::images() const { return std::accumulate(predicted.begin(), predicted.end(), 0); }

FinalEvaluation evaluate_finished(Network& network, const QuantizedModel& model, const ImageSet& images) {
  const std::vector<int> real = predict(network, images);
  const std::vector<Classification> classified = integer_classifications(model, images);
  std::vector<int> integer;
  int64_t agree = 0;
  for (size_t i = 0; i < classified.size(); ++i) {
    integer.push_back(classified[i].predicted);
    agree += real[i] == classified[i].predicted;
  }
  return {images.count(),
          images.class_names,
          images.shape.height,
          images.shape.width,
          test_result(evaluate(real, images), images),
          test_result(evaluate(integer, images), images),
          agree,
          surest_mistakes(classified, images)};
}

}  // namespace mininas
