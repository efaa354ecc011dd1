#include "tests/support/rounds.h"

namespace mininas::test {

uint64_t rounds(uint64_t count) {
#if defined(MN_SANITIZED)
  return (count + 9) / 10;
#else
  return count;
#endif
}

}  // namespace mininas::test
