#include "search/record/record.h"

#include <sys/stat.h>

#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/io/file.h"
#include "search/record/options.h"
#include "search/record/record_file.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using namespace mininas;
using mininas::test::TempDir;

namespace {

enum class Size { kSmall, kLarge };

struct Settings {
  int count = 3;
  float rate = 0.025f;
  std::string place = "here";
  Size size = Size::kLarge;
  int64_t bytes = 65536;
};

OptionFields option_fields(Settings& s) {
  return {{"count", "", &s.count, 1, 10},
          {"rate", "", &s.rate, 0, 1},
          {"place", "", &s.place},
          {"size", "", choice(s.size, {"small", "large"})},
          {"bytes", "", Amount{&s.bytes, nullptr}}};
}

// The error of reading `content` as these settings; empty if there is none.
std::string complaint(const std::string& content) {
  Settings s;
  try {
    from_record(option_fields(s), Record::parse(content, "run.json"));
  } catch (const FormatError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("settings survive their record, floats as the shortest decimal", "[search][record]") {
  Settings s, back;
  s.count = 4;
  s.size = Size::kSmall;
  const std::string line = to_record(option_fields(s)).to_line();
  CHECK(line == R"({"count":4,"rate":0.025,"place":"here","size":"small","bytes":65536})");
  from_record(option_fields(back), Record::parse(line, "test"));
  CHECK(exact_text(option_fields(back)) == exact_text(option_fields(s)));
}

TEST_CASE("settings that came after a record was written keep their defaults", "[search][record]") {
  Settings s;
  from_record(option_fields(s), Record::parse(R"({"count":4,"place":"there","size":"small"})", "run.json"));
  CHECK(s.count == 4);
  CHECK(s.place == "there");
  CHECK(s.rate == Settings{}.rate);
  CHECK(s.bytes == Settings{}.bytes);
}

TEST_CASE("settings with an unknown or impossible key are refused in one line", "[search][record]") {
  const std::string others = R"("rate":0.5,"place":"","size":"small","bytes":1)";
  CHECK(complaint("{\"count\":4," + others + "}").empty());
  CHECK(complaint("{\"count\":4,\"hue\":1," + others + "}") ==
        "run.json: unknown key 'hue'; another version of this program wrote it");
  CHECK(complaint("{\"count\":40," + others + "}") == "run.json: count 40: expected 1 to 10");
  CHECK(complaint("{\"count\":\"4\"," + others + "}") == "run.json: 'count' is \"4\", expected an integer");
  CHECK(complaint(R"({"count":4,"rate":0.5,"place":"","size":"huge","bytes":1})") ==
        "run.json: 'size' is 'huge', expected small or large");
}

TEST_CASE("a record's file is read only as it was written, whatever its layout", "[search][record]") {
  const TempDir folder;
  const auto path = folder / "summary.json";
  const Record record = Record().set("accuracy", 0.9425).set("odd", "\xff").set("verify", Record().set("images", 40));
  write_record(path, record);
  const std::string page = read_text_file(path);
  CHECK(read_record(path).to_line() == record.to_line());
  CHECK_FALSE(read_record(path).has("digest"));
  std::string flat = page;
  std::erase(flat, '\n');
  write_text_file(path, flat);
  CHECK_NOTHROW(read_record(path));
  // Changes every digit of the page, one at a time.
  int digits = 0;
  for (size_t i = 0; i < page.size(); ++i) {
    if (page[i] < '0' || page[i] > '8') continue;
    ++digits;
    std::string changed = page;
    ++changed[i];
    write_text_file(path, changed);
    CHECK_THROWS_WITH(
        read_record(path, "remove it"),
        Catch::Contains("summary.json: its content does not match its digest") && Catch::EndsWith("; remove it"));
  }
  CHECK(digits > 8);
  write_text_file(path, "{\"accuracy\":0.9425}");
  CHECK_THROWS_WITH(read_record(path), Catch::Contains("summary.json: 'digest' is missing"));
}

TEST_CASE("a record that nests too deeply is refused before it is read", "[search][record]") {
  const auto nested = [](int depth) {
    const auto count = static_cast<size_t>(depth - 1);
    return "{\"a\":" + std::string(count, '[') + std::string(count, ']') + "}";
  };
  CHECK_NOTHROW(Record::parse(nested(Record::kMaxDepth), "file"));
  for (const int depth : {Record::kMaxDepth + 1, 200'000})
    CHECK_THROWS_WITH(Record::parse(nested(depth), "file"),
                      Catch::StartsWith("file: objects and lists are nested deeper"));
  // Brackets inside texts, and after an escaped quote, are ordinary characters.
  const std::string letters(100, '[');
  CHECK(Record::parse("{\"a\":\"\\\"" + letters + "\"}", "file").string("a") == "\"" + letters);
}

TEST_CASE("a pipe in a record's place is refused, not waited for", "[search][record]") {
  const TempDir folder;
  const auto path = folder / "run.json";
  REQUIRE(::mkfifo(path.c_str(), 0644) == 0);
  CHECK_THROWS_WITH(read_record(path), Catch::Contains("run.json: is no regular file"));
}

TEST_CASE("a record that is cut short, has a key twice or continues after its end is refused", "[search][record]") {
  const std::string whole = R"({"a":[1,{"b":"x"}],"c":{"a":1}})";
  CHECK_NOTHROW(Record::parse(whole, "file"));
  for (size_t size = 0; size < whole.size(); ++size)
    CHECK_THROWS_WITH(Record::parse(whole.substr(0, size), "file"),
                      "file: expected one JSON object; the record is damaged");
  for (const char* foreign : {"[]", "1", "null", "{} {}", "{}]", "{\"a\":NaN}", "{\"a\":Infinity}", "{\"a\":1e999}",
                              "{\"a\":01}", "{'a':1}", "{\"a\":\"\xff\"}", "{\"a\":\"\n\"}"}) {
    INFO(foreign);
    CHECK_THROWS_WITH(Record::parse(foreign, "file"), "file: expected one JSON object; the record is damaged");
  }
  CHECK_THROWS_WITH(Record::parse(R"({"a":1,"b":2,"a":1})", "file"), "file: 'a' occurs twice in one object");
  CHECK_THROWS_WITH(Record::parse(R"({"list":[{"a":1,"a":2}]})", "file"), "file: 'a' occurs twice in one object");
}

TEST_CASE("a number that its field cannot hold is refused, not wrapped", "[search][record]") {
  const Record record = Record::parse(
      R"({"least":-9223372036854775808,"most":9223372036854775807,"over":9223372036854775808,)"
      R"("top":18446744073709551615,"beyond":18446744073709551616,"minus":-1,"half":0.5,"text":"1","none":null})",
      "file");
  CHECK(record.integer64("least") == std::numeric_limits<int64_t>::min());
  CHECK(record.integer64("most") == std::numeric_limits<int64_t>::max());
  CHECK(record.unsigned64("top") == std::numeric_limits<uint64_t>::max());
  for (const char* key : {"over", "top", "beyond", "half", "text", "none"}) {
    INFO(key);
    CHECK_THROWS_WITH(record.integer64(key), Catch::EndsWith("expected an integer"));
    CHECK_THROWS_WITH(record.integer(key), Catch::EndsWith("expected an integer"));
  }
  CHECK_THROWS_WITH(record.integer("most"), "file: 'most' is 9223372036854775807, expected an integer");
  for (const char* key : {"minus", "least", "beyond", "half", "none"})
    CHECK_THROWS_WITH(record.unsigned64(key), Catch::EndsWith("expected an integer of at least 0"));
  CHECK(std::isnan(record.number("none")));  // NaN is written in this form
  const std::string letters(1000, 'x');
  CHECK_THROWS_WITH(Record().set("a", letters).number("a"),
                    "record: 'a' is \"" + letters.substr(0, 59) + "..., expected a number");
}
