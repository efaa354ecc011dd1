#include "tests/fuzz/readers.h"

#include "tests/fuzz/binary_readers.h"
#include "tests/fuzz/image_readers.h"
#include "tests/fuzz/text_readers.h"

namespace mininas::test {

std::span<const Reader> readers() {
  static const Reader all[] = {kImageReader, kIdxReader,     kCifarReader,     kTableReader,     kArchitectureReader,
                               kDataReader,  kNameReader,    kRecordReader,    kRunReader,       kJournalReader,
                               kLogReader,   kNetworkReader, kQuantizedReader, kCheckpointReader};
  return all;
}

}  // namespace mininas::test
