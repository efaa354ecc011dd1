// The HTML elements of a report. A report is one file that contains its styles and pictures, has no script and loads
// nothing. It is readable on narrow and wide screens, in light and dark mode.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace mininas {

// Text with the special characters of HTML replaced.
std::string escaped(const std::string& text);

// <tag class="kind">content</tag>; `content` is HTML.
std::string element(const std::string& tag, const std::string& content, const std::string& kind = "");

// The whole document. `body` is HTML.
std::string html_page(const std::string& title, const std::string& body);
// A section with a heading.
std::string html_section(const std::string& heading, const std::string& content);
// A list of names and values in two columns; values are HTML.
std::string html_facts(const std::vector<std::pair<std::string, std::string>>& facts);

// Cells are HTML. Columns from index `numbers_from` on are right-aligned.
struct HtmlTable {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  size_t numbers_from = 1;
  bool dense = false;  // smaller, for many columns
};
std::string to_html(const HtmlTable& table);

// A coordinate in a drawing, with one decimal.
std::string svg_number(double value);
// An entry of a legend: a drawing of 22 x 12 (the contents of an <svg>) and its name.
std::string html_key(const std::string& drawing, const std::string& name);

// A picture as an <img> that contains its pixels. `encoded` comes from encode_bitmap (search/record/picture.h).
std::string html_picture(const std::string& encoded, int width, int height, const std::string& alternative);
}  // namespace mininas
