#include "search/space/chain.h"

#include "core/error.h"
#include "search/space/text_reader.h"

namespace mininas {
namespace {

SearchedLayer parse_layer(TextReader& in) {
  SearchedLayer layer;
  if (in.accept("c"))
    layer.operation = Operation::kConv;
  else if (!in.accept("s"))
    in.fail("'s' (separable) or 'c' (standard convolution) expected");
  for (const int kernel : {3, 5, 7})
    if (in.accept(std::to_string(kernel))) {
      layer.kernel = kernel;
      return layer;
    }
  in.fail("a kernel must be 3, 5 or 7");
}

}  // namespace

void validate(const Chain& c) {
  const auto refuse = [](const std::string& rule) { throw ConfigError(text("architecture: ", rule)); };
  if (c.width < 1 || c.width > kMaxWidth) refuse(text("width ", c.width, " must be 1 to ", kMaxWidth));
  if (c.depth() < kMinDepth || c.depth() > kMaxDepth)
    refuse(text("depth ", c.depth(), " must be ", kMinDepth, " to ", kMaxDepth));
  for (const SearchedLayer& layer : c.layers)
    if (layer.kernel != 3 && layer.kernel != 5 && layer.kernel != 7)
      refuse(text("kernel ", layer.kernel, " must be 3, 5 or 7"));
}

Chain plain_chain(int width, int depth) {
  Chain c;
  c.width = width;
  c.layers.assign(static_cast<size_t>(depth), SearchedLayer{});
  return c;
}

std::string to_text(const SearchedLayer& layer) {
  return text(layer.operation == Operation::kConv ? "c" : "s", layer.kernel);
}

std::string to_text(const Chain& c) {
  std::string out = text("w", c.width);
  for (size_t i = 0; i < c.layers.size();) {
    size_t end = i + 1;
    while (end < c.layers.size() && c.layers[end] == c.layers[i]) ++end;
    out += (i == 0 ? ":" : ",") + to_text(c.layers[i]);
    if (end - i > 1) out += text("*", end - i);
    i = end;
  }
  return out;
}

Chain parse_chain(const std::string& source) {
  TextReader in(source, "w16:s3*5,c5");
  Chain c;
  if (!in.accept("w")) in.fail("'w' and the width expected, 'graph:', or the name of a network");
  c.width = in.number("a width", 1, kMaxWidth);
  if (!in.accept(":")) in.fail("':' expected between the width and the layers");
  do {
    const SearchedLayer layer = parse_layer(in);
    const int room = kMaxDepth - c.depth();
    if (room == 0) in.fail(text("at most ", kMaxDepth, " layers"));
    const int count = in.accept("*") ? in.number(text("a run, of at most ", kMaxDepth, " layers in all,"), 1, room) : 1;
    c.layers.insert(c.layers.end(), static_cast<size_t>(count), layer);
  } while (in.accept(","));
  if (!in.at_end()) in.fail("',' or the end expected");
  if (c.depth() < kMinDepth)
    in.fail(text("at least ", kMinDepth, " layers, or both strides of 2 would be in one layer"));
  return c;
}

}  // namespace mininas
