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

// A section of a page with its heading; `content` is HTML, or empty if there is nothing to show.
struct HtmlSection {
  std::string heading, content;
};

// The whole document: `opening` (HTML), a table of contents, and the sections that are not empty.
std::string html_page(const std::string& title, const std::string& opening, const std::vector<HtmlSection>& sections);
// Names and values in two columns; values are HTML.
std::string html_facts(const std::vector<std::pair<std::string, std::string>>& facts);
// An element that may be wider than the page: it can be scrolled, also with the keyboard. `label` describes it for
// screen readers.
std::string html_scroll(const std::string& content, const std::string& label);

// Cells are HTML. Columns from index `numbers_from` on are right-aligned.
struct HtmlTable {
  std::string label;  // description for screen readers
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  size_t numbers_from = 1;
  bool dense = false;  // smaller, for many columns; in landscape format on paper
};
std::string to_html(const HtmlTable& table);

// A table that the reader can sort without scripts: a button for each sortable column, and the position of each row in
// that order as a number in its style. A page can have only one.
struct SortedTable {
  HtmlTable table;
  struct Order {
    std::string name;
    std::vector<size_t> places;  // [row]: position in this order
  };
  std::vector<Order> orders;   // the first one is the initial order
  std::vector<double> widths;  // of the columns, in letters
};
std::string to_html(const SortedTable& sorted);

// A coordinate in a drawing, with one decimal.
std::string svg_number(double value);
// An entry of a legend: a drawing of 22 x 12 (the contents of an <svg>) and its name.
std::string html_key(const std::string& drawing, const std::string& name);

// A picture as an <img> that contains its pixels. `encoded` comes from encode_bitmap (search/record/picture.h).
std::string html_picture(const std::string& encoded, int width, int height, const std::string& alternative);
}  // namespace mininas
