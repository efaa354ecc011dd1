// Export: a quantised model as a folder of C that stands alone: model.c, model.h, the runtime's files that it needs,
// test vectors, selftest.c, Makefile, README.md. The folder is written whole or not at all.
#pragma once
#include <filesystem>

#include "datasets/dataset.h"
#include "mcu/host/plan/ram_plan.h"
#include "nn/quant/quantized_model.h"

namespace mininas {

// Where an export goes. In a run's own folder nothing can be a stranger's: what stands there is replaced. Anywhere else
// only exports, and what killed exports left, are.
enum class Place { kAnywhere, kOwnRun };

// Writes `folder`; `vectors` become the test vectors (a few images). Replaces an older export; kAnywhere: refuses any
// other folder that is not empty. Throws ConfigError for a model that cannot be exported, IoError with path and reason.
void export_c(const QuantizedModel& model, RamPlan ram_plan, const ImageSet& vectors,
              const std::filesystem::path& folder, Place place = Place::kAnywhere);

// By which plan an exported folder was made: its model.h tells. Throws FormatError where it does not.
RamPlan exported_ram_plan(const std::filesystem::path& folder);

}  // namespace mininas
