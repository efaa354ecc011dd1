#include "core/timing.h"
#include "tests/support/catch.h"

#include <chrono>
#include <thread>

using namespace mininas;

TEST_CASE("a measurement repeats until it has both its time and its repeats, after two calls that do not count",
          "[core][timing]") {
  int calls = 0;
  const Timing few = measure([&] { ++calls; }, {.budget_seconds = 0.0, .min_repeats = 7});
  CHECK(few.repeats == 7);
  CHECK(calls == 9);
  const Timing many = measure([&] { ++calls; }, {.budget_seconds = 0.01, .min_repeats = 1});
  CHECK(many.repeats > 7);
}

TEST_CASE("a measurement ignores the odd slow repeat", "[core][timing]") {
  int calls = 0;
  const Timing timing = measure([&] { std::this_thread::sleep_for(std::chrono::milliseconds(++calls == 5 ? 200 : 1)); },
                                {.budget_seconds = 0.0, .min_repeats = 9});
  CHECK(timing.best >= 0.001);
  CHECK(timing.best <= timing.seconds);
  CHECK(timing.seconds < 0.1);
  CHECK(timing.deviation < 0.1);
}
