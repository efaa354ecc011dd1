// The source files of the project as text, for tests of the structure of the code.
#pragma once
#include <string>
#include <vector>

namespace mininas::test {

struct SourceFile {
  std::string path;  // relative to the root of the project: "core/io/file.h"
  std::string text;
};

// All .h, .cpp and .c files below `folders`, sorted by path. If the program does not run in the root of the project,
// the result is empty and the test is skipped.
std::vector<SourceFile> source_files(const std::vector<std::string>& folders);

// "core/io" of "core/io/file.h"
std::string folder_of(const std::string& path);

bool is_header(const SourceFile& file);

// The code of a C++ text, without comments and preprocessor lines and with empty strings and character literals.
std::string code_of(const std::string& text);

// The files that a text includes in quotation marks.
std::vector<std::string> included_files(const std::string& text);

}  // namespace mininas::test
