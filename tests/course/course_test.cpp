// The course stays true: its pages quote what its programs print and lines of their code, and both are compared here.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <sstream>

#include "core/error.h"
#include "core/io/file.h"
#include "tests/support/catch.h"
#include "tests/support/shell.h"
#include "tests/support/skip.h"

namespace fs = std::filesystem;
using namespace mininas;
using namespace mininas::test;

namespace {

const fs::path kCourse = "tests/course";

// The folders of the lessons, in order; none where the tests do not run in the root of the source tree.
std::vector<fs::path> lessons() {
  std::vector<fs::path> found;
  if (!fs::exists(kCourse)) {
    skip("the course is not in the current folder");
    return found;
  }
  for (const auto& entry : fs::directory_iterator(kCourse))
    if (entry.is_directory()) found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// The contents of the fenced blocks of a page whose language is `language`.
std::vector<std::string> blocks_of(const std::string& page, const std::string& language) {
  std::vector<std::string> blocks;
  bool inside = false, wanted = false;
  for (const std::string& line : lines_of(page)) {
    if (line.starts_with("```")) {
      inside = !inside;
      wanted = inside && line == "```" + language;
      if (wanted) blocks.emplace_back();
    } else if (wanted) {
      blocks.back() += line + '\n';
    }
  }
  return blocks;
}

// A block of a page that shows a command and what it prints.
struct Quote {
  std::string command;  // "build/release/course/1-gradient/lesson"
  std::string output;
};

std::vector<Quote> quotes_of(const fs::path& lesson) {
  std::vector<Quote> quotes;
  for (const std::string& block : blocks_of(read_text_file(lesson / "README.md"), "console")) {
    const size_t end = block.find('\n');
    REQUIRE(block.starts_with("$ "));
    quotes.push_back({block.substr(2, end - 2), block.substr(end + 1)});
  }
  return quotes;
}

// The program of a source file as a page names it, in the configuration that users build.
std::string command_of(const fs::path& source) {
  fs::path program = source.lexically_relative(kCourse);
  return (fs::path("build/release/course") / program.replace_extension()).string();
}

// The same program in the configuration under test.
std::string program_of(const std::string& command) {
  const char* build = std::getenv("MININAS_BUILD");
  const std::string users = "build/release/";
  REQUIRE(command.starts_with(users));
  return (build == nullptr ? "build/release" : build) + ("/" + command.substr(users.size()));
}

std::vector<fs::path> programs_in(const fs::path& lesson) {
  std::vector<fs::path> sources;
  for (const auto& entry : fs::directory_iterator(lesson))
    if (entry.path().extension() == ".cpp") sources.push_back(entry.path());
  return sources;
}

bool needs_a_board(const fs::path& lesson) { return lesson.filename() == "8-board"; }

// With one thread, which is faster for networks of this size where other programs run, too; the bits are the same.
void check_outputs(const fs::path& lesson) {
  for (const Quote& quote : quotes_of(lesson)) {
    INFO(lesson.string() << "/README.md quotes " << quote.command);
    const CommandResult result = run_command({"env", "OMP_NUM_THREADS=1", program_of(quote.command)});
    CHECK(result.ending == "");
    CHECK(result.errors == "");
    if (result.output.starts_with(kSkipped))
      skip_part(result.output.substr(kSkipped.size()));
    else
      CHECK(result.output == quote.output);
  }
}

std::string without_indentation(const std::string& text) {
  std::string result;
  for (const std::string& line : lines_of(text))
    result += line.substr(std::min(line.size(), line.find_first_not_of(' '))) + '\n';
  return result;
}

bool is_code(const std::string& line) {
  const size_t first = line.find_first_not_of(' ');
  return first != std::string::npos && line.compare(first, 2, "//") != 0;
}

}  // namespace

TEST_CASE("every page of the course quotes what its programs print", "[course]") {
  for (const fs::path& lesson : lessons())
    if (!needs_a_board(lesson)) check_outputs(lesson);
}

TEST_CASE("the course's page on emulated boards quotes what its programs print", "[course][board]") {
  for (const fs::path& lesson : lessons())
    if (needs_a_board(lesson)) check_outputs(lesson);
}

TEST_CASE("no program of the course is missing in its page", "[docs]") {
  for (const fs::path& lesson : lessons()) {
    std::set<std::string> quoted, present;
    for (const Quote& quote : quotes_of(lesson)) quoted.insert(quote.command);
    for (const fs::path& source : programs_in(lesson)) present.insert(command_of(source));
    INFO(lesson);
    CHECK(quoted == present);
    CHECK(present.contains(command_of(lesson / "lesson.cpp")));
    CHECK(present.contains(command_of(lesson / "solutions.cpp")));
  }
}

TEST_CASE("the code that a page of the course quotes stands in one of its programs", "[docs]") {
  for (const fs::path& lesson : lessons()) {
    std::string code;
    for (const fs::path& source : programs_in(lesson)) code += without_indentation(read_text_file(source));
    for (const std::string& block : blocks_of(read_text_file(lesson / "README.md"), "cpp")) {
      INFO(lesson.string() << "/README.md: " << block);
      CHECK(code.find(without_indentation(block)) != std::string::npos);
    }
  }
}

TEST_CASE("a lesson of the course has at most 60 lines of code", "[docs]") {
  for (const fs::path& lesson : lessons()) {
    const std::vector<std::string> lines = lines_of(read_text_file(lesson / "lesson.cpp"));
    INFO(lesson);
    CHECK(std::count_if(lines.begin(), lines.end(), is_code) <= 60);
  }
}
