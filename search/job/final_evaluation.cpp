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

struct Answer {
  int64_t image = 0;
  int prediction = 0;
  double confidence = 0;
};

Answer answer_of(const int8_t* logits, int classes, double scale, int64_t image) {
  const int8_t* largest = std::max_element(logits, logits + classes);
  double sum = 0;
  for (int c = 0; c < classes; ++c) sum += std::exp(scale * (logits[c] - *largest));
  return {image, static_cast<int>(largest - logits), 1.0 / sum};
}

std::vector<Answer> integer_answers(const QuantizedModel& model, const ImageSet& images) {
  const int classes = model.spec.classes();
  const std::vector<int8_t> logits = IntegerEngine(model).logits(images.pixels.data(), images.count());
  std::vector<Answer> answers;
  for (int64_t i = 0; i < images.count(); ++i)
    answers.push_back(answer_of(logits.data() + i * classes, classes, model.layers.back().output.scale, i));
  return answers;
}

NetworkAnswers network_answers(const Evaluation& evaluation, const ImageSet& images) {
  NetworkAnswers answers{evaluation.accuracy(), evaluation.correct, {}};
  for (size_t label = 0; label < evaluation.confusion.size(); ++label) {
    const auto& row = evaluation.confusion[label];
    answers.confusion.push_back({images.class_names[label], {row.begin(), row.end()}});
  }
  return answers;
}

std::vector<Mistake> surest_mistakes(std::vector<Answer> answers, const ImageSet& images) {
  const auto label_of = [&](const Answer& a) { return images.labels[static_cast<size_t>(a.image)]; };
  std::erase_if(answers, [&](const Answer& a) { return a.prediction == label_of(a); });
  std::stable_sort(answers.begin(), answers.end(),
                   [](const Answer& a, const Answer& b) { return a.confidence > b.confidence; });
  answers.resize(std::min(answers.size(), kMistakes));
  const auto name = [&](int index) { return images.class_names[static_cast<size_t>(index)]; };
  const ImageShape& shape = images.shape;
  std::vector<Mistake> mistakes;
  for (const Answer& a : answers)
    mistakes.push_back({a.image, name(label_of(a)), name(a.prediction), a.confidence,
                        encode_bitmap(images.image(a.image), shape.height, shape.width, shape.channels)});
  return mistakes;
}

}  // namespace

int LabelAnswers::images() const { return std::accumulate(predicted.begin(), predicted.end(), 0); }

FinalEvaluation evaluate_finished(Network& network, const QuantizedModel& model, const ImageSet& images) {
  const std::vector<int> real = predict(network, images);
  const std::vector<Answer> answers = integer_answers(model, images);
  std::vector<int> integer;
  int64_t agree = 0;
  for (size_t i = 0; i < answers.size(); ++i) {
    integer.push_back(answers[i].prediction);
    agree += real[i] == answers[i].prediction;
  }
  return {images.count(),
          images.class_names,
          images.shape.height,
          images.shape.width,
          network_answers(evaluate(real, images), images),
          network_answers(evaluate(integer, images), images),
          agree,
          surest_mistakes(answers, images)};
}

}  // namespace mininas
