/* CRC-32 (IEEE 802.3, reflected, as in zlib and PNG): the digest of a model and of a layer's output. It detects damage,
 * not manipulation. */
#ifndef MN_CRC32_H
#define MN_CRC32_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The digest of the data of `crc` followed by `bytes`; the digest of no data is 0. mn_crc32(0, "123456789", 9) ==
 * 0xCBF43926. */
uint32_t mn_crc32(uint32_t crc, const void *bytes, size_t count);

#ifdef __cplusplus
}
#endif

#endif
