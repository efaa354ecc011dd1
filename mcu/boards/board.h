/* What a board provides so that a network can be verified on it: it sends images in and every layer out, and counts
 * instructions. Not part of a product: firmware that only classifies does not need this folder. mcu/PORTING.md explains
 * how to add a board.
 *
 *   cortex_m.c       start-up, ticks and requests of every Cortex-M; riscv32.c has the same for RV32
 *   semihosting.c    board_read, board_write, board_exit by requests to the emulator or debugger that runs the board
 *   host.c           all of these functions on the verifying machine
 *   driver.c         the verification program, the same for all of them
 *   board.ld         memory layout, for all of them */
#ifndef BOARD_H
#define BOARD_H

#include <stddef.h>
#include <stdint.h>

/* The verification program. Start-up code calls it when memory is initialised, and passes its result to board_exit. */
int driver_main(void);

/* Reports an error to the verifying machine and ends. For start-up code: called by the handlers of faults. */
void driver_fail(const char *why);

/* Reads the next `count` bytes of the images, which follow one another. Returns how many there were. */
size_t board_read(void *out, size_t count);

/* Sends bytes to the verifying machine. */
void board_write(const void *bytes, size_t count);

/* Ends the program; does not return. 0 means success. */
void board_exit(int status);

/* Instructions so far, in ticks of the board's counter; always 0 if there is none. */
uint64_t board_ticks(void);

/* Executes 2 x `rounds` instructions and few others, to determine the ticks per instruction. Requires rounds >= 1. */
void board_loop(uint32_t rounds);

#endif
