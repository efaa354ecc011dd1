// Strip: neighbouring layers that run together row by row, so that the tensors between them are never stored whole, or
// a single layer. This file defines the order in which rows are computed (as in mcu/runtime/mn_run.c), and what follows
// from it: how many rows of a tensor must exist, and how far an output may overlap an input. All of it follows from
// shapes.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "nn/spec/network_spec.h"

namespace mininas {

// A layer in a strip waits for `delay` steps and then computes one row in every `steps` steps. A single layer computes
// all its rows in one step.
struct RowPace {
  int64_t steps = 1, delay = 0;
};

class Strip {
 public:
  // Layers [first, last] of a network, which must outlive the strip. In a strip of several layers, each except the last
  // must be read by another one of the strip.
  Strip(const NetworkSpec& spec, int first, int last);

  // False if the layers cannot run in step: no layer of the strip reads one of them, readers have different strides, or
  // a number is too large for the device's table. No other member function may then be called.
  bool possible() const { return possible_; }

  RowPace pace(int layer) const { return paces_[static_cast<size_t>(layer - first_)]; }
  int64_t steps() const { return steps_; }
  int done_rows(int layer, int64_t step) const;  // rows of `layer` that are done after `step` steps
  int64_t step_of(int layer, int row) const;     // the step in which `layer` computes this row: 0 to steps() - 1

  // The number of rows of the output of `layer` that must exist at once if only this strip reads it: the ring's height.
  int ring_rows(int layer) const;

  // The minimum distance in bytes from the beginning of the output of `layer` to that of a tensor that is whole when
  // the strip begins and is not read after it. `input` is the layer that computed that tensor.
  int64_t overlap_distance(int layer, int input) const;

 private:
  bool find_paces();
  std::span<const int> readers_of(int layer) const;  // in this strip
  // The first row of its input that `reader` needs for its output rows from `row` on; if there is no such row, the
  // number of rows of the input.
  int first_row_needed(int reader, int row) const;

  const NetworkSpec& spec_;
  int first_, last_;
  std::vector<RowPace> paces_;
  int64_t steps_ = 1;
  bool possible_ = true;
};

}  // namespace mininas
