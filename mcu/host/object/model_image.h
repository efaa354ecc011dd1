// A quantised model as the bytes of its device object: header, layer table, constants (mcu/runtime/mn_model.h). model.c
// contains the same data as C source.
#pragma once
#include <cstdint>
#include <vector>

#include "mcu/host/object/model_layout.h"
#include "mcu/host/plan/memory_plan.h"
#include "mcu/runtime/mn_model.h"
#include "nn/quant/quantized_model.h"

namespace mininas {

struct ModelImage {
  RamPlan ram_plan;
  ModelLayout layout;
  mn_model header;  // including its digest
  std::vector<mn_layer> layers;
  std::vector<uint8_t> bytes;  // the whole object, little-endian
};

// Validates the model. Throws ConfigError with layer and channel.
ModelImage make_model_image(const QuantizedModel& model, RamPlan ram_plan);

}  // namespace mininas
