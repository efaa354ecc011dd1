// The documents are consistent with files and figures: every relative link and every file that a document names exists,
// and every figure in the text of a link to a result file occurs in that file. A document quotes a measurement as
// `[98.40 % in 56,264 bytes](bench/results/main-job.md)`, so a new measurement cannot leave an old figure in the text.
// The tests run in the root of the source tree, as with `make test`; elsewhere they are skipped.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/skip.h"

namespace fs = std::filesystem;

namespace {

struct Document {
  fs::path path;
  std::string text, prose;  // prose: without code blocks
};

std::string read(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Without fenced and indented code blocks, whose brackets are not links.
std::string without_code(const std::string& text) {
  std::istringstream lines(text);
  std::string prose;
  bool fenced = false;
  for (std::string line; std::getline(lines, line);) {
    const bool fence = line.starts_with("```");
    if (!fenced && !fence && !line.starts_with("    ")) prose += line + '\n';
    if (fence) fenced = !fenced;
  }
  return prose;
}

bool is_source_folder(const fs::path& folder) { return folder.filename() != "build" && folder.filename() != ".git"; }

// The files below a folder that belong to the project.
std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  for (fs::recursive_directory_iterator it(folder), end; it != end; ++it) {
    if (it->is_directory() && !is_source_folder(it->path())) it.disable_recursion_pending();
    if (it->is_regular_file()) files.push_back(it->path());
  }
  return files;
}

std::vector<Document> documents() {
  std::vector<Document> all;
  if (!fs::exists("README.md") || !fs::exists("Makefile")) return all;
  for (const fs::path& path : files_below("."))
    if (path.extension() == ".md") all.push_back({path, read(path), without_code(read(path))});
  return all;
}

std::vector<std::smatch> matches(const std::string& text, const std::regex& pattern) {
  return {std::sregex_iterator(text.begin(), text.end(), pattern), std::sregex_iterator()};
}

struct Link {
  std::string label, target;
};

// Links [label](target), and images in HTML.
std::vector<Link> links_of(const Document& document) {
  static const std::regex markdown(R"(\[([^\]]*)\]\(([^)\s]+)\))"), html("(?:src|srcset|href)=\"([^\"]+)\"");
  std::vector<Link> links;
  for (const auto& match : matches(document.prose, markdown)) links.push_back({match[1], match[2]});
  for (const auto& match : matches(document.prose, html)) links.push_back({"", match[1]});
  std::erase_if(links, [](const Link& link) { return link.target.find("://") != std::string::npos; });
  return links;
}

// The part of a link before '#'; empty for a link within the document.
fs::path linked_file(const Document& document, const Link& link) {
  const std::string file = link.target.substr(0, link.target.find('#'));
  return file.empty() ? document.path : document.path.parent_path() / file;
}

// The anchors that a Markdown renderer gives to the headings of a document.
std::set<std::string> anchors_of(const fs::path& path) {
  static const std::regex heading("(?:^|\n)#+ ([^\n]+)");
  std::set<std::string> anchors;
  const std::string text = without_code(read(path));
  for (const auto& match : matches(text, heading)) {
    std::string anchor;
    for (const char c : match[1].str()) {
      if (std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_')
        anchor += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      else if (c == ' ')
        anchor += '-';
    }
    anchors.insert(anchor);
  }
  return anchors;
}

// Names of source files in `code`: with an extension that only files of the project have. Files that the program writes
// are not included: they are in an export, in build/, or below a placeholder such as RUN.
std::vector<std::string> named_files(const Document& document) {
  static const std::regex name("`([A-Za-z0-9_./*-]+\\.(?:h|cpp|c|sh|py|md|csv|svg))`"),
      placeholder("(.*/)?(?!README)[A-Z_]+[./].*");
  static const std::set<std::string> exported = {"model.h", "model.c", "selftest.c"};
  std::vector<std::string> names;
  for (const auto& match : matches(document.prose, name)) {
    const std::string file = match[1];
    const bool written = file.starts_with("build/") || exported.contains(file);
    if (!written && !std::regex_match(file, placeholder)) names.push_back(file);
  }
  return names;
}

// Whether `name` ends `path` at the beginning of a path component; '*' stands for any part of a component.
bool names_file(const std::string& name, const fs::path& path) {
  std::string pattern = "(.*/)?";
  for (const char c : name) pattern += c == '*' ? "[^/]*" : c == '.' ? "\\." : std::string(1, c);
  return std::regex_match(path.generic_string(), std::regex(pattern));
}

// A name may be relative to the root, relative to the document's folder, or the end of a path below that folder.
bool exists(const Document& document, const std::string& name) {
  const fs::path folder = document.path.parent_path();
  if (fs::exists(name) || fs::exists(folder / name)) return true;
  const std::vector<fs::path> files = files_below(folder);
  return std::any_of(files.begin(), files.end(), [&](const fs::path& path) { return names_file(name, path); });
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Whether a number continues at text[at] in the direction `step`: with a digit, or with a point or comma and then a
// digit.
bool goes_on(const std::string& text, size_t at, int step) {
  if (at >= text.size()) return false;
  const size_t next = at + static_cast<size_t>(step);
  return is_digit(text[at]) || ((text[at] == '.' || text[at] == ',') && next < text.size() && is_digit(text[next]));
}

// Whether `figure` occurs in `text` and is not part of a longer number.
bool quotes(const std::string& text, const std::string& figure) {
  for (size_t at = text.find(figure); at != std::string::npos; at = text.find(figure, at + 1))
    if (!goes_on(text, at - 1, -1) && !goes_on(text, at + figure.size(), 1)) return true;
  return false;
}

bool is_result(const fs::path& path) { return path.generic_string().find("bench/results/") != std::string::npos; }

bool skipped(const std::vector<Document>& all) {
  if (all.empty()) mininas::test::skip("README.md and Makefile are not in the working directory");
  return all.empty();
}

}  // namespace

TEST_CASE("every link in a document leads to a file or a heading that exists", "[docs]") {
  const std::vector<Document> all = documents();
  if (skipped(all)) return;
  for (const Document& document : all)
    for (const Link& link : links_of(document)) {
      INFO(document.path.string() << ": (" << link.target << ")");
      const fs::path file = linked_file(document, link);
      CHECK(fs::exists(file));
      const size_t hash = link.target.find('#');
      if (hash != std::string::npos && fs::exists(file)) CHECK(anchors_of(file).contains(link.target.substr(hash + 1)));
    }
}

TEST_CASE("every source file that a document names exists", "[docs]") {
  const std::vector<Document> all = documents();
  if (skipped(all)) return;
  for (const Document& document : all)
    for (const std::string& name : named_files(document)) {
      INFO(document.path.string() << ": `" << name << "`");
      CHECK(exists(document, name));
    }
}

TEST_CASE("every figure in the text of a link to a result file occurs in that file", "[docs]") {
  static const std::regex figure("[0-9]+(?:[.,][0-9]+)*");
  const std::vector<Document> all = documents();
  if (skipped(all)) return;
  for (const Document& document : all)
    for (const Link& link : links_of(document)) {
      const fs::path file = linked_file(document, link);
      if (!is_result(file) || file.extension() != ".md") continue;
      const std::string result = read(file);
      for (const auto& match : matches(link.label, figure)) {
        INFO(document.path.string() << ": [" << link.label << "](" << link.target << "): " << match.str());
        CHECK(quotes(result, match.str()));
      }
    }
}

TEST_CASE("result files are summaries: at most 70 lines", "[docs]") {
  const std::vector<Document> all = documents();
  if (skipped(all)) return;
  for (const Document& document : all)
    if (is_result(document.path)) {
      INFO(document.path.string());
      CHECK(std::count(document.text.begin(), document.text.end(), '\n') <= 70);
    }
}
