// OffsetZone: a set of possible offsets of several tensors, described by the minimum distance between any two of them
// (a difference bound matrix, kept closed: it contains every bound that the others imply). This makes three tests
// simple: whether the set is empty, whether it contains another one, and its projection to some of the tensors.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace mininas {

class OffsetZone {
 public:
  // Member 0 is the beginning of the arena, at offset 0.
  OffsetZone() : count_(1), least_(1, 0) {}

  size_t count() const { return count_; }
  // Adds a member with any offset in [0, highest] and returns its index.
  size_t add(int64_t highest);
  // Requires that member `to` is at least `distance` above `from`. Returns false if no offsets are left; the zone must
  // then not be used any more.
  bool require(size_t from, size_t to, int64_t distance);
  bool implies(size_t from, size_t to, int64_t distance) const { return least(from, to) >= distance; }
  // Whether every choice of offsets in `other`, with as many members, is also in this zone.
  bool contains(const OffsetZone& other) const;
  // The projection to the given members, in their order; member 0 is always kept. It is exact: every choice in it can
  // be completed.
  OffsetZone only(const std::vector<size_t>& members) const;

 private:
  int64_t least(size_t from, size_t to) const { return least_[from * count_ + to]; }

  size_t count_;
  std::vector<int64_t> least_;  // [from, to]: minimum distance
};

}  // namespace mininas
