// Memory of tensors: large buffers that a training step frees and the next one asks for again.
// Freed buffers are kept by size and handed out again, so that a step touches no new pages after the first; buffers of
// 2 MiB and more ask the system for huge pages (one page-table entry instead of 512). Like malloc, it is one per
// process and safe to call from any thread.
#pragma once
#include <cstddef>

namespace mininas {

// At least `bytes`, aligned to 64. Throws std::bad_alloc.
void* allocate_buffer(size_t bytes);
// `bytes` as asked for.
void free_buffer(void* buffer, size_t bytes);

// Gives all freed buffers back to the system; returns their bytes. For the moment between two networks: the next one's
// buffers have other sizes, and what was kept for the last one would only add up.
size_t trim_memory();

}  // namespace mininas
