// A strip: neighbouring layers that run together, row by row, so that the tensors between them never exist whole; or
// one layer alone. Here is the order in which its rows come to be (mcu/runtime/mn_run.c walks the same), and what
// follows from it: how many rows of a tensor must exist, and how far an output may lie over an input. All from shapes.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "nn/spec/network_spec.h"

namespace mininas {

// A layer of a strip waits for `delay` steps, then it makes a row in every `steps` steps. A layer alone makes all its
// rows in one step.
struct RowPace {
  int64_t steps = 1, delay = 0;
};

class Strip {
 public:
  // Layers [first, last] of a network, which must outlive the strip. Of several layers, each but the last is read by
  // another of them.
  Strip(const NetworkSpec& spec, int first, int last);

  // False where layers cannot keep pace: nothing in the strip reads one of them, readers stride differently, or a
  // number is larger than the device's table takes. Nothing else may then be asked.
  bool possible() const { return possible_; }

  RowPace pace(int layer) const { return paces_[static_cast<size_t>(layer - first_)]; }
  int64_t steps() const { return steps_; }
  int done_rows(int layer, int64_t step) const;  // of `layer`, after `step` of the steps
  int64_t step_of(int layer, int row) const;     // in which `layer` makes this row: 0 to steps() - 1

  // Rows of the output of `layer` that must exist at once where only this strip reads it: the ring's height.
  int ring_rows(int layer) const;

  // The least distance in bytes from the beginning of the output of `layer` up to that of a tensor which is whole when
  // the strip begins and which nothing reads afterwards. `input`: the layer that made it.
  int64_t overlap_distance(int layer, int input) const;

 private:
  bool find_paces();
  std::span<const int> readers_of(int layer) const;  // in this strip
  // The first row of its input that `reader` reads from its output row `row` on; all rows of the input where there is
  // no such row.
  int first_row_needed(int reader, int row) const;

  const NetworkSpec& spec_;
  int first_, last_;
  std::vector<RowPace> paces_;
  int64_t steps_ = 1;
  bool possible_ = true;
};

}  // namespace mininas
