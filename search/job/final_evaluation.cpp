#include "search/job/final_evaluation.h"

#include <algorithm>
#include <numeric>

#include "nn/train/trainer.h"
#include "search/record/picture.h"

namespace mininas {
namespace {

constexpr size_t kMistakes = 24;

TestResult test_result(const Evaluation& evaluation, const ImageSet& images) {
  TestResult result{evaluation.accuracy(), evaluation.correct, {}, class_figures(evaluation, images.class_names)};
  for (size_t label = 0; label < evaluation.confusion.size(); ++label) {
    const auto& row = evaluation.confusion[label];
    result.confusion.push_back({images.class_names[label], {row.begin(), row.end()}});
  }
  return result;
}

std::vector<Mistake> surest_mistakes(const std::vector<Classification>& classified, const ImageSet& images) {
  std::vector<Mistake> mistakes = mistakes_of(classified, images);
  std::stable_sort(mistakes.begin(), mistakes.end(),
                   [](const Mistake& a, const Mistake& b) { return a.confidence > b.confidence; });
  mistakes.resize(std::min(mistakes.size(), kMistakes));
  const ImageShape& shape = images.shape;
  for (Mistake& mistake : mistakes)
    mistake.picture = encode_bitmap(images.image(mistake.image), shape.height, shape.width, shape.channels);
  return mistakes;
}

}  // namespace

std::vector<Mistake> mistakes_of(const std::vector<Classification>& classified, const ImageSet& images) {
  const auto name = [&](int index) { return images.class_names[static_cast<size_t>(index)]; };
  std::vector<Mistake> mistakes;
  for (size_t i = 0; i < classified.size(); ++i) {
    if (classified[i].predicted == images.labels[i]) continue;
    Mistake mistake{static_cast<int64_t>(i),    std::nullopt,
                    name(images.labels[i]),     name(classified[i].predicted),
                    classified[i].confidence(), ""};
    if (!images.files.empty()) mistake.file = images.files[i].path;
    mistakes.push_back(std::move(mistake));
  }
  return mistakes;
}

int ConfusionRow::images() const { return std::accumulate(predicted.begin(), predicted.end(), 0); }

FinalEvaluation evaluate_finished(Network& network, const QuantizedModel& model, const ImageSet& images) {
  const std::vector<int> real = predict(network, images);
  const std::vector<Classification> classified = classify(model, images.pixels.data(), images.count());
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
