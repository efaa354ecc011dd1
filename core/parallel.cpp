#include "core/parallel.h"

#include <omp.h>

#include <exception>
#include <limits>
#include <mutex>

#include "core/error.h"

namespace mininas {

void set_thread_count(int count) {
  MN_CHECK(count >= 1, count);
  omp_set_num_threads(count);
}

int thread_count() { return omp_get_max_threads(); }

int available_cores() { return omp_get_num_procs(); }

void parallel_for(int64_t count, const std::function<void(int64_t)>& task) {
  std::exception_ptr first;
  int64_t first_index = std::numeric_limits<int64_t>::max();
  std::mutex guard;
#pragma omp parallel for schedule(dynamic, 1) if (count > 1)
  for (int64_t i = 0; i < count; ++i) {
    try {
      task(i);
    } catch (...) {
      const std::lock_guard lock(guard);
      if (i < first_index) {
        first_index = i;
        first = std::current_exception();
      }
    }
  }
  if (first) std::rethrow_exception(first);
}

}  // namespace mininas
