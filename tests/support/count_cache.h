// Counts of instructions that were made already, a line each in FOLDER/counts.txt, and the objects that all firmware
// shares, in FOLDER/objects: a calibration that was killed goes on where it was. A count is kept under the digest of
// all that determines it (the device's and the boards' sources, the board, the model), so none outlives a change.
#pragma once
#include <filesystem>
#include <map>
#include <mutex>
#include <string>

#include "tests/support/calibration.h"

namespace mininas::test {

class CountCache {
 public:
  // Reads what is there; a torn last line is dropped.
  explicit CountCache(std::filesystem::path folder);

  // As count_network. From any thread.
  CountedNetwork count(const QuantizedModel& model, RamPlan ram_plan, const Board& board);

 private:
  struct Counts {
    int64_t total = 0;
    std::vector<int64_t> layers;
  };
  std::string key_of(const QuantizedModel& model, RamPlan ram_plan, const Board& board) const;

  const std::filesystem::path folder_, file_;
  std::mutex mutex_;
  std::map<std::string, Counts> known_;
};

}  // namespace mininas::test
