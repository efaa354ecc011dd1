// Little-endian binary records for checkpoints and models: `MNAS`, a four-letter kind, a version, the payload, and the
// SHA-256 of all before it. What it is not: an archive of everything; each format's owner says in its header which
// values follow in which order.
#pragma once
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "core/tensor.h"

namespace mininas {

// Collects values, then writes them as one file (see core/io/file.h: whole or not at all).
class BinaryWriter {
 public:
  // `kind`: four letters, such as "CKPT".
  BinaryWriter(const char (&kind)[5], uint32_t version);

  template <class T>
  requires std::is_arithmetic_v<T>
  void put(T value) { append(&value, sizeof value); }
  void put(const std::string& value);  // u32 length, bytes
  void put(const Tensor& value);       // four i64 extents, floats
  template <class T>
  requires std::is_arithmetic_v<T>
  void put(const std::vector<T>& values) {  // u64 count, values
    put(static_cast<uint64_t>(values.size()));
    append(values.data(), values.size() * sizeof(T));
  }

  void write(const std::filesystem::path& path);

 private:
  void append(const void* bytes, size_t count);
  std::vector<std::byte> bytes_;
};

// Reads a whole file back; the checksum is verified before the first value. Every failure is a FormatError that names
// the path, the byte and what was expected.
class BinaryReader {
 public:
  BinaryReader(const std::filesystem::path& path, const char (&kind)[5], uint32_t version);

  template <class T>
  requires std::is_arithmetic_v<T> T get() {
    T value;
    take(&value, sizeof value);
    return value;
  }
  std::string get_text();
  Tensor get_tensor();
  // As get_tensor, but the shape must be `expected`; `what` names the tensor in the error.
  Tensor get_tensor(const Shape& expected, const std::string& what);
  template <class T>
  requires std::is_arithmetic_v<T> std::vector<T> get_vector() {
    const auto count = get<uint64_t>();
    need(count, sizeof(T));
    std::vector<T> values(count);
    take(values.data(), count * sizeof(T));
    return values;
  }
  // Throws where values are left over.
  void expect_end() const;
  [[noreturn]] void fail(const std::string& what) const;

 private:
  void need(uint64_t count, size_t size) const;
  void take(void* out, size_t count);

  std::filesystem::path path_;
  std::vector<std::byte> bytes_;
  size_t position_ = 0;
};

}  // namespace mininas
