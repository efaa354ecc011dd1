#include "tests/support/count_cache.h"

#include <sstream>

#include "core/error.h"
#include "core/io/file.h"
#include "core/io/sha256.h"
#include "mcu/host/object/model_image.h"
#include "mcu/host/object/runtime_files.h"
#include "mcu/host/verify/verify_board.h"

namespace mininas::test {
namespace {

std::string digest_of_text(const std::string& content) { return sha256_hex(std::as_bytes(std::span(content))); }

// Start-up code of other boards, and the host's, do not count.
std::string digest_of_sources(const Board& board) {
  std::string all = kBoardOptimisation;
  for (const TextFile& file : runtime_files()) all += file.name + "\n" + file.text;
  for (const TextFile& file : board_files())
    if (file.name == "driver.c" || file.name == "semihosting.c" || file.name == board.toolchain->startup ||
        file.name.ends_with(".h"))
      all += file.name + "\n" + file.text;
  return digest_of_text(all);
}

}  // namespace

CountCache::CountCache(std::filesystem::path folder) : folder_(std::move(folder)), file_(folder_ / "counts.txt") {
  make_writable_folder(folder_);
  if (!std::filesystem::exists(file_)) return;
  std::string content = read_text_file(file_);
  content.resize(content.rfind('\n') + 1);
  write_text_file(file_, content);
  std::istringstream lines(content);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string key;
    Counts counts;
    words >> key >> counts.total;
    for (int64_t layer = 0; words >> layer;) counts.layers.push_back(layer);
    known_[key] = counts;
  }
}

CountedNetwork CountCache::count(const QuantizedModel& model, RamPlan ram_plan, const Board& board) {
  const std::string key = key_of(model, ram_plan, board);
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = known_.find(key); known != known_.end())
      return {layer_loops(model.spec, plan_memory(model.spec, ram_plan)), known->second.layers, known->second.total};
  }
  const CountedNetwork counted = count_network(model, ram_plan, board, folder_ / "objects");
  std::string line = text(key, " ", counted.total);
  for (const int64_t layer : counted.layers) line += text(" ", layer);
  const std::lock_guard lock(mutex_);
  append_line(file_, line);
  known_[key] = {counted.total, counted.layers};
  return counted;
}

std::string CountCache::key_of(const QuantizedModel& model, RamPlan ram_plan, const Board& board) const {
  std::string all = text(digest_of_sources(board), "\n", board.name, " ", board.machine, " ", board.counter_mhz);
  for (const std::string& flag : board.compiler_flags) all += " " + flag;
  const std::vector<uint8_t> bytes = make_model_image(model, ram_plan).bytes;
  return digest_of_text(all + "\n" + sha256_hex(std::as_bytes(std::span(bytes))));
}

}  // namespace mininas::test
