#include <algorithm>
#include <atomic>
#include <numeric>
#include <vector>

#include "core/parallel.h"
#include "tests/support/catch.h"
#include "tests/support/threads.h"

using namespace mininas;
using namespace mininas::test;

TEST_CASE("every task of a parallel loop runs exactly once", "[core][parallel]") {
  for (const int threads : {1, 2, 3, 8}) {
    const Threads scope(threads);
    for (const int64_t count : {0, 1, 2, 7, 1000}) {
      std::vector<int> runs(static_cast<size_t>(count));
      parallel_for(count, [&](int64_t i) { ++runs[static_cast<size_t>(i)]; });
      CHECK(std::accumulate(runs.begin(), runs.end(), 0) == count);
      CHECK((count == 0 || *std::max_element(runs.begin(), runs.end()) == 1));
    }
  }
}

TEST_CASE("the exception of the lowest task is rethrown after all tasks ran", "[core][parallel]") {
  for (const int threads : {1, 2, 8}) {
    const Threads scope(threads);
    std::atomic<int> runs = 0;
    const auto loop = [&] {
      parallel_for(100, [&](int64_t i) {
        ++runs;
        if (i == 37 || i == 90) throw std::runtime_error("task " + std::to_string(i));
      });
    };
    CHECK_THROWS_WITH(loop(), "task 37");
    CHECK(runs == 100);
  }
}

TEST_CASE("the number of threads is the requested one, and zero is an internal error", "[core][parallel]") {
  const Threads scope(3);
  CHECK(thread_count() == 3);
  CHECK(available_cores() >= 1);
  CHECK_THROWS_AS(set_thread_count(0), std::logic_error);
}
