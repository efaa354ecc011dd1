// Draws the network: the output of each layer as a block, the path of the data as a line under the blocks, parallel
// branches on parallel lanes, and below them the memory in use while each layer runs.
#include <algorithm>
#include <numeric>

#include "core/error.h"
#include "mcu/host/cost/sizes.h"
#include "nn/layers/operations.h"
#include "search/cost/cost.h"
#include "search/report/html.h"
#include "search/report/network_layout.h"
#include "search/report/report_parts.h"

namespace mininas {
namespace {

// Sizes in the units of the drawing. The tallest block is as high as kMaxHeight, or less if all lanes must share
// kLanes.
constexpr double kWidth = 420, kHead = 22, kTallest = 100, kLanes = 170, kLongest = 78;
constexpr double kNarrowest = 2, kLowest = 1.5, kGap = 1.5, kWidestGap = 12, kLetter = 7.4;
constexpr double kRail = 1;       // from the bottom of the blocks down to the line
constexpr double kUnderLane = 8;  // from a lane's line down to the tallest block of the lane below

struct Kind {
  const char *name, *colour;
};
constexpr Kind kKinds[] = {{"image", "rejected"},
                           {"standard convolution", "final"},
                           {"depthwise", "second"},
                           {"pointwise (1x1)", "kept"},
                           {"sum, ReLU, pool, classifier", "third"}};

const Kind& kind_of(const LayerSpec& layer) {
  if (traits_of(layer).depthwise) return kKinds[2];
  if (!traits_of(layer).takes_norm) return kKinds[4];
  return kKinds[layer.kernel == 1 ? 3 : 1];
}

struct Block {
  std::string name;
  ImageShape shape;
  const Kind* kind;
  int64_t live_ram_bytes;  // 0: the image, which is in the caller's buffer
  double x = 0, width = 0;
};

// The image and the layers in the order of execution.
std::vector<Block> blocks_of(const NetworkSpec& spec, RamPlan ram_plan) {
  const DeviceCost device = device_cost(spec, ram_plan);
  std::vector<Block> blocks = {{"image", spec.input(), &kKinds[0], 0}};
  for (int i = 0; i < spec.size(); ++i)
    blocks.push_back({spec.layer(i).name, spec.shape(i), &kind_of(spec.layer(i)),
                      device.layers[static_cast<size_t>(i)].live_ram_bytes});
  return blocks;
}

NetworkLayout layout_of(const NetworkSpec& spec) {
  std::vector<std::vector<int>> inputs = {{}};
  for (const LayerSpec& layer : spec.layers()) {
    inputs.emplace_back();
    for (const int input : layer.inputs) inputs.back().push_back(input + 1);  // node 0 is the image
  }
  return lay_out_network(inputs);
}

// Sizes and positions of everything in the drawing.
class Picture {
 public:
  Picture(std::vector<Block> blocks, NetworkLayout layout) : blocks_(std::move(blocks)), layout_(std::move(layout)) {
    for (const Block& block : blocks_) {
      most_rows_ = std::max(most_rows_, block.shape.height);
      most_bytes_ = std::max(most_bytes_, block.live_ram_bytes);
    }
    place_columns();
    place_lanes();
  }

  bool branches() const { return layout_.lane_count > 1; }
  const std::vector<Block>& blocks() const { return blocks_; }
  const std::vector<Route>& routes() const { return layout_.routes; }
  const Block& block(int place) const { return blocks_[static_cast<size_t>(place)]; }
  int lane(int place) const { return layout_.lanes[static_cast<size_t>(place)]; }
  double gap() const { return gap_; }
  int64_t most_bytes() const { return most_bytes_; }

  double ground(int lane) const { return grounds_[static_cast<size_t>(lane)]; }  // lane 0 is the lowest
  double height(const Block& block) const { return std::max(kLowest, tallest_ * relative_height(block)); }
  double ceiling() const { return ground(0) + 24; }  // the memory bars hang from it
  double bottom() const { return ceiling() + kLongest + 2; }

 private:
  double relative_height(const Block& block) const { return double(block.shape.height) / most_rows_; }

  void place_columns() {
    const double count = static_cast<double>(blocks_.size());
    if (branches()) gap_ = std::clamp(0.3 * kWidth / count, kGap, kWidestGap);
    double channels = 0, x = 0;
    for (const Block& block : blocks_) channels += block.shape.channels;
    const double room = std::max(0.0, kWidth - count * (kNarrowest + gap_));
    for (Block& block : blocks_) {
      block.x = x;
      block.width = kNarrowest + room * block.shape.channels / channels;
      x += block.width + gap_;
    }
  }

  // A lane is as high as its tallest block.
  void place_lanes() {
    std::vector<double> heights(static_cast<size_t>(layout_.lane_count), 0.0);
    for (size_t i = 0; i < blocks_.size(); ++i) {
      double& height = heights[static_cast<size_t>(layout_.lanes[i])];
      height = std::max(height, relative_height(blocks_[i]));
    }
    tallest_ = std::min(kTallest, kLanes / std::accumulate(heights.begin(), heights.end(), 0.0));
    double y = kHead;
    for (auto height = heights.rbegin(); height != heights.rend(); ++height) {
      y += tallest_ * *height;
      grounds_.insert(grounds_.begin(), y);
      y += kRail + kUnderLane;
    }
  }

