#include "mcu/host/cost/layer_loops.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>

#include "core/error.h"
#include "mcu/runtime/mn_kernel.h"
#include "mcu/runtime/mn_scratch.h"

namespace mininas {
namespace {

int64_t rounded_up(int64_t value, int64_t step) { return (value + step - 1) / step; }

// When a layer's rows come to be.
struct Turns {
  double calls = 1;   // of its kernel
  double window = 0;  // rows of the input under the windows of each call, summed up
  double steps = 1;   // of its strip: in each of them the layer is asked whether a row is due
};

// Everything that the lists below are made of.
struct Geometry {
  ImageShape in, out;
  int kernel = 1, stride = 1;
  bool reads_image = false, relu = false;
  Turns turns;
  Turns
      groups_turns;  // the same for each group of channels, where groups of channels may be finished one after another

  double rows() const { return out.height; }
  double blocks(int width) const { return rows() * static_cast<double>(rounded_up(out.width, width)); }
  double outputs() const { return static_cast<double>(out.size()); }
};

// Of the windows along one axis: how many there are and how many lie wholly inside, and how many of all their taps lie
// outside.
struct Axis {
  double windows = 0, inside = 0, taps_outside = 0;
};

Axis windows_along(int in, int out, int kernel, int stride) {
  Axis axis;
  axis.windows = out;
  for (int position = 0; position < out; ++position) {
    const int first = position * stride - (kernel - 1) / 2, last = first + kernel;
    const int outside = std::max(0, -first) + std::max(0, last - in);
    axis.inside += outside == 0;
    axis.taps_outside += std::min(outside, kernel);
  }
  return axis;
}

class LoopList {
 public:
  explicit LoopList(const std::string& kernel, const Geometry& g) : loops_{kernel, {}, g.turns.calls} {
    add("calls", g.turns.calls);
    add("steps", g.turns.steps);
    add("rows", g.rows());
  }
  LoopList& add(const std::string& name, double count) {
    loops_.counts.push_back({name, count});
    return *this;
  }
  LayerLoops take() { return std::move(loops_); }

