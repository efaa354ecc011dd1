// The test program: Catch2's main, a last line `N passed, N failed, N skipped`, and the exit status of the result.
#define CATCH_CONFIG_RUNNER
#include <iostream>
#include <map>
#include <set>
#include <utility>

#include "tests/support/catch.h"
#include "tests/support/skip.h"

using mininas::test::kSkipped, mininas::test::kSkippedPart;

namespace {

struct Totals {
  size_t passed = 0, failed = 0, skipped = 0;
  std::map<std::string, std::set<std::string>> tests_by_reason;  // of skipped tests, completely or in part
};

Totals& totals() {
  static Totals all;
  return all;
}

// Counts test cases, so that the last line counts claims instead of assertions.
struct Counter : Catch::TestEventListenerBase {
  using Base = Catch::TestEventListenerBase;
  using Base::Base;
  // The return type differs between the versions of Catch2.
  using Handled = decltype(std::declval<Base>().assertionEnded(std::declval<const Catch::AssertionStats&>()));

  void testCaseStarting(const Catch::TestCaseInfo& test) override {
    name_ = test.name;
    skipped_ = false;
  }

  Handled assertionEnded(const Catch::AssertionStats& stats) override {
    if (stats.assertionResult.getResultType() == Catch::ResultWas::Warning)
      note(std::string(stats.assertionResult.getMessage()));
    return Handled();
  }

  void testCaseEnded(const Catch::TestCaseStats& stats) override {
    const bool failed = stats.totals.assertions.failed > 0;
    ++(failed ? totals().failed : skipped_ ? totals().skipped : totals().passed);
  }

 private:
  void note(const std::string& message) {
    skipped_ |= message.starts_with(kSkipped);
    if (message.starts_with(kSkipped) || message.starts_with(kSkippedPart))
      totals().tests_by_reason[message].insert(name_);
  }

  std::string name_;
  bool skipped_ = false;
};
CATCH_REGISTER_LISTENER(Counter)

void print(const Totals& all) {
  for (const auto& [reason, tests] : all.tests_by_reason)
    std::cout << reason << " (" << tests.size() << (tests.size() == 1 ? " test)\n" : " tests)\n");
  std::cout << all.passed << " passed, " << all.failed << " failed, " << all.skipped << " skipped" << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
  const int status = Catch::Session().run(argc, argv);
  const Totals& all = totals();
  if (all.passed + all.failed + all.skipped > 0) print(all);
  return status;
}
