#include "core/wrapped.h"

#include <iterator>
#include <sstream>
#include <vector>

#include "core/rng.h"
#include "tests/support/catch.h"

using namespace mininas;

TEST_CASE("a long text is broken between words, and its own line breaks and indents stay", "[core][wrapped]") {
  CHECK(wrapped("", 10) == "");
  CHECK(wrapped("one two", 7) == "one two");
  CHECK(wrapped("one two", 6) == "one\ntwo");
  CHECK(wrapped("one two three\n\nfour\n", 9) == "one two\nthree\n\nfour\n");
  CHECK(wrapped("  one two three", 9) == "  one two\n  three");
  CHECK(wrapped("a unbreakable b", 5) == "a\nunbreakable\nb");
  CHECK(wrapped("one  two", 40) == "one  two");  // columns of a table
}

TEST_CASE("a text beside a name goes on below the text", "[core][wrapped]") {
  CHECK(wrapped("  idx:DIR  files of the MNIST family", 24) == "  idx:DIR  files of the\n           MNIST family");
  CHECK(beside("  --out", 10, "folder of the run", 20) == "  --out   folder of\n          the run\n");
  CHECK(beside("  --out", 9, "folder", 20) == "  --out  folder\n");
  CHECK(beside("  --output", 9, "folder", 20) == "  --output\n         folder\n");
}

TEST_CASE("wrapping keeps every word in its order, and no line is too long", "[core][wrapped]") {
  Rng rng(1);
  for (int i = 0; i < 200; ++i) {
    std::string source;
    for (uint32_t words = rng.below(30); words > 0; --words) {
      const uint32_t length = 1 + rng.below(8);
      source += std::string(length, static_cast<char>('a' + rng.below(26)));
      source += rng.below(9) == 0 ? "\n" : " ";
    }
    const size_t columns = 8 + rng.below(40);
    const auto words_of = [](const std::string& all) {
      std::istringstream in(all);
      return std::vector<std::string>(std::istream_iterator<std::string>(in), {});
    };
    const std::string broken = wrapped(source, columns);
    CHECK(words_of(broken) == words_of(source));
    std::istringstream lines(broken);
    for (std::string line; std::getline(lines, line);) CHECK(line.size() <= columns + 1);  // a space may end it
  }
}
