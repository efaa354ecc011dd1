/* Semihosting: a program asks whatever runs it, an emulator or a debugger, for files and for the end. */
#ifndef SEMIHOSTING_H
#define SEMIHOSTING_H

#include <stdint.h>

/* One request with its parameters, in the way of the core (cortex_m.c, riscv32.c). */
int32_t semihosting_request(int32_t operation, const uintptr_t *parameters);

#endif
