#include "search/job/final_evaluation.h"

#include <algorithm>
#include <cmath>

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

Record to_record(const Evaluation& evaluation, const ImageSet& images) {
  std::vector<Record> rows;
  for (size_t label = 0; label < evaluation.confusion.size(); ++label) {
    const auto& row = evaluation.confusion[label];
    rows.push_back(
        Record().set("label", images.class_names[label]).set("predicted", std::vector<int>(row.begin(), row.end())));
  }
  return Record().set("accuracy", evaluation.accuracy()).set("correct", evaluation.correct).set("confusion", rows);
}

std::vector<Record> surest_mistakes(std::vector<Answer> answers, const ImageSet& images) {
  const auto right = [&](const Answer& a) { return a.prediction == images.labels[static_cast<size_t>(a.image)]; };
  answers.erase(std::remove_if(answers.begin(), answers.end(), right), answers.end());
  std::stable_sort(answers.begin(), answers.end(),
                   [](const Answer& a, const Answer& b) { return a.confidence > b.confidence; });
  answers.resize(std::min(answers.size(), kMistakes));
  std::vector<Record> records;
  for (const Answer& a : answers) {
    Record record;
    record.set("image", a.image)
        .set("label", images.class_names[static_cast<size_t>(images.labels[static_cast<size_t>(a.image)])]);
    record.set("prediction", images.class_names[static_cast<size_t>(a.prediction)]).set("confidence", a.confidence);
    const ImageShape& shape = images.shape;
    records.push_back(
        record.set("picture", encode_bitmap(images.image(a.image), shape.height, shape.width, shape.channels)));
  }
  return records;
}

}  // namespace

Record evaluate_finished(Network& network, const QuantizedModel& model, const ImageSet& images) {
  const std::vector<int> real = predict(network, images);
  const std::vector<Answer> answers = integer_answers(model, images);
  std::vector<int> integer;
  int64_t agree = 0;
  for (size_t i = 0; i < answers.size(); ++i) {
    integer.push_back(answers[i].prediction);
    agree += real[i] == answers[i].prediction;
  }
  Record record;
  record.set("images", images.count()).set("class_names", images.class_names);
  record.set("height", images.shape.height).set("width", images.shape.width);
  record.set("float", to_record(evaluate(real, images), images))
      .set("int8", to_record(evaluate(integer, images), images));
  return record.set("agree", agree).set("mistakes", surest_mistakes(answers, images));
}

}  // namespace mininas
