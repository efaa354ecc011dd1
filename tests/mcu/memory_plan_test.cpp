// Memory plans of whole networks: figures that can be worked out by hand, and a walk over the rows that knows only the
// plan.
#include <algorithm>

#include "core/error.h"
#include "core/rng.h"
#include "mcu/host/plan/device_operation.h"
#include "mcu/host/plan/memory_plan.h"
#include "nn/spec/named_networks.h"
#include "tests/support/catch.h"
#include "tests/support/changed_network.h"
#include "tests/support/random_model.h"
#include "tests/support/rounds.h"

using namespace mininas;
using namespace mininas::test;

namespace {

constexpr RamPlan kPlans[] = {RamPlan::kWhole, RamPlan::kOverlap, RamPlan::kStrips};

int64_t arena_of(const NetworkSpec& spec, RamPlan plan) { return plan_memory(spec, plan).arena_bytes; }

// Executes a plan without numbers: every byte of the arena knows of which layer's which row it is.
class Walk {
 public:
  Walk(const NetworkSpec& spec, RamPlan ram_plan) : spec_(spec), plan_(plan_memory(spec, ram_plan)) {
    owners_.resize(static_cast<size_t>(plan_.arena_bytes), {-1, -1});
    done_.resize(plan_.layers.size(), 0);
  }

  // What goes wrong first, or "".
  std::string run() {
    for (size_t first = 0; first < plan_.layers.size(); first += static_cast<size_t>(plan_.layers[first].strip))
      run_strip(static_cast<int>(first), plan_.layers[first].strip);
    for (int layer = 0; layer < spec_.size(); ++layer)
      if (const int rows = done_[static_cast<size_t>(layer)]; rows != spec_.shape(layer).height)
        fail("not all rows of", layer, rows);
    return problem_;
  }

  int64_t touched_bytes() const { return touched_; }
  const MemoryPlan& plan() const { return plan_; }

 private:
  struct Range {
    int64_t begin = 0, end = 0;
  };

  void fail(const char* what, int layer, int row) {
    if (problem_.empty()) problem_ = text(what, " ", spec_.layer(layer).name, ", row ", row);
  }

  void run_strip(int first, int count) {
    const LayerPlan& last = plan_.layers[static_cast<size_t>(first + count - 1)];
    const int64_t steps = count == 1 ? 1 : last.pace.delay + last.pace.steps * spec_.shape(first + count - 1).height;
    for (int64_t step = 1; step <= steps; ++step)
      for (int layer = first; layer < first + count; ++layer) {
        const RowPace pace = plan_.layers[static_cast<size_t>(layer)].pace;
        const int64_t due = step == steps ? INT32_MAX : step <= pace.delay ? 0 : (step - pace.delay) / pace.steps;
        const int64_t last_row = std::min<int64_t>(due, spec_.shape(layer).height);
        while (done_[static_cast<size_t>(layer)] < last_row) compute_row(layer, done_[static_cast<size_t>(layer)]++);
        use_scratch(layer);
      }
  }

  void compute_row(int layer, int row) {
    const LayerSpec& spec = spec_.layer(layer);
    const Range output = place_of(layer, row);
    for (const int input : spec.inputs) {
      if (input == kImage) continue;
      const int height = spec_.shape(input).height;
      const bool whole = spec.kind == LayerKind::kGlobalAveragePool;
      const int start = whole ? 0 : row * spec.stride - (spec.kernel - 1) / 2,
                end = whole ? height : start + spec.kernel;
      for (int y = std::max(0, start); y < std::min(end, height); ++y) {
        const Range place = place_of(input, y);
        for (int64_t at = place.begin; at < place.end; ++at)
          if (owners_[static_cast<size_t>(at)] != std::pair(input, y))
            return fail("overwritten before it is read:", input, y);
        const bool apart = output.end <= place.begin || place.end <= output.begin;
        const bool by_element = spec.kind == LayerKind::kAdd || spec.kind == LayerKind::kRelu;
        if (!apart && !by_element) fail("written over its own window:", layer, row);
        if (!apart && by_element && output.begin > place.begin) fail("written ahead of what is read:", layer, row);
      }
    }
    for (int64_t at = output.begin; at < output.end; ++at) owners_[static_cast<size_t>(at)] = {layer, row};
  }

  // Whatever lies there is gone.
  void use_scratch(int layer) {
    const int64_t begin = plan_.layers[static_cast<size_t>(layer)].scratch;
    const int64_t bytes = scratch_bytes(spec_.layer(layer), spec_.input_shape(layer));
    if (bytes == 0) return;
    if (begin % kTensorAlignment != 0 || begin + bytes > plan_.arena_bytes)
      return fail("scratch outside of the arena:", layer, 0);
    std::fill_n(owners_.begin() + begin, bytes, std::pair(-1, -1));
    touched_ = std::max(touched_, begin + bytes);
  }

