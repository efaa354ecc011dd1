// Comma-separated values, RFC 4180: a line a row, the first with the names of the columns; a cell that has a comma, a
// quotation mark or the end of a line in it stands in quotation marks.
#pragma once
#include <string>
#include <vector>

namespace mininas {

using CsvRow = std::vector<std::string>;
std::string to_csv(const std::vector<CsvRow>& rows);

// The shortest digits from which the same number is read again.
std::string csv_number(double value);

}  // namespace mininas
