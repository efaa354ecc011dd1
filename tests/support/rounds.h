// How often a test over random cases repeats itself: `count` times, a tenth of that where every access is checked and
// takes ten times as long. Defined in a file of its own, the only one of the tests that is compiled anew for each
// configuration.
#pragma once
#include <cstdint>

namespace mininas::test {

uint64_t rounds(uint64_t count);

}  // namespace mininas::test
