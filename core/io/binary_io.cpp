#include "core/io/binary_io.h"

#include "core/error.h"
#include "core/io/file.h"
#include "core/io/sha256.h"

namespace mininas {
namespace {

constexpr char kMagic[4] = {'M', 'N', 'A', 'S'};
constexpr size_t kHeaderBytes = 12, kDigestBytes = 32;

std::array<uint8_t, kDigestBytes> digest_of(std::span<const std::byte> bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.digest();
}

}  // namespace

BinaryWriter::BinaryWriter(const char (&kind)[5], uint32_t version) {
  append(kMagic, 4);
  append(kind, 4);
  put(version);
}

void BinaryWriter::append(const void* bytes, size_t count) {
  const size_t old = bytes_.size();
  bytes_.resize(old + count);
  if (count > 0) std::memcpy(bytes_.data() + old, bytes, count);
}

void BinaryWriter::put(const std::string& value) {
  put(static_cast<uint32_t>(value.size()));
  append(value.data(), value.size());
}

void BinaryWriter::put(const Tensor& value) {
  for (const int64_t extent : {value.shape().n, value.shape().h, value.shape().w, value.shape().c}) put(extent);
  append(value.data(), static_cast<size_t>(value.size()) * sizeof(float));
}

void BinaryWriter::write(const std::filesystem::path& path) {
  const auto digest = digest_of(bytes_);
  append(digest.data(), digest.size());
  write_file(path, bytes_);
  bytes_.resize(bytes_.size() - digest.size());
}

BinaryReader::BinaryReader(const std::filesystem::path& path, const char (&kind)[5], uint32_t version)
    : path_(path), bytes_(read_file(path)) {
  if (bytes_.size() < kHeaderBytes + kDigestBytes)
    fail(text("expected at least ", kHeaderBytes + kDigestBytes, " bytes, found ", bytes_.size()));
  if (std::memcmp(bytes_.data(), kMagic, 4) != 0) fail("expected the letters MNAS: this is not a file of mininas");
  const std::string found(reinterpret_cast<const char*>(bytes_.data()) + 4, 4);
  if (found != kind) fail(text("expected a file of kind ", kind, ", found ", found));
  const size_t payload = bytes_.size() - kDigestBytes;
  const auto digest = digest_of(std::span(bytes_).first(payload));
  if (std::memcmp(digest.data(), bytes_.data() + payload, kDigestBytes) != 0)
    fail("the checksum does not match: the file is damaged; delete it to start that step again");
  bytes_.resize(payload);
  position_ = 8;
  const auto found_version = get<uint32_t>();
  if (found_version != version)
    fail(text("expected format version ", version, ", found ", found_version,
              ": another version of mininas wrote this file; make it again with this one"));
}

void BinaryReader::fail(const std::string& what) const {
  throw FormatError(text(path_.string(), ": byte ", position_, ": ", what));
}

void BinaryReader::need(uint64_t count, size_t size) const {
  if (count > (bytes_.size() - position_) / size)
    fail(text("expected ", count, " values of ", size, " bytes, only ", bytes_.size() - position_, " bytes are left"));
}

void BinaryReader::take(void* out, size_t count) {
  need(count, 1);
  if (count > 0) std::memcpy(out, bytes_.data() + position_, count);
  position_ += count;
}

std::string BinaryReader::get_text() {
  std::string value;
  const auto length = get<uint32_t>();
  need(length, 1);
  value.resize(length);
  take(value.data(), value.size());
  return value;
}

Tensor BinaryReader::get_tensor() {
  Shape shape;
  for (int64_t* extent : {&shape.n, &shape.h, &shape.w, &shape.c}) {
    *extent = get<int64_t>();
    if (*extent < 1 || *extent > (int64_t{1} << 31)) fail(text("a tensor's extent is ", *extent));
  }
  int64_t size = 1;
  for (const int64_t extent : {shape.n, shape.h, shape.w, shape.c}) {
    size *= extent;
    if (size > (int64_t{1} << 31)) fail(text("a tensor of shape ", to_text(shape), " cannot be"));
  }
  need(static_cast<uint64_t>(shape.size()), sizeof(float));
  Tensor value = Tensor::uninitialized(shape);
  take(value.data(), static_cast<size_t>(shape.size()) * sizeof(float));
  return value;
}

Tensor BinaryReader::get_tensor(const Shape& expected, const std::string& what) {
  Tensor value = get_tensor();
  if (value.shape() != expected)
    fail(text(what, ": expected shape ", to_text(expected), ", found ", to_text(value.shape())));
  return value;
}

void BinaryReader::expect_left(uint64_t bytes, const std::string& what) const {
  const uint64_t left = bytes_.size() - position_;
  if (left < bytes) fail(text("expected at least ", bytes, " bytes of ", what, ", only ", left, " are left"));
}

void BinaryReader::expect_end() const {
  if (position_ != bytes_.size()) fail(text(bytes_.size() - position_, " bytes too many"));
}

}  // namespace mininas
