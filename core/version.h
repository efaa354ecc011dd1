// The version of this program, for `mininas --version` and for files that record what wrote them.
#pragma once
#include <string>

namespace mininas {

// "0.9"; increases when users see a difference
const char* program_version();
// The commit that it was built from, "3e1a7c58f7aa", with "-dirty" if files had been changed; "unknown" outside a
// clone.
const char* program_commit();
// "g++ 12.2.0"
std::string program_compiler();

}  // namespace mininas
