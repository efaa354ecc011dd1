// How often a test over random cases repeats itself: `count` times, a tenth of that where every access is checked and takes ten times as
// long.
#pragma once
#include <cstdint>

namespace mininas::test {

constexpr uint64_t rounds(uint64_t count) {
#if defined(MN_SANITIZED)
  return (count + 9) / 10;
#else
  return count;
#endif
}

}  // namespace mininas::test