 private:
  LayerLoops loops_;
};

// Rows of windows that reach beyond the image: (pixel, row of its window) pairs of which some tap lies outside.
double edge_rows(const Geometry& g) {
  const Axis x = windows_along(g.in.width, g.out.width, g.kernel, g.stride),
             y = windows_along(g.in.height, g.out.height, g.kernel, g.stride);
  return x.windows * y.taps_outside + (x.windows - x.inside) * (y.windows * g.kernel - y.taps_outside);
}

// Rows of windows that leave the image in tiles of `width` pixels, of which the last one is moved back; where a row is
// shorter, in tiles of one.
double edge_rows_of_tiles(const Geometry& g, int width) {
  const int pixels = g.out.width < width ? 1 : width;
  const Axis y = windows_along(g.in.height, g.out.height, g.kernel, g.stride);
  double tiles = 0, edges = 0;
  for (int x = 0; x < g.out.width; x += pixels, tiles += 1) {
    const int first = std::min(x, g.out.width - pixels) * g.stride - (g.kernel - 1) / 2;
    edges += first < 0 || first + (pixels - 1) * g.stride + g.kernel > g.in.width;
  }
  return tiles * y.taps_outside + edges * (y.windows * g.kernel - y.taps_outside);
}

// Taps outside of the image, of one channel's windows.
double taps_outside(const Geometry& g) {
  const Axis x = windows_along(g.in.width, g.out.width, g.kernel, g.stride),
             y = windows_along(g.in.height, g.out.height, g.kernel, g.stride);
  const double all = x.windows * y.windows * g.kernel * g.kernel;
  return all - (x.windows * g.kernel - x.taps_outside) * (y.windows * g.kernel - y.taps_outside);
}

int64_t segment_taps(const Geometry& g) {
  mn_layer layer{};
  layer.input = g.reads_image ? MN_CALLER : 0;
  return mn_segment_taps(&layer);
}

// The loops of mn_conv_mve.c: tiles of four pixels, or of all of a shorter row; windows that are read where they are,
// gathered, or copied; 32 taps multiplied at a time, the rest in steps of 16.
void add_vector_loops(LoopList& list, const Geometry& g, double pairs) {
  const bool apart = g.stride > g.kernel && g.kernel > 1;
  const int width = apart ? 1 : std::min(4, g.out.width);
  const int64_t run = int64_t{g.kernel} * g.in.channels, window = rounded_up(g.kernel * run, 4) * 4, rest = run % 4;
  const int64_t span = int64_t{g.in.channels} * ((width - 1) * g.stride + g.kernel);
  const bool direct = g.kernel == 1 && rest == 0 && !g.reads_image;
  const bool gathered = width == 4 && window > 16 && window <= 32 && rest != 0 && g.kernel * span <= 256 &&
                        (g.kernel > 1 || g.stride == 1);
  const double tiles = g.blocks(width), copied_rows = direct || gathered ? 0 : tiles * g.kernel;
  const double gathered_tiles = gathered ? tiles : 0, copies = width == 4 ? 3 : width;
  const double edges = g.kernel > 1 ? edge_rows_of_tiles(g, width) : 0;
  const auto vectors = [](int64_t bytes) { return static_cast<double>(rounded_up(bytes, 16)); };
  list.add("vector tiles", tiles).add("vector tiles x pairs", tiles * pairs);
  list.add("vector tiles x pairs x blocks", tiles * pairs * static_cast<double>(window / 32))
      .add("vector tiles x pairs x steps", tiles * pairs * vectors(window % 32));
  list.add("copied rows", copied_rows)
      .add("copied vectors", copied_rows * copies * vectors(run - rest))
      .add("copied rests", rest > 0 ? copied_rows * width : 0)
      .add("copied bytes", copied_rows * width * static_cast<double>(rest));
  list.add("gathered tiles", gathered_tiles).add("gathered rows", gathered_tiles * g.kernel);
  list.add("vector edge rows", edges).add("edge vectors", edges * vectors(span));
  list.add("image weights", g.reads_image ? g.turns.calls * pairs * static_cast<double>(rounded_up(window, 8)) : 0);
}

// Windows are copied, a tile of pixels at a time, and multiplied with the weights of two channels at a time, in groups
// of four taps and, where there are many, in segments of groups. A row of fewer pixels than a tile is multiplied pixel
// by pixel.
LayerLoops conv_loops(const std::string& kernel_name, const Geometry& g) {
  const int64_t run = int64_t{g.kernel} * g.in.channels;
  const double groups = static_cast<double>(rounded_up(g.kernel * run, 4)),
               pairs = static_cast<double>(rounded_up(g.out.channels, 2));
  const double kernel = g.kernel, full = static_cast<double>(run / 4), rest = static_cast<double>(run % 4);
  const double more_segments = static_cast<double>(rounded_up(g.kernel * run, segment_taps(g)) - 1);
  LoopList list(kernel_name, g);
  list.add("calls x channels", g.turns.calls * g.out.channels).add("outputs", g.outputs());
  list.add("signed outputs", g.relu ? 0 : g.outputs()).add("odd channel", g.out.channels % 2 * g.blocks(4));
  for (const int width : {1, 2, 4}) {
    const std::string tiles = text("tiles of ", width);
    const double count = g.out.width >= width ? g.blocks(width) : 0;
    list.add(tiles + " x pairs x segments", more_segments > 0 ? count * pairs : 0)
        .add(tiles + " x pairs x more segments", count * pairs * more_segments);
    list.add(tiles, count)
        .add(tiles + " x pairs", count * pairs)
        .add(tiles + " x pairs x groups", count * pairs * groups);
    list.add(tiles + " x copied groups", count * kernel * full).add(tiles + " x copied rest", count * kernel * rest);
    if (g.kernel > 1) list.add(tiles + " x window rows", count * kernel);
  }
  for (const int width : {2, 4}) {
    const std::string pixels = text("pixels of rows below ", width);
    const double count = g.out.width < width ? g.blocks(1) : 0;
    list.add(pixels, count)
        .add(pixels + " x pairs", count * pairs)
        .add(pixels + " x pairs x groups", count * pairs * groups)
        .add(pixels + " x pairs x more segments", count * pairs * more_segments);
    list.add(pixels + " x copied groups", count * kernel * full);
  }
  add_vector_loops(list, g, pairs);
  if (g.kernel > 1) {
    list.add("edge rows", edge_rows(g)).add("edge taps", edge_rows(g) * static_cast<double>(run));
    const double words = g.in.channels / 4, bytes = g.in.channels % 4;
    for (const int width : {2, 4}) {
      const std::string tiles = text(" of tiles of ", width);
      const double edges = edge_rows_of_tiles(g, width);
      list.add("edge rows" + tiles, edges).add("edge columns" + tiles, edges * kernel);
      list.add("edge words" + tiles, edges * kernel * words).add("edge bytes" + tiles, edges * kernel * bytes);
    }
  }
  const double image = g.reads_image ? g.blocks(1) * kernel : 0;
  return list.add("image rows", image).add("image groups", image * full).take();
}

// Depthwise windows that no kernel turns into rows: of an image, of one tap, or far apart.
LayerLoops other_depthwise_loops(const Geometry& g) {
  const double channels = g.in.channels, groups = static_cast<double>(rounded_up(g.in.channels, 4)),
               taps = double{1} * g.kernel * g.kernel;
  const double fours = static_cast<double>(rounded_up(g.out.width, 4));
  const double pixels = g.blocks(1);
  return LoopList("depthwise other", g)
      .add("calls x channels", g.turns.calls * channels)
      .add("group calls", g.groups_turns.calls * groups)
      .add("group calls x taps", g.groups_turns.calls * groups * taps)
      .add("channel rows", g.rows() * channels)
      .add("channel rows x taps", g.rows() * channels * taps)
      .add("channel rows x fours", g.rows() * channels * fours)
      .add("channel rows x fours x kernel", g.rows() * channels * fours * g.kernel)
      .add("channel rows x fours x taps", g.rows() * channels * fours * taps)
      .add("copied values", g.rows() * channels * g.kernel * g.in.width)
      .add("pixels x groups", pixels * groups)
      .add("pixels x groups x taps", pixels * groups * taps)
      .add("pixels x channels", pixels * channels)
      .add("taps outside x channels", taps_outside(g) * channels)
      .take();
}

// The loops of mn_depthwise_mve.c: rows of four channels are interleaved, eight columns at a time or four unaligned
// ones, and eight outputs of a channel are computed at a time.
void add_vector_loops_of_depthwise(LoopList& list, const Geometry& g, double groups) {
  const bool aligned = g.in.channels % 4 == 0;
  const double group_rows = g.rows() * groups, group_calls = (aligned ? g.groups_turns.calls : g.rows()) * groups;
  const bool rows_in_turns = aligned && g.groups_turns.calls < g.rows();
  const int rest = g.in.width % 8;
  list.add("vector group calls", aligned ? group_calls : 0).add("unaligned group calls", aligned ? 0 : group_calls);
  list.add("found rows", rows_in_turns ? group_rows : g.rows());
  list.add("vector group rows", aligned ? group_rows : 0)
      .add("group rows x eights of columns", aligned ? group_rows * (g.in.width / 8) : 0)
      .add("group rows with four columns", aligned && rest > 0 ? group_rows : 0)
      .add("group rows with more columns", aligned && rest > 4 ? group_rows : 0);
  list.add("unaligned group rows", aligned ? 0 : group_rows)
      .add("group rows x fours of columns", aligned ? 0 : group_rows * static_cast<double>(rounded_up(g.in.width, 4)));
  list.add("group rows x eights of outputs", group_rows * static_cast<double>(rounded_up(g.out.width, 8)));
}

// Rows are widened in groups of four channels and walked over four outputs at a time, or each pixel has its window
// where it lies.
LayerLoops turned_depthwise_loops(const Geometry& g) {
  const double channels = g.in.channels, groups = static_cast<double>(rounded_up(g.in.channels, 4)),
               rest = g.in.channels % 4;
  const Axis x = windows_along(g.in.width, g.out.width, g.kernel, g.stride),
             y = windows_along(g.in.height, g.out.height, g.kernel, g.stride);
  const double inside = x.inside * y.inside, border = x.windows * y.windows - inside;
  const double width_blocks = static_cast<double>(rounded_up(g.out.width, 4)),
               in_blocks = static_cast<double>(rounded_up(g.in.width, 4));
  const double blocks_of_rest = rest > 0 ? in_blocks : 0;
  LoopList list(text("depthwise ", g.kernel, "/", g.stride), g);
  list.add("calls x width", g.turns.calls * g.in.width);
  list.add("group calls", g.groups_turns.calls * groups).add("channel calls", g.groups_turns.calls * channels);
  list.add("calls with rest", rest > 0 ? g.groups_turns.calls : 0).add("calls x rest", g.groups_turns.calls * rest);
  list.add("group rows", g.rows() * groups).add("channel rows", g.rows() * channels);
  list.add("channel rows x fours", g.rows() * channels * width_blocks)
      .add("channel rows x rest", g.rows() * channels * (g.out.width % 4));
  list.add("window rows x groups", g.groups_turns.window * groups)
      .add("window rows x blocks", g.groups_turns.window * groups * in_blocks);
  list.add("window rows x blocks of rest", g.groups_turns.window * blocks_of_rest);
  list.add("window rows x width x rest", g.groups_turns.window * g.in.width * rest);
  list.add("input rows x groups", g.in.height * groups).add("input rows x blocks", g.in.height * groups * in_blocks);
  list.add("input rows x blocks of rest", g.in.height * blocks_of_rest)
      .add("input rows x width x rest", g.in.height * g.in.width * rest);
  add_vector_loops_of_depthwise(list, g, groups);
  list.add("pixels", g.blocks(1))
      .add("inside", inside)
      .add("inside x channels", inside * channels)
      .add("border x channels", border * channels);
  return list.add("taps outside x channels", taps_outside(g) * channels).take();
}

LayerLoops pool_loops(const Geometry& g) {
  const double pixels = double{1} * g.in.height * g.in.width;
  return LoopList("pool", g)
      .add("channels", g.in.channels)
      .add("values", pixels * g.in.channels)
      .add("pixels", pixels)
      .add("pixels x sixteens", pixels * (g.in.channels / 16))
      .add("pixels of other channels", g.in.channels % 16 > 0 ? pixels : 0)
      .take();
}

LayerLoops add_loops(const Geometry& g) {
  const int64_t row = int64_t{g.out.width} * g.out.channels;
  return LoopList("add", g)
      .add("outputs", g.outputs())
      .add("rows x eights", g.rows() * static_cast<double>(row / 8))
      .add("rows with rest", row % 8 > 0 ? g.rows() : 0)
      .take();
}
LayerLoops relu_loops(const Geometry& g) { return LoopList("relu", g).add("outputs", g.outputs()).take(); }

LayerLoops standard_loops(const Geometry& g) { return conv_loops(g.kernel == 1 ? "pointwise" : "window", g); }
LayerLoops linear_loops(const Geometry& g) { return conv_loops("linear", g); }

LayerLoops depthwise_loops(const Geometry& g) {
  const bool turns = mn_depthwise_turns(g.kernel, g.stride) != 0 && !g.reads_image;
  return turns ? turned_depthwise_loops(g) : other_depthwise_loops(g);
}

// The loops of a kind's kernels.
struct Row {
  LayerKind kind;
  LayerLoops (*loops)(const Geometry&);
};
constexpr Row kRows[] = {
    {LayerKind::kConv, standard_loops},
    {LayerKind::kDepthwise, depthwise_loops},
    {LayerKind::kGlobalAveragePool, pool_loops},
    {LayerKind::kLinear, linear_loops},
    {LayerKind::kAdd, add_loops},
    {LayerKind::kRelu, relu_loops},
};
static_assert(std::size(kRows) == kLayerKinds);

class Counter {
 public:
  // `spec` and `plan` outlive it.
  Counter(const NetworkSpec& spec, const MemoryPlan& plan) : spec_(spec), plan_(plan) {}

