/* The verifying machine as a board: images come from images.bin, layers go to standard output. */
#include <stdio.h>
#include <stdlib.h>

#include "board.h"

static FILE *images;

size_t board_read(void *out, size_t count) { return fread(out, 1, count, images); }

void board_write(const void *bytes, size_t count) {
  if (fwrite(bytes, 1, count, stdout) != count) board_exit(2);
}

void board_exit(int status) { exit(fflush(stdout) == 0 ? status : 2); }

uint64_t board_ticks(void) { return 0; }

void board_loop(uint32_t rounds) { (void)rounds; }

int main(void) {
  images = fopen("images.bin", "rb");
  if (images == NULL) driver_fail("cannot open images.bin");
  board_exit(driver_main());
  return 0;
}
