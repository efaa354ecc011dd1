// The few pieces of HTML that a report needs. A report is one file: styles inside, pictures inside, no script, no
// address to load from; readable on narrow and wide screens, in light and dark.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace mininas {

// Text with the letters that HTML would read as its own replaced.
std::string escaped(const std::string& text);

// <tag class="kind">content</tag>; `content` is HTML.
std::string element(const std::string& tag, const std::string& content, const std::string& kind = "");

// The whole document. `body` is HTML.
std::string html_page(const std::string& title, const std::string& body);
// A part with a heading.
std::string html_section(const std::string& heading, const std::string& content);
// Names and values in two columns; values are HTML.
std::string html_facts(const std::vector<std::pair<std::string, std::string>>& facts);

// Cells are HTML. `numbers_from`: index of the first column that is set to the right.
struct HtmlTable {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  size_t numbers_from = 1;
  bool dense = false;  // smaller, for many columns
};
std::string to_html(const HtmlTable& table);

// A length in a drawing, to a tenth.
std::string svg_number(double value);
// An entry of a legend: a drawing of 22 x 12 (the inside of an <svg>) and its name.
std::string html_key(const std::string& drawing, const std::string& name);

// A picture as an <img> that carries its pixels. `encoded`: encode_bitmap's (search/record/picture.h).
std::string html_picture(const std::string& encoded, int width, int height, const std::string& alternative);
}  // namespace mininas
