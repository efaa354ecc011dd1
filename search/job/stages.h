// The stages that follow a search, each a function from files of the run to files of the run: train, quantise, export,
// verify.
// The whole job (search/job/pipeline.h) calls them in order, the commands `train`, `quantize`, `export` and `verify`
// one by one. A stage that is killed goes on from its checkpoint when it is called again with the same arguments.
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

// Trains a fresh network and writes network.bin and training.json. `evaluation` may be null. `hooks.checkpoint` is set
// by the stage.
TrainResult train_stage(const RunFolder& folder, const NetworkSpec& spec, const ImageSet& images,
                        const ImageSet* evaluation, const TrainConfig& config, TrainHooks hooks);

// The same without a folder: nothing is written.
struct TrainedNetwork {
  Network network;
  TrainResult result;
};
TrainedNetwork train_network(const NetworkSpec& spec, const ImageSet& images, const ImageSet* evaluation,
                             const TrainConfig& config, const TrainHooks& hooks);

// Quantisation-aware training of network.bin; writes quantized.bin and quantizing.json.
TrainResult quantize_stage(const RunFolder& folder, const ImageSet& images, const TrainConfig& config,
                           TrainHooks hooks);

// `model` as C in `target`, with the first of `images` as test vectors. Replaces an older export.
void export_stage(const QuantizedModel& model, RamPlan ram_plan, const ImageSet& images,
                  const std::filesystem::path& target, Place place);

// Compiles the export of the run and compares every byte of every layer over all `images`.
Verification verify_stage(const RunFolder& folder, const ImageSet& images,
                          const std::function<void(int64_t done, int64_t images)>& progress);

// The same on a board in an emulator. Throws ConfigError where the board cannot run here or the network does not fit
// it.
BoardVerification verify_board_stage(const RunFolder& folder, const ImageSet& images, const Board& board,
                                     const std::function<void(int64_t done, int64_t images)>& progress);

// The first `count` images, or all where there are fewer.
ImageSet first_images(const ImageSet& images, int64_t count);

// "params", "macs", "flash_bytes", "code_bytes", "ram_bytes" of a network, and what set_latency adds.
Record cost_record(const NetworkSpec& spec, const Target& target = {});
Record cost_record(const Cost& cost, const Target& target);  // of a cost that was predicted for this target
// Where there is a board: "board" and "instructions" (predicted); where there is a clock: "clock_hz" and
// "milliseconds".
void set_latency(Record& record, const Cost& cost, const Target& target);
// "images", "layers", "bytes_compared", "bytes_different" and, where bytes differ, "first_difference".
Record to_record(const Verification& verification);
// The same and "instructions" (of one inference), "instructions_predicted" where known, "text_bytes", "const_bytes",
// "arena_bytes" (of the linked file).
Record to_record(const BoardVerification& verification);
// "epochs" (a list) and "seconds".
Record to_record(const TrainResult& result);

}  // namespace mininas
