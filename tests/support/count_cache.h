// A cache of instruction counts, one per line in FOLDER/counts.txt, and of the objects that all firmware shares, in
// FOLDER/objects, so that a killed calibration continues where it stopped. A count is stored with the digest of
// everything that it depends on (the sources for device and boards, the board, the model), so a change makes it
// invalid.
#pragma once
#include <filesystem>
#include <map>
#include <mutex>
#include <string>

#include "tests/support/calibration.h"

namespace mininas::test {

class CountCache {
 public:
  // Reads the existing counts; an incomplete last line is ignored.
  explicit CountCache(std::filesystem::path folder);

  // As count_network. May be called from any thread.
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
