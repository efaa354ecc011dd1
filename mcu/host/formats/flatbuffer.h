// FlatTable: one table of a FlatBuffer with everything below it, as a value, and the writer of the whole buffer.
// .tflite files are such buffers. It knows no schema: the caller names each field by its number, which the format
// promises never to change. The same tables give the same bytes.
// Layout: little-endian; a reference is the distance to what follows later in the buffer; each table points to its
// vtable, which tells where in the table its fields are.
// Source: flatbuffers.dev/internals.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace mininas {

class FlatTable {
 public:
  template <class T>
  requires std::is_arithmetic_v<T> FlatTable& number(int field, T value) {
    return set(field, {Kind::kNumber, sizeof(T), bytes_of(&value, 1), {}});
  }
  FlatTable& text(int field, std::string_view content) {
    return set(field, {Kind::kText, 1, std::string(content), {}});
  }
  // The first element lies at a multiple of `alignment` bytes, or of its own size if that is larger.
  template <class T>
  requires std::is_arithmetic_v<T> FlatTable& vector(int field, const std::vector<T>& values, size_t alignment = 4) {
    return set(field, {Kind::kVector, sizeof(T), bytes_of(values.data(), values.size()), {}, alignment});
  }
  FlatTable& table(int field, const FlatTable& child) { return set(field, {Kind::kTable, 4, {}, {child}}); }
  FlatTable& tables(int field, const std::vector<FlatTable>& children) {
    return set(field, {Kind::kTables, 4, {}, children});
  }

  // The buffer with this table as its root. `identifier`: four letters that tell files of this kind.
  std::string file(const char (&identifier)[5]) const;

 private:
  enum class Kind { kNumber, kText, kVector, kTable, kTables };
  struct Field {
    Kind kind = Kind::kNumber;
    size_t element = 1;  // bytes of the number, or of one element
    std::string bytes;
    std::vector<FlatTable> children;
    size_t alignment = 4;

    size_t size() const { return kind == Kind::kNumber ? element : 4; }  // in the table
  };

  template <class T>
  static std::string bytes_of(const T* values, size_t count) {
    return std::string(reinterpret_cast<const char*>(values), count * sizeof(T));
  }
  FlatTable& set(int field, Field value);
  std::map<int, size_t> place_fields(size_t& size, size_t& alignment) const;
  size_t write(std::string& out) const;
  static size_t write_child(std::string& out, const Field& field);

  std::map<int, Field> fields_;
};

}  // namespace mininas
