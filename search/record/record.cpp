#include "search/record/record.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "core/error.h"
#include "core/io/file.h"
#include "core/options.h"

namespace mininas {

using Json = nlohmann::ordered_json;

struct Record::Content {
  Json json = Json::object();
};

namespace {

template <bool (*fits)(const Json&)>
bool all(const Json& json) {
  return json.is_array() && std::all_of(json.begin(), json.end(), fits);
}

// The library would wrap larger numbers.
bool is_int64(const Json& json) {
  constexpr auto kLargest = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  return json.is_number_integer() && !(json.is_number_unsigned() && json.get<uint64_t>() > kLargest);
}
bool is_int(const Json& json) {
  if (!is_int64(json)) return false;
  const auto value = json.get<int64_t>();
  return value >= std::numeric_limits<int>::min() && value <= std::numeric_limits<int>::max();
}
// NaN and infinity have no JSON form; they are written as null.
bool is_number(const Json& json) { return json.is_number() || json.is_null(); }
bool is_string(const Json& json) { return json.is_string(); }
bool is_object(const Json& json) { return json.is_object(); }
double as_number(const Json& json) {
  return json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.get<double>();
}

// The nesting depth of objects and lists; brackets inside texts do not count.
int nesting(const std::string& content) {
  int depth = 0, deepest = 0;
  bool in_text = false;
  for (size_t i = 0; i < content.size(); ++i) {
    const char c = content[i];
    if (in_text && c == '\\') ++i;  // the character after it is part of the text
    if (c == '"') in_text = !in_text;
    if (in_text) continue;
    if (c == '{' || c == '[') deepest = std::max(deepest, ++depth);
    if (c == '}' || c == ']') --depth;
  }
  return deepest;
}

// By itself the library would keep one of two values with the same key.
Json parse_json(const std::string& content, const std::string& where) {
  std::vector<std::set<std::string>> open;  // keys so far of each object that is still open
  const auto look = [&](int, Json::parse_event_t event, const Json& value) {
    if (event == Json::parse_event_t::object_start) open.emplace_back();
    if (event == Json::parse_event_t::object_end) open.pop_back();
    if (event == Json::parse_event_t::key && !open.back().insert(value.get<std::string>()).second)
      throw FormatError(text(where, ": '", value.get<std::string>(), "' occurs twice in one object"));
    return true;
  };
  return Json::parse(content, look, false);
}

// A value in the form that error messages show.
std::string shown(const Json& json) {
  constexpr size_t kLongest = 60;
  const std::string whole = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  return whole.size() <= kLongest ? whole : whole.substr(0, kLongest) + "...";
}

}  // namespace

Record::Record() : content_(std::make_unique<Content>()) {}
Record::Record(const Record& other) : where_(other.where_), content_(std::make_unique<Content>(*other.content_)) {}
Record::Record(Record&&) noexcept = default;
Record::~Record() = default;

Record& Record::operator=(Record other) noexcept {
  std::swap(where_, other.where_);
  std::swap(content_, other.content_);
  return *this;
}

Record Record::parse(const std::string& content, const std::string& where) {
  Record record;
  record.where_ = where;
  if (nesting(content) > kMaxDepth)
    throw FormatError(text(where, ": objects and lists are nested deeper than ", kMaxDepth, "; the record is damaged"));
  record.content_->json = parse_json(content, where);
  if (!record.content_->json.is_object())
    throw FormatError(text(where, ": expected one JSON object; the record is damaged"));
  return record;
}

Record Record::read(const std::filesystem::path& path) { return parse(read_text_file(path), path.string()); }

template <class T>
Record& Record::assign(const std::string& key, const T& value) {
  content_->json[key] = value;
  return *this;
}

Record& Record::set(const std::string& key, bool value) { return assign(key, value); }
Record& Record::set(const std::string& key, int64_t value) { return assign(key, value); }
Record& Record::set(const std::string& key, uint64_t value) { return assign(key, value); }
Record& Record::set(const std::string& key, double value) { return assign(key, value); }
Record& Record::set(const std::string& key, const std::string& value) { return assign(key, value); }
Record& Record::set(const std::string& key, const std::vector<int>& values) { return assign(key, values); }
Record& Record::set(const std::string& key, const std::vector<double>& values) { return assign(key, values); }
Record& Record::set(const std::string& key, const std::vector<std::string>& values) { return assign(key, values); }
Record& Record::set(const std::string& key, const Record& value) { return assign(key, value.content_->json); }
Record& Record::set(const std::string& key, const std::vector<Record>& values) {
  Json list = Json::array();
  for (const Record& value : values) list.push_back(value.content_->json);
  return assign(key, list);
}

Record& Record::add(const Record& other) {
  content_->json.update(other.content_->json);
  return *this;
}

void Record::remove(const std::string& key) { content_->json.erase(key); }

bool Record::has(const std::string& key) const { return content_->json.contains(key); }

void Record::expect_only(const std::vector<std::string>& keys) const {
  for (const auto& item : content_->json.items())
    if (std::find(keys.begin(), keys.end(), item.key()) == keys.end())
      throw FormatError(text(where_, ": unknown key '", item.key(), "'; another version of this program wrote it"));
}

namespace {

// The value of `key`; throws FormatError unless `fits` accepts it.
const Json& proven(const Json& json, const std::string& key, bool (*fits)(const Json&), const char* expected,
                   const std::string& where) {
  const auto found = json.find(key);
  if (found == json.end()) throw FormatError(text(where, ": '", key, "' is missing, expected ", expected));
  if (!fits(*found)) throw FormatError(text(where, ": '", key, "' is ", shown(*found), ", expected ", expected));
  return *found;
}

}  // namespace

bool Record::boolean(const std::string& key) const {
  return proven(
             content_->json, key, [](const Json& json) { return json.is_boolean(); }, "true or false", where_)
      .get<bool>();
}
int Record::integer(const std::string& key) const {
  return proven(content_->json, key, is_int, "an integer", where_).get<int>();
}
int64_t Record::integer64(const std::string& key) const {
  return proven(content_->json, key, is_int64, "an integer", where_).get<int64_t>();
}
uint64_t Record::unsigned64(const std::string& key) const {
  const auto fits = [](const Json& json) {
    return json.is_number_unsigned() || (is_int64(json) && json.get<int64_t>() >= 0);
  };
  return proven(content_->json, key, fits, "an integer of at least 0", where_).get<uint64_t>();
}
double Record::number(const std::string& key) const {
  return as_number(proven(content_->json, key, is_number, "a number", where_));
}
std::string Record::string(const std::string& key) const {
  return proven(content_->json, key, is_string, "a text", where_).get<std::string>();
}
std::vector<int> Record::integers(const std::string& key) const {
  return proven(content_->json, key, all<is_int>, "a list of integers", where_).get<std::vector<int>>();
}
std::vector<double> Record::numbers(const std::string& key) const {
  const Json& list = proven(content_->json, key, all<is_number>, "a list of numbers", where_);
  std::vector<double> values;
  std::transform(list.begin(), list.end(), std::back_inserter(values), as_number);
  return values;
}
std::vector<std::string> Record::strings(const std::string& key) const {
  return proven(content_->json, key, all<is_string>, "a list of texts", where_).get<std::vector<std::string>>();
}
size_t Record::choice(const std::string& key, const std::vector<std::string>& names) const {
  const auto found = std::find(names.begin(), names.end(), string(key));
  if (found == names.end())
    throw FormatError(text(where_, ": '", key, "' is '", string(key), "', expected ", alternatives(names)));
  return static_cast<size_t>(found - names.begin());
}
Record Record::record(const std::string& key) const {
  Record inner;
  inner.where_ = where_ + ": " + key;
  inner.content_->json = proven(content_->json, key, is_object, "an object", where_);
  return inner;
}

std::vector<Record> Record::records(const std::string& key) const {
  std::vector<Record> found;
  for (const Json& item : proven(content_->json, key, all<is_object>, "a list of objects", where_)) {
    Record inner;
    inner.where_ = text(where_, ": ", key, "[", found.size(), "]");
    inner.content_->json = item;
    found.push_back(std::move(inner));
  }
  return found;
}

// Bytes that are not UTF-8 (a file name may have any) are replaced, not refused: a record must never stop a run.
std::string Record::to_line() const { return content_->json.dump(-1, ' ', false, Json::error_handler_t::replace); }
std::string Record::to_page() const {
  return content_->json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace mininas
