// Named options of a plain struct: one list serves the command line (`--depth-gain`), run.json ("depth-gain") and the
// check of ranges. A struct offers its list by a function `option_fields(options)`; the fields point into that struct.
#pragma once
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "search/record/record.h"

namespace mininas {

struct OptionField {
  std::string name;  // as on the command line, without the dashes
  std::string help;  // one line
  std::variant<int*, uint64_t*, float*, double*, bool*, std::vector<int>*> value;
  double low = 0, high = 0;  // legal range, ends included; of each element of a list; not used for bool
};
using OptionFields = std::vector<OptionField>;

// Throws ConfigError with the option's name and its range. Lists may be empty.
void validate(const OptionFields& fields);

Record to_record(const OptionFields& fields);
// Sets every field that `record` has; one that is younger than the record keeps its value. Throws FormatError where a
// value is no such value.
void from_record(const OptionFields& fields, const Record& record);

}  // namespace mininas
