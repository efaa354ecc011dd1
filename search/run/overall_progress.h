// How far a search has come altogether, from its first candidate to its verified C. The measure is multiply-accumulates
// of training: those of the parts that are done, of the part at work, and an estimate of those to come. Numbers only;
// search/cli/progress.h shows them.
#pragma once
#include <cstdint>

namespace mininas {

// Images that pass through training, an image counting once per epoch.
struct SearchPlan {
  double candidate_images = 0;  // of one epoch of a candidate
  double final_images = 0;      // of the whole final training
  double quantize_images = 0;   // of the whole quantisation-aware training
};

class OverallProgress {
 public:
  explicit OverallProgress(const SearchPlan& plan) : plan_(plan) {}

  // The candidate that is trained now; at most `left` candidates follow.
  void begin_candidate(int epochs, int64_t macs, int left);
  // The search goes on with a network of so many multiply-accumulates: an estimate of what will be trained finally.
  void keep(int64_t macs) { kept_macs_ = static_cast<double>(macs); }
  void begin_final_training();
  void begin_quantizing();
  // Export and verification, which count as the last hundredth.
  void begin_rest() { rest_ = true; }

  // In [0, 1], where the part at work is done by `share`. Never falls: where an estimate grows, it stands still.
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
