// The generated C of one network: model.h, model.c and its test vectors. It is written to be read, since porting a
// network starts with model.c.
#pragma once
#include <string>

#include "datasets/dataset.h"
#include "mcu/host/object/model_image.h"

namespace mininas {

// The first line of model.h, by which an export is recognised.
constexpr const char* kModelHeaderMark = "/* An image classifier, exported by mininas.";

// The text in model.h before the quoted name of the RAM plan.
constexpr const char* kRamPlanDefinition = "#define MODEL_RAM_PLAN ";

std::string model_header_text(const QuantizedModel& model, const ModelImage& image);
std::string model_source_text(const QuantizedModel& model, const ModelImage& image);

// Images, logits and the digest of every layer's output. Requires at least one image, and images of the model's shape.
std::string vectors_header_text(const QuantizedModel& model, const ImageSet& vectors);
std::string vectors_source_text(const QuantizedModel& model, const ImageSet& vectors);

}  // namespace mininas