  std::vector<Block> blocks_;
  NetworkLayout layout_;
  std::vector<double> grounds_;
  double gap_ = kGap, tallest_ = kTallest;
  int most_rows_ = 1;
  int64_t most_bytes_ = 1;
};

std::string box(double x, double y, double width, double height, const std::string& more, const std::string& note) {
  return text("<rect x=\"", svg_number(x), "\" y=\"", svg_number(y), "\" width=\"", svg_number(width), "\" height=\"",
              svg_number(height), "\" ", more, ">", element("title", escaped(note)), "</rect>");
}

// A row of labels; labels that would overlap are omitted.
class Labels {
 public:
  explicit Labels(double y) : y_(y) {}
  std::string add(double centre, const std::string& content) {
    const double half = kLetter / 2 * static_cast<double>(content.size());
    centre = std::clamp(centre, half, kWidth - half);
    if (centre - half < free_from_) return "";
    free_from_ = centre + half + 4;
    return text("<text x=\"", svg_number(centre), "\" y=\"", svg_number(y_), "\" text-anchor=\"middle\">",
                escaped(content), "</text>");
  }

 private:
  const double y_;
  double free_from_ = 0;
};

std::string legend(const std::vector<Block>& blocks) {
  std::string out;
  for (const Kind& kind : kKinds) {
    if (std::none_of(blocks.begin(), blocks.end(), [&](const Block& b) { return b.kind == &kind; })) continue;
    out += html_key(text("<rect x=\"5\" y=\"1\" width=\"12\" height=\"10\" fill=\"var(--", kind.colour, ")\"/>"),
                    kind.name);
  }
  return out;
}

// A curve from one point to another that lies `across` to the right of it.
std::string turn(double x, double across, double from, double to) {
  const double half = x + across / 2;
  return text(" C", svg_number(half), ",", svg_number(from), " ", svg_number(half), ",", svg_number(to), " ",
              svg_number(x + across), ",", svg_number(to));
}

// The line from one block along its lane to another block.
std::string line(const Picture& picture, const Route& route) {
  const Block &from = picture.block(route.from), &to = picture.block(route.to);
  const double start = picture.ground(picture.lane(route.from)) + kRail, run = picture.ground(route.lane) + kRail,
               end = picture.ground(picture.lane(route.to)) + kRail, x = from.x + from.width, gap = picture.gap();
  std::string way = text("M", svg_number(x), ",", svg_number(start));
  if (route.from + 1 == route.to) {
    way += turn(x, gap, start, end);
  } else {
    way += turn(x, gap, start, run) + " H" + svg_number(to.x - gap) + turn(to.x - gap, gap, run, end);
  }
  return text("<path class=\"rail\" d=\"", way, "\">", element("title", escaped(from.name + " to " + to.name)),
              "</path>");
}

// All lines, including those under the blocks.
std::string lines(const Picture& picture) {
  std::string out;
  for (size_t i = 0; i < picture.blocks().size(); ++i) {
    const Block& block = picture.blocks()[i];
    const double y = picture.ground(picture.lane(static_cast<int>(i))) + kRail;
    out += text("<path class=\"rail\" d=\"M", svg_number(block.x), ",", svg_number(y), " H",
                svg_number(block.x + block.width), "\"/>");
  }
  for (const Route& route : picture.routes()) out += line(picture, route);
  return out;
}

std::string block_box(const Picture& picture, const Block& block, int lane) {
  const double height = picture.height(block);
  return box(block.x, picture.ground(lane) - height, block.width, height,
             text("fill=\"var(--", block.kind->colour, ")\""), text(block.name, ": ", to_text(block.shape)));
}

std::string memory_bar(const Picture& picture, const Block& block) {
  if (block.live_ram_bytes == 0) return "";
  const double length =
      kLongest * static_cast<double>(block.live_ram_bytes) / static_cast<double>(picture.most_bytes());
  return box(block.x, picture.ceiling(), block.width, length,
             text("class=\"live", block.live_ram_bytes == picture.most_bytes() ? " peak" : "", "\""),
             text(block.name, ": ", grouped(block.live_ram_bytes), " bytes"));
}

// Rows x columns above the lanes and channels below them, wherever they change from one layer to the next.
std::string labels(const Picture& picture) {
  std::string out;
  Labels sides(13), channels(picture.ground(0) + 15);
  const ImageShape* before = nullptr;
  for (const Block& block : picture.blocks()) {
    const ImageShape& shape = block.shape;
    const double centre = block.x + block.width / 2;
    if (before == nullptr || before->height != shape.height || before->width != shape.width)
      out += sides.add(centre, text(shape.height, "x", shape.width));
    if (before == nullptr || before->channels != shape.channels)
      out += channels.add(centre, std::to_string(shape.channels));
    before = &shape;
  }
  return out;
}

std::string caption(const Picture& picture) {
  return text(
      "Each block is the output of a layer: its height shows the rows, its width the channels; numbers are shown ",
      "where they change. ",
      picture.branches()
          ? "Layers run from left to right; lines lead from each layer to its readers, with branches above. "
          : "",
      "Below: the RAM in use while the layer runs, at most ", grouped(picture.most_bytes()), " bytes.");
}

}  // namespace

std::string network_drawing(const NetworkSpec& spec, RamPlan ram_plan) {
  const Picture picture(blocks_of(spec, ram_plan), layout_of(spec));
  std::string drawing = picture.branches() ? lines(picture) : "";
  for (size_t i = 0; i < picture.blocks().size(); ++i) {
    const Block& block = picture.blocks()[i];
    drawing += block_box(picture, block, picture.lane(static_cast<int>(i))) + memory_bar(picture, block);
  }
  drawing += labels(picture);
  return text("<figure class=\"network\"><svg role=\"img\" aria-label=\"the network, layer by layer\" viewBox=\"0 0 ",
              kWidth, " ", svg_number(picture.bottom()), "\">", drawing, "</svg>",
              element("figcaption", legend(picture.blocks()) + "<br>" + caption(picture)), "</figure>\n");
}

}  // namespace mininas
