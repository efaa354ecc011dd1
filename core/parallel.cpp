#include "core/parallel.h"

#include <omp.h>
#include <stdlib.h>

#include <exception>
#include <limits>
#include <mutex>

#include "core/error.h"

namespace {

// At the end of a loop, threads should spin for some microseconds and then sleep. If other programs use the machine
// too, a thread that only spins occupies the core that the thread it waits for needs, and a loop then takes a time
// slice of the scheduler. Sleeping at once, on the other hand, costs small networks 5 % on an idle machine. OpenMP
// reads these variables while it is loaded, before any constructor of this program runs, hence the .preinit_array.
// Values that the user has set are kept.
void set_wait_policy(int, char**, char**) {
  ::setenv("OMP_WAIT_POLICY", "passive", 0);
  ::setenv("GOMP_SPINCOUNT", "10000", 0);
}
__attribute__((section(".preinit_array"), used)) void (*const before_openmp)(int, char**, char**) = set_wait_policy;

}  // namespace

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
