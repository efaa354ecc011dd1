/* Semihosting: a program requests files and its exit from the emulator or debugger that runs it. */
#ifndef SEMIHOSTING_H
#define SEMIHOSTING_H

#include <stdint.h>

/* Makes one request with its parameters, in the way of the core (cortex_m.c, riscv32.c). */
int32_t semihosting_request(int32_t operation, const uintptr_t *parameters);

#endif
