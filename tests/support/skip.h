// Skips tests that cannot run on this machine. They report why, and do not count as passed: the last line of the test
// program is `N passed, N failed, N skipped`.
#pragma once
#include <string>
#include <string_view>

namespace mininas::test {

// The beginnings of the two messages below; main.cpp counts them.
constexpr std::string_view kSkipped = "skipped: ", kSkippedPart = "skipped in part: ";

// For a whole test: `if (folder == nullptr) return skip("MININAS_DATA is not set");`.
void skip(const std::string& why);

// For some of the cases of a test: the test continues with the others and counts for them. If no case is left, call
// skip().
void skip_part(const std::string& why);

}  // namespace mininas::test
