#include "search/run/overall_progress.h"

#include <algorithm>

namespace mininas {
namespace {

// approximate cost of an image in quantisation-aware training, relative to float training
constexpr double kQuantizingCost = 2.5;
constexpr double kRest = 0.01;  // share of export and verification

}  // namespace

double OverallProgress::quantizing_work() const { return kQuantizingCost * plan_.quantize_images * kept_macs_; }

void OverallProgress::begin(double work, double to_come) {
  done_ += now_;
  now_ = work;
  to_come_ = to_come;
}

void OverallProgress::begin_candidate(int epochs, int64_t macs, int left) {
  const double work = plan_.candidate_images * epochs * static_cast<double>(macs);
  if (kept_macs_ == 0) keep(macs);
  begin(work, 0);
  ++candidates_;
  to_come_ = left * (done_ + now_) / candidates_ + final_work() + quantizing_work();
}

void OverallProgress::begin_final_training() { begin(final_work(), quantizing_work()); }

void OverallProgress::begin_quantizing() { begin(quantizing_work(), 0); }

double OverallProgress::fraction(double share) {
  const double all = done_ + now_ + to_come_, trained = all > 0 ? (done_ + share * now_) / all : 0;
  const double now = rest_ ? 1 - kRest + kRest * share : (1 - kRest) * trained;
  shown_ = std::max(shown_, std::min(1.0, now));
  return shown_;
}

}  // namespace mininas
