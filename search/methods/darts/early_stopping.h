// When to stop a search by gradients: the dominant eigenvalue of the validation loss's Hessian in the alphas grows
// before the cells collapse to skip connections (Zela et al.: "Understanding and Robustifying Differentiable
// Architecture Search", ICLR 2020). A moving average of the readings belongs to the epoch in the middle of its window;
// where it is more than `factor` times what it was some readings earlier, the cells of that earlier epoch are taken.
#pragma once
#include <optional>
#include <vector>

namespace mininas::darts {

struct StopRule {
  int window = 5;             // readings of an average
  int every_epochs = 2;       // between two readings
  int epochs = 50;            // of the search
  double factor = 1.3;        // that the average may grow by
  int readings_back = 4;      // that it is compared with
  int first_stop_epoch = 10;  // no cells of an earlier epoch are taken
};

class EigenvalueWatch {
 public:
  explicit EigenvalueWatch(const StopRule& rule) : rule_(rule) {}

  // A reading after `epoch`, in order. Returns the epoch whose cells are to be taken, where the search should stop.
  std::optional<int> read(int epoch, double eigenvalue);

  // Of the newest reading: nothing while there are too few. The epoch it belongs to; in the last epoch of the search
  // the average is that of the last readings, which belongs to none.
  std::optional<double> local_average() const;
  std::optional<int> average_epoch() const { return average_epoch_; }

 private:
  int half_window() const { return rule_.window / 2; }

  StopRule rule_;
  std::vector<double> readings_, averages_;
  bool has_average_ = false;
  std::optional<int> average_epoch_;
};

}  // namespace mininas::darts
