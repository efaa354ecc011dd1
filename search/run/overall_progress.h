// The overall progress of a search, from its first candidate to its verified C. It is measured in multiply-accumulates
// of training: those of finished parts, of the current part, and an estimate of the rest. It computes numbers only;
// search/cli/progress.h shows them.
#pragma once
#include <cstdint>

namespace mininas {

// Numbers of images that pass through training; an image counts once per epoch.
struct SearchPlan {
  double candidate_images = 0;  // of one epoch of a candidate
  double final_images = 0;      // of the whole final training
  double quantize_images = 0;   // of the whole quantisation-aware training
};

class OverallProgress {
 public:
  explicit OverallProgress(const SearchPlan& plan) : plan_(plan) {}

  // Sets the candidate that is being trained; at most `left` candidates follow.
  void begin_candidate(int epochs, int64_t macs, int left);
  // Sets the MACs of the current network, as an estimate for the final training.
  void keep(int64_t macs) { kept_macs_ = static_cast<double>(macs); }
  void begin_final_training();
  void begin_quantizing();
  // Export and verification begin; they count as the last hundredth.
  void begin_rest() { rest_ = true; }

  // The progress in [0, 1], if `share` of the current part is done. It never decreases: if an estimate grows, it stays.
  double fraction(double share);

 private:
  void begin(double work, double to_come);
  double final_work() const { return plan_.final_images * kept_macs_; }
  double quantizing_work() const;

  SearchPlan plan_;
  double kept_macs_ = 0;
  double done_ = 0, now_ = 0, to_come_ = 0;
  int candidates_ = 0;
  bool rest_ = false;
  double shown_ = 0;
};

}  // namespace mininas
