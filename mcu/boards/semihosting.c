/* Images, layers and exit by semihosting. Images come from images.bin in the working folder of the emulator or
 * debugger, layers go to the console. */
#include "semihosting.h"

#include "board.h"

enum { SYS_OPEN = 0x01, SYS_WRITE = 0x05, SYS_READ = 0x06, SYS_EXIT_EXTENDED = 0x20 };
enum { READ_BINARY = 1, WRITE_BINARY = 5 }; /* modes of opening a file */
enum { APPLICATION_EXIT = 0x20026 };        /* reason of the exit */
enum { NOT_OPEN = -1 };
enum {
  PATIENCE = 50000000
}; /* tries, a few minutes: after that the console is considered dead */

static uintptr_t word_of(const void *address) { return (uintptr_t)address; }

static int32_t open_file(const char *path, uintptr_t length, uintptr_t mode) {
  const uintptr_t parameters[3] = {word_of(path), mode, length};
  return semihosting_request(SYS_OPEN, parameters);
}

/* Returns the number of bytes that were not transferred; more than `count` after an error. */
static size_t move_bytes(int32_t operation, int32_t file, const void *bytes, size_t count) {
  const uintptr_t parameters[3] = {(uintptr_t)file, word_of(bytes), count};
  return (size_t)semihosting_request(operation, parameters);
}

size_t board_read(void *out, size_t count) {
  static const char images_path[] = "images.bin";
  static int32_t images = NOT_OPEN;
  size_t missing;
  if (images == NOT_OPEN) images = open_file(images_path, sizeof images_path - 1, READ_BINARY);
  if (images == NOT_OPEN) driver_fail("semihosting cannot open images.bin");
  missing = move_bytes(SYS_READ, images, out, count);
  return missing > count ? 0 : count - missing;
}

void board_write(const void *bytes, size_t count) {
  static int32_t console = NOT_OPEN;
  int32_t patience = PATIENCE;
  if (console == NOT_OPEN) console = open_file(":tt", 3, WRITE_BINARY);
  /* The console may be too busy to take everything at once. */
  while (count > 0) {
    const size_t missing = move_bytes(SYS_WRITE, console, bytes, count);
    if (missing > count) board_exit(2);
    patience = missing < count ? PATIENCE : patience - 1;
    if (patience == 0) board_exit(2);
    bytes = (const uint8_t *)bytes + (count - missing);
    count = missing;
  }
}

void board_exit(int status) {
  const uintptr_t parameters[2] = {APPLICATION_EXIT, (uintptr_t)status};
  (void)semihosting_request(SYS_EXIT_EXTENDED, parameters);
  for (;;) continue;
}
