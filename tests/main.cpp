// The test program: Catch2's main, a plain last line `N passed, N failed`, and an exit status that is the verdict.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include <iostream>

namespace {

// Counts test cases, so that the last line speaks of claims and not of assertions.
struct Totals : Catch::TestEventListenerBase {
  using TestEventListenerBase::TestEventListenerBase;
  void testRunEnded(const Catch::TestRunStats& stats) override {
    passed = stats.totals.testCases.passed;
    failed = stats.totals.testCases.failed + stats.totals.testCases.failedButOk;
  }
  static inline size_t passed = 0, failed = 0;
};
CATCH_REGISTER_LISTENER(Totals)

}  // namespace

int main(int argc, char** argv) {
  const int status = Catch::Session().run(argc, argv);
  if (Totals::passed + Totals::failed > 0)
    std::cout << Totals::passed << " passed, " << Totals::failed << " failed" << std::endl;
  return status;
}
