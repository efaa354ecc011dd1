// How the finished networks classify the test images, for RUN/evaluation.json: accuracy and confusion of the float and
// the integer network, how often the two agree, and the mistakes of which the integer network is most confident, with
// their pictures. The report can then be written without the data set.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "nn/quant/quantized_model.h"
#include "nn/weights/model_file.h"
#include "search/job/classify.h"
#include "search/job/results.h"
#include "search/record/fields.h"

namespace mininas {

// One row of a confusion matrix: how often each class was predicted for the images of this label.
struct ConfusionRow {
  std::string label;
  std::vector<int> predicted;  // [prediction]

  int images() const;
};
template <>
inline constexpr auto kFields<ConfusionRow> = std::tuple(field("label", &ConfusionRow::label),
                                                         field("predicted", &ConfusionRow::predicted));

// The result of one of the two networks.
struct TestResult {
  double accuracy = 0;  // in [0, 1]
  int64_t correct = 0;
  std::vector<ConfusionRow> confusion;  // [label]
  ClassFigures classes;
};
template <>
inline constexpr auto kFields<TestResult> = std::tuple(field("accuracy", &TestResult::accuracy),
                                                       field("correct", &TestResult::correct),
                                                       field("confusion", &TestResult::confusion),
                                                       part(&TestResult::classes));

struct Mistake {
  int64_t image = 0;                // index of the test image
  std::optional<std::string> file;  // for image files: the path within the data set's folder
  std::string label, prediction;
  double confidence = 0;  // Classification::confidence
  std::string picture;    // a bitmap in base64 (search/record/picture.h)
};
template <>
inline constexpr auto kFields<Mistake> = std::tuple(field("image", &Mistake::image), field("file", &Mistake::file),
                                                    field("label", &Mistake::label),
                                                    field("prediction", &Mistake::prediction),
                                                    field("confidence", &Mistake::confidence),
                                                    field("picture", &Mistake::picture));

struct FinalEvaluation {
  int64_t images = 0;
  std::vector<std::string> class_names;
  int height = 0, width = 0;  // of an image
  TestResult real, integer;
  int64_t agree = 0;              // images for which both networks predict the same class
  std::vector<Mistake> mistakes;  // of the integer network, the most confident first
};
template <>
inline constexpr auto kFields<FinalEvaluation> =
    std::tuple(field("images", &FinalEvaluation::images), field("class_names", &FinalEvaluation::class_names),
               field("height", &FinalEvaluation::height), field("width", &FinalEvaluation::width),
               field("float", &FinalEvaluation::real), field("int8", &FinalEvaluation::integer),
               field("agree", &FinalEvaluation::agree), field("mistakes", &FinalEvaluation::mistakes));

// Every image whose prediction differs from its label, in the order of the images, without pictures. Requires one
// classification per image.
std::vector<Mistake> mistakes_of(const std::vector<Classification>& classified, const ImageSet& images);

FinalEvaluation evaluate_finished(Network& network, const QuantizedModel& model, const ImageSet& images);

}  // namespace mininas
