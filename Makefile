# Mini-NAS. `make help` lists the targets. Everything is built below build/; a build is one folder: build/<config>/.

CXX      ?= g++
CC       ?= cc
CONFIG   ?= release
BUILD    := build/$(CONFIG)
OPT      ?= -O3
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wno-missing-field-initializers -Werror
# g++ 12 sees an overlap in std::string's operator+ that is none (its bug 105651); clang++ does not know the option.
ifeq ($(findstring clang,$(CXX)),)
WARNINGS += -Wno-restrict
endif
# -ffp-contract=off: a fused multiply-add stands only where the source says so, or results would depend on the compiler.
CXXFLAGS := -std=c++20 $(OPT) -g1 -ffp-contract=off -fopenmp $(WARNINGS) -I. -isystem /usr/include/eigen3 -MMD -MP $(EXTRA)
CFLAGS   := -std=c99 -pedantic $(OPT) -g1 -Wall -Wextra -Wconversion -Werror -I. -MMD -MP $(EXTRA)
LDFLAGS  := -fopenmp $(EXTRA)

# Kernels are compiled once for each instruction set, from one text, each into a namespace of its own (core/kernels/README.md).
ISAS     := baseline
ifeq ($(shell uname -m),x86_64)
ISAS     += avx2 avx512
endif
ISA_baseline := -DMN_ISA=baseline -DEigen=Eigen_baseline
ISA_avx2     := -mavx2 -mfma -DMN_ISA=avx2 -DEigen=Eigen_avx2
ISA_avx512   := -mavx512f -mavx512dq -mavx512bw -mavx512vl -mfma -mprefer-vector-width=512 -DMN_ISA=avx512 -DEigen=Eigen_avx512

LIBRARY := $(wildcard core/*.cpp datasets/*.cpp nn/*.cpp mcu/host/*.cpp search/*.cpp)
RUNTIME := $(wildcard mcu/runtime/*.c)
KERNELS := $(wildcard core/kernels/*.cpp)
PROGRAM := $(wildcard search/cli/*.cpp)
TESTS   := $(wildcard tests/*.cpp tests/*/*.cpp)
BENCHES := $(wildcard bench/*_bench.cpp)

objects  = $(patsubst %,$(BUILD)/%.o,$(1))
KERNEL_OBJECTS := $(foreach isa,$(ISAS),$(patsubst %.cpp,$(BUILD)/%.$(isa).o,$(KERNELS)))
LIBRARY_OBJECTS := $(call objects,$(LIBRARY) $(RUNTIME)) $(KERNEL_OBJECTS)

.DELETE_ON_ERROR:
.PHONY: all program test demo asan ubsan bench cifar10 clean help packages

## all: build/mininas, the program (the default)
all: program
program: build/mininas

build/mininas: $(BUILD)/mininas
	@ln -sf $(CONFIG)/mininas $@

$(BUILD)/mininas: $(call objects,$(PROGRAM)) $(LIBRARY_OBJECTS)
	$(CXX) $^ $(LDFLAGS) -o $@

$(BUILD)/mininas_tests: $(call objects,$(TESTS)) $(LIBRARY_OBJECTS)
	$(CXX) $^ $(LDFLAGS) -o $@

# Tests are many and run once: compiled for speed of compilation.
$(BUILD)/tests/%.cpp.o: tests/%.cpp | packages
	@mkdir -p $(@D)
	$(CXX) $(CXXFLAGS) -O1 -c $< -o $@

$(BUILD)/%.cpp.o: %.cpp | packages
	@mkdir -p $(@D)
	$(CXX) $(CXXFLAGS) -c $< -o $@

$(BUILD)/%.c.o: %.c | packages
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -c $< -o $@

define kernel_rule
$(BUILD)/core/kernels/%.$(1).o: core/kernels/%.cpp | packages
	@mkdir -p $$(@D)
	$$(CXX) $$(CXXFLAGS) $$(ISA_$(1)) -c $$< -o $$@
endef
$(foreach isa,$(ISAS),$(eval $(call kernel_rule,$(isa))))

packages:

-include $(shell find build -name '*.d' 2>/dev/null)
