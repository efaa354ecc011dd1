// Records as files of a run: one JSON object, indented, whose last key "digest" is the SHA-256 of everything else in it.
// One changed digit is found when the file is read; how it is laid out (spaces, lines) does not count.
#pragma once
#include <filesystem>
#include <string>

#include "search/record/record.h"

namespace mininas {

// Written whole (core/io/file.h). Requires: no key "digest".
void write_record(const std::filesystem::path& path, const Record& record);

// Without its digest. Throws IoError where there is no such file, FormatError where it is no record, or not the one that
// was written; `remedy` says what to do then.
Record read_record(const std::filesystem::path& path,
                   const std::string& remedy = "restore it, or begin a new run with another --out");

}  // namespace mininas
