// Readers of pictures and data sets (tests/fuzz/readers.h).
#pragma once
#include "tests/fuzz/readers.h"

namespace mininas::test {

extern const Reader kImageReader, kIdxReader, kCifarReader, kTableReader;

}  // namespace mininas::test
