#include "search/job/stages.h"

#include <algorithm>

#include "core/error.h"
#include "mcu/host/export/emit_c.h"
#include "nn/quant/quantized_network.h"
#include "search/record/record_file.h"

namespace mininas {
namespace {

constexpr int64_t kCalibrationImages = 512;  // enough for stable ranges; more only take time
constexpr int64_t kTestVectors = 4;

// Drawn, because training images may stand class by class.
ImageSet calibration_images(const ImageSet& images, uint64_t seed) {
  std::vector<int64_t> indices = random_order(images.count(), Rng(seed).fork("calibration"));
  indices.resize(static_cast<size_t>(std::min(kCalibrationImages, images.count())));
  return select_images(images, indices);
}

}  // namespace

ImageSet first_images(const ImageSet& images, int64_t count) {
  std::vector<int64_t> indices;
  for (int64_t i = 0; i < std::min(count, images.count()); ++i) indices.push_back(i);
  return select_images(images, indices);
}

TrainedNetwork train_network(const NetworkSpec& spec, const ImageSet& images, const ImageSet* evaluation,
                             const TrainConfig& config, const TrainHooks& hooks) {
  Network network(spec, measure_pixel_scale(images), Rng(config.seed).fork("weights"));
  TrainResult result = train(network, images, evaluation, config, hooks);
  return {std::move(network), std::move(result)};
}

TrainResult train_stage(const RunFolder& folder, const NetworkSpec& spec, const ImageSet& images,
                        const ImageSet* evaluation, const TrainConfig& config, TrainHooks hooks) {
  hooks.checkpoint = folder.checkpoint_folder() / "training.checkpoint";
  TrainedNetwork trained = train_network(spec, images, evaluation, config, hooks);
  write_record(folder.training_file(), to_record(trained.result));
  save_network(trained.network, images.class_names, folder.network_file());
  std::filesystem::remove(hooks.checkpoint);
  return trained.result;
}

TrainResult quantize_stage(const RunFolder& folder, const ImageSet& images, const TrainConfig& config,
                           TrainHooks hooks) {
  hooks.checkpoint = folder.checkpoint_folder() / "quantizing.checkpoint";
  const NamedNetwork trained = load_network(folder.network_file());
  QuantizedNetwork network(trained.network, trained.class_names, calibration_images(images, config.seed));
  const TrainResult result = train(network, images, nullptr, config, hooks);
  write_record(folder.quantizing_file(), to_record(result));
  save_quantized_model(network.freeze(), folder.quantized_file());
  std::filesystem::remove(hooks.checkpoint);
  return result;
}

void export_stage(const QuantizedModel& model, RamPlan ram_plan, const ImageSet& images,
                  const std::filesystem::path& target, Place place) {
  export_c(model, ram_plan, first_images(images, kTestVectors), target, place);
}

Verification verify_stage(const RunFolder& folder, const ImageSet& images,
                          const std::function<void(int64_t, int64_t)>& progress) {
  VerifyOptions options;
  options.progress = progress;
  return verify_export(load_quantized_model(folder.quantized_file()), folder.export_folder(), images, options);
}

BoardVerification verify_board_stage(const RunFolder& folder, const ImageSet& images, const Board& board,
                                     const std::function<void(int64_t, int64_t)>& progress) {
  const QuantizedModel model = load_quantized_model(folder.quantized_file());
  if (const auto why = why_unavailable(board)) throw ConfigError(text("board ", board.name, ": ", *why));
  if (const auto why = why_too_large(board, model.spec, exported_ram_plan(folder.export_folder())))
    throw ConfigError(text("board ", board.name, ": the network ", *why));
  BoardOptions options;
  options.progress = progress;
  return verify_on_board(model, folder.export_folder(), images, board, options);
}

Record cost_record(const NetworkSpec& spec, const Target& target) {
  return cost_record(predict_cost(spec, target), target);
}

Record cost_record(const Cost& cost, const Target& target) {
  Record record;
  record.set("params", cost.parameters).set("macs", cost.macs).set("flash_bytes", cost.flash_bytes);
  record.set("code_bytes", cost.code_bytes).set("ram_bytes", cost.ram_bytes);
  set_latency(record, cost, target);
  return record;
}

void set_latency(Record& record, const Cost& cost, const Target& target) {
  if (target.board.empty()) return;
  record.set("board", target.board).set("instructions", cost.instructions);
  if (target.clock_hz > 0) record.set("clock_hz", target.clock_hz).set("milliseconds", cost.milliseconds);
}

Record to_record(const Verification& verification) {
  Record record;
  record.set("images", verification.images).set("layers", verification.layers);
  record.set("bytes_compared", verification.bytes_compared).set("bytes_different", verification.bytes_different);
  if (verification.first) record.set("first_difference", to_text(*verification.first));
  return record;
}

Record to_record(const BoardVerification& verification) {
  Record record = to_record(verification.bytes);
  record.set("instructions", verification.instructions);
  if (verification.predicted) record.set("instructions_predicted", verification.predicted->total);
  record.set("text_bytes", verification.linked.text);
  return record.set("const_bytes", verification.linked.constants).set("arena_bytes", verification.linked.arena);
}

Record to_record(const TrainResult& result) {
  std::vector<Record> epochs;
  for (const EpochResult& epoch : result.epochs) {
    Record line;
    line.set("epoch", epoch.epoch).set("learning_rate", epoch.learning_rate).set("train_loss", epoch.train_loss);
    line.set("train_accuracy", epoch.train_accuracy)
        .set("eval_accuracy", epoch.eval_accuracy)
        .set("seconds", epoch.seconds);
    epochs.push_back(line);
  }
  return Record().set("epochs", epochs).set("seconds", result.seconds);
}

}  // namespace mininas
