// Options (core/options.h) as records: the form in which files store settings.
#pragma once
#include "core/options.h"
#include "search/record/record.h"

namespace mininas {

// Each field under its key.
Record to_record(const OptionFields& fields);
// Sets the fields that `record` has. What it lacks came after it was written and keeps its default, which is what was
// done before there was such an option; a damaged file is known by its digest. Throws FormatError if `record` has an
// unknown key, or a value that is not legal.
void from_record(const OptionFields& fields, const Record& record);

// A group of settings that is stored as a record of its own under its key. Options of a group without a key are stored
// directly.
struct OptionGroup {
  std::string key;
  OptionFields fields;
};
using OptionGroups = std::vector<OptionGroup>;

void validate(const OptionGroups& groups);
Record to_record(const OptionGroups& groups);
// `others` are keys of `record` that are read elsewhere.
void from_record(const OptionGroups& groups, const Record& record, const std::vector<std::string>& others = {});

}  // namespace mininas
