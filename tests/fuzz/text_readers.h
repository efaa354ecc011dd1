// Readers of texts (tests/fuzz/readers.h).
#pragma once
#include "tests/fuzz/readers.h"

namespace mininas::test {

extern const Reader kArchitectureReader, kDataReader, kNameReader, kRecordReader, kRunReader, kJournalReader,
    kLogReader;

}  // namespace mininas::test