  Range place_of(int layer, int row) {
    const LayerPlan& plan = plan_.layers[static_cast<size_t>(layer)];
    if (plan.output == kCallerBuffer) return {};
    const ImageShape& shape = spec_.shape(layer);
    const int64_t bytes = int64_t{shape.width} * shape.channels, begin = plan.output + row % plan.output_rows * bytes;
    if (plan.output % kTensorAlignment != 0 || begin + bytes > plan_.arena_bytes)
      fail("outside of the arena:", layer, row);
    touched_ = std::max(touched_, begin + bytes);
    return {begin, std::min(begin + bytes, plan_.arena_bytes)};
  }

  const NetworkSpec& spec_;
  const MemoryPlan plan_;
  std::vector<std::pair<int, int>> owners_;  // of each byte: layer and row
  std::vector<int> done_;                    // rows of each layer
  int64_t touched_ = 0;
  std::string problem_;
};

NetworkSpec one_layer(const LayerSpec& layer, const ImageShape& shape) {
  return NetworkSpec(shape, 2,
                     {{"first", LayerKind::kConv, {kImage}, shape.channels, 1, 1, false, true, true},
                      layer,
                      {"pool", LayerKind::kGlobalAveragePool, {1}, layer.out_channels},
                      {"classifier", LayerKind::kLinear, {2}, 2, 1, 1, true}});
}

// Of one layer behind a pointwise one, both 16x16x8, less the scratch of the layer, which has more than the one before
// it.
int64_t arena_with(LayerKind kind, int out_channels, int kernel, int stride) {
  const NetworkSpec spec =
      one_layer({"layer", kind, {0}, out_channels, kernel, stride, false, true, true}, {16, 16, 8});
  return arena_of(spec, RamPlan::kOverlap) - (scratch_bytes(spec.layers()[1], {16, 16, 8}) + 3) / 4 * 4;
}

}  // namespace

