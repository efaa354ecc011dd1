#include "tests/support/calibration.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.h"
#include "mcu/host/export/emit_c.h"
#include "mcu/host/verify/board_fit.h"
#include "mcu/host/verify/verify_board.h"
#include "search/space/build.h"
#include "search/space/space.h"
#include "tests/support/random_model.h"
#include "tests/support/temp_dir.h"

namespace mininas::test {
namespace {

// A board with little memory takes small networks only; drawn that way, few are thrown away.
struct Limits {
  int max_extent, max_channels, max_width, blocks;
  int64_t macs;
};

Limits limits_of(const Board& board) {
  const bool small = board.ram.bytes < 64 * 1024;
  return small ? Limits{24, 32, 16, 7, 3'000'000} : Limits{44, 96, 64, 10, 12'000'000};
}

int between(Rng& rng, int low, int high) {
  return low + static_cast<int>(rng.below(static_cast<uint32_t>(high - low + 1)));
}

bool one_in(Rng& rng, uint32_t count) { return rng.below(count) == 0; }

int draw_kernel(Rng& rng) { return 3 + 2 * static_cast<int>(rng.below(3)); }

// As many narrow layers as wide ones, whole groups of four channels in every second one.
int draw_channels(Rng& rng, int most) {
  const int channels = rng.coin() ? between(rng, 4, 20) : between(rng, 4, most);
  return rng.coin() ? channels : channels / 4 * 4;
}

class VariedNetwork {
 public:
  VariedNetwork(const Limits& limits, Rng rng) : limits_(limits), rng_(rng), relus_(rng.fork("relu layers")) {}

  PlannedNetwork build() {
    const std::array<RamPlan, 4> plans = {RamPlan::kStrips, RamPlan::kStrips, RamPlan::kWhole, RamPlan::kOverlap};
    const RamPlan ram_plan = plans[rng_.below(4)];
    image_ = {extent(), extent(), one_in(rng_, 4) ? 1 : 3};
    classes_ = between(rng_, 2, 20);
    const int stem_stride = stride(), stem_kernel = one_in(rng_, 3) ? draw_kernel(rng_) : 3;
    conv(draw_channels(rng_, limits_.max_channels / 2), stem_kernel, stem_stride, true);
    const int blocks = between(rng_, 3, limits_.blocks);
    for (int block = 0; block < blocks; ++block) {
      append_block();
      if (one_in(relus_, 4)) append({"", LayerKind::kRelu, {last()}, channels()});
    }
    append({"", LayerKind::kGlobalAveragePool, {last()}, channels(), 1, 1, false, false, false});
    append({"", LayerKind::kLinear, {last()}, classes_, 1, 1, true, false, false});
    return {NetworkSpec(image_, classes_, layers_), ram_plan};
  }

 private:
  int extent() {
    return one_in(rng_, 3) ? between(rng_, 7, limits_.max_extent) : between(rng_, 2, limits_.max_extent / 4) * 4;
  }
  int last() const { return static_cast<int>(layers_.size()) - 1; }
  int channels() const { return layers_.back().out_channels; }
  int stride() { return one_in(rng_, 3) && smallest_extent() >= 6 ? 2 : 1; }
  int smallest_extent() const {
    if (layers_.empty()) return std::min(image_.height, image_.width);
    std::vector<LayerSpec> closed = layers_;
    closed.push_back({"pool", LayerKind::kGlobalAveragePool, {last()}, channels(), 1, 1, false, false, false});
    closed.push_back({"classifier", LayerKind::kLinear, {last() + 1}, classes_, 1, 1, true, false, false});
    const ImageShape shape = NetworkSpec(image_, classes_, closed).shape(last());
    return std::min(shape.height, shape.width);
  }

  void append(LayerSpec layer) {
    layer.name = text("layer", layers_.size());
    layers_.push_back(layer);
  }
  void conv(int out, int kernel, int stride, bool relu) {
    append({"", LayerKind::kConv, {last()}, out, kernel, stride, false, true, relu});
  }
  void depthwise(int kernel, int stride, bool relu) {
    append({"", LayerKind::kDepthwise, {last()}, channels(), kernel, stride, false, true, relu});
  }
  void add(int other, bool relu) {
    append({"", LayerKind::kAdd, {last(), other}, channels(), 1, 1, false, false, relu});
  }
  // One tap, or windows that lie far apart.
  void unusual_depthwise(bool relu) {
    if (rng_.coin() && smallest_extent() >= 6)
      depthwise(1 + 2 * static_cast<int>(rng_.below(4)), 3, relu);
    else
      depthwise(1, 1, relu);
  }

  // Draws are statements of their own: compilers differ in the order in which they evaluate a call's arguments.
  void draw_depthwise(bool relu) {
    const int step = stride(), kernel = draw_kernel(rng_);
    depthwise(kernel, step, relu);
  }

