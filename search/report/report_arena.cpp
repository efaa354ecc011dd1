// Draws the arena over time: which bytes of RAM contain which tensor while the layers run, as the exporter places them
// (mcu/host/plan/memory_plan.h).
#include <algorithm>

#include "core/error.h"
#include "mcu/host/plan/device_operation.h"
#include "mcu/host/plan/memory_plan.h"
#include "search/cost/cost.h"
#include "search/report/html.h"
#include "search/report/report_parts.h"

namespace mininas {
namespace {

constexpr double kWidth = 420, kHeight = 230, kLeft = 52, kRight = 6, kTop = 24, kBottom = 36;  // of the drawing

// A part of the arena that contains the same tensor while the layers [first, last] run.
struct Piece {
  std::string name, colour;
  int64_t begin = 0, bytes = 0;
  int first = 0, last = 0;
};

// For each layer, the last layer of the strip that it runs in.
std::vector<int> strip_ends(const MemoryPlan& plan) {
  std::vector<int> ends(plan.layers.size());
  for (size_t i = 0; i < ends.size(); i += static_cast<size_t>(std::max(1, plan.layers[i].strip)))
    for (int k = 0; k < std::max(1, plan.layers[i].strip); ++k)
      ends[i + static_cast<size_t>(k)] = static_cast<int>(i) + std::max(1, plan.layers[i].strip) - 1;
  return ends;
}

// The output of a layer, from the beginning of its strip up to the end of the last strip that reads it.
Piece output_piece(const NetworkSpec& spec, const MemoryPlan& plan, const std::vector<int>& ends, int layer) {
  const LayerPlan& row = plan.layers[static_cast<size_t>(layer)];
  const ImageShape& shape = spec.shape(layer);
  const bool whole = row.output_rows >= shape.height;
  Piece piece{spec.layer(layer).name + (whole ? "" : text(", ", row.output_rows, " of its ", shape.height, " rows")),
              whole ? "kept" : "final",
              row.output,
              int64_t{std::min(row.output_rows, shape.height)} * shape.width * shape.channels,
              layer,
              ends[static_cast<size_t>(layer)]};
  while (piece.first > 0 && ends[static_cast<size_t>(piece.first) - 1] == ends[static_cast<size_t>(layer)])
    --piece.first;
  for (const int reader : spec.readers(layer)) piece.last = std::max(piece.last, ends[static_cast<size_t>(reader)]);
  return piece;
}

std::vector<Piece> pieces_of(const NetworkSpec& spec, const MemoryPlan& plan) {
  const std::vector<int> ends = strip_ends(plan);
  std::vector<Piece> pieces;
  for (int i = 0; i < spec.size(); ++i) {
    const LayerPlan& row = plan.layers[static_cast<size_t>(i)];
    if (row.output != kCallerBuffer) pieces.push_back(output_piece(spec, plan, ends, i));
    const int64_t scratch = scratch_bytes(spec.layer(i), spec.input_shape(i));
    if (scratch > 0) pieces.push_back({"scratch of " + spec.layer(i).name, "third", row.scratch, scratch, i, i});
  }
  return pieces;
}

std::string words(double x, double y, const char* anchor, const std::string& content) {
  return text("<text x=\"", svg_number(x), "\" y=\"", svg_number(y), "\" text-anchor=\"", anchor, "\">",
              escaped(content), "</text>");
}

class ArenaPicture {
 public:
  ArenaPicture(int layers, int64_t bytes) : layers_(layers), bytes_(bytes) {}

  double x(int layer) const { return kLeft + (kWidth - kLeft - kRight) * layer / layers_; }
  double y(int64_t address) const {
    return kHeight - kBottom - (kHeight - kBottom - kTop) * static_cast<double>(address) / static_cast<double>(bytes_);
  }
  std::string box(const Piece& piece) const {
    const int64_t end = piece.begin + piece.bytes;
    return text("<rect class=\"box\" x=\"", svg_number(x(piece.first)), "\" y=\"", svg_number(y(end)), "\" width=\"",
                svg_number(x(piece.last + 1) - x(piece.first)), "\" height=\"",
                svg_number(std::max(0.6, y(piece.begin) - y(end))), "\" fill=\"var(--", piece.colour, ")\">",
                element("title", escaped(text(piece.name, ": bytes ", grouped(piece.begin), " to ", grouped(end)))),
                "</rect>");
  }
  // Lines at quarters of the arena, and the numbers of some layers.
  std::string axes() const {
    std::string out = words(0, 11, "start", "address");
    for (int quarter = 0; quarter <= 4; ++quarter) {
      const int64_t address = bytes_ * quarter / 4;
      out += text("<line x1=\"", kLeft, "\" y1=\"", svg_number(y(address)), "\" x2=\"", kWidth - kRight, "\" y2=\"",
                  svg_number(y(address)), "\" stroke=\"var(--line)\"/>");
      out += words(kLeft - 5, y(address) + 4, "end", grouped(address));
    }
    const int every = (layers_ + 15) / 16;
    for (int layer = 0; layer < layers_; layer += every)
      out += words((x(layer) + x(layer + 1)) / 2, kHeight - kBottom + 15, "middle", std::to_string(layer + 1));
    return out + words(kWidth - kRight, kHeight - 6, "end", "layer that runs");
  }

 private:
  int layers_;
  int64_t bytes_;
};

std::string key(const char* colour, const char* name) {
  return html_key(text("<rect x=\"3\" y=\"1\" width=\"16\" height=\"10\" fill=\"var(--", colour, ")\"/>"), name);
}

}  // namespace

std::string arena_drawing(const NetworkSpec& spec, RamPlan ram_plan) {
  const MemoryPlan plan = plan_memory(spec, ram_plan);
  const ArenaPicture picture(spec.size(), plan.arena_bytes);
  const std::vector<Piece> pieces = pieces_of(spec, plan);
  std::string boxes, legend = key("kept", "whole tensor");
  for (const Piece& piece : pieces) boxes += picture.box(piece);
  const auto has = [&](const char* colour) {
    return std::any_of(pieces.begin(), pieces.end(), [&](const Piece& p) { return p.colour == colour; });
  };
  if (has("final")) legend += key("final", "some rows of a tensor, which layers pass on row by row");
  if (has("third")) legend += key("third", "scratch of a kernel");
  const auto widest =
      std::max_element(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) { return a.bytes < b.bytes; });
  const std::string alternative = text(
      "The arena over time: ", grouped(plan.arena_bytes), " bytes, ", pieces.size(), " pieces in ", spec.size(),
      " layers",
      widest == pieces.end() ? ""
                             : text("; the largest is ", widest->name, " with ", grouped(widest->bytes), " bytes"));
  return text(
      "<figure class=\"network\"><svg role=\"img\" aria-label=\"", escaped(alternative), "\" viewBox=\"0 0 ", kWidth,
      " ", kHeight, "\">", picture.axes(), boxes, "</svg>",
      element("figcaption", legend + "<br>A box is a piece of the arena in bytes, from the layer that begins to "
                                     "write it to the last one that reads it. Image and logits lie with the "
                                     "caller."),
      "</figure>\n");
}

}  // namespace mininas
