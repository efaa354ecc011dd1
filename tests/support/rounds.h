// The number of repetitions of a test over random cases: `count`, or a tenth of that with sanitizers, which check every
// access and take ten times as long. It is defined in its own file, the only file of the tests that is compiled again
// for each configuration.
#pragma once
#include <cstdint>

namespace mininas::test {

uint64_t rounds(uint64_t count);

}  // namespace mininas::test
