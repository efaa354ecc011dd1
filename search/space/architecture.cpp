#include "search/space/architecture.h"

#include <cctype>

#include "core/error.h"

namespace mininas {
namespace {

// Walks over the text form; every complaint names the place.
class Reader {
 public:
  explicit Reader(const std::string& source) : text_(source) {}

  bool at_end() const { return position_ == text_.size(); }

  bool accept(const std::string& token) {
    if (text_.compare(position_, token.size(), token) != 0) return false;
    position_ += token.size();
    return true;
  }

  int number(const std::string& what, int low, int high) {
    const size_t start = position_;
    int value = 0;
    while (!at_end() && std::isdigit(static_cast<unsigned char>(text_[position_]))) {
      value = value * 10 + (text_[position_++] - '0');
      if (value > high) break;
    }
    if (position_ == start) fail(text(what, " expected"));
    if (value < low || value > high) {
      position_ = start;
      fail(text(what, " must be ", low, " to ", high));
    }
    return value;
  }

  [[noreturn]] void fail(const std::string& rule) const {
    throw ConfigError(
        text("architecture '", text_, "', position ", position_ + 1, ": ", rule, " (an example: w16:s3*5,c5)"));
  }

 private:
  const std::string& text_;
  size_t position_ = 0;
};

SearchedLayer parse_layer(Reader& in) {
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

void validate(const Architecture& a) {
  const auto refuse = [](const std::string& rule) { throw ConfigError(text("architecture: ", rule)); };
  if (a.width < 1 || a.width > kMaxWidth) refuse(text("width ", a.width, " must be 1 to ", kMaxWidth));
  if (a.depth() < kMinDepth || a.depth() > kMaxDepth)
    refuse(text("depth ", a.depth(), " must be ", kMinDepth, " to ", kMaxDepth));
  for (const SearchedLayer& layer : a.layers)
    if (layer.kernel != 3 && layer.kernel != 5 && layer.kernel != 7)
      refuse(text("kernel ", layer.kernel, " must be 3, 5 or 7"));
}

Architecture plain_architecture(int width, int depth) {
  Architecture a;
  a.width = width;
  a.layers.assign(static_cast<size_t>(depth), SearchedLayer{});
  return a;
}

std::string to_text(const SearchedLayer& layer) {
  return text(layer.operation == Operation::kConv ? "c" : "s", layer.kernel);
}

std::string to_text(const Architecture& a) {
  std::string out = text("w", a.width);
  for (size_t i = 0; i < a.layers.size();) {
    size_t end = i + 1;
    while (end < a.layers.size() && a.layers[end] == a.layers[i]) ++end;
    out += (i == 0 ? ":" : ",") + to_text(a.layers[i]);
    if (end - i > 1) out += text("*", end - i);
    i = end;
  }
  return out;
}

Architecture parse_architecture(const std::string& source) {
  Reader in(source);
  Architecture a;
  if (!in.accept("w")) in.fail("'w' and the width expected, or the name of a network");
  a.width = in.number("a width", 1, kMaxWidth);
  if (!in.accept(":")) in.fail("':' expected between the width and the layers");
  do {
    const SearchedLayer layer = parse_layer(in);
    const int room = kMaxDepth - a.depth();
    if (room == 0) in.fail(text("at most ", kMaxDepth, " layers"));
    const int count = in.accept("*") ? in.number(text("a run, of at most ", kMaxDepth, " layers in all,"), 1, room) : 1;
    a.layers.insert(a.layers.end(), static_cast<size_t>(count), layer);
  } while (in.accept(","));
  if (!in.at_end()) in.fail("',' or the end expected");
  if (a.depth() < kMinDepth)
    in.fail(text("at least ", kMinDepth, " layers, or the two halvings of the image would fall on one layer"));
  return a;
}

}  // namespace mininas
