// SHA-256 (FIPS 180-4): checksums of files and digests of weights. Not for secrets.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>

namespace mininas {

class Sha256 {
 public:
  Sha256();
  void update(std::span<const std::byte> bytes);
  // Floats as little-endian IEEE-754 words.
  void update(std::span<const float> values);
  // Completes the digest; may be called once.
  std::array<uint8_t, 32> digest();
  std::string hex_digest();

 private:
  void compress(const uint8_t* block);

  std::array<uint32_t, 8> state_;
  std::array<uint8_t, 64> pending_{};
  uint64_t bytes_ = 0;
};

// 64 lower-case hexadecimal digits.
std::string sha256_hex(std::span<const std::byte> bytes);

}  // namespace mininas
