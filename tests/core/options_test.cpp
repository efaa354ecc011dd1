#include "core/options.h"

#include <cmath>
#include <limits>

#include "core/error.h"
#include "tests/support/catch.h"

using namespace mininas;

namespace {

enum class Colour { kRed, kGreen, kBlue };

int64_t parse_dozens(const std::string& word) {
  if (word.back() != 'd') throw ConfigError("'" + word + "' is no number of dozens");
  return 12 * std::stoll(word);
}

struct Settings {
  int count = 3;
  uint64_t seed = 7;
  float rate = 0.1f;
  double part = 0.5;
  bool flip = true;
  std::string place = "a b";
  std::vector<int> kernels = {7, 5};
  Colour colour = Colour::kGreen;
  int64_t eggs = 24;
};

OptionFields option_fields(Settings& s) {
  return {{"count", "how many", &s.count, 1, 10},
          {"seed", "of all", &s.seed, 0, 1.9e19},
          {"rate", "how fast", &s.rate, 0, 1},
          {"part", "of the whole", &s.part, 0, 1},
          {"flip", "or not", &s.flip},
          {"place", "where", &s.place},
          {"kernels", "in this order", &s.kernels, 3, 7},
          {"colour", "of the box", choice(s.colour, {"red", "green", "blue"})},
          {"eggs", "in the box", Amount{&s.eggs, parse_dozens}}};
}

}  // namespace

TEST_CASE("an option outside its range is refused with its name, value and range", "[core][options]") {
  Settings s;
  CHECK_NOTHROW(validate(option_fields(s)));
  s.count = 11;
  CHECK_THROWS_WITH(validate(option_fields(s)), "count 11: expected 1 to 10");
  s = {};
  s.rate = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_WITH(validate(option_fields(s)), "rate nan: expected 0 to 1");
  s = {};
  s.kernels = {5, 9};
  CHECK_THROWS_WITH(validate(option_fields(s)), "kernels 9: expected 3 to 7");
  s.kernels = {};
  CHECK_NOTHROW(validate(option_fields(s)));
}

TEST_CASE("the exact text distinguishes settings in any field, by a single bit", "[core][options]") {
  Settings s;
  const std::string before = exact_text(option_fields(s));
  CHECK_THAT(before, Catch::StartsWith("count=3 seed=7 rate=0x1.99999ap-4 part=0x1p-1 flip=1 place=\"a b\" kernels=7,5 "
                                       "colour=green eggs=24"));
  const std::vector<std::function<void(Settings&)>> changes = {
      [](Settings& c) { c.count = 4; },
      [](Settings& c) { c.seed = 8; },
      [](Settings& c) { c.rate = std::nextafter(c.rate, 1.0f); },
      [](Settings& c) { c.part = std::nextafter(c.part, 1.0); },
      [](Settings& c) { c.flip = false; },
      [](Settings& c) { c.place = "a"; },
      [](Settings& c) { c.kernels = {75}; },
      [](Settings& c) { c.colour = Colour::kBlue; },
      [](Settings& c) { c.eggs = 25; }};
  CHECK(changes.size() == option_fields(s).size());
  for (const auto& change : changes) {
    Settings other;
    change(other);
    CHECK(exact_text(option_fields(other)) != before);
  }
}

TEST_CASE("a choice accepts only its names", "[core][options]") {
  Colour colour = Colour::kRed;
  const Choice box = choice(colour, {"red", "green", "blue"});
  box.choose("blue");
  CHECK(colour == Colour::kBlue);
  CHECK(box.name() == "blue");
  CHECK_THROWS_WITH(box.choose("pink"), "'pink': expected red, green or blue");
  CHECK(colour == Colour::kBlue);
}

TEST_CASE("options can be left out by name", "[core][options]") {
  Settings s;
  const OptionFields fewer = without(option_fields(s), {"seed", "eggs"});
  REQUIRE(fewer.size() == option_fields(s).size() - 2);
  CHECK(fewer[1].name == "rate");
  CHECK_THROWS_AS(without(option_fields(s), {"hens"}), std::logic_error);
}
