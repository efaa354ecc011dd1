#include "mcu/host/row_strip.h"

#include <algorithm>

#include "core/error.h"

namespace mininas {
namespace {

const LayerSpec& layer_of(const NetworkSpec& spec, int layer) { return spec.layers[static_cast<size_t>(layer)]; }

bool reads(const LayerSpec& reader, int layer) {
  return reader.input == layer || (reader.kind == LayerKind::kAdd && reader.other == layer);
}

// Of rows, for a layer whose row reads a window of rows; kernel and stride are 1 for additions.
bool has_window(LayerKind kind) { return kind == LayerKind::kConv || kind == LayerKind::kDepthwise || kind == LayerKind::kAdd; }

}  // namespace

Strip::Strip(const NetworkSpec& spec, const std::vector<ImageShape>& shapes, int first, int last)
    : spec_(spec), shapes_(shapes), first_(first), last_(last), steps_(first == last ? 1 : shapes[static_cast<size_t>(last)].height),
      rates_(static_cast<size_t>(last - first + 1)) {
  MN_CHECK(0 <= first && first <= last && last < static_cast<int>(shapes.size()), first);
  if (first == last) return;
  for (int layer = last; layer >= first; --layer) rates_[static_cast<size_t>(layer - first)] = rate_for(layer);
}

// A reader that has to do r * step + lead rows needs that many rows times its stride, and what its window reaches beyond. Rates of all
// readers are known; the fastest counts. What nothing in the strip reads waits for the last step.
RowRate Strip::rate_for(int layer) const {
  RowRate rate;
  if (layer == last_) rate = {1, 0};
  for (const int reader : readers_of(layer)) {
    const LayerSpec& window = layer_of(spec_, reader);
    const RowRate wanted = this->rate(reader);
    RowRate needed{0, shapes_[static_cast<size_t>(layer)].height};
    if (has_window(window.kind)) {
      const int beyond = window.kernel - (window.kernel - 1) / 2 - window.stride;
      needed = {wanted.step * window.stride, wanted.lead * window.stride + beyond};
    }
    rate = {std::max(rate.step, needed.step), reader == readers_of(layer).front() ? needed.lead : std::max(rate.lead, needed.lead)};
  }
  return rate;
}

std::vector<int> Strip::readers_of(int layer) const {
  std::vector<int> readers;
  for (int reader = std::max(first_, layer + 1); reader <= last_; ++reader)
    if (reads(layer_of(spec_, reader), layer)) readers.push_back(reader);
  return readers;
}

int Strip::done_rows(int layer, int step) const {
  const int height = shapes_[static_cast<size_t>(layer)].height;
  if (step == 0) return 0;
  if (step == steps_) return height;
  return static_cast<int>(std::min<int64_t>(height, step * rate(layer).step + rate(layer).lead));
}

int Strip::first_row_needed(int reader, int row) const {
  const LayerSpec& layer = layer_of(spec_, reader);
  const int in_height = input_shape(spec_, shapes_, reader).height;
  if (row >= shapes_[static_cast<size_t>(reader)].height) return in_height;
  if (!has_window(layer.kind)) return 0;
  return std::clamp(row * layer.stride - (layer.kernel - 1) / 2, 0, in_height);
}

int Strip::ring_rows(int layer) const {
  const auto readers = readers_of(layer);
  int rows = 1;
  for (int step = 0; step < steps_; ++step) {
    const int end = done_rows(layer, step + 1);
    rows = std::max(rows, end - done_rows(layer, step));  // also those that no window reads: an observer sees them
    for (const int reader : readers) rows = std::max(rows, end - first_row_needed(reader, done_rows(reader, step)));
  }
  return rows;
}

int64_t Strip::overlap_distance(int layer, int input) const {
  const ImageShape &in = shapes_[static_cast<size_t>(input)], &out = shapes_[static_cast<size_t>(layer)];
  const int64_t in_row = int64_t{in.width} * in.channels, out_row = int64_t{out.width} * out.channels;
  const bool in_place = layer_of(spec_, layer).kind == LayerKind::kAdd;  // element by element
  int64_t distance = 0;
  for (const int reader : readers_of(input)) {
    for (int step = 0; step < steps_; ++step) {
      // Within a step layers take turns: those before `layer` have done their rows of this step, those behind it have not.
      const int reader_row = done_rows(reader, reader < layer ? step + 1 : step);
      for (int row = done_rows(layer, step); row < done_rows(layer, step + 1); ++row) {
        const int needed = first_row_needed(reader, reader == layer ? row : reader_row);
        if (needed >= in.height) continue;
        const int64_t written_end = (reader == layer && in_place ? row : row + 1) * out_row;
        distance = std::max(distance, written_end - needed * in_row);
      }
    }
  }
  return distance;
}

}  // namespace mininas
