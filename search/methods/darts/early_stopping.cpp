#include "search/methods/darts/early_stopping.h"

#include <algorithm>
#include <numeric>

namespace mininas::darts {
namespace {

double mean_of_last(const std::vector<double>& values, int count) {
  const auto last = static_cast<std::ptrdiff_t>(std::min(values.size(), static_cast<size_t>(count)));
  return std::accumulate(values.end() - last, values.end(), 0.0) / static_cast<double>(last);
}

}  // namespace

std::optional<int> EigenvalueWatch::read(int epoch, double eigenvalue) {
  readings_.push_back(eigenvalue);
  average_epoch_.reset();
  const int enough = (rule_.window + 1) / 2;
  has_average_ = static_cast<int>(readings_.size()) >= enough;
  if (!has_average_) return std::nullopt;
  if (epoch == rule_.epochs - 1) {
    averages_.push_back(mean_of_last(readings_, enough));
    return std::nullopt;
  }
  averages_.push_back(mean_of_last(readings_, rule_.window));
  average_epoch_ = epoch - rule_.every_epochs * half_window();
  const int earlier = *average_epoch_ - rule_.every_epochs * rule_.readings_back;
  const auto back = static_cast<size_t>(rule_.readings_back);
  if (earlier < rule_.first_stop_epoch || averages_.size() <= back) return std::nullopt;
  const bool grows = averages_.back() / averages_[averages_.size() - 1 - back] > rule_.factor;
  return grows ? std::optional(earlier) : std::nullopt;
}

std::optional<double> EigenvalueWatch::local_average() const {
  return has_average_ ? std::optional(averages_.back()) : std::nullopt;
}

}  // namespace mininas::darts
