// Rings and overlaps of strips in closed form, beside their definition: a walk over every step, over chains and graphs
// with sums, all strides, odd sizes and single pixels. And the strips that the planner never looks at.
#include "mcu/host/plan/row_strip.h"

#include <algorithm>
#include <set>

#include "core/error.h"
#include "core/rng.h"
#include "mcu/host/plan/device_operation.h"
#include "mcu/host/plan/memory_plan.h"
#include "mcu/host/plan/placement.h"
#include "nn/layers/window.h"
#include "nn/spec/named_networks.h"
#include "tests/support/catch.h"
#include "tests/support/random_model.h"
#include "tests/support/rounds.h"

using namespace mininas;
using namespace mininas::test;

namespace {

int between(Rng& rng, int low, int high) {
  return low + static_cast<int>(rng.below(static_cast<uint32_t>(high - low + 1)));
}

// Layers that read any of the few before them, with every kernel and stride, and sums of whatever has one shape.
class GraphBuilder {
 public:
  GraphBuilder(const ImageShape& image, Rng rng) : image_(image), rng_(rng) {}

  NetworkSpec build(int depth) {
    while (static_cast<int>(layers_.size()) < depth) append_any();
    const int last = static_cast<int>(layers_.size()) - 1;
    append({"pool", LayerKind::kGlobalAveragePool, {last}, shapes_.back().channels});
    append({"classifier", LayerKind::kLinear, {last + 1}, 2, 1, 1, true});
    return NetworkSpec(image_, 2, layers_);
  }

 private:
  const ImageShape& shape(int layer) const { return layer == kImage ? image_ : shapes_[static_cast<size_t>(layer)]; }

  void append(LayerSpec layer) {
    ImageShape in = shape(layer.input());
    if (layer.kind == LayerKind::kGlobalAveragePool) in = {1, 1, in.channels};
    if (layer.kind == LayerKind::kConv || layer.kind == LayerKind::kDepthwise) {
      in.height = convolved_extent(in.height, layer.kernel, layer.stride);
      in.width = convolved_extent(in.width, layer.kernel, layer.stride);
    }
    shapes_.push_back({in.height, in.width, layer.out_channels});
    layer.name = text("layer", layers_.size());
    layers_.push_back(std::move(layer));
  }

  void append_any() {
    const int last = static_cast<int>(layers_.size()) - 1, input = std::max(kImage, last - back());
    constexpr int kStrides[] = {1, 1, 1, 1, 2, 2, 3, 4};
    const int kernel = 1 + 2 * between(rng_, 0, 3), stride = kStrides[rng_.below(8)];
    switch (rng_.below(4)) {
      case 0:
        return append_sum(last);
      case 1:
        if (input != kImage) return append({"", LayerKind::kDepthwise, {input}, shape(input).channels, kernel, stride});
        [[fallthrough]];
      default:
        append({"", LayerKind::kConv, {input}, between(rng_, 1, 6), kernel, stride});
    }
  }

  // Mostly the layer before.
  int back() { return rng_.below(3) > 0 ? 0 : between(rng_, 1, 3); }

  void append_sum(int last) {
    for (int other = last - 1; other >= std::max(0, last - 6); --other)
      if (shape(other) == shape(last)) return append({"", LayerKind::kAdd, {last, other}, shape(last).channels});
  }

  ImageShape image_;
  Rng rng_;
  std::vector<ImageShape> shapes_;
  std::vector<LayerSpec> layers_;
};

NetworkSpec random_graph(uint64_t seed) {
  Rng rng(seed);
  const int most = seed % 8 == 0 ? 2 : seed % 8 == 1 ? 60 : 20;
  const ImageShape image{between(rng, 1, most), between(rng, 1, most), 3};
  return GraphBuilder(image, rng.fork("layers")).build(between(rng, 2, 12));
}

// The definition. Everything about strips that it knows is how many rows each layer has done after each step.
class Simulation {
 public:
  Simulation(const NetworkSpec& spec, const Strip& strip, int first, int last)
      : spec_(spec), strip_(strip), first_(first), last_(last) {}

