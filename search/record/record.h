// Record: an ordered JSON object, for run.json, journal.jsonl, summary.json and --json. The only door to the JSON
// library, so that every complaint about a record has one form: the place, the key, and what was expected there.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace mininas {

class Record {
 public:
  // Of objects and lists in each other. No file of this program needs more than five; reading and writing recur.
  static constexpr int kMaxDepth = 32;

  Record();
  Record(const Record& other);
  Record(Record&&) noexcept;
  Record& operator=(Record other) noexcept;
  ~Record();

  // `where` stands at the front of every later error: "RUN/run.json", "RUN/journal.jsonl, line 7". Throws FormatError
  // where `content` is not one JSON object, nests deeper than kMaxDepth, or has a key twice in one object.
  static Record parse(const std::string& content, const std::string& where);
  // Of a file that others wrote. One of a run is read by read_record (search/record/record_file.h), which proves it.
  static Record read(const std::filesystem::path& path);

  // Adds or replaces a value; keys keep the order of their first setting.
  Record& set(const std::string& key, bool value);
  Record& set(const std::string& key, int value) { return set(key, static_cast<int64_t>(value)); }
  Record& set(const std::string& key, int64_t value);
  Record& set(const std::string& key, uint64_t value);
  Record& set(const std::string& key, double value);
  Record& set(const std::string& key, const char* value) { return set(key, std::string(value)); }
  Record& set(const std::string& key, const std::string& value);
  Record& set(const std::string& key, const std::vector<int>& values);
  Record& set(const std::string& key, const std::vector<double>& values);
  Record& set(const std::string& key, const std::vector<std::string>& values);
  Record& set(const std::string& key, const Record& value);
  Record& set(const std::string& key, const std::vector<Record>& values);

  // Sets every key of `other` here too.
  Record& add(const Record& other);
  void remove(const std::string& key);  // does nothing where it is not there

  bool has(const std::string& key) const;
  // Throws FormatError where there is any other key.
  void expect_only(const std::vector<std::string>& keys) const;
  const std::string& where() const { return where_; }

  // Each throws FormatError where the key is missing or holds something else.
  bool boolean(const std::string& key) const;
  int integer(const std::string& key) const;
  int64_t integer64(const std::string& key) const;
  uint64_t unsigned64(const std::string& key) const;
  double number(const std::string& key) const;
  std::string string(const std::string& key) const;
  std::vector<int> integers(const std::string& key) const;
  std::vector<double> numbers(const std::string& key) const;
  std::vector<std::string> strings(const std::string& key) const;
  // One of `names`: its index.
  size_t choice(const std::string& key, const std::vector<std::string>& names) const;
  Record record(const std::string& key) const;
  std::vector<Record> records(const std::string& key) const;

  std::string to_line() const;  // no newline in it
  std::string to_page() const;  // indented, with a newline at the end

 private:
  struct Content;
  template <class T>
  Record& assign(const std::string& key, const T& value);

  std::string where_ = "record";
  std::unique_ptr<Content> content_;
};

}  // namespace mininas
