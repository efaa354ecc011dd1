/* CRC-32 (IEEE 802.3, reflected; that of zlib and PNG): digest of a model, and of a layer's output. Finds damage, not
 * malice. */
#ifndef MN_CRC32_H
#define MN_CRC32_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The digest of what `crc` covers followed by `bytes`; of nothing it is 0. mn_crc32(0, "123456789", 9) ==
 * 0xCBF43926. */
uint32_t mn_crc32(uint32_t crc, const void *bytes, size_t count);

#ifdef __cplusplus
}
#endif

#endif
