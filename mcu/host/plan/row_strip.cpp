#include "mcu/host/plan/row_strip.h"

#include <algorithm>

#include "core/error.h"
#include "mcu/host/plan/device_operation.h"

namespace mininas {
namespace {

int padding_of(const LayerSpec& layer) { return (layer.kernel - 1) / 2; }

}  // namespace

Strip::Strip(const NetworkSpec& spec, int first, int last)
    : spec_(spec), first_(first), last_(last), paces_(static_cast<size_t>(last - first + 1)) {
  MN_CHECK(0 <= first && first <= last && last < spec.size(), first);
  if (first == last) return;
  possible_ = find_paces();
  const RowPace slowest = pace(last);
  steps_ = slowest.delay + slowest.steps * spec.shape(last).height;
}

// First the strides from each layer to the last one: the layer with the largest makes a row a step, the last one needs
// as many steps as that stride. Then, from the last layer back, when each must begin: after n rows a reader needs n *
// stride of its input and what its window reaches beyond. Delays are counted from the last layer's and begin with 0 in
// the end.
bool Strip::find_paces() {
  std::vector<int64_t> strides(paces_.size(), 1);
  const auto stride_to_end = [&](int layer) -> int64_t& { return strides[static_cast<size_t>(layer - first_)]; };
  for (int layer = last_ - 1; layer >= first_; --layer) {
    const auto readers = readers_of(layer);
    if (readers.empty()) return false;
    const auto stride_by = [&](int reader) { return stride_to_end(reader) * spec_.layer(reader).stride; };
    stride_to_end(layer) = stride_by(readers.front());
    if (stride_to_end(layer) > INT16_MAX) return false;
    for (const int reader : readers)
      if (stride_by(reader) != stride_to_end(layer)) return false;
  }
  const int64_t longest = *std::max_element(strides.begin(), strides.end());
  int64_t earliest = 0;
  for (int layer = last_; layer >= first_; --layer) {
    RowPace& pace = paces_[static_cast<size_t>(layer - first_)];
    if (longest % stride_to_end(layer) != 0) return false;
    pace = {longest / stride_to_end(layer), layer == last_ ? 0 : INT64_MAX};
    for (const int reader : readers_of(layer)) {
      const LayerSpec& window = spec_.layer(reader);
      const int beyond = window.kernel - (window.kernel - 1) / 2 - window.stride;
      pace.delay = std::min(pace.delay, this->pace(reader).delay - beyond * pace.steps);
    }
    earliest = std::min(earliest, pace.delay);
  }
  for (RowPace& pace : paces_) pace.delay -= earliest;
  return std::all_of(paces_.begin(), paces_.end(), [](const RowPace& pace) { return pace.delay <= UINT16_MAX; });
}

std::span<const int> Strip::readers_of(int layer) const {
  const std::vector<int>& all = spec_.readers(layer);  // in their order
  return {std::lower_bound(all.begin(), all.end(), first_), std::upper_bound(all.begin(), all.end(), last_)};
}

int Strip::done_rows(int layer, int64_t step) const {
  const int height = spec_.shape(layer).height;
  if (step == steps_) return height;
  if (step <= pace(layer).delay) return 0;
  return static_cast<int>(std::min<int64_t>(height, (step - pace(layer).delay) / pace(layer).steps));
}

int Strip::first_row_needed(int reader, int row) const {
  const LayerSpec& layer = spec_.layer(reader);
  const int in_height = spec_.input_shape(reader).height;
  if (row >= spec_.shape(reader).height) return in_height;
  if (!device_operation(layer.kind).row_by_row) return 0;
  return std::clamp(row * layer.stride - padding_of(layer), 0, in_height);
}

int64_t Strip::step_of(int layer, int row) const {
  return std::min(steps_ - 1, pace(layer).delay + (row + 1) * pace(layer).steps - 1);
}

// Written as a simulation: the most, over all steps t, of
//     done_rows(layer, t + 1) - done_rows(layer, t)                            rows made in one step, and of
//     done_rows(layer, t + 1) - first_row_needed(reader, done_rows(reader, t)) rows that exist, for each reader.
// The first is 1, but in the last step, which makes all rows that are left. For the second, what a reader of stride r
// and padding p needs changes only with its own rows. While it has done k of them, more and more rows of the layer are
// there until it makes row k, in step_of(reader, k): then the difference is
//     g(k) = done_rows(layer, step_of(reader, k) + 1) - max(0, k r - p).
// A reader makes a row in r times as many steps as the layer (find_paces), so from one k to the next the layer gets r
// rows, or fewer where it has no more, as long as that is before the last step. So up to k = p / r, where nothing is
// subtracted, g does not fall, and from the row behind that on it does not rise. Where the last step makes several of
// the reader's rows, the layer is done, and the first of them needs most. The largest g is one of three.
int Strip::ring_rows(int layer) const {
  int rows = std::max(1, spec_.shape(layer).height - done_rows(layer, steps_ - 1));
  for (const int reader : readers_of(layer)) {
    const LayerSpec& window = spec_.layer(reader);
    const int whole = padding_of(window) / window.stride, last_row = spec_.shape(reader).height - 1;
    for (const int row : {whole, whole + 1, done_rows(reader, steps_ - 1)}) {
      const int k = std::min(row, last_row);
      rows = std::max(rows, done_rows(layer, step_of(reader, k) + 1) - first_row_needed(reader, k));
    }
  }
  return rows;
}

int64_t Strip::overlap_distance(int layer, int input) const {
  const ImageShape &in = spec_.shape(input), &out = spec_.shape(layer);
  const int64_t in_row = int64_t{in.width} * in.channels, out_row = int64_t{out.width} * out.channels;
  const bool in_place = device_operation(spec_.layer(layer).kind).in_place;
  int64_t distance = 0;
  for (const int reader : readers_of(input)) {
    for (int row = 0; row < out.height; ++row) {
      // Within a step layers take turns: those before `layer` have done their rows of this step, those behind it have
      // not.
      const int64_t step = step_of(layer, row);
      const int reader_row = reader == layer ? row : done_rows(reader, reader < layer ? step + 1 : step);
      const int needed = first_row_needed(reader, reader_row);
      if (needed >= in.height) continue;
      const int64_t written_end = (reader == layer && in_place ? row : row + 1) * out_row;
      distance = std::max(distance, written_end - needed * in_row);
    }
  }
  return distance;
}

}  // namespace mininas
