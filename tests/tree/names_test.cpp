// Every name is defined once: if two files define types of the same name in the same namespace, the linker takes them
// for one type, and memory is corrupted. Nor does a file have a type of its own, in an unnamed namespace, with a name
// that a header defines: it would not compile once that header is among those that it includes.
#include <map>
#include <regex>
#include <set>

#include "core/error.h"
#include "tests/support/catch.h"
#include "tests/tree/source_tree.h"

using namespace mininas;
using namespace mininas::test;

namespace {

// Texts that open a brace, or end in a semicolon, at the level of namespaces.
const std::regex kNamespace(R"((inline )?namespace ?([\w:]*) ?)");
const std::regex kType(
    R"((template ?<.*> ?)?(struct|class|union|enum|enum class|enum struct) (alignas ?\(.*\) ?)?(\w+)( final)?( ?:[^:].*)?)");
const std::regex kAlias(R"((template ?<.*> ?)?using (\w+) ?=.*)");
const std::regex kConstant(R"((inline )?constexpr [^()=]*?(\w+)(\[[^=]*\])? ?(=.*)?)");

std::string squeezed(const std::string& statement) {
  std::string out;
  for (const char c : statement) {
    const bool space = std::isspace(static_cast<unsigned char>(c));
    if (!space)
      out += c;
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

struct Names {
  std::set<std::string> shared;  // defined in named namespaces
  std::set<std::string> own;     // defined in unnamed namespaces, as if these were not there
};

// Reads the code of one file and collects the names that it defines.
class Definitions {
 public:
  Definitions(const SourceFile& file, Names& names) : header_(is_header(file)), names_(names) {
    for (const char c : code_of(file.text)) take(c);
  }

 private:
  void take(char c) {
    if (c == '{') open();
    if (c == '}') close();
    if (c == ';' && inside_ == 0) end();
    statement_ = c == '{' || c == '}' || c == ';' ? "" : statement_ + c;
  }

  void open() {
    const std::string statement = squeezed(statement_);
    std::smatch match;
    if (inside_ == 0 && std::regex_match(statement, match, kNamespace)) {
      namespaces_.push_back(match[2]);
      return;
    }
    if (inside_++ > 0) return;
    if (std::regex_match(statement, match, kType)) define(match[4]);
    if (header_ && std::regex_match(statement, match, kConstant)) define(match[2]);
  }

  void close() {
    if (inside_ > 0)
      --inside_;
    else if (!namespaces_.empty())
      namespaces_.pop_back();
  }

  void end() {
    const std::string statement = squeezed(statement_);
    std::smatch match;
    if (header_ && std::regex_match(statement, match, kAlias)) define(match[2]);
    if (header_ && std::regex_match(statement, match, kConstant)) define(match[2]);
  }

  void define(const std::string& name) {
    std::string full;
    bool own = false;
    for (const std::string& space : namespaces_) {
      own |= space.empty();
      if (!space.empty()) full += space + "::";
    }
    (own ? names_.own : names_.shared).insert(full + name);
  }

  bool header_;
  Names& names_;
  std::vector<std::string> namespaces_;
  int inside_ = 0;  // open braces within the innermost namespace
  std::string statement_;
};

Names defined_in(const SourceFile& file) {
  Names names;
  Definitions(file, names);
  return names;
}

}  // namespace

TEST_CASE("no two files define one name", "[tree][names]") {
  std::map<std::string, std::string> first;
  for (const SourceFile& file : source_files({"core", "datasets", "nn", "mcu/host", "search", "tests", "bench"})) {
    if (!is_header(file) && (file.path.starts_with("bench/") || file.path.starts_with("tests/mcu/programs/")))
      continue;  // separate programs
    for (const std::string& name : defined_in(file).shared) {
      const auto [known, is_new] = first.emplace(name, file.path);
      INFO(name << " is defined in " << known->second << " and in " << file.path);
      CHECK(is_new);
    }
  }
}

TEST_CASE("no file has a type of its own with the name of one in a header", "[tree][names]") {
  std::map<std::string, std::string> headers;
  const std::vector<SourceFile> files = source_files({"core", "datasets", "nn", "mcu/host", "search"});
  for (const SourceFile& file : files)
    if (is_header(file))
      for (const std::string& name : defined_in(file).shared) headers.emplace(name, file.path);
  for (const SourceFile& file : files)
    for (const std::string& name : defined_in(file).own) {
      INFO(name << " of " << file.path << " is also in " << headers[name]);
      CHECK(headers[name].empty());
    }
}

TEST_CASE("names are found in namespaces, and not inside of types, functions and comments", "[tree][names]") {
  const std::string text = R"cpp(
#define MACRO \
      {           \
        struct {  \
          class A {
    // struct Commented {};
    namespace a::b {
    struct One final : Base<int> {
      struct Inner {};
      int x = 1'000;
      char c = '{';
    };
    struct Declared;
    template <class T, int N>
    class Two : public One {
      void f() {
        struct Local {};
      }
    };
    template <>
    struct Two<int, 3> {};
    enum class Three { kA, kB };
    using Four = std::vector<int>;
    constexpr int kFive = 5, kSixth = 6;
    constexpr double kSeven[] = {1, 2};
    inline int function(int a) { return a; }
    Four declared(const One& one = {});
    namespace {
    struct Hidden {};
    }
    const char* s = "struct Quoted {";
    }  // namespace a::b
    struct Global {};
  )cpp";
  CHECK(defined_in({"x.h", text}).shared == std::set<std::string>{"a::b::One", "a::b::Two", "a::b::Three", "a::b::Four",
                                                                  "a::b::kFive", "a::b::kSeven", "Global"});
  CHECK(defined_in({"x.cpp", text}).shared == std::set<std::string>{"a::b::One", "a::b::Two", "a::b::Three", "Global"});
  CHECK(defined_in({"x.cpp", text}).own == std::set<std::string>{"a::b::Hidden"});
}
