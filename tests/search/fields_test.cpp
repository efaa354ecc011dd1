#include "search/record/fields.h"

#include "core/error.h"
#include "tests/support/catch.h"

using namespace mininas;

namespace {

struct Size {
  int64_t bytes = 0;
  std::optional<std::string> unit;
};

struct Step {
  int index = 0;
  double loss = 0;
};

struct Outer {
  std::string name;
  bool good = false;
  Size size;                  // flat
  std::optional<Step> last;   // flat, if present
  std::vector<Step> steps;    // a list of records
  std::optional<Size> inner;  // an inner record, if present
  uint64_t seed = 0;
};

}  // namespace

namespace mininas {
template <>
inline constexpr auto kFields<Size> = std::tuple(field("bytes", &Size::bytes), field("unit", &Size::unit));
template <>
inline constexpr auto kFields<Step> = std::tuple(field("index", &Step::index), field("loss", &Step::loss));
template <>
inline constexpr auto kFields<Outer> = std::tuple(field("name", &Outer::name), field("good", &Outer::good),
                                                  part(&Outer::size), part(&Outer::last), field("steps", &Outer::steps),
                                                  field("inner", &Outer::inner), field("seed", &Outer::seed));
}  // namespace mininas

TEST_CASE("a struct and its record are each other's inverse, with and without what is optional", "[search][record]") {
  Outer value;
  value.name = "a";
  value.good = true;
  value.size = {3, "KiB"};
  value.last = Step{7, 0.5};
  value.steps = {{0, 2.5}, {1, 1.25}};
  value.inner = Size{4, {}};
  value.seed = ~uint64_t{0};
  const std::string line = to_record(value).to_line();
  CHECK(line ==
        R"({"name":"a","good":true,"bytes":3,"unit":"KiB","index":7,"loss":0.5,"steps":[{"index":0,"loss":2.5},)"
        R"({"index":1,"loss":1.25}],"inner":{"bytes":4},"seed":18446744073709551615})");
  CHECK(to_record(from_record<Outer>(Record::parse(line, "file"))).to_line() == line);
  Outer without;
  without.name = "a";
  without.size.bytes = 3;
  const std::string shorter = to_record(without).to_line();
  CHECK(shorter == R"({"name":"a","good":false,"bytes":3,"steps":[],"seed":0})");
  const Outer back = from_record<Outer>(Record::parse(shorter, "file"));
  CHECK_FALSE(back.last);
  CHECK_FALSE(back.inner);
}

TEST_CASE("a record that lacks a field, has another one or a wrong value is refused with the place",
          "[search][record]") {
  const auto complaint = [](const std::string& content) -> std::string {
    try {
      from_record<Size>(Record::parse(content, "RUN/size.json"));
    } catch (const FormatError& error) {
      return error.what();
    }
    return "";
  };
  CHECK(complaint(R"({"bytes":1})").empty());
  CHECK(complaint(R"({"unit":"KiB"})") == "RUN/size.json: 'bytes' is missing, expected an integer");
  CHECK(complaint(R"({"bytes":1,"weight":2})") ==
        "RUN/size.json: unknown key 'weight'; another version of this program wrote it");
  CHECK(complaint(R"({"bytes":1,"unit":2})") == "RUN/size.json: 'unit' is 2, expected a text");
}
