// The generated C: model.h and model.c of one network, and its test vectors. Written to be read: a person who ports the
// network starts with model.c.
#pragma once
#include <string>

#include "datasets/dataset.h"
#include "mcu/host/object/model_image.h"

namespace mininas {

// First line of model.h: tells an export from any other folder.
constexpr const char* kModelHeaderMark = "/* An image classifier, exported by mininas.";

// In model.h, before the name of the plan in quotes.
constexpr const char* kRamPlanDefinition = "#define MODEL_RAM_PLAN ";

std::string model_header_text(const QuantizedModel& model, const ModelImage& image);
std::string model_source_text(const QuantizedModel& model, const ModelImage& image);

// Images, logits and the digest of every layer's output. Requires: images of the model's shape, at least one.
std::string vectors_header_text(const QuantizedModel& model, const ImageSet& vectors);
std::string vectors_source_text(const QuantizedModel& model, const ImageSet& vectors);

}  // namespace mininas
