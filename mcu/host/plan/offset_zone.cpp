#include "mcu/host/plan/offset_zone.h"

#include <algorithm>

namespace mininas {

size_t OffsetZone::add(int64_t highest) {
  const size_t fresh = count_;
  std::vector<int64_t> least((count_ + 1) * (count_ + 1), 0);
  for (size_t from = 0; from < count_; ++from) {
    for (size_t to = 0; to < count_; ++to) least[from * (count_ + 1) + to] = this->least(from, to);
    // Bounds through member 0: the new member is at 0 or above and at `highest` or below.
    least[from * (count_ + 1) + fresh] = this->least(from, 0);
    least[fresh * (count_ + 1) + from] = this->least(0, from) - highest;
  }
  least_ = std::move(least);
  ++count_;
  return fresh;
}

bool OffsetZone::require(size_t from, size_t to, int64_t distance) {
  if (least(to, from) + distance > 0) return false;
  if (implies(from, to, distance)) return true;
  const std::vector<int64_t> old = least_;
  for (size_t a = 0; a < count_; ++a)
    for (size_t b = 0; b < count_; ++b)
      least_[a * count_ + b] = std::max(old[a * count_ + b], old[a * count_ + from] + distance + old[to * count_ + b]);
  return true;
}

bool OffsetZone::contains(const OffsetZone& other) const {
  return std::equal(least_.begin(), least_.end(), other.least_.begin(),
                    [](int64_t mine, int64_t its) { return mine <= its; });
}

OffsetZone OffsetZone::only(const std::vector<size_t>& members) const {
  std::vector<size_t> kept = {0};
  kept.insert(kept.end(), members.begin(), members.end());
  OffsetZone zone;
  zone.count_ = kept.size();
  zone.least_.clear();
  for (const size_t from : kept)
    for (const size_t to : kept) zone.least_.push_back(least(from, to));
  return zone;
}

}  // namespace mininas
