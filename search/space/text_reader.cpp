#include "search/space/text_reader.h"

#include <algorithm>

#include "core/error.h"

namespace mininas {
namespace {

// Errors are single lines: of a long text they show the part around the position.
std::string excerpt(const std::string& source, size_t position) {
  constexpr size_t kMaxExcerpt = 80, kBefore = 40;
  if (source.size() <= kMaxExcerpt) return source;
  const size_t begin = position > kBefore ? std::min(position - kBefore, source.size() - kMaxExcerpt) : 0;
  const bool ends_here = begin + kMaxExcerpt >= source.size();
  return (begin > 0 ? "..." : "") + source.substr(begin, kMaxExcerpt) + (ends_here ? "" : "...");
}

std::string printable(std::string source) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; };
  std::replace_if(source.begin(), source.end(), is_control, '?');
  return source;
}

}  // namespace

bool TextReader::accept(std::string_view token) {
  if (text_.compare(position_, token.size(), token) != 0) return false;
  position_ += token.size();
  return true;
}

void TextReader::require(std::string_view token, std::string_view rule) {
  if (!accept(token)) fail(text(rule, " expected"));
}

void TextReader::skip_spaces() {
  while (next() == ' ') ++position_;
}

int TextReader::number(std::string_view what, int low, int high) {
  const size_t start = position_;
  int value = 0;
  while (next_is_digit()) {
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

void TextReader::fail(std::string_view rule) const {
  throw ConfigError(text("architecture '", printable(excerpt(text_, position_)), "', position ", position_ + 1, ": ",
                         rule, " (an example: ", example_, ")"));
}

}  // namespace mininas
