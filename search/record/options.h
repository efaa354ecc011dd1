// Options (core/options.h) as records: the form in which files keep settings.
#pragma once
#include "core/options.h"
#include "search/record/record.h"

namespace mininas {

Record to_record(const OptionFields& fields);
// Sets every field. Throws FormatError where `record` lacks one of them, has a key that is none of them, or a value that
// is no such value.
void from_record(const OptionFields& fields, const Record& record);

}  // namespace mininas
