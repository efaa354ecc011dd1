// Which program this is: for `mininas --version` and for whoever writes down what made a file.
#pragma once
#include <string>

namespace mininas {

// "0.9"; grows with what users can see.
const char* program_version();
// The commit it was built from, "3e1a7c58f7aa", with "-dirty" where files had been changed; "unknown" outside a clone.
const char* program_commit();
// "g++ 12.2.0"
std::string program_compiler();

}  // namespace mininas
