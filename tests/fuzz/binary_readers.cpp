// Inputs are files of core/io/binary_io.h without their checksum, which is put behind them.
#include "tests/fuzz/binary_readers.h"

#include "core/io/file.h"
#include "core/io/sha256.h"
#include "nn/quant/quantized_model.h"
#include "nn/train/checkpoint.h"
#include "nn/weights/model_file.h"
#include "tests/fuzz/files.h"
#include "tests/support/random_model.h"

namespace mininas::test {
namespace {

namespace fs = std::filesystem;

constexpr size_t kDigestBytes = 32;

void put_signed(const fs::path& path, std::string_view content) {
  Sha256 hash;
  hash.update(std::as_bytes(std::span(content)));
  const auto digest = hash.digest();
  put(path, std::string(content) + std::string(digest.begin(), digest.end()));
}

// The file without its checksum.
std::string unsigned_content(const fs::path& path) {
  const std::string content = read_text_file(path);
  return content.substr(0, content.size() - kDigestBytes);
}

// Few weights, which may be anything: a search would only lose time with more.
std::vector<NetworkSpec> small_specs(size_t count) {
  constexpr int64_t kMostParameters = 200;
  std::vector<NetworkSpec> specs;
  for (uint64_t seed = 0; specs.size() < count; ++seed) {
    NetworkSpec spec = random_network(Rng(seed), {.max_extent = 6, .max_width = 2, .max_depth = 2, .max_classes = 3});
    if (parameter_count(spec) <= kMostParameters) specs.push_back(std::move(spec));
  }
  return specs;
}

void read_network(std::string_view input, const fs::path& folder) {
  put_signed(folder / "network.bin", input);
  load_network(folder / "network.bin");
}

std::vector<std::string> network_seeds(const fs::path& folder) {
  std::vector<std::string> seeds;
  for (const NetworkSpec& spec : small_specs(3)) {
    Network network(spec, {120, 0.02f}, Rng(1));
    std::vector<std::string> names;
    for (int c = 0; c < network.spec().classes(); ++c) names.push_back(std::string(1, static_cast<char>('a' + c)));
    save_network(network, names, folder / "seed.bin");
    seeds.push_back(unsigned_content(folder / "seed.bin"));
  }
  return seeds;
}

void read_quantized(std::string_view input, const fs::path& folder) {
  put_signed(folder / "quantized.bin", input);
  load_quantized_model(folder / "quantized.bin");
}

std::vector<std::string> quantized_seeds(const fs::path& folder) {
  std::vector<std::string> seeds;
  for (const NetworkSpec& spec : small_specs(3)) {
    save_quantized_model(random_model(spec, Rng(1)), folder / "seed.bin");
    seeds.push_back(unsigned_content(folder / "seed.bin"));
  }
  return seeds;
}

// What a checkpoint is loaded into.
struct Training {
  Network network{small_specs(1)[0], {120, 0.02f}, Rng(1)};
  SgdOptimizer optimizer{network.parameters(), 0.9f, 1e-4f, 0};
  std::vector<EpochResult> epochs;
  int64_t steps = 0;

  TrainingState state() { return {network, optimizer, epochs, steps}; }
};
constexpr const char* kIdentity = "seed";

void read_checkpoint(std::string_view input, const fs::path& folder) {
  static Training training;  // making one takes longer than reading
  training.epochs.clear();
  put_signed(folder / "checkpoint.bin", input);
  load_checkpoint(training.state(), kIdentity, folder / "checkpoint.bin");
}

std::vector<std::string> checkpoint_seeds(const fs::path& folder) {
  Training training;
  training.epochs = {{0, 0.1, 1.5, 0.4, 0.5, 2.0}, {1, 0.05, 1.2, 0.5, -1, 2.1}};
  training.steps = 20;
  save_checkpoint(training.state(), kIdentity, folder / "seed.bin");
  return {unsigned_content(folder / "seed.bin")};
}

}  // namespace

const Reader kNetworkReader{"network", read_network, network_seeds};
const Reader kQuantizedReader{"quantized", read_quantized, quantized_seeds};
const Reader kCheckpointReader{"checkpoint", read_checkpoint, checkpoint_seeds};

}  // namespace mininas::test
