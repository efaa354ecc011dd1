// ByteBuffer: memory for the activations of integer networks, the counterpart of Tensor for bytes. It owns its memory,
// is contiguous, aligned to 64 bytes and move-only; freed memory is reused (core/memory.h). After the last byte there
// are kSlack readable bytes for kernels that load whole vectors.
#pragma once
#include <cstdint>
#include <utility>

#include "core/memory.h"

namespace mininas {

class ByteBuffer {
 public:
  static constexpr int64_t kSlack = 64;

  ByteBuffer() = default;
  // Uninitialised.
  explicit ByteBuffer(int64_t size) : data_(static_cast<uint8_t*>(allocate_buffer(bytes(size)))), size_(size) {}
  ByteBuffer(ByteBuffer&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  ByteBuffer& operator=(ByteBuffer&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~ByteBuffer() { free_buffer(data_, bytes(size_)); }

  uint8_t* data() { return data_; }
  const uint8_t* data() const { return data_; }
  int64_t size() const { return size_; }

 private:
  static size_t bytes(int64_t size) { return static_cast<size_t>(size + kSlack); }

  uint8_t* data_ = nullptr;
  int64_t size_ = 0;
};

}  // namespace mininas
