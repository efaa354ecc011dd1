// Record: an ordered JSON object, for run.json, journal.jsonl, summary.json and --json. No other file includes the JSON
// library, so all errors about a record have the same form: file and line, the key, and what was expected there.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace mininas {

class Record {
 public:
  // Largest nesting of objects and lists. Files of this program need no more than five; reading and writing are
  // recursive.
  static constexpr int kMaxDepth = 32;

  Record();
  Record(const Record& other);
  Record(Record&&) noexcept;
  Record& operator=(Record other) noexcept;
  ~Record();

  // `where` is the beginning of every later error: "RUN/run.json", "RUN/journal.jsonl, line 7". Throws FormatError if
  // `content` is not one JSON object, is nested deeper than kMaxDepth, or has a key twice in one object.
  static Record parse(const std::string& content, const std::string& where);
  // Reads a file that this program did not write. Files of a run are read by read_record (search/record/record_file.h),
  // which checks their digest.
  static Record read(const std::filesystem::path& path);

  // Adds or replaces a value. Keys stay in the order in which they were first set.
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

  // Sets every key of `other` in this record.
  Record& add(const Record& other);
  void remove(const std::string& key);  // does nothing if there is no such key

  bool has(const std::string& key) const;
  // Throws FormatError if there is any other key.
  void expect_only(const std::vector<std::string>& keys) const;
  const std::string& where() const { return where_; }

  // Each throws FormatError if the key is missing or has a value of another type.
  bool boolean(const std::string& key) const;
  int integer(const std::string& key) const;
  int64_t integer64(const std::string& key) const;
  uint64_t unsigned64(const std::string& key) const;
  double number(const std::string& key) const;
  std::string string(const std::string& key) const;
  std::vector<int> integers(const std::string& key) const;
  std::vector<double> numbers(const std::string& key) const;
  std::vector<std::string> strings(const std::string& key) const;
  // The index of the value in `names`.
  size_t choice(const std::string& key, const std::vector<std::string>& names) const;
  Record record(const std::string& key) const;
  std::vector<Record> records(const std::string& key) const;

  std::string to_line() const;  // without a newline
  std::string to_page() const;  // indented, with a newline at the end

 private:
  struct Content;
  template <class T>
  Record& assign(const std::string& key, const T& value);

  std::string where_ = "record";
  std::unique_ptr<Content> content_;
};

}  // namespace mininas
