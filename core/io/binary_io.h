// The container format of checkpoints and models, little-endian: `MNAS`, a four-letter kind, a version, the payload,
// and the SHA-256 of all bytes before it. It does not describe the payload: the header of each format says which values
// follow in which order.
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

// Collects values and writes them as one file, completely or not at all (core/io/file.h).
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

// Reads such a file; the checksum is verified before the first value is returned. Every failure is a FormatError that
// names the path, the byte and what was expected.
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
  // Like get_tensor, but throws where the shape is not `expected`; `what` names the tensor in the error.
  Tensor get_tensor(const Shape& expected, const std::string& what);
  template <class T>
  requires std::is_arithmetic_v<T> std::vector<T> get_vector() {
    const auto count = get<uint64_t>();
    need(count, sizeof(T));
    std::vector<T> values(count);
    take(values.data(), count * sizeof(T));
    return values;
  }
  // Throws where fewer bytes are left than `what` takes at least.
  void expect_left(uint64_t bytes, const std::string& what) const;
  // Throws where values are left.
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
