#include "mcu/host/export/emit_c.h"

#include <algorithm>
#include <fstream>

#include "core/error.h"
#include "core/io/file.h"
#include "mcu/host/cost/sizes.h"
#include "mcu/host/export/model_text.h"
#include "mcu/host/object/runtime_files.h"

namespace mininas {
namespace {

namespace fs = std::filesystem;

constexpr const char* kReadmeUse = R"(
```c
#include "model.h"
static uint32_t arena[MODEL_ARENA_WORDS];

int8_t logits[MODEL_CLASSES];
if (mn_init(MODEL, MODEL_BYTES, arena, sizeof arena) != MN_OK) return -1; /* once after a reset */
if (mn_run(MODEL, image, arena, sizeof arena, logits) != MN_OK) return -1;
return (int)mn_answer(logits, MODEL_CLASSES); /* an index into MODEL_CLASS_NAMES */
```

`image` is the camera's bytes as they are. There is no heap, no floating point and no library; all state is in `arena`,
and tasks with arenas of their own may run at the same time.

| file | what it is |
|---|---|
| `model.c`, `model.h` | the network: start reading here |
| `mn.h` | the functions above, with every status code |
| `mn_run.c` | runs the layers of the table in `model.c` one after another |
| `mn_kernels.c` | which function computes which kind of layer: name a faster one here |
| other `mn_*` | the portable kernels, and the arithmetic that training used too |
| `selftest.c`, `test_vectors.c` | images with the digest of each layer's output |
| `LICENSE` | MIT, for all files with an SPDX line; the network and its test vectors are yours |

`make test` builds everything for this machine and runs the test vectors; a difference names its layer. For a device,
compile `model.c` and `mn_*.c` with any C99 compiler for a little-endian target, call `selftest.c`'s `main` once, and leave
it and `test_vectors.c` out afterwards. Several models are linked into one program: include each `model.h` in a source
file of its own, and compile the `mn_*.c` once, from the export that has most of them.
)";

std::string readme_text(const QuantizedModel& model, RamPlan ram_plan) {
  const DeviceCost cost = device_cost(model.spec, ram_plan);
  std::string classes;
  for (const std::string& name : model.class_names) classes += (classes.empty() ? "" : ", ") + name;
  constexpr size_t kLongest = 400;
  if (classes.size() > kLongest) {
    classes.resize(std::min(classes.size(), classes.rfind(',', kLongest)));
    classes += ", ...";
  }
  return text("# An image classifier in C99\n\nTakes ", to_text(model.spec.input()), " raw bytes, tells ",
              model.spec.classes(), " classes apart: ", classes,
              ".\n\n| RAM (arena) | constants | code (Cortex-M4, -Os) | multiply-accumulates |\n",
              "|---|---|---|---|\n| ", cost.ram_bytes, " bytes | ", cost.model_bytes, " bytes | ", cost.code_bytes,
              " bytes | ", mac_count(model.spec), " |\n", kReadmeUse);
}

// By which tools find a file's licence (spdx.dev). The network itself, in model.c, belongs to who trained it.
constexpr const char* kLicenceLine = "SPDX-License-Identifier: MIT";

TextFile licensed(const TextFile& file) { return {file.name, text("/* ", kLicenceLine, " */\n", file.text)}; }

std::vector<TextFile> all_files(const QuantizedModel& model, RamPlan ram_plan, const ImageSet& vectors) {
  const ModelImage image = make_model_image(model, ram_plan);
  // first, because it marks the folder as an export
  std::vector<TextFile> files = {{"model.h", model_header_text(model, image)}};
  files.push_back({"model.c", model_source_text(model, image)});
  files.push_back({"test_vectors.h", vectors_header_text(model, vectors)});
  files.push_back({"test_vectors.c", vectors_source_text(model, vectors)});
  files.push_back({"README.md", readme_text(model, ram_plan)});
  files.push_back({"LICENSE", std::string(exported_licence())});
  files.push_back({"Makefile", text("# ", kLicenceLine, "\n", exported_makefile())});
  files.push_back(licensed({"selftest.c", std::string(exported_selftest())}));
  for (const TextFile& file : runtime_files_for(model.spec)) files.push_back(licensed(file));
  return files;
}

// This file exists in a folder that is being written or removed, from before the first file until after the last one.
// It distinguishes the remains of a killed export from a user's folder.
constexpr const char* kUnfinishedMark = ".mininas-unfinished";

bool has_model_header(const fs::path& folder) {
  std::ifstream header(folder / "model.h");
  std::string line;
  return std::getline(header, line) && line.starts_with(kModelHeaderMark);
}

// Created in one step, unlike write_file, so that a folder never has half of it.
void mark_unfinished(const fs::path& folder) {
  const std::ofstream mark(folder / kUnfinishedMark);
  if (!mark) throw IoError(text((folder / kUnfinishedMark).string(), ": cannot create"));
}

// Whether this folder is an export, the remains of an unfinished one, or empty.
bool is_ours(const fs::path& folder) {
  std::error_code ignored;
  return fs::is_directory(fs::symlink_status(folder, ignored)) &&
         (fs::is_empty(folder, ignored) || fs::exists(folder / kUnfinishedMark, ignored) || has_model_header(folder));
}

void refuse_foreign(const fs::path& folder) {
  std::error_code ignored;
  if (fs::exists(fs::symlink_status(folder, ignored)) && !is_ours(folder))
    throw IoError(text(folder.string(), ": exists and is no exported network; remove it or choose another folder"));
}

void check(const std::error_code& failure, const fs::path& path, const char* action) {
  if (failure) throw IoError(text(path.string(), ": cannot ", action, ": ", failure.message()));
}

// Removes the mark last, so that the remains after a crash are recognised.
void remove_ours(const fs::path& folder) {
  std::error_code failure;
  if (!fs::exists(fs::symlink_status(folder, failure))) return;
  if (!fs::is_directory(fs::symlink_status(folder, failure))) {
    fs::remove(folder, failure);
    return check(failure, folder, "remove");
  }
  mark_unfinished(folder);
  for (const auto& entry : fs::directory_iterator(folder, failure))
    if (entry.path().filename() != kUnfinishedMark) fs::remove_all(entry.path(), failure);
  if (!failure) fs::remove_all(folder, failure);
  check(failure, folder, "remove");
}

fs::path beside(const fs::path& folder, const char* ending) { return folder.string() + ending; }

// Replaces `folder` by `fresh`. A crash between the two renames leaves the old export next to it, with the suffix
// `.old`.
void replace_folder(const fs::path& fresh, const fs::path& folder) {
  const fs::path old = beside(folder, ".old");
  std::error_code failure;
  remove_ours(old);
  const bool replaces = fs::exists(folder);
  if (replaces) fs::rename(folder, old, failure);
  check(failure, folder, "replace");
  fs::rename(fresh, folder, failure);
  if (failure && replaces) {
    std::error_code ignored;
    fs::rename(old, folder, ignored);
  }
  check(failure, folder, "write");
  remove_ours(old);
}

}  // namespace

