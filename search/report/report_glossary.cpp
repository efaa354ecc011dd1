// The last section of a report: what its words mean.
#include <sstream>

#include "core/io/embedded.h"
#include "search/report/html.h"
#include "search/report/report_parts.h"

EMBED(glossary, "search/report/glossary.md");

namespace mininas {
namespace {

// HTML of a line of Markdown, of which only `code` is marked up.
std::string marked_up(const std::string& markdown) {
  std::string html, part;
  std::istringstream parts(markdown);
  for (bool code = false; std::getline(parts, part, '`'); code = !code)
    html += code ? element("code", escaped(part)) : escaped(part);
  return html;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> glossary() {
  std::vector<std::pair<std::string, std::string>> words;
  std::istringstream lines{std::string(EMBEDDED(glossary))};
  const std::string before = "* **", between = "**: ";
  for (std::string line; std::getline(lines, line);) {
    const size_t end = line.find(between);
    if (line.starts_with(before) && end != std::string::npos)
      words.emplace_back(line.substr(before.size(), end - before.size()), line.substr(end + between.size()));
  }
  return words;
}

HtmlSection glossary_part() {
  auto words = glossary();
  for (auto& [word, meaning] : words) meaning = marked_up(meaning);
  return {"Glossary", element("details", element("summary", "What the words of this page mean") + html_facts(words))};
}

}  // namespace mininas
