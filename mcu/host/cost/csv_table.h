// Reads the tables of measured figures that are embedded in the program (code_sizes.csv, instruction_model.csv): one
// header line, then one row a line, cells separated by commas.
//
// Not a reader for other people's CSV files: there are no quotes and no empty lines.

#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace mininas {

struct CsvForm {
  std::string_view header;    // the first line, with a comma between the names of the columns
  std::string_view expected;  // what a row has, for the error
};

// Calls `take` with the cells of each row in turn; it answers whether it can read them. Throws FormatError, which names
// the table and the line, for another header, another number of cells, or a row that was not taken.
void read_csv(std::string_view csv, const std::string& name, const CsvForm& form,
              const std::function<bool(std::span<const std::string>)>& take);

}  // namespace mininas
