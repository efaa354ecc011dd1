#include "mcu/host/cost/csv_table.h"

#include <sstream>
#include <vector>

#include "core/error.h"

namespace mininas {
namespace {

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream in(line);
  for (std::string cell; std::getline(in, cell, ',');) cells.push_back(cell);
  return cells;
}

}  // namespace

void read_csv(std::string_view csv, const std::string& name, const CsvForm& form,
              const std::function<bool(std::span<const std::string>)>& take) {
  std::istringstream lines{std::string(csv)};
  std::string line;
  if (!std::getline(lines, line) || line != form.header)
    throw FormatError(text(name, ", line 1: expected '", form.header, "'"));
  const size_t columns = cells_of(line).size();
  for (int number = 2; std::getline(lines, line); ++number) {
    const std::vector<std::string> cells = cells_of(line);
    if (cells.size() != columns || !take(cells))
      throw FormatError(text(name, ", line ", number, ": expected ", form.expected, ", found '", line, "'"));
  }
}

}  // namespace mininas
