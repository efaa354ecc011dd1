// MN_ISA_NAME: the name of the instruction set that a file is compiled for (MN_ISA, from the Makefile) as a string.
#pragma once

#define MN_TEXT_OF(name) #name
#define MN_TEXT(name) MN_TEXT_OF(name)
#define MN_ISA_NAME MN_TEXT(MN_ISA)
