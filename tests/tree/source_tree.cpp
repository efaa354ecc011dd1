#include "tests/tree/source_tree.h"

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "core/io/file.h"
#include "tests/support/skip.h"

namespace fs = std::filesystem;

namespace mininas::test {

namespace {

bool is_source(const fs::path& path) {
  const std::string extension = path.extension();
  return extension == ".h" || extension == ".cpp" || extension == ".c";
}

// The position after the string, character or raw string that begins at `at`.
size_t behind_quoted(const std::string& text, size_t at) {
  if (text[at] == '"' && at > 0 && text[at - 1] == 'R') {
    const std::string end = ")" + text.substr(at + 1, text.find('(', at) - at - 1) + "\"";
    return std::min(text.size(), text.find(end, at) + end.size());
  }
  const char quote = text[at];
  for (++at; at < text.size() && text[at] != quote; ++at)
    if (text[at] == '\\') ++at;
  return at + 1;
}

// An apostrophe between digits separates thousands.
bool is_quote(const std::string& text, size_t at) {
  return text[at] == '"' || (text[at] == '\'' && (at == 0 || !std::isalnum(static_cast<unsigned char>(text[at - 1]))));
}

// The position after the comment or preprocessor line that begins at `at`, or `at` if there is none.
size_t behind_skipped(const std::string& text, size_t at) {
  const auto behind = [&](const char* end, size_t length) {
    const size_t found = text.find(end, at);
    return found == std::string::npos ? text.size() : found + length;
  };
  if (text.compare(at, 2, "//") == 0) return behind("\n", 0);
  if (text.compare(at, 2, "/*") == 0) return behind("*/", 2);
  if (text[at] != '#') return at;
  size_t end = at;
  do end = std::min(text.find('\n', end + 1), text.size());
  while (end < text.size() && text[end - 1] == '\\');
  return end;
}

}  // namespace

std::vector<SourceFile> source_files(const std::vector<std::string>& folders) {
  std::vector<SourceFile> files;
  if (!fs::exists("Makefile") || !fs::exists("core/tensor.h")) {
    skip("the sources are not in the current folder");
    return files;
  }
  for (const std::string& folder : folders)
    for (const auto& entry : fs::recursive_directory_iterator(folder))
      if (entry.is_regular_file() && is_source(entry.path()))
        files.push_back({entry.path().string(), read_text_file(entry.path())});
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return files;
}

std::string folder_of(const std::string& path) { return fs::path(path).parent_path().string(); }

bool is_header(const SourceFile& file) { return file.path.ends_with(".h"); }

std::string code_of(const std::string& text) {
  std::string code;
  for (size_t at = 0; at < text.size();) {
    if (const size_t behind = behind_skipped(text, at); behind != at) {
      at = behind;
    } else if (is_quote(text, at)) {
      at = behind_quoted(text, at);
      code += "\"\"";
    } else {
      code += text[at++];
    }
  }
  return code;
}

std::vector<std::string> included_files(const std::string& text) {
  std::vector<std::string> files;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    char hash = 0;
    std::string word, file;
    if (words >> hash >> word >> file && hash == '#' && word == "include" && file.size() > 2 && file[0] == '"')
      files.push_back(file.substr(1, file.size() - 2));
  }
  return files;
}

}  // namespace mininas::test
