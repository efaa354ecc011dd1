// Exports a quantised model as a self-contained folder of C: model.c, model.h, the runtime files that it needs, test
// vectors, selftest.c, Makefile, README.md. The folder is written completely or not at all.
#pragma once
#include <filesystem>

#include "datasets/dataset.h"
#include "mcu/host/plan/ram_plan.h"
#include "nn/quant/quantized_model.h"

namespace mininas {

// Who the export folder belongs to. In a run's own folder any contents are replaced. In a user's folder only an older
// export, or the remains of a killed one, is replaced.
enum class FolderOwner { kUser, kRun };

// Writes `folder`; `vectors` are a few images for the test vectors. Replaces an older export. With kUser, a folder with
// other files is refused. Throws ConfigError if the model cannot be exported, IoError with path and reason.
void export_c(const QuantizedModel& model, RamPlan ram_plan, const ImageSet& vectors,
              const std::filesystem::path& folder, FolderOwner owner = FolderOwner::kUser);

// The RAM plan of an exported folder, from its model.h. Throws FormatError if it is not there.
RamPlan exported_ram_plan(const std::filesystem::path& folder);

}  // namespace mininas
