#include <vector>

#include "core/io/sha256.h"
#include "tests/support/catch.h"

using namespace mininas;

namespace {

std::string hash_of(const std::string& message) {
  return sha256_hex(std::as_bytes(std::span(message.data(), message.size())));
}

}  // namespace

TEST_CASE("SHA-256 gives the known answers of its standard", "[core][sha256]") {
  CHECK(hash_of("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hash_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hash_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(hash_of(std::string(1000000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("a message hashes the same in one piece and in many, at every length around a block", "[core][sha256]") {
  for (size_t length = 0; length <= 130; ++length) {
    const std::string message(length, 'x');
    Sha256 pieces;
    for (size_t i = 0; i < length; i += 7)
      pieces.update(std::as_bytes(std::span(message.data() + i, std::min<size_t>(7, length - i))));
    CHECK(pieces.hex_digest() == hash_of(message));
  }
}

TEST_CASE("floats are hashed as their little-endian words", "[core][sha256]") {
  const std::vector<float> values{1.0f, -0.0f};
  Sha256 hash;
  hash.update(std::span<const float>(values));
  CHECK(hash.hex_digest() == hash_of(std::string("\x00\x00\x80\x3f\x00\x00\x00\x80", 8)));
}