  // Separable, standard, a residual of two convolutions with a shortcut, or expand, filter and project.
  void append_block() {
    const int out = draw_channels(rng_, limits_.max_channels), kind = static_cast<int>(rng_.below(8));
    const bool relu = !one_in(rng_, 4);
    if (kind < 4) {
      draw_depthwise(true);
      if (one_in(rng_, 3)) draw_depthwise(relu);
      if (one_in(rng_, 4)) unusual_depthwise(relu);
      conv(out, 1, 1, relu);
    } else if (kind < 6) {
      const int step = stride(), kernel = draw_kernel(rng_);
      conv(out, kernel, step, relu);
    } else if (kind == 6) {
      append_residual(out);
    } else {
      conv(std::min(limits_.max_channels * 2, channels() * between(rng_, 2, 6)), 1, 1, true);
      depthwise(3, stride(), true);
      conv(out, 1, 1, false);
    }
  }

  void append_residual(int out) {
    const int trunk = last(), step = stride();
    conv(out, 3, step, true);
    conv(out, 3, 1, false);
    const int branch = last();
    append({"", LayerKind::kConv, {trunk}, out, 1, step, true, false, false});
    add(branch, true);
  }

  const Limits limits_;
  Rng rng_, relus_;
  ImageShape image_;
  int classes_ = 2;
  std::vector<LayerSpec> layers_;
};

// What the emulator can run in a moment.
bool suits(const PlannedNetwork& network, const Board& board, int64_t macs) {
  return mac_count(network.spec) <= macs && !why_too_large(board, network.spec, network.ram_plan);
}

// Instructions that watching adds to a call of a kernel.
double cost_of_watching(const std::vector<CountedNetwork>& networks) {
  double added = 0, calls = 0;
  for (const CountedNetwork& network : networks) {
    for (const int64_t layer : network.layers) added += static_cast<double>(layer);
    added -= static_cast<double>(network.total);
    for (const LayerLoops& loops : network.loops) calls += loops.calls;
  }
  return calls > 0 ? std::max(0.0, added / calls) : 0;
}

}  // namespace

PlannedNetwork network_to_learn_from(const Board& board, Rng rng) {
  const Limits limits = limits_of(board);
  for (uint64_t draw = 0;; ++draw) {
    const PlannedNetwork network = VariedNetwork(limits, rng.fork("draw", draw)).build();
    if (suits(network, board, limits.macs)) return network;
  }
}

NamedSpec searched_network(const Board& board, Rng rng) {
  constexpr std::array<ImageShape, 6> kImages = {
      {{32, 32, 3}, {32, 32, 3}, {32, 32, 3}, {28, 28, 1}, {64, 64, 3}, {24, 24, 3}}};
  SearchSpace space{3, 10, 4, limits_of(board).max_width, 1, {3, 5, 7}};
  for (;;) {
    const Chain architecture = sample(space, rng);
    const ImageShape image = kImages[rng.below(kImages.size())];
    const NetworkSpec spec = build_network_spec(architecture, image, between(rng, 2, 10));
    if (suits({spec}, board, 30'000'000)) return {text(to_text(architecture), " ", to_text(image)), spec};
  }
}

CountedNetwork count_network(const QuantizedModel& model, RamPlan ram_plan, const Board& board,
                             const std::filesystem::path& objects) {
  const TempDir folder;
  const ImageSet images{model.spec.input(), model.class_names, random_images(model.spec.input(), 4, Rng(2)),
                        std::vector<int>(4, 0)};
  const ImageSet one = select_images(images, {0});  // noise
  export_c(model, ram_plan, one, folder / "c");
  const BoardVerification result = verify_on_board(model, folder / "c", one, board, {.objects = objects});
  if (result.bytes.first) throw Error(text("board ", board.name, ": ", to_text(*result.bytes.first)));
  return {layer_loops(model.spec, plan_memory(model.spec, ram_plan)), result.layer_instructions, result.instructions};
}

std::vector<LayerSample> layer_samples(const std::vector<CountedNetwork>& networks) {
  // A layer's error counts for itself and, where the layer is next to nothing, for the whole network.
  constexpr double kShareOfNetwork = 0.02;
  const double watching = cost_of_watching(networks);
  std::vector<LayerSample> samples;
  for (const CountedNetwork& network : networks)
    for (size_t i = 0; i < network.layers.size(); ++i) {
      const double count = std::max(1.0, static_cast<double>(network.layers[i]) - watching * network.loops[i].calls);
      samples.push_back({network.loops[i], count, 1 / (count + kShareOfNetwork * static_cast<double>(network.total))});
    }
  return samples;
}

}  // namespace mininas::test
