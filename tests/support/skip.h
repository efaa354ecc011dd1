// Tests that cannot run on this machine. They say why, and count as skipped, not as passed: the last line of the test
// program is `N passed, N failed, N skipped`.
#pragma once
#include <string>
#include <string_view>

namespace mininas::test {

// How the two messages below begin; main.cpp counts by it.
constexpr std::string_view kSkipped = "skipped: ", kSkippedPart = "skipped in part: ";

// For a whole test: `if (folder == nullptr) return skip("MININAS_DATA is not set");`.
void skip(const std::string& why);

// For some of the cases that a test goes through: it goes on with the others and counts for what they show. Where no case
// is left, skip() the test.
void skip_part(const std::string& why);

}  // namespace mininas::test
