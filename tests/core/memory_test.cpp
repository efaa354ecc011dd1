// Memory of tensors: freed buffers are reused until they are given back.
#include "core/memory.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "core/parallel.h"
#include "core/tensor.h"
#include "tests/support/catch.h"
#include "tests/support/rounds.h"

using namespace mininas;
using namespace mininas::test;

namespace {

// With AddressSanitizer nothing is kept, because it must see every allocation and release.
bool keeps_buffers() { return rounds(10) == 10; }

struct Buffer {
  void* memory;
  size_t bytes;
};

std::vector<Buffer> buffers_of(const std::vector<size_t>& sizes) {
  std::vector<Buffer> buffers;
  for (const size_t bytes : sizes) buffers.push_back({allocate_buffer(bytes), bytes});
  return buffers;
}

void free_all(const std::vector<Buffer>& buffers) {
  for (const Buffer& buffer : buffers) free_buffer(buffer.memory, buffer.bytes);
}

}  // namespace

TEST_CASE("trimming gives back all freed buffers, and no others", "[core][memory]") {
  trim_memory();
  const std::vector<size_t> sizes = {1, 64, 1000, 4097, 300'000, 5'000'000};
  size_t asked = 0;
  for (const size_t bytes : sizes) asked += bytes;
  const std::vector<Buffer> used = buffers_of(sizes);
  for (const Buffer& buffer : used) std::memset(buffer.memory, 7, buffer.bytes);
  free_all(buffers_of(sizes));
  const size_t given_back = trim_memory();
  if (keeps_buffers()) CHECK(given_back >= asked);
  CHECK(given_back <= 2 * asked + sizes.size() * 1024);
  CHECK(trim_memory() == 0);
  for (const Buffer& buffer : used) {
    const auto* bytes = static_cast<const char*>(buffer.memory);
    CHECK(std::all_of(bytes, bytes + buffer.bytes, [](char byte) { return byte == 7; }));
  }
  free_all(used);
}

TEST_CASE("a freed buffer is reused for an allocation of its size", "[core][memory]") {
  trim_memory();
  void* first = allocate_buffer(123'456);
  free_buffer(first, 123'456);
  void* second = allocate_buffer(123'400);
  if (keeps_buffers()) CHECK(second == first);
  free_buffer(second, 123'400);
}

TEST_CASE("memory may be trimmed while other threads work on tensors", "[core][memory]") {
  std::vector<int> wrong(64, 0);
  parallel_for(64, [&](int64_t i) {
    for (int64_t round = 1; round <= 20; ++round) {
      const Tensor tensor = Tensor::full({1, 1, round, 1 + i}, static_cast<float>(i));
      if (round % 5 == 0) trim_memory();
      for (const float value : tensor.values()) wrong[static_cast<size_t>(i)] += value != static_cast<float>(i);
    }
  });
  CHECK(wrong == std::vector<int>(64, 0));
}
