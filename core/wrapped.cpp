#include "core/wrapped.h"

#include <algorithm>

namespace mininas {
namespace {

// The indentation of the lines after a line that begins with `indent` spaces.
size_t hanging_indent(const std::string& line, size_t indent, size_t columns) {
  const size_t gap = line.find("  ", indent);
  const size_t after = gap == std::string::npos ? gap : line.find_first_not_of(' ', gap);
  return after == std::string::npos || after > columns / 2 ? indent : after;
}

std::string wrapped_line(const std::string& line, size_t columns) {
  const size_t indent = std::min(line.find_first_not_of(' '), line.size());
  const size_t hanging = hanging_indent(line, indent, columns);
  std::string out = line.substr(0, indent);
  size_t column = indent;
  for (size_t start = indent; start < line.size();) {
    const size_t end = std::min(line.find(' ', start), line.size());
    const bool first = start == indent, breaks = !first && column + 1 + (end - start) > columns;
    if (breaks) out += "\n" + std::string(hanging, ' ');
    if (!first && !breaks) out += ' ';
    column = (breaks ? hanging : column + (first ? 0 : 1)) + (end - start);
    out += line.substr(start, end - start);
    start = end + 1;
  }
  return out;
}

}  // namespace

std::string wrapped(const std::string& source, size_t columns) {
  std::string out;
  for (size_t start = 0; start < source.size();) {
    const size_t end = std::min(source.find('\n', start), source.size());
    out += wrapped_line(source.substr(start, end - start), columns);
    if (end < source.size()) out += '\n';
    start = end + 1;
  }
  return out;
}

std::string beside(const std::string& name, size_t width, const std::string& content, size_t columns) {
  const bool fits = name.size() + 2 <= width;
  std::string out = fits ? name + std::string(width - name.size(), ' ') : name + "\n" + std::string(width, ' ');
  for (const char c : wrapped(content, columns - width))
    out += c == '\n' ? "\n" + std::string(width, ' ') : std::string(1, c);
  return out + "\n";
}

}  // namespace mininas
