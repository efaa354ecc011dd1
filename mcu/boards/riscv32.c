/* Start-up, ticks and semihosting requests of RV32 in machine mode. */
#include "board.h"
#include "semihosting.h"

/* From board.ld. */
extern uint32_t board_data_begin[], board_data_end[], board_data_image[], board_bss_begin[], board_bss_end[];

void board_reset(void);
void prepare_memory(void);
void fault(void);

/* minstret: its two halves are read separately, so the high one is read twice. */
uint64_t board_ticks(void) {
  uint32_t high, low, again;
  do {
    __asm__ volatile(
        ".option push\n .option arch, +zicsr\n csrr %0, minstreth\n csrr %1, minstret\n csrr %2, minstreth\n .option "
        "pop"
        : "=r"(high), "=r"(low), "=r"(again));
  } while (high != again);
  return ((uint64_t)high << 32) | low;
}

void board_loop(uint32_t rounds) { __asm__ volatile("0: addi %0, %0, -1\n bnez %0, 0b" : "+r"(rounds)); }

/* These three uncompressed instructions distinguish a semihosting request from a breakpoint. */
int32_t semihosting_request(int32_t operation, const uintptr_t *parameters) {
  register int32_t a0 __asm__("a0") = operation;
  register const uintptr_t *a1 __asm__("a1") = parameters;
  __asm__ volatile(
      ".option push\n .option norvc\n .balign 16\n slli x0, x0, 0x1F\n ebreak\n srai x0, x0, 7\n .option pop"
      : "+r"(a0)
      : "r"(a1)
      : "memory");
  return a0;
}

__attribute__((aligned(4))) void fault(void) {
  driver_fail("the processor met a fault: an illegal instruction, or an access outside of memory");
}

void prepare_memory(void) {
  const uint32_t *from = board_data_image;
  uint32_t *to;
  for (to = board_data_begin; to != board_data_end; ++to) *to = *from++;
  for (to = board_bss_begin; to != board_bss_end; ++to) *to = 0;
  board_exit(driver_main());
}

/* There is no stack yet. */
__attribute__((section(".vectors"), naked)) void board_reset(void) {
  __asm__ volatile(
      ".option push\n .option arch, +zicsr\n .option norelax\n"
      " la sp, board_stack_top\n la t0, fault\n csrw mtvec, t0\n tail prepare_memory\n .option pop");
}
