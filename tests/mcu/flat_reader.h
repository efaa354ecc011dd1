// Reads FlatBuffers, for tests of what writes them: any table, field by number. It shares nothing with the writer.
// Every access is checked, also that numbers lie at multiples of their size.
#pragma once
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "core/error.h"

namespace mininas::test {

class FlatReader {
 public:
  // The root table of a file, which must outlive the reader and everything read from it.
  explicit FlatReader(const std::string& file) : file_(&file), table_(follow(0)) {}

  bool has(int field) const { return place_of(field) != 0; }
  template <class T>
  T number(int field, T otherwise = {}) const {
    return has(field) ? at<T>(place_of(field)) : otherwise;
  }
  FlatReader table(int field) const { return FlatReader(file_, follow(place_of(field))); }
  std::vector<FlatReader> tables(int field) const {
    std::vector<FlatReader> found;
    const size_t begin = follow(place_of(field));
    for (uint32_t i = 0; i < at<uint32_t>(begin); ++i) found.push_back(FlatReader(file_, follow(begin + 4 + 4 * i)));
    return found;
  }
  template <class T>
  std::vector<T> vector(int field, size_t alignment = 1) const {
    std::vector<T> values;
    const size_t begin = follow(place_of(field));
    if ((begin + 4) % alignment != 0) throw FormatError("a vector is not aligned");
    for (uint32_t i = 0; i < at<uint32_t>(begin); ++i) values.push_back(at<T>(begin + 4 + sizeof(T) * i));
    return values;
  }
  std::string text(int field) const {
    const auto letters = vector<char>(field);
    if (at<char>(follow(place_of(field)) + 4 + letters.size()) != 0) throw FormatError("a text does not end with 0");
    return {letters.begin(), letters.end()};
  }

 private:
  FlatReader(const std::string* file, size_t table) : file_(file), table_(table) {}

  template <class T>
  T at(size_t place) const {
    if (place % sizeof(T) != 0) throw FormatError(mininas::text("a number of ", sizeof(T), " bytes lies at ", place));
    if (place + sizeof(T) > file_->size()) throw FormatError(mininas::text("byte ", place, " is behind the end"));
    T value;
    std::memcpy(&value, file_->data() + place, sizeof value);
    return value;
  }
  size_t follow(size_t place) const { return place + at<uint32_t>(place); }
  // Where a field is; 0 if it is absent.
  size_t place_of(int field) const {
    const auto vtable = static_cast<size_t>(static_cast<int64_t>(table_) - at<int32_t>(table_));
    const size_t entry = 4 + 2 * static_cast<size_t>(field);
    if (entry >= at<uint16_t>(vtable) || at<uint16_t>(vtable + entry) == 0) return 0;
    if (at<uint16_t>(vtable + entry) >= at<uint16_t>(vtable + 2)) throw FormatError("a field is behind its table");
    return table_ + at<uint16_t>(vtable + entry);
  }

  const std::string* file_;
  size_t table_;
};

}  // namespace mininas::test
