#include "core/io/binary_io.h"
#include "core/error.h"
#include "core/io/file.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"
#include "tests/support/tensors.h"

using namespace mininas;
using namespace mininas::test;

namespace {

using Bytes = std::vector<std::byte>;

void write_sample(const std::filesystem::path& path) {
  BinaryWriter out("TEST", 3);
  out.put(int32_t{-5});
  out.put(std::string("name"));
  out.put(to_tensor({1, 1, 2, 2}, {1.0, -2.0, 0.5, 3.0}));
  out.put(std::vector<uint16_t>{7, 8, 9});
  out.write(path);
}

// Payload bytes with a correct header and checksum: a file that was written wrongly, not damaged.
void write_forged(const std::filesystem::path& path, const Bytes& payload) {
  BinaryWriter out("TEST", 3);
  for (const std::byte byte : payload) out.put(static_cast<uint8_t>(byte));
  out.write(path);
}

Bytes little_endian(uint64_t value, size_t size) {
  Bytes bytes;
  for (size_t i = 0; i < size; ++i) bytes.push_back(static_cast<std::byte>(value >> (8 * i)));
  return bytes;
}

void read_sample(const std::filesystem::path& path) {
  BinaryReader in(path, "TEST", 3);
  in.get<int32_t>();
  in.get_text();
  in.get_tensor();
  in.get_vector<uint16_t>();
  in.expect_end();
}

}  // namespace

TEST_CASE("values are read back in the order in which they were written", "[core][binary_io]") {
  const TempDir folder;
  write_sample(folder / "file");
  BinaryReader in(folder / "file", "TEST", 3);
  CHECK(in.get<int32_t>() == -5);
  CHECK(in.get_text() == "name");
  const Tensor tensor = in.get_tensor({1, 1, 2, 2}, "weights");
  CHECK(to_doubles(tensor) == std::vector<double>{1.0, -2.0, 0.5, 3.0});
  CHECK(in.get_vector<uint16_t>() == std::vector<uint16_t>{7, 8, 9});
  CHECK_NOTHROW(in.expect_end());
}

TEST_CASE("a writer can write twice, the same bytes", "[core][binary_io]") {
  const TempDir folder;
  BinaryWriter out("TEST", 3);
  out.put(1.5);
  out.write(folder / "a");
  out.write(folder / "b");
  CHECK(read_file(folder / "a") == read_file(folder / "b"));
}

TEST_CASE("a file with any one byte changed is refused with its path", "[core][binary_io]") {
  const TempDir folder;
  write_sample(folder / "file");
  const Bytes whole = read_file(folder / "file");
  for (size_t i = 0; i < whole.size(); ++i) {
    Bytes damaged = whole;
    damaged[i] ^= std::byte{0x10};
    write_file(folder / "damaged", damaged);
    CHECK_THROWS_WITH(read_sample(folder / "damaged"), Catch::Contains("damaged: byte "));
    CHECK_THROWS_AS(read_sample(folder / "damaged"), FormatError);
  }
}

TEST_CASE("a file cut off anywhere, or with bytes after its end, is refused", "[core][binary_io]") {
  const TempDir folder;
  write_sample(folder / "file");
  const Bytes whole = read_file(folder / "file");
  for (size_t length = 0; length < whole.size(); ++length) {
    write_file(folder / "cut", std::span(whole).first(length));
    CHECK_THROWS_AS(read_sample(folder / "cut"), FormatError);
  }
  Bytes longer = whole;
  longer.push_back(std::byte{0});
  write_file(folder / "longer", longer);
  CHECK_THROWS_AS(read_sample(folder / "longer"), FormatError);
}

TEST_CASE("another kind, another version and a foreign file have different errors", "[core][binary_io]") {
  const TempDir folder;
  write_sample(folder / "file");
  CHECK_THROWS_WITH(BinaryReader(folder / "file", "CKPT", 3),
                    Catch::Contains("expected a file of kind CKPT, found TEST"));
  CHECK_THROWS_WITH(BinaryReader(folder / "file", "TEST", 4), Catch::Contains("expected format version 4, found 3"));
  write_text_file(folder / "foreign", std::string(100, 'x'));
  CHECK_THROWS_WITH(BinaryReader(folder / "foreign", "TEST", 3), Catch::Contains("MNAS"));
  CHECK_THROWS_AS(BinaryReader(folder / "missing", "TEST", 3), IoError);
}

TEST_CASE("lengths that the file cannot hold are refused before memory is taken", "[core][binary_io]") {
  const TempDir folder;
  write_forged(folder / "file", little_endian(~uint64_t{0}, 8));
  CHECK_THROWS_AS(BinaryReader(folder / "file", "TEST", 3).get_vector<double>(), FormatError);
  CHECK_THROWS_AS(BinaryReader(folder / "file", "TEST", 3).get_text(), FormatError);
  for (const uint64_t extent : {uint64_t{0}, ~uint64_t{0}, uint64_t{1} << 40, uint64_t{1} << 31, uint64_t{1} << 20}) {
    Bytes payload;
    for (int i = 0; i < 4; ++i)
      for (const std::byte byte : little_endian(extent, 8)) payload.push_back(byte);
    write_forged(folder / "file", payload);
    CHECK_THROWS_AS(BinaryReader(folder / "file", "TEST", 3).get_tensor(), FormatError);
  }
}

TEST_CASE("a tensor of another shape than expected is refused by name, and values left over are noticed",
          "[core][binary_io]") {
  const TempDir folder;
  BinaryWriter out("TEST", 3);
  out.put(Tensor::zeros({1, 2, 3, 4}));
  out.write(folder / "file");
  BinaryReader in(folder / "file", "TEST", 3);
  CHECK_THROWS_WITH(in.expect_end(), Catch::Contains("bytes too many"));
  CHECK_THROWS_WITH(in.get_tensor({1, 2, 3, 5}, "stem.weight"),
                    Catch::Contains("stem.weight") && Catch::Contains("[1,2,3,5]"));
}
