#include "core/wrapped.h"

#include <algorithm>

namespace mininas {
namespace {

std::string wrapped_line(const std::string& line, size_t columns) {
  const size_t indent = std::min(line.find_first_not_of(' '), line.size());
  std::string out = line.substr(0, indent);
  size_t column = indent;
  for (size_t start = indent; start < line.size();) {
    const size_t end = std::min(line.find(' ', start), line.size());
    const bool first = start == indent, breaks = !first && column + 1 + (end - start) > columns;
    if (breaks) out += "\n" + std::string(indent, ' ');
    if (!first && !breaks) out += ' ';
    column = (breaks ? indent : column + (first ? 0 : 1)) + (end - start);
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

}  // namespace mininas
