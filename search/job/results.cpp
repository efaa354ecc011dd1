#include "search/job/results.h"

#include "core/error.h"
#include "core/io/file.h"
#include "core/io/sha256.h"
#include "mcu/host/cost/instruction_model.h"
#include "nn/weights/model_file.h"
#include "search/record/record_file.h"

namespace mininas {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRemedy = "remove it and continue the run, which makes it again";

// `recorded` is the digest in the summary. The file may have been removed since.
void check_digest(const RunFolder& folder, const fs::path& file, const std::string& recorded,
                  std::string (*digest_of)(const fs::path&)) {
  if (!fs::exists(file) || digest_of(file) == recorded) return;
  throw FormatError(text(folder.summary_file().string(), ": belongs to another ", file.filename().string(),
                         " than the one beside it (digest ", recorded.substr(0, 16), "); ", kRemedy));
}

std::string weights_in(const fs::path& file) {
  NamedNetwork loaded = load_network(file);
  return weights_sha256(loaded.network);
}
std::string bytes_in(const fs::path& file) { return sha256_hex(read_file(file)); }

template <class Summary>
std::optional<Summary> read_summary(const RunFolder& folder) {
  if (!fs::exists(folder.summary_file())) return std::nullopt;
  return from_record<Summary>(read_record(folder.summary_file(), kRemedy));
}

}  // namespace

ClassFigures class_figures(const Evaluation& evaluation, const std::vector<std::string>& class_names) {
  const size_t worst = evaluation.worst_class();
  return {evaluation.chance(), evaluation.balanced_accuracy(), class_names[worst], evaluation.class_accuracy(worst)};
}

std::optional<Latency> latency_of(const Cost& cost, const Target& target) {
  if (target.board.empty()) return std::nullopt;
  Latency latency{target.board, kInstructionFlag, cost.instructions, std::nullopt, std::nullopt};
  if (target.clock_hz > 0) {
    latency.clock_hz = target.clock_hz;
    latency.milliseconds = cost.milliseconds;
  }
  return latency;
}

void write_summary(const RunFolder& folder, const RunSummary& summary) {
  write_record(folder.summary_file(), to_record(summary));
}
void write_summary(const RunFolder& folder, const TrainSummary& summary) {
  write_record(folder.summary_file(), to_record(summary));
}

std::optional<RunSummary> read_run_summary(const RunFolder& folder) {
  auto summary = read_summary<RunSummary>(folder);
  if (!summary) return summary;
  check_digest(folder, folder.network_file(), summary->network.weights_sha256, weights_in);
  check_digest(folder, folder.quantized_file(), summary->network.quantized_sha256, bytes_in);
  return summary;
}

std::optional<TrainSummary> read_train_summary(const RunFolder& folder) {
  auto summary = read_summary<TrainSummary>(folder);
  if (summary) check_digest(folder, folder.network_file(), summary->weights_sha256, weights_in);
  return summary;
}

}  // namespace mininas