  int ring_rows(int layer) const {
    int rows = 1;
    for (int64_t step = 0; step < strip_.steps(); ++step) {
      const int end = strip_.done_rows(layer, step + 1);
      rows = std::max(rows, end - strip_.done_rows(layer, step));  // all that one step makes: an observer sees them
      for (int reader = first_; reader <= last_; ++reader)
        if (reads(reader, layer)) rows = std::max(rows, end - first_needed(reader, strip_.done_rows(reader, step)));
    }
    return rows;
  }

  int64_t overlap_distance(int layer, int input) const {
    const int64_t in_row = row_bytes(input), out_row = row_bytes(layer);
    int64_t distance = 0;
    for (int reader = first_; reader <= last_; ++reader)
      for (int64_t step = 0; reads(reader, input) && step < strip_.steps(); ++step)
        for (int row = strip_.done_rows(layer, step); row < strip_.done_rows(layer, step + 1); ++row) {
          // In each step the layers before this one have already had their turn.
          const int done = reader == layer ? row : strip_.done_rows(reader, reader < layer ? step + 1 : step);
          const int needed = first_needed(reader, done);
          const LayerKind kind = spec_.layer(layer).kind;
          const bool in_place = reader == layer && (kind == LayerKind::kAdd || kind == LayerKind::kRelu);
          if (needed < spec_.shape(input).height)
            distance = std::max(distance, (in_place ? row : row + 1) * out_row - needed * in_row);
        }
    return distance;
  }

  int64_t step_of(int layer, int row) const {
    int64_t step = 0;
    while (strip_.done_rows(layer, step + 1) <= row) ++step;
    return step;
  }

 private:
  bool reads(int reader, int layer) const {
    const auto& inputs = spec_.inputs(reader);
    return std::find(inputs.begin(), inputs.end(), layer) != inputs.end();
  }
  int64_t row_bytes(int layer) const { return int64_t{spec_.shape(layer).width} * spec_.shape(layer).channels; }

  // By a reader that has done so many rows.
  int first_needed(int reader, int done) const {
    const LayerSpec& layer = spec_.layer(reader);
    if (done == spec_.shape(reader).height) return spec_.input_shape(reader).height;
    if (layer.kind == LayerKind::kGlobalAveragePool || layer.kind == LayerKind::kLinear) return 0;
    return std::max(0, done * layer.stride - (layer.kernel - 1) / 2);
  }

  const NetworkSpec& spec_;
  const Strip& strip_;
  const int first_, last_;
};

struct Compared {
  int64_t rings = 0, overlaps = 0, long_strips = 0;
  std::set<std::string> seen;
};

void compare_strip(const NetworkSpec& spec, int first, int last, Compared& compared) {
  const Strip strip(spec, first, last);
  if (!strip.possible()) return;
  const Simulation simulation(spec, strip, first, last);
  compared.long_strips += last - first >= 3;
  for (int layer = first; layer <= last; ++layer) {
    CAPTURE(first, last, layer);
    for (int row = 0; row < spec.shape(layer).height; ++row)
      REQUIRE(strip.step_of(layer, row) == simulation.step_of(layer, row));
    for (int input = 0; input < first; ++input)
      if (spec.last_reader(input) >= first && spec.last_reader(input) <= last) {
        REQUIRE(strip.overlap_distance(layer, input) == simulation.overlap_distance(layer, input));
        ++compared.overlaps;
      }
    if (spec.last_reader(layer) == layer || spec.last_reader(layer) > last) continue;
    REQUIRE(strip.ring_rows(layer) == simulation.ring_rows(layer));
    ++compared.rings;
    for (const int reader : spec.readers(layer))
      compared.seen.insert(text(to_text(spec.layer(reader).kind), spec.layer(reader).stride));
  }
}

void compare(const NetworkSpec& spec, Compared& compared) {
  for (int first = 0; first < spec.size(); ++first) {
    compare_strip(spec, first, first, compared);
    for (int last = first + 1; last + 2 < spec.size(); ++last) compare_strip(spec, first, last, compared);
  }
}

int64_t aligned(int64_t bytes) { return (bytes + kTensorAlignment - 1) / kTensorAlignment * kTensorAlignment; }

int64_t row_bytes(const NetworkSpec& spec, int layer) {
  return int64_t{spec.shape(layer).width} * spec.shape(layer).channels;
}

// A layer or strip as the placement sees it.
ArenaStep arena_step(const NetworkSpec& spec, const Strip& strip, int first, int last) {
  ArenaStep step{first, last + 1, {}, {}, 0, last == first ? 0 : last - first + 1};
  int64_t scratch = 0;
  for (int layer = first; layer <= last; ++layer) {
    scratch = std::max(scratch, scratch_bytes(spec.layer(layer), spec.input_shape(layer)));
    const int last_reader = spec.last_reader(layer);
    if (last_reader != layer && last_reader <= last) {
      step.workspace += aligned(strip.ring_rows(layer) * row_bytes(spec, layer));
    } else if (layer + 1 < spec.size()) {
      step.written.push_back(static_cast<size_t>(layer));
      for (int input = 0; input < first; ++input)
        if (spec.last_reader(input) >= first && spec.last_reader(input) <= last)
          step.overlaps.push_back(
              {static_cast<size_t>(layer), static_cast<size_t>(input), aligned(strip.overlap_distance(layer, input))});
    }
  }
  step.workspace += aligned(scratch);
  return step;
}

// All strips that there are, those too that the planner leaves out.
std::vector<ArenaStep> all_steps_of(const NetworkSpec& spec) {
  std::vector<ArenaStep> steps;
  for (int first = 0; first < spec.size(); ++first) {
    for (int last = first; last < spec.size() && (last == first || last + 2 < spec.size()); ++last) {
      const Strip strip(spec, first, last);
      if (strip.possible()) steps.push_back(arena_step(spec, strip, first, last));
    }
  }
  return steps;
}

std::vector<ArenaTensor> tensors_of(const NetworkSpec& spec) {
  std::vector<ArenaTensor> tensors;
  for (int layer = 0; layer < spec.size(); ++layer)
    tensors.push_back({aligned(spec.shape(layer).height * row_bytes(spec, layer)), layer, spec.last_reader(layer)});
  return tensors;
}

}  // namespace

