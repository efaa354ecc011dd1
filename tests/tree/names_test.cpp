// Every name is defined once: if two files define types of the same name in the same namespace, the linker takes them
// for one type, and memory is corrupted.
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

// Reads the code of one file and collects the names that it defines in named namespaces.
class Definitions {
 public:
  Definitions(const SourceFile& file, std::set<std::string>& names) : header_(is_header(file)), names_(names) {
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
    for (const std::string& space : namespaces_) {
      if (space.empty()) return;  // an unnamed namespace: the name belongs to the file
      full += space + "::";
    }
    names_.insert(full + name);
  }

  bool header_;
  std::set<std::string>& names_;
  std::vector<std::string> namespaces_;
  int inside_ = 0;  // open braces within the innermost namespace
  std::string statement_;
};

std::set<std::string> defined_in(const SourceFile& file) {
  std::set<std::string> names;
  Definitions(file, names);
  return names;
}

}  // namespace

TEST_CASE("no two files define one name", "[tree][names]") {
  std::map<std::string, std::string> first;
  for (const SourceFile& file : source_files({"core", "datasets", "nn", "mcu/host", "search", "tests", "bench"})) {
    if (!is_header(file) && (file.path.starts_with("bench/") || file.path.starts_with("tests/mcu/programs/")))
      continue;  // separate programs
    for (const std::string& name : defined_in(file)) {
      const auto [known, is_new] = first.emplace(name, file.path);
      INFO(name << " is defined in " << known->second << " and in " << file.path);
      CHECK(is_new);
    }
  }
}

TEST_CASE("names are found in namespaces, and not inside of types, functions, comments and unnamed namespaces",
          "[tree][names]") {
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
  CHECK(defined_in({"x.h", text}) == std::set<std::string>{"a::b::One", "a::b::Two", "a::b::Three", "a::b::Four",
                                                           "a::b::kFive", "a::b::kSeven", "Global"});
  CHECK(defined_in({"x.cpp", text}) == std::set<std::string>{"a::b::One", "a::b::Two", "a::b::Three", "Global"});
}
