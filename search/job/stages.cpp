#include "search/job/stages.h"

#include <algorithm>

#include "core/error.h"
#include "mcu/host/export/emit_c.h"
#include "mcu/host/verify/board_fit.h"
#include "nn/quant/quantized_network.h"
#include "search/job/results.h"
#include "search/record/record_file.h"

namespace mininas {
namespace {

constexpr int64_t kCalibrationImages = 512;  // enough for stable ranges; more would only take longer
constexpr int64_t kTestVectors = 4;

// Drawn at random, because training images may be ordered by class.
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

namespace {

std::filesystem::path start_network(const RunFolder& folder) { return folder.checkpoint_folder() / "start.network"; }
std::filesystem::path start_epochs(const RunFolder& folder) { return folder.checkpoint_folder() / "start.json"; }

// The network comes last: it tells that there is a start.
bool has_start(const RunFolder& folder) { return std::filesystem::exists(start_network(folder)); }

TrainedNetwork train_from_start(const RunFolder& folder, const NetworkSpec& spec, const ImageSet& images,
                                const ImageSet* evaluation, TrainConfig config, const TrainHooks& hooks) {
  if (!has_start(folder)) return train_network(spec, images, evaluation, config, hooks);
  Network network = load_network(start_network(folder)).network;
  TrainResult result = from_record<TrainResult>(read_record(start_epochs(folder)));
  config.first_epoch = static_cast<int>(result.epochs.size());
  if (config.first_epoch >= config.epochs) return {std::move(network), std::move(result)};
  const TrainResult more = train(network, images, evaluation, config, hooks);
  result.epochs.insert(result.epochs.end(), more.epochs.begin(), more.epochs.end());
  result.seconds += more.seconds;
  result.last = more.last;
  return {std::move(network), std::move(result)};
}

}  // namespace

void write_start(const RunFolder& folder, TrainingStart& start, const std::vector<std::string>& class_names) {
  write_record(start_epochs(folder), to_record(start.before));
  save_network(start.network, class_names, start_network(folder));
}

void remove_start(const RunFolder& folder) {
  std::filesystem::remove(start_network(folder));
  std::filesystem::remove(start_epochs(folder));
}

TrainResult train_stage(const RunFolder& folder, const NetworkSpec& spec, const ImageSet& images,
                        const ImageSet* evaluation, const TrainConfig& config, TrainHooks hooks) {
  hooks.checkpoint = folder.checkpoint_folder() / "training.checkpoint";
  TrainedNetwork trained = train_from_start(folder, spec, images, evaluation, config, hooks);
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
  TrainResult result = train(network, images, nullptr, config, hooks);
  std::filesystem::remove(folder.quantized_file());  // an older file does not belong to these epochs
  write_record(folder.quantizing_file(), to_record(result));
  save_quantized_model(network.freeze(), folder.quantized_file());
  std::filesystem::remove(hooks.checkpoint);
  return result;
}

void export_stage(const QuantizedModel& model, RamPlan ram_plan, const ImageSet& images,
                  const std::filesystem::path& target, FolderOwner owner) {
  export_c(model, ram_plan, first_images(images, kTestVectors), target, owner);
}

Verification verify_stage(const RunFolder& folder, const ImageSet& images,
                          const std::function<void(int64_t, int64_t)>& progress) {
  VerifyOptions options;
  options.progress = progress;
  return verify_export(load_quantized_model(folder.quantized_file()), folder.export_folder(), images, options);
}

BoardVerification verify_board_stage(const RunFolder& folder, const ImageSet& images, const Board& board,
                                     Optimisation optimise, const std::function<void(int64_t, int64_t)>& progress) {
  const QuantizedModel model = load_quantized_model(folder.quantized_file());
  if (const auto why = why_unavailable(board)) throw ConfigError(text("board ", board.name, ": ", *why));
  if (const auto why = why_too_large(board, model.spec, exported_ram_plan(folder.export_folder())))
    throw ConfigError(text("board ", board.name, ": the network ", *why));
  BoardOptions options;
  options.optimisation = flag_of(optimise);
  options.progress = progress;
  return verify_on_board(model, folder.export_folder(), images, board, options);
}

}  // namespace mininas
