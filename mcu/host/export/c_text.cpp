#include "mcu/host/export/c_text.h"

#include <cctype>
#include <cstdio>

#include "core/error.h"
#include "nn/layers/operations.h"

namespace mininas {
namespace {

constexpr size_t kLineLength = 120;

bool is_plain(char c) { return c >= ' ' && c <= '~'; }

template <class T>
std::string list(std::span<const T> values, int indent) {
  const std::string margin(static_cast<size_t>(indent), ' ');
  std::string out, line = margin;
  for (size_t i = 0; i < values.size(); ++i) {
    const std::string item = std::to_string(values[i]) + (i + 1 < values.size() ? "," : "");
    if (line.size() + 1 + item.size() > kLineLength) {
      out += line + "\n";
      line = margin;
    }
    if (line.size() > margin.size()) line += ' ';
    line += item;
  }
  return out + line;
}

}  // namespace

std::string c_identifier(int layer, const std::string& name) {
  std::string out = text("L", layer < 10 ? "0" : "", layer, "_");
  for (const char c : name) out += is_plain(c) && std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return out;
}

std::string c_string(const std::string& value) {
  std::string out = "\"";
  for (const char c : value) {
    char octal[5];
    std::snprintf(octal, sizeof octal, "\\%03o", static_cast<unsigned>(static_cast<unsigned char>(c)));
    const bool literal = is_plain(c) && c != '"' && c != '\\' && c != '?';  // two question marks could begin a trigraph
    if (literal)
      out += c;
    else
      out += octal;
  }
  return out + "\"";
}

std::string c_comment(const std::string& value) {
  std::string out;
  for (const char c : value) out += is_plain(c) && c != '*' && c != '/' && c != '?' && c != '\\' ? c : '_';
  return out;
}

std::string c_list(std::span<const int32_t> values, int indent) { return list(values, indent); }
std::string c_list(std::span<const int8_t> values, int indent) { return list(values, indent); }
std::string c_list(std::span<const uint8_t> values, int indent) { return list(values, indent); }

std::string describe_layer(const LayerSpec& layer, const ImageShape& in, const ImageShape& out) {
  std::string kind = to_text(layer.kind);
  if (traits_of(layer).largest_kernel > 0) {
    kind += text(" ", layer.kernel, "x", layer.kernel);
    if (layer.stride != 1) kind += text(", stride ", layer.stride);
  }
  return text(kind, ", ", to_text(in), " -> ", to_text(out), layer.relu ? ", ReLU" : "");
}

}  // namespace mininas