TEST_CASE("rings and overlaps are what a walk over every step finds, in all strips of random networks",
          "[mcu][plan][strip]") {
  Compared compared;
  for (uint64_t seed = 0; seed < rounds(1500); ++seed) {
    CAPTURE(seed);
    compare(random_graph(seed), compared);
    if (seed % 10 == 0) compare(random_network(Rng(seed), {26, 6, 10, 3}), compared);
  }
  for (const char* name : {"resnet8", "mobilenetv2"}) compare(named_network(name, {31, 32, 3}, 10), compared);
  CHECK(compared.rings > static_cast<int64_t>(rounds(10'000)));
  CHECK(compared.overlaps > static_cast<int64_t>(rounds(10'000)));
  CHECK(compared.long_strips > static_cast<int64_t>(rounds(1'000)));
  for (const char* reader : {"conv1", "conv2", "conv3", "conv4", "depthwise1", "depthwise2", "depthwise3", "add1"})
    CHECK(compared.seen.contains(reader));
}

TEST_CASE("the strips that the planner leaves out would not have made a better plan, nor another one",
          "[mcu][plan][strip]") {
  int64_t strips = 0;
  for (uint64_t seed = 0; seed < rounds(200); ++seed) {
    CAPTURE(seed);
    const NetworkSpec spec = seed % 2 == 0 ? random_graph(seed) : random_network(Rng(seed), {26, 6, 10, 3});
    const MemoryPlan plan = plan_memory(spec, RamPlan::kStrips);
    const std::vector<ArenaStep> all_steps = all_steps_of(spec);
    const Placement all = place_tensors(tensors_of(spec), all_steps, spec.size());
    REQUIRE(plan.arena_bytes == std::max(kTensorAlignment, all.bytes));
    REQUIRE(plan.lower_bound == all.lower_bound);
    int layers_in_strips = 0, least_in_strips = 0;
    for (const LayerPlan& layer : plan.layers) layers_in_strips += layer.strip > 1 ? layer.strip : 0;
    for (const size_t step : all.steps) least_in_strips += all_steps[step].burden;
    REQUIRE(layers_in_strips == least_in_strips);
    strips += layers_in_strips > 0;
  }
  CHECK(strips > static_cast<int64_t>(rounds(30)));
}
