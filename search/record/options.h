// Options (core/options.h) as records: the form in which files keep settings.
#pragma once
#include "core/options.h"
#include "search/record/record.h"

namespace mininas {

// Under their keys.
Record to_record(const OptionFields& fields);
// Sets every field. Throws FormatError where `record` lacks one of them, has a key that is none of them, or a value that
// is no such value.
void from_record(const OptionFields& fields, const Record& record);

// Settings in parts, each a record of its own under its key; the options of a part without a key stand beside these.
struct OptionGroup {
  std::string key;
  OptionFields fields;
};
using OptionGroups = std::vector<OptionGroup>;

void validate(const OptionGroups& groups);
Record to_record(const OptionGroups& groups);
// `others`: keys of `record` that are read elsewhere.
void from_record(const OptionGroups& groups, const Record& record, const std::vector<std::string>& others = {});

}  // namespace mininas
