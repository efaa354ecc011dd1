// The network as one picture: what each layer puts out as a block, and below it the memory that lives while the layer
// runs.
#include <algorithm>

#include "core/error.h"
#include "mcu/host/cost/sizes.h"
#include "search/cost/cost.h"
#include "search/report/html.h"
#include "search/report/report_parts.h"

namespace mininas {
namespace {

// Of the picture, in its own units. Blocks stand on kGround; bars of memory hang from kCeiling.
constexpr double kWidth = 420, kHeight = 226, kGround = 122, kTallest = 100, kCeiling = 146, kLongest = 78;
constexpr double kNarrowest = 2, kGap = 1.5, kLetter = 7.4;

struct Kind {
  const char *name, *colour;
};
constexpr Kind kKinds[] = {{"image", "rejected"},
                           {"standard convolution", "final"},
                           {"depthwise", "second"},
                           {"pointwise (1x1)", "kept"},
                           {"sum, pool, classifier", "third"}};

const Kind& kind_of(const LayerSpec& layer) {
  if (layer.kind == LayerKind::kDepthwise) return kKinds[2];
  if (layer.kind != LayerKind::kConv) return kKinds[4];
  return kKinds[layer.kernel == 1 ? 3 : 1];
}

struct Block {
  std::string name;
  ImageShape shape;
  const Kind* kind;
  int64_t live_ram_bytes;  // 0: the image, which lies with the caller
  double x = 0, width = 0;
};

// From left to right in the order of execution; as wide as they have channels.
std::vector<Block> blocks_of(const NetworkSpec& spec, RamPlan ram_plan) {
  const DeviceCost device = device_cost(spec, ram_plan);
  std::vector<Block> blocks = {{"image", spec.input(), &kKinds[0], 0}};
  for (int i = 0; i < spec.size(); ++i)
    blocks.push_back({spec.layer(i).name, spec.shape(i), &kind_of(spec.layer(i)),
                      device.layers[static_cast<size_t>(i)].live_ram_bytes});
  double channels = 0;
  for (const Block& block : blocks) channels += block.shape.channels;
  const double room = std::max(0.0, kWidth - static_cast<double>(blocks.size()) * (kNarrowest + kGap));
  double x = 0;
  for (Block& block : blocks) {
    block.x = x;
    block.width = kNarrowest + room * block.shape.channels / channels;
    x += block.width + kGap;
  }
  return blocks;
}

std::string box(double x, double y, double width, double height, const std::string& more, const std::string& note) {
  return text("<rect x=\"", svg_number(x), "\" y=\"", svg_number(y), "\" width=\"", svg_number(width), "\" height=\"",
              svg_number(height), "\" ", more, ">", element("title", escaped(note)), "</rect>");
}

// A row of labels; those for which there is no room are left out.
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

}  // namespace

std::string network_drawing(const NetworkSpec& spec, RamPlan ram_plan) {
  const std::vector<Block> blocks = blocks_of(spec, ram_plan);
  int tallest = 1;
  int64_t most = 1;
  for (const Block& block : blocks) {
    tallest = std::max(tallest, block.shape.height);
    most = std::max(most, block.live_ram_bytes);
  }
  std::string drawing;
  Labels sides(13), channels(kGround + 14);
  const ImageShape* before = nullptr;
  for (const Block& block : blocks) {
    const ImageShape& shape = block.shape;
    const double centre = block.x + block.width / 2, height = std::max(1.5, kTallest * shape.height / tallest);
    drawing += box(block.x, kGround - height, block.width, height, text("fill=\"var(--", block.kind->colour, ")\""),
                   text(block.name, ": ", to_text(shape)));
    const double live = kLongest * static_cast<double>(block.live_ram_bytes) / static_cast<double>(most);
    if (block.live_ram_bytes > 0)
      drawing += box(block.x, kCeiling, block.width, live,
                     text("class=\"live", block.live_ram_bytes == most ? " peak" : "", "\""),
                     text(block.name, ": ", grouped(block.live_ram_bytes), " bytes"));
    if (before == nullptr || before->height != shape.height || before->width != shape.width)
      drawing += sides.add(centre, text(shape.height, "x", shape.width));
    if (before == nullptr || before->channels != shape.channels)
      drawing += channels.add(centre, std::to_string(shape.channels));
    before = &shape;
  }
  const std::string caption =
      text("A block is what a layer puts out: as high as it has rows, as wide as it has channels; the numbers stand ",
           "where they change. Below: the RAM that lives while the layer runs, at most ", grouped(most), " bytes.");
  return text("<figure class=\"network\"><svg role=\"img\" aria-label=\"the network, layer by layer\" viewBox=\"0 0 ",
              kWidth, " ", kHeight, "\">", drawing, "</svg>", element("figcaption", legend(blocks) + "<br>" + caption),
              "</figure>\n");
}

}  // namespace mininas
