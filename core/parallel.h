// Deterministic parallel loops, and the only file that uses OpenMP. The caller divides a loop into tasks that depend on
// shapes alone and that write to disjoint memory; a sum over tasks is computed afterwards, in task order. The result
// therefore does not depend on which thread runs which task.
#pragma once
#include <cstdint>
#include <functional>

namespace mininas {

// Sets the number of threads that parallel_for uses from now on, for the whole process. Requires: count >= 1.
void set_thread_count(int count);
int thread_count();
// The number of cores that this process may use.
int available_cores();

// Runs task(0) ... task(count - 1) once each, in any order. If tasks throw, the exception of the lowest index is
// rethrown after the loop.
void parallel_for(int64_t count, const std::function<void(int64_t)>& task);

}  // namespace mininas
