// The source files of the project, as text, for tests on how the code is arranged.
#pragma once
#include <string>
#include <vector>

namespace mininas::test {

struct SourceFile {
  std::string path;  // from the root of the project: "core/io/file.h"
  std::string text;
};

// All .h, .cpp and .c files below `folders`, sorted by path. Empty, and the test skipped, where the program does not
// run in the root of the project.
std::vector<SourceFile> source_files(const std::vector<std::string>& folders);

// "core/io" of "core/io/file.h"
std::string folder_of(const std::string& path);

bool is_header(const SourceFile& file);

// The code of a C++ text: comments and the lines of the preprocessor are gone, strings and characters are empty.
std::string code_of(const std::string& text);

// The files that a text includes in quotation marks.
std::vector<std::string> included_files(const std::string& text);

}  // namespace mininas::test
