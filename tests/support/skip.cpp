#include "tests/support/skip.h"

#include "tests/support/catch.h"

namespace mininas::test {

void skip(const std::string& why) { WARN(kSkipped << why); }

void skip_part(const std::string& why) { WARN(kSkippedPart << why); }

}  // namespace mininas::test
