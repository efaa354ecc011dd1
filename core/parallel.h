// Deterministic parallel loops: the only place that knows OpenMP.
// A loop is cut into tasks by the caller, from shapes alone; which thread runs a task never changes a result, because
// tasks write to disjoint places (a sum over tasks is made afterwards, in task order).
#pragma once
#include <cstdint>
#include <functional>

namespace mininas {

// Threads that parallel_for uses from now on (process wide; OpenMP's own setting). Requires: count >= 1.
void set_thread_count(int count);
int thread_count();
// Cores that this process may use.
int available_cores();

// Runs task(0) ... task(count-1), each once, in any order. An exception in a task is rethrown after the loop (the one
// of the lowest index).
void parallel_for(int64_t count, const std::function<void(int64_t)>& task);

}  // namespace mininas