  std::vector<LayerLoops> run() const {
    std::vector<LayerLoops> all;
    for (int first = 0; first < spec_.size();) {
      const int behind = first + plan_.layers[static_cast<size_t>(first)].strip;
      const Strip strip(spec_, first, behind - 1);
      for (; first < behind; ++first) all.push_back(loops_of(first, strip));
    }
    return all;
  }

 private:
  Geometry geometry(int layer, const Strip& strip) const {
    const LayerSpec& spec = spec_.layer(layer);
    Geometry g{spec_.input_shape(layer), spec_.shape(layer), spec.kernel, spec.stride,
               spec.input() == kImage,   spec.relu,          {},          {}};
    g.turns = {0, 0, static_cast<double>(strip.steps())};
    for (int64_t step = 0; step < strip.steps(); ++step) {
      const int rows = strip.done_rows(layer, step + 1) - strip.done_rows(layer, step);
      if (rows == 0) continue;
      g.turns.calls += 1;
      g.turns.window += (rows - 1) * g.stride + g.kernel;
    }
    g.groups_turns = g.turns;
    if (!groups_may_take_turns(layer, g)) g.groups_turns = {g.rows(), g.rows() * g.kernel, g.turns.steps};
    return g;
  }

  // As mn_depthwise_dsp.c decides: not where an output lies on top of its input at a distance that is no whole number
  // of pixels.
  bool groups_may_take_turns(int layer, const Geometry& g) const {
    const int input = spec_.layer(layer).input();
    if (input == kImage) return true;
    const LayerPlan &from = plan_.layers[static_cast<size_t>(input)], &to = plan_.layers[static_cast<size_t>(layer)];
    if (from.output == kCallerBuffer || to.output == kCallerBuffer) return true;
    const int64_t distance = std::abs(to.output - from.output);
    const int64_t input_bytes = int64_t{from.output_rows} * g.in.width * g.in.channels;
    const int64_t output_bytes = int64_t{to.output_rows} * g.out.width * g.out.channels;
    const bool apart = distance >= (from.output < to.output ? input_bytes : output_bytes);
    return apart || distance % g.in.channels == 0;
  }

  LayerLoops loops_of(int layer, const Strip& strip) const {
    const LayerKind kind = spec_.layer(layer).kind;
    const Row& row = kRows[static_cast<size_t>(kind)];
    MN_CHECK(row.kind == kind, "the rows are in the order of LayerKind");
    return row.loops(geometry(layer, strip));
  }

  const NetworkSpec& spec_;
  const MemoryPlan& plan_;
};

}  // namespace

std::vector<LayerLoops> layer_loops(const NetworkSpec& spec, const MemoryPlan& plan) {
  return Counter(spec, plan).run();
}

}  // namespace mininas