void export_c(const QuantizedModel& model, RamPlan ram_plan, const ImageSet& vectors, const fs::path& folder,
              FolderOwner owner) {
  if (vectors.count() < 1 || !(vectors.shape == model.spec.input()))
    throw ConfigError(text("test vectors: ", vectors.count(), " images of ", to_text(vectors.shape),
                           ", expected at least one of ", to_text(model.spec.input())));
  const auto files = all_files(model, ram_plan, vectors);
  fs::path target = fs::absolute(folder).lexically_normal();
  if (!target.has_filename()) target = target.parent_path();  // "out/c/"
  const fs::path fresh = beside(target, ".tmp");
  if (owner == FolderOwner::kUser)
    for (const fs::path& taken : {target, fresh, beside(target, ".old")}) refuse_foreign(taken);
  remove_ours(fresh);
  try {
    make_writable_folder(fresh);
    mark_unfinished(fresh);
    for (const TextFile& file : files) write_text_file(fresh / file.name, file.text);
    fs::remove(fresh / kUnfinishedMark);
    replace_folder(fresh, target);
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(fresh, ignored);
    throw;
  }
}

RamPlan exported_ram_plan(const fs::path& folder) {
  const fs::path path = folder / "model.h";
  std::ifstream header(path);
  const std::string before = kRamPlanDefinition;
  for (std::string line; std::getline(header, line);)
    for (const RamPlan plan : {RamPlan::kWhole, RamPlan::kOverlap, RamPlan::kStrips})
      if (line == text(before, "\"", to_text(plan), "\"")) return plan;
  throw FormatError(text(path.string(), ": no line '", before, "...' names a plan for RAM; export the network again"));
}

}  // namespace mininas
