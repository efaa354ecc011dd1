#include "core/memory.h"

#include <sys/mman.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <map>
#include <mutex>
#include <new>
#include <vector>

namespace mininas {
namespace {

constexpr size_t kHugePage = size_t{2} << 20;

// Eight size classes between powers of two: the smaller last batch reuses buffers of a full batch only if that wastes
// little.
size_t size_class(size_t bytes) {
  const size_t step = std::bit_floor(std::max<size_t>(bytes, 1024)) / 8;
  return (bytes + step - 1) / step * step;
}

void* fresh(size_t bytes) {
  const size_t alignment = bytes >= kHugePage ? kHugePage : 64;
  void* memory = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
  if (memory == nullptr) throw std::bad_alloc();
  if (bytes >= kHugePage) ::madvise(memory, bytes, MADV_HUGEPAGE);  // only advice: a failure changes nothing
  return memory;
}

// AddressSanitizer must see every allocation and release. g++ reports it by a macro, clang by a feature.
#if !defined(__has_feature)
#define __has_feature(name) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
constexpr bool kKeep = false;
#else
constexpr bool kKeep = true;
#endif

class Pool {
 public:
  void* take(size_t bytes) {
    {
      const std::lock_guard lock(guard_);
      auto& same_size = free_[bytes];
      if (!same_size.empty()) {
        void* buffer = same_size.back();
        same_size.pop_back();
        return buffer;
      }
    }
    return fresh(bytes);
  }

  void give(void* buffer, size_t bytes) {
    const std::lock_guard lock(guard_);
    free_[bytes].push_back(buffer);
  }

  // Frees the kept buffers and returns their bytes.
  size_t clear() {
    std::map<size_t, std::vector<void*>> kept;
    {
      const std::lock_guard lock(guard_);
      kept.swap(free_);
    }
    size_t total = 0;
    for (const auto& [bytes, buffers] : kept) {
      for (void* buffer : buffers) std::free(buffer);
      total += bytes * buffers.size();
    }
    return total;
  }

 private:
  std::mutex guard_;
  std::map<size_t, std::vector<void*>> free_;
};

Pool& pool() {
  static Pool& only = *new Pool;  // never destroyed: tensors of other statics may outlive it
  return only;
}

}  // namespace

void* allocate_buffer(size_t bytes) { return kKeep ? pool().take(size_class(bytes)) : fresh(size_class(bytes)); }

void free_buffer(void* buffer, size_t bytes) {
  if (buffer == nullptr) return;
  if (kKeep)
    pool().give(buffer, size_class(bytes));
  else
    std::free(buffer);
}

size_t trim_memory() {
  const size_t bytes = pool().clear();
#if defined(__GLIBC__)
  ::malloc_trim(0);  // memory between buffers that are still in use
#endif
  return bytes;
}

}  // namespace mininas
