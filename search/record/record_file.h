// Records as files of a run: one indented JSON object, whose last key "digest" is the SHA-256 of all other keys and
// values. A single changed digit is detected when the file is read; changed spaces and line breaks do not matter.
#pragma once
#include <filesystem>
#include <string>

#include "search/record/record.h"

namespace mininas {

// Written completely or not at all (core/io/file.h). Requires that `record` has no key "digest".
void write_record(const std::filesystem::path& path, const Record& record);

// Returns the record without its digest. Throws IoError if there is no such file, FormatError if it is not a record or
// was changed; `remedy` says what to do then.
Record read_record(const std::filesystem::path& path,
                   const std::string& remedy = "restore it, or begin a new run with another --out");

}  // namespace mininas
