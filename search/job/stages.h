// The stages after a search, each a function from files of the run to files of the run: train, quantise, export,
// verify. The whole job (search/job/pipeline.h) calls them in order; the commands `train`, `quantize`, `export` and
// `verify` call one each. A stage that was killed continues from its checkpoint when it is called again with the same
// arguments.
#pragma once
#include <functional>

#include "mcu/host/export/emit_c.h"
#include "mcu/host/verify/verify_board.h"
#include "nn/quant/quantized_model.h"
#include "nn/train/trainer.h"
#include "nn/weights/model_file.h"
#include "search/cost/cost.h"
#include "search/job/run_folder.h"

namespace mininas {

// What a training begins with in place of fresh weights: the network, and the epochs that it has behind it already.
// Written before the training, and removed once its summary is there.
struct TrainingStart {
  Network network;
  TrainResult before;
};
void write_start(const RunFolder& folder, TrainingStart& start, const std::vector<std::string>& class_names);
void remove_start(const RunFolder& folder);

// Trains a network, new or from its start, and writes network.bin and training.json, with the epochs before.
// `evaluation` may be null. The stage sets `hooks.checkpoint`.
TrainResult train_stage(const RunFolder& folder, const NetworkSpec& spec, const ImageSet& images,
                        const ImageSet* evaluation, const TrainConfig& config, TrainHooks hooks);

// The same without a folder: writes no files.
struct TrainedNetwork {
  Network network;
  TrainResult result;
};
TrainedNetwork train_network(const NetworkSpec& spec, const ImageSet& images, const ImageSet* evaluation,
                             const TrainConfig& config, const TrainHooks& hooks);

// Quantisation-aware training of network.bin. Writes quantized.bin and quantizing.json.
TrainResult quantize_stage(const RunFolder& folder, const ImageSet& images, const TrainConfig& config,
                           TrainHooks hooks);

// Exports `model` as C to `target`, with the first of `images` as test vectors. Replaces an older export.
void export_stage(const QuantizedModel& model, RamPlan ram_plan, const ImageSet& images,
                  const std::filesystem::path& target, FolderOwner owner);

// Compiles the export of the run and compares every byte of every layer, for all `images`.
Verification verify_stage(const RunFolder& folder, const ImageSet& images,
                          const std::function<void(int64_t done, int64_t images)>& progress);

// The same on a board in an emulator. Throws ConfigError if this machine cannot emulate the board or the network does
// not fit it.
BoardVerification verify_board_stage(const RunFolder& folder, const ImageSet& images, const Board& board,
                                     Optimisation optimise,
                                     const std::function<void(int64_t done, int64_t images)>& progress);

// The first `count` images, or all if there are fewer.
ImageSet first_images(const ImageSet& images, int64_t count);

}  // namespace mininas
