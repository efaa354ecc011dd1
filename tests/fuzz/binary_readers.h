// Readers of the files of weights (tests/fuzz/readers.h).
#pragma once
#include "tests/fuzz/readers.h"

namespace mininas::test {

extern const Reader kNetworkReader, kQuantizedReader, kCheckpointReader;

}  // namespace mininas::test
