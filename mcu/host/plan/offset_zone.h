// A set of offsets for some tensors, described by how far apart any two of them must be at least (a difference bound
// matrix, kept closed: every bound that others imply is in it). That makes three questions simple: is anything left,
// does one set contain another, and what remains for some of the tensors once the others are forgotten.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace mininas {

class OffsetZone {
 public:
  // The arena's beginning is member 0, at offset 0.
  OffsetZone() : count_(1), least_(1, 0) {}

  size_t count() const { return count_; }
  // A new member anywhere in [0, highest]; returns its index.
  size_t add(int64_t highest);
  // Requires member `to` to lie `distance` or more above `from`. False where no offsets are left; the zone is then
  // worth nothing.
  bool require(size_t from, size_t to, int64_t distance);
  bool implies(size_t from, size_t to, int64_t distance) const { return least(from, to) >= distance; }
  // Whether every choice of offsets in `other`, of as many members, is one of this zone's.
  bool contains(const OffsetZone& other) const;
  // What remains for the given members, in their order; 0 is kept without being named. Exact: every remaining choice
  // can be completed.
  OffsetZone only(const std::vector<size_t>& members) const;

 private:
  int64_t least(size_t from, size_t to) const { return least_[from * count_ + to]; }

  size_t count_;
  std::vector<int64_t> least_;  // from one member up to another, at least
};

}  // namespace mininas