TEST_CASE("w16:s3*6 on 32x32, whole: 64 KiB and scratch, the first depthwise layer's input and output", "[mcu][plan]") {
  const NetworkSpec spec = family_network(16, std::vector<FamilyLayer>(6), {32, 32, 3}, 2);
  const MemoryPlan plan = plan_memory(spec, RamPlan::kWhole);
  const int64_t stem_scratch = scratch_bytes(spec.layers()[0], spec.input());
  const int64_t depthwise_scratch = scratch_bytes(spec.layers()[1], {32, 32, 32});
  CHECK(depthwise_scratch == 1'056);
  CHECK(plan.arena_bytes == 65'536 + depthwise_scratch);
  CHECK(plan.lower_bound == 65'536 + depthwise_scratch);
  CHECK(plan.optimal);
  CHECK(plan.layers[0].live_bytes == 32'768 + stem_scratch);  // the stem: the image is not in the arena
  CHECK(plan.layers[1].live_bytes == 65'536 + depthwise_scratch);
  CHECK(plan.layers.back().live_bytes ==
        64 + scratch_bytes(spec.layers().back(), {1, 1, 64}));  // the classifier: the logits are not
}

TEST_CASE("an output needs the rows of its window beyond the larger tensor", "[mcu][plan]") {
  const int64_t row = 16 * 8, tensor = 16 * row;
  CHECK(arena_with(LayerKind::kConv, 8, 1, 1) == tensor + row);
  CHECK(arena_with(LayerKind::kConv, 8, 3, 1) == tensor + 2 * row);
  CHECK(arena_with(LayerKind::kConv, 8, 7, 1) == tensor + 4 * row);
  CHECK(arena_with(LayerKind::kConv, 8, 3, 2) == tensor + row / 2);  // half as wide; row 0 needs row 0
  CHECK(arena_with(LayerKind::kConv, 16, 1, 1) ==
        2 * tensor + row);  // grows: the last row is written when one row of the input is left
}

TEST_CASE("an addition runs in place", "[mcu][plan]") {
  const NetworkSpec spec =
      with_layers(one_layer({"layer", LayerKind::kConv, {0}, 8, 1, 1, false, true, true}, {16, 16, 8}),
                  [](std::vector<LayerSpec>& layers) {
                    layers.insert(layers.begin() + 2, {"add", LayerKind::kAdd, {1, 0}, 8, 1, 1, false, false, true});
                    layers[3].inputs = {2};
                    layers[4].inputs = {3};
                  });
  const int64_t row = 16 * 8, scratch = scratch_bytes(spec.layers()[1], {16, 16, 8});
  CHECK(arena_of(spec, RamPlan::kOverlap) == 2 * 16 * row + scratch);
  // The sum's first summand, and a row of its second.
  CHECK(arena_of(spec, RamPlan::kStrips) == (16 + 1) * row + scratch);
}

TEST_CASE("a ReLU runs in place where nothing else reads its input, and beside it where something does",
          "[mcu][plan]") {
  const auto with_relu = [](bool read_again) {
    return NetworkSpec({16, 16, 8}, 2,
                       {{"first", LayerKind::kConv, {kImage}, 8, 1, 1, false, true, false},
                        {"relu", LayerKind::kRelu, {0}, 8},
                        {"add", LayerKind::kAdd, {1, read_again ? 0 : 1}, 8},
                        {"pool", LayerKind::kGlobalAveragePool, {2}, 8},
                        {"classifier", LayerKind::kLinear, {3}, 2, 1, 1, true}});
  };
  const int64_t tensor = 16 * 16 * 8, scratch = scratch_bytes(with_relu(false).layer(0), {16, 16, 8});
  CHECK(arena_of(with_relu(false), RamPlan::kOverlap) == tensor + scratch);
  CHECK(arena_of(with_relu(true), RamPlan::kOverlap) == 2 * tensor);
  CHECK(arena_of(with_relu(true), RamPlan::kWhole) == 3 * tensor);
}

TEST_CASE("strips shrink the published networks to a fraction", "[mcu][plan]") {
  const ImageShape image{32, 32, 3};
  const NetworkSpec w16 = family_network(16, std::vector<FamilyLayer>(5), image, 2);
  const NetworkSpec w32 = family_network(32, std::vector<FamilyLayer>(8), image, 2);
  const NetworkSpec resnet = named_network("resnet8", image, 10);
  CHECK(arena_of(w16, RamPlan::kWhole) == 66'592);
  CHECK(arena_of(w16, RamPlan::kOverlap) == 35'872);
  CHECK(arena_of(w16, RamPlan::kStrips) == 10'784);
  CHECK(arena_of(w32, RamPlan::kWhole) == 132'128);
  CHECK(arena_of(w32, RamPlan::kStrips) == 24'608);
  CHECK(arena_of(resnet, RamPlan::kWhole) == 50'688);
  CHECK(arena_of(resnet, RamPlan::kOverlap) == 35'328);
  CHECK(arena_of(resnet, RamPlan::kStrips) == 19'456);
}

TEST_CASE(
    "every row is there when it is read and lies where nothing else is needed, in 300 random networks by every plan",
    "[mcu][plan]") {
  uint64_t strips = 0, adds = 0;
  for (uint64_t seed = 0; seed < rounds(300); ++seed) {
    const NetworkSpec spec = random_network(Rng(seed), {20, 6, 8, 10});
    int64_t before = std::numeric_limits<int64_t>::max();
    for (const RamPlan kind : kPlans) {
      Walk walk(spec, kind);
      CAPTURE(seed, to_text(kind));
      REQUIRE(walk.run() == "");
      REQUIRE(walk.plan().optimal);
      REQUIRE(walk.plan().arena_bytes - walk.touched_bytes() < kTensorAlignment);  // nothing is set aside for nothing
      REQUIRE(walk.plan().arena_bytes <= before);
      REQUIRE(walk.plan().arena_bytes >= walk.plan().lower_bound);
      before = walk.plan().arena_bytes;
      for (const LayerPlan& layer : walk.plan().layers) strips += layer.strip > 1;
    }
    for (const LayerSpec& layer : spec.layers()) adds += layer.kind == LayerKind::kAdd;
  }
  CHECK(strips > rounds(50));
  CHECK(adds > rounds(50));
}

TEST_CASE("large networks are planned quickly: MobileNetV2", "[mcu][plan]") {
  const NetworkSpec spec = named_network("mobilenetv2", {32, 32, 3}, 10);
  Walk walk(spec, RamPlan::kStrips);
  CHECK(walk.run() == "");
  CHECK(walk.plan().arena_bytes < arena_of(spec, RamPlan::kOverlap));
  CHECK(arena_of(spec, RamPlan::kOverlap) < arena_of(spec, RamPlan::kWhole));
}

TEST_CASE("a network that needs no tensor gets an arena of its layer's scratch", "[mcu][plan]") {
  const NetworkSpec spec{{1, 1, 3}, 2, {{"classifier", LayerKind::kLinear, {kImage}, 2, 1, 1, true, false, false}}};
  CHECK(arena_of(spec, RamPlan::kStrips) == scratch_bytes(spec.layers()[0], spec.input()));
}
