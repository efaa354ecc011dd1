// What the finished networks answer to the test images, for RUN/evaluation.json: accuracy and confusion in float and in
// integers, how often the two agree, and the mistakes that the integer network is surest of, with their pictures. The
// report needs no data set then.
#pragma once
#include "nn/quant/quantized_model.h"
#include "nn/weights/model_file.h"
#include "search/record/record.h"

namespace mininas {

// "images", "class_names", "float" and "int8" {accuracy, correct, confusion: [{label, predicted: [...]}]}, "agree"
// (images with the same answer of both) and "mistakes" [{image, label, prediction, confidence, picture}], the surest
// first. Confidence is the softmax of the real values that the integer logits stand for; pictures are bitmaps in base64
// (search/record/picture.h).
Record evaluate_finished(Network& network, const QuantizedModel& model, const ImageSet& images);

}  // namespace mininas
