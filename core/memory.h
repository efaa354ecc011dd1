// Memory of tensors: large buffers that a training step frees and the next step needs again. Freed buffers are kept by
// size and reused, so that a step touches no new pages after the first one. Buffers of 2 MiB and more request huge
// pages (one page-table entry instead of 512). Like malloc, there is one allocator per process, safe to call from any
// thread.
#pragma once
#include <cstddef>

namespace mininas {

// At least `bytes`, aligned to 64. Throws std::bad_alloc.
void* allocate_buffer(size_t bytes);
// `bytes` is the size passed to allocate_buffer.
void free_buffer(void* buffer, size_t bytes);

// Gives all freed buffers back to the system and returns their size in bytes. Call it between two networks: the next
// one's buffers have other sizes, and the kept ones would only accumulate.
size_t trim_memory();

}  // namespace mininas
