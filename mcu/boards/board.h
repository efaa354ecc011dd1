/* What a board provides so that a network can be verified on it: images in, every layer out, a count of instructions.
 * Not part of a product: firmware that only classifies needs nothing of this folder. How to add a board:
 * mcu/PORTING.md.
 *
 *   cortex_m.c       start-up, ticks and requests of every Cortex-M; riscv32.c the same for RV32
 *   semihosting.c    board_read, board_write, board_exit by requests to whatever runs the board: an emulator or a
 *                    debugger
 *   host.c           all of these functions on the machine that verifies
 *   driver.c         the program on top, one text for all of them
 *   board.ld         memory, for all of them */
#ifndef BOARD_H
#define BOARD_H

#include <stddef.h>
#include <stdint.h>

/* The program. Start-up code calls it once memory is in order, and passes what it returns to board_exit. */
int driver_main(void);

/* Tells whoever verifies what went wrong, and ends. For start-up code: from the handler of a fault. */
void driver_fail(const char *why);

/* The next `count` bytes of the images, one image behind the other. Returns how many there were. */
size_t board_read(void *out, size_t count);

/* To whoever verifies. */
void board_write(const void *bytes, size_t count);

/* Ends everything; does not return. 0: all went well. */
void board_exit(int status);

/* Instructions so far, in the ticks of whatever this board counts with; always 0 where nothing counts. */
uint64_t board_ticks(void);

/* Executes 2 x `rounds` instructions and hardly more: its ticks tell what a tick is worth. Requires rounds >= 1. */
void board_loop(uint32_t rounds);

#endif
