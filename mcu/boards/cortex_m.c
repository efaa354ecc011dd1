/* Start-up, ticks and semihosting requests of every Cortex-M, M0 to M55. */
#include "board.h"
#include "semihosting.h"

/* From board.ld. */
extern uint32_t board_stack_top[], board_data_begin[], board_data_end[], board_data_image[], board_bss_begin[],
    board_bss_end[];

void board_reset(void);

#define SYSTEM_REGISTER(address) (*(volatile uint32_t *)(address))
#define SYSTICK_CONTROL SYSTEM_REGISTER(0xE000E010u)
#define SYSTICK_RELOAD SYSTEM_REGISTER(0xE000E014u)
#define SYSTICK_VALUE SYSTEM_REGISTER(0xE000E018u)
#define INTERRUPT_STATE SYSTEM_REGISTER(0xE000ED04u)
#define COPROCESSOR_ACCESS SYSTEM_REGISTER(0xE000ED88u)

#define SYSTICK_LARGEST 0xFFFFFFu  /* 24 bits, counting down */
#define SYSTICK_RUN 7u             /* enabled, at the processor's clock, with its exception */
#define SYSTICK_PENDING (1u << 26) /* the exception is pending */
#define COPROCESSORS_10_AND_11 (0xFu << 20)

/* Number of times that SysTick has wrapped around. */
static volatile uint32_t rounds_of_systick;

static void count_round(void) { ++rounds_of_systick; }

uint64_t board_ticks(void) {
  uint32_t rounds, value, pending;
  do {
    rounds = rounds_of_systick;
    value = SYSTICK_VALUE;
    pending = INTERRUPT_STATE & SYSTICK_PENDING;
  } while (pending != 0 || rounds != rounds_of_systick);
  return (uint64_t)rounds * (SYSTICK_LARGEST + 1u) + (SYSTICK_LARGEST - value);
}

void board_loop(uint32_t rounds) {
  __asm__ volatile(".syntax unified\n0: subs %0, %0, #1\n bne 0b" : "+l"(rounds) : : "cc");
}

int32_t semihosting_request(int32_t operation, const uintptr_t *parameters) {
  register int32_t r0 __asm__("r0") = operation;
  register const uintptr_t *r1 __asm__("r1") = parameters;
  __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

static void fault(void) {
  driver_fail("the processor met a fault: an illegal instruction, or an access outside of memory");
}

void board_reset(void) {
  const uint32_t *from = board_data_image;
  uint32_t *to;
  for (to = board_data_begin; to != board_data_end; ++to) *to = *from++;
  for (to = board_bss_begin; to != board_bss_end; ++to) *to = 0;
#if __ARM_ARCH >= 7
  COPROCESSOR_ACCESS |= COPROCESSORS_10_AND_11; /* floating point and vectors; ignored by cores without them */
  __asm__ volatile("dsb\n isb" : : : "memory");
#endif
  SYSTICK_RELOAD = SYSTICK_LARGEST;
  SYSTICK_VALUE = 0;
  SYSTICK_CONTROL = SYSTICK_RUN;
  board_exit(driver_main());
}

/* In the order of the architecture: reset, 13 exceptions that are not expected, SysTick. */
__attribute__((section(".vectors"), used)) static const struct {
  const void *stack_top;
  void (*reset)(void), (*unexpected[13])(void), (*systick)(void);
} vectors = {board_stack_top,
             board_reset,
             {fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault},
             count_round};
