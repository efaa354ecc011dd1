# Mini-NAS. `make help` lists the targets. Everything is built below build/: a configuration in build/<config>/, tests
# in build/tests/.

CXX      ?= g++
CC       ?= cc
CONFIG   ?= release
BUILD    := build/$(CONFIG)
OPT      ?= -O3
KERNEL_OPT ?= $(OPT)
# What reads options, writes files or runs once a candidate costs more time to optimise than it ever takes. (-Og does
# what makes code small and not what takes long: a fifth less of the compiler's time than -O1.)
LIGHT    := $(addprefix search/,cli cost job record report run evaluate inspect methods space) \
  mcu/host $(addprefix mcu/host/,cost export formats object verify) nn/spec nn/weights core/io datasets
# But these are called for every image.
HEAVY    := core/io/sha256 $(addprefix datasets/,augment resize stb_decoder)
LIGHT_OPT ?= $(if $(filter -O2 -O3,$(OPT)),-Og)
# Line numbers for stack traces and profiles take a fifth of the compiler's time; users need none.
DEBUG    ?= $(if $(filter release,$(CONFIG)),,-g1)
# The standard library's headers take half of the compiler's time; for the program as users build it they are read once.
# Other configurations do without, so that a file that forgets to include one is found, and so does whoever wants
# warnings to be errors: g++ 12 forgets that these headers are the system's and warns of bugs of its own in them.
# The sanitized tests of .ci/run have them, so that what users build is built there. (-fpch-preprocess is for caches of
# object files.)
PRECOMPILED ?= $(if $(WERROR),,$(filter release odr sanitize,$(CONFIG)))
PRECOMPILED_FLAGS = -fpch-preprocess \
  $(if $(findstring clang,$(CXX)),,-Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds)
STANDARD_HEADERS := algorithm array chrono cmath cstdint cstring filesystem functional iomanip iostream map memory \
  numeric optional set span sstream string variant vector
# The libraries' headers are in $(PREFIX)/include.
PREFIX   ?= $(if $(filter Darwin,$(shell uname -s)),$(shell brew --prefix),/usr)
# Warnings stop nobody's build: the next compiler has new ones. Whoever changes the code runs make WERROR=-Werror, as
# .ci/run does.
WERROR   ?=
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wno-missing-field-initializers
# g++ 12 sees an overlap in std::string's operator+ that is none (its bug 105651); clang++ does not know the option.
ifeq ($(findstring clang,$(CXX)),)
WARNINGS += -Wno-restrict
endif
LIBRARIES := $(if $(filter-out /usr,$(PREFIX)),-isystem $(PREFIX)/include) -isystem $(PREFIX)/include/eigen3
# -ffp-contract=off: a fused multiply-add stands only where the source says so, or results would depend on the compiler.
CXXFLAGS := -std=c++20 $(OPT) $(DEBUG) -ffp-contract=off -fopenmp $(WARNINGS) -I. $(LIBRARIES) -MMD -MP
# In an export the runtime is one flat folder, so its files include each other by name alone.
RUNTIME_INCLUDES := -Imcu/runtime -Imcu/runtime/dsp -Imcu/runtime/mve
CFLAGS   := -std=c99 -pedantic $(OPT) $(DEBUG) -Wall -Wextra -Wconversion -I. $(RUNTIME_INCLUDES) -MMD -MP
LDFLAGS  := -fopenmp $(EXTRA)
# Tests are many and run once: compiled for speed of compilation. Sanitizers watch what is tested, not the tests.
TEST_FLAGS := $(filter-out -O%,$(CXXFLAGS)) -O1 $(WERROR) $(filter-out -fsanitize% -fno-sanitize%,$(EXTRA))
# Among the checks of a sanitizer g++ sees errors that are none.
ifneq ($(findstring -fsanitize,$(EXTRA)),)
override WERROR :=
endif
CXXFLAGS += $(WERROR) $(EXTRA) $(EXTRA_CXX)
CFLAGS   += $(WERROR) $(EXTRA)

# Kernels are compiled once for each instruction set, from one text, each into a namespace of its own (core/README.md).
ISAS     := baseline
ifeq ($(shell uname -m),x86_64)
ISAS     += avx2 avx512
endif
ISA_baseline := -DMN_ISA=baseline -DEigen=Eigen_baseline
ISA_avx2     := -mavx2 -mfma -DMN_ISA=avx2 -DEigen=Eigen_avx2
AVX512       := -mavx512f -mavx512dq -mavx512bw -mavx512vl -mfma -mprefer-vector-width=512
ISA_avx512   := $(AVX512) -DMN_ISA=avx512 -DEigen=Eigen_avx512
# On x86 the baseline is there for machines that have nothing better and for the tests of equal bits. Each fused
# multiply-add is a call of a function there, so optimising it gains little and took a seventh of the whole build.
ifneq ($(filter avx2,$(ISAS)),)
OPT_baseline := $(if $(filter -O2 -O3,$(KERNEL_OPT)),-O1)
endif
# The integer kernels once more, with byte products.
ISA_avx512vnni := $(AVX512) -mavx512vnni -DMN_ISA=avx512vnni -DEigen=Eigen_avx512vnni

# Folders tell what a file is for: kernels are compiled once an instruction set, the command line stays out of the
# library.
KERNELS := $(wildcard core/kernels/*.cpp)
PROGRAM := $(wildcard search/cli/*.cpp)
LIBRARY := $(filter-out $(KERNELS) $(PROGRAM),$(wildcard \
  $(foreach module,core datasets nn mcu/host search,$(addprefix $(module)/,*.cpp */*.cpp */*/*.cpp))))
RUNTIME := $(wildcard mcu/runtime/*.c mcu/runtime/*/*.c)
TESTS   := $(filter-out tests/fuzz/fuzz_readers.cpp tests/fuzz/memory_files.cpp,\
  $(wildcard tests/*.cpp tests/*/*.cpp tests/search/*/*.cpp))
MCU_PROGRAMS := $(wildcard tests/mcu/programs/*.cpp)
COURSE  := $(wildcard tests/course/*/*.cpp)
BENCHES := $(wildcard bench/*_bench.cpp)

# Tests are compiled once for all configurations, but for the file that tells them which one they run in, and where the
# tests' own objects have to be like those of what is tested.
SHARED   = $(if $(APART),,$(filter-out tests/support/rounds.cpp,$(filter tests/%,$(1))))
objects  = $(patsubst %,$(BUILD)/%.o,$(filter-out $(SHARED),$(1))) $(patsubst %,build/%.o,$(SHARED))
KERNEL_OBJECTS := $(foreach isa,$(ISAS),$(patsubst %.cpp,$(BUILD)/%.$(isa).o,$(KERNELS)))
ifneq ($(filter avx512,$(ISAS)),)
KERNEL_OBJECTS += $(patsubst %.cpp,$(BUILD)/%.avx512vnni.o,$(wildcard core/kernels/int8_*.cpp))
endif
LIBRARY_OBJECTS := $(call objects,$(LIBRARY) $(RUNTIME)) $(KERNEL_OBJECTS)

# One short line a file; `make V=1` shows the commands.
ifndef V
say = @echo "  $(1)" && 
endif

.DELETE_ON_ERROR:
.PHONY: FORCE export-test field-cases accessibility all program chain-table chain-table-check test check mcu-test \
  mcu-calibrate mcu-code-sizes mcu-lint mcu-fuzz mcu-coverage demo asan ubsan sanitize determinism bench cifar10 \
  course clean help packages test-packages cross-packages lint-packages format-packages determinism-packages matrix \
  odr quick-test syntax program-syntax format format-check lint

## all      build/mininas, the program (the default)
all: program
program: build/mininas

build/mininas: $(BUILD)/mininas
	@ln -sf $(CONFIG)/mininas $@

$(BUILD)/mininas: $(call objects,$(PROGRAM)) $(LIBRARY_OBJECTS)
	$(call say,$@)$(CXX) $^ $(LDFLAGS) -o $@

# Catch2 3 is a library, Catch2 2 a header (tests/support/catch.h).
CATCH_LIBRARY = $(if $(findstring catch_test_macros, \
  $(shell $(CXX) $(filter-out -M%,$(CXXFLAGS)) -M -x c++ tests/support/catch.h)),-lCatch2)

$(BUILD)/mininas_tests: $(call objects,$(TESTS)) $(LIBRARY_OBJECTS)
	$(call say,$@)$(CXX) $^ $(LDFLAGS) $(CATCH_LIBRARY) -o $@

$(patsubst tests/mcu/programs/%.cpp,$(BUILD)/mcu_%,$(MCU_PROGRAMS)): $(BUILD)/mcu_%: build/tests/mcu/programs/%.cpp.o \
  build/tests/support/random_model.cpp.o $(LIBRARY_OBJECTS)
	$(call say,$@)$(CXX) $^ $(LDFLAGS) -o $@
$(BUILD)/mcu_calibrate: $(call objects,tests/support/calibration.cpp tests/support/count_cache.cpp bench/harness.cpp)

# The library as one file, of which a program takes what it needs: the course's programs are many and small. (q keeps
# objects that have the same name in different folders.)
$(BUILD)/libmininas.a: $(LIBRARY_OBJECTS)
	$(call say,$@)rm -f $@ && $(AR) qcs $@ $^

COURSE_PROGRAMS := $(patsubst tests/%.cpp,$(BUILD)/%,$(COURSE))
$(COURSE_PROGRAMS): $(BUILD)/%: build/tests/%.cpp.o $(BUILD)/libmininas.a
	@mkdir -p $(@D)
	$(call say,$@)$(CXX) $^ $(LDFLAGS) -o $@

# Catch2 and the standard headers take half of the compiler's time for a test, so they are read once; the file with
# main() needs them otherwise.
build/tests/standard.h: | test-packages
	@mkdir -p $(@D)
	@printf '#include <%s>\n' $(STANDARD_HEADERS) > $@
	@echo '#include "tests/support/catch.h"' >> $@
build/tests/standard.h.gch: build/tests/standard.h tests/support/catch.h
	$(call say,$@)$(CXX) $(TEST_FLAGS) -x c++-header $< -o $@
build/tests/%.cpp.o: INCLUDE_CATCH = -include build/tests/standard.h $(PRECOMPILED_FLAGS)
build/tests/main.cpp.o: INCLUDE_CATCH =

build/tests/%.cpp.o: tests/%.cpp build/tests/standard.h.gch | test-packages
	@mkdir -p $(@D)
	$(call say,$<)$(CXX) $(TEST_FLAGS) $(INCLUDE_CATCH) -c $< -o $@
# It includes headers of the runtime, which include each other by name alone.
build/tests/mcu/fast_kernels_test.cpp.o tests/mcu/fast_kernels_test.cpp.syntax: \
  private TEST_FLAGS += $(RUNTIME_INCLUDES)
$(BUILD)/tests/support/rounds.cpp.o: private CXXFLAGS += $(if $(findstring -fsanitize,$(EXTRA)),-DMN_SANITIZED)

ifneq ($(PRECOMPILED),)
$(BUILD)/standard.h: | packages
	@mkdir -p $(@D)
	@printf '#include <%s>\n' $(STANDARD_HEADERS) > $@
# What is above the session of a search includes most of the project's headers by way of these.
$(BUILD)/search.h: $(BUILD)/standard.h
	@{ cat $<; printf '#include "search/%s"\n' job/results.h job/settings.h run/run_search.h; } > $@
$(BUILD)/standard.h.gch $(BUILD)/search.h.gch: %.gch: %
	$(call say,$@)$(CXX) $(CXXFLAGS) -x c++-header $< -o $@
INCLUDED = standard
INCLUDE_STANDARD = -include $(BUILD)/$(INCLUDED).h $(PRECOMPILED_FLAGS)
ABOVE_SESSION := $(call objects,$(filter \
  $(addprefix search/,cli/% job/% report/% run/% evaluate/% methods/%),$(PROGRAM) $(LIBRARY)))
$(ABOVE_SESSION): private INCLUDED = search
$(ABOVE_SESSION): $(BUILD)/search.h.gch
endif

$(BUILD)/%.cpp.o: %.cpp $(if $(PRECOMPILED),$(BUILD)/standard.h.gch) | packages
	@mkdir -p $(@D)
	$(call say,$<)$(CXX) $(CXXFLAGS) $(INCLUDE_STANDARD) -c $< -o $@

$(BUILD)/%.c.o: %.c | packages
	@mkdir -p $(@D)
	$(call say,$<)$(CC) $(CFLAGS) -c $< -o $@

# The kernels for devices with special instructions run here too, for the tests, each instruction written out in C.
$(BUILD)/mcu/runtime/dsp/%.c.o $(BUILD)/mcu/runtime/mve/%.c.o: CFLAGS += -DMN_DSP_EMULATED
# So do the definitions that they are compared with.
$(BUILD)/mcu/runtime/portable/%.c.o: CFLAGS += -DMN_DEFINITIONS

# Files inside of the program, which the dependency scanner does not see: the device's C, and the glossary.
$(BUILD)/mcu/host/object/runtime_files.cpp.o: $(wildcard mcu/runtime/*.[ch] mcu/runtime/*/*.[ch] \
  mcu/host/export/exported/* mcu/boards/* mcu/host/cost/*.csv) LICENSE
$(BUILD)/search/report/report_glossary.cpp.o: search/report/glossary.md

# The decoder's arithmetic overflows on damaged JPEG files; it shall wrap around, the same with every compiler.
$(BUILD)/datasets/stb_decoder.cpp.o: private CXXFLAGS += -fwrapv
$(BUILD)/datasets/stb_decoder.cpp.o: private INCLUDE_STANDARD :=

$(call objects,$(filter-out $(HEAVY:%=%.cpp),$(wildcard $(LIGHT:%=%/*.cpp) search/methods/*/*.cpp))): \
  private CXXFLAGS += $(LIGHT_OPT)

# The commit that `mininas --version` names; the one file that knows it is compiled anew when it changes.
COMMIT := $(or $(shell git describe --always --abbrev=12 --dirty --exclude '*' 2>/dev/null),unknown)
$(BUILD)/commit: FORCE
	@mkdir -p $(@D)
	@echo '$(COMMIT)' | cmp -s - $@ || echo '$(COMMIT)' > $@
FORCE:
$(BUILD)/core/version.cpp.o: $(BUILD)/commit
$(BUILD)/core/version.cpp.o: private CXXFLAGS += '-DMN_COMMIT="$(COMMIT)"'

define kernel_rule
$(BUILD)/core/kernels/%.$(1).o: core/kernels/%.cpp | packages
	@mkdir -p $$(@D)
	$$(call say,$$<)$$(CXX) $$(CXXFLAGS) $$(KERNEL_OPT) $$(OPT_$(1)) $$(ISA_$(1)) -c $$< -o $$@
endef
$(foreach isa,$(ISAS) avx512vnni,$(eval $(call kernel_rule,$(isa))))

## test     builds and runs the tests
test: program
	$(MAKE) check

# The tests of one configuration, run against that configuration's program.
check: $(BUILD)/mininas_tests $(BUILD)/mininas $(if $(findstring ~[course],$(TEST_ARGUMENTS)),,$(COURSE_PROGRAMS))
	MININAS_BIN=$(BUILD)/mininas MININAS_BUILD=$(BUILD) $(BUILD)/mininas_tests $(TEST_ARGUMENTS)

## course   builds the programs of the course (tests/course/README.md)
course: $(COURSE_PROGRAMS)

# Those that start the program again and again, or other programs, take most of the time.
QUICK := ~[.]~[kill]~[named]~[compiler]~[board]~[course]
## quick-test builds and runs the tests but for the slowest
quick-test: program
	$(MAKE) check TEST_ARGUMENTS="$(QUICK)"

# Has the compiler read every source without making anything of it; SYNTAX chooses some.
SYNTAX ?= $(LIBRARY) $(PROGRAM) $(KERNELS) $(TESTS) $(COURSE) $(MCU_PROGRAMS) $(RUNTIME) $(wildcard bench/*.cpp)
syntax: $(addsuffix .syntax,$(SYNTAX))
program-syntax:
	$(MAKE) syntax SYNTAX="$(LIBRARY) $(PROGRAM) $(KERNELS) $(RUNTIME)"
%.cpp.syntax: %.cpp | test-packages
	$(call say,$<)$(CXX) $(filter-out -M%,$(CXXFLAGS)) \
	  $(if $(filter core/kernels/%,$<),$(ISA_$(lastword $(ISAS)))) -fsyntax-only $<
tests/%.cpp.syntax: tests/%.cpp build/tests/standard.h.gch | test-packages
	$(call say,$<)$(CXX) $(filter-out -M%,$(TEST_FLAGS)) \
	  $(if $(filter tests/main.cpp,$<),,-include build/tests/standard.h) -fsyntax-only $<
%.c.syntax: %.c | packages
	$(call say,$<)$(CC) $(filter-out -M%,$(CFLAGS)) -DMN_DSP_EMULATED -fsyntax-only $<

## asan     the tests under AddressSanitizer (with leaks); ubsan: under UndefinedBehaviorSanitizer
asan:
	$(MAKE) check CONFIG=asan OPT=-O1 EXTRA="-fsanitize=address -fno-omit-frame-pointer"
ubsan:
	$(MAKE) check CONFIG=ubsan OPT=-O1 EXTRA="-fsanitize=undefined -fno-sanitize-recover=all"

## sanitize  the quick tests under both at once
# A check of each pointer doubles the time that C++ takes to compile, and AddressSanitizer sees what is done with it;
# ubsan has these checks, and the device's C has them here too.
FEWER_CHECKS := -fno-sanitize=null,alignment,object-size,vptr
sanitize:
	$(MAKE) check CONFIG=sanitize OPT=-O1 \
	  EXTRA="-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer" \
	  EXTRA_CXX="$(FEWER_CHECKS)" \
	  TEST_ARGUMENTS="$(or $(TEST_ARGUMENTS),$(QUICK))"

## determinism  one training with every compiler, instruction set, processor, number of threads: one digest
determinism: packages determinism-packages
	MAKE="$(MAKE)" tests/determinism.sh

## matrix   builds and tests in bare Debian 12 and 13 with every compiler there (as root; an hour the first time)
matrix:
	@.ci/packages matrix
	tests/matrix.sh $(MATRIX_SYSTEMS)

## odr      links the program with all types in sight of the linker: two classes of one name are an error
odr:
	$(MAKE) CONFIG=odr OPT=-O0 KERNEL_OPT=-O0 EXTRA="-flto=auto -Werror=odr -Werror=lto-type-mismatch" build/odr/mininas

## mcu-test runs exported networks on every board in an emulator; compares every byte, counts instructions
mcu-test: cross-packages $(BUILD)/mcu_boards
	$(BUILD)/mcu_boards $(MCU_BOARDS)

## export-test runs exported files in ONNX Runtime and TensorFlow Lite (needs Node and, the first time, the network)
EXPORT_FORMATS ?= onnx-exact onnx-qdq-alone onnx-qdq onnx-float tflite-alone tflite
EXPORTS := build/exports
RUNTIMES := build/runtimes
export-test: $(BUILD)/mcu_exports
	@if ! command -v node > /dev/null || ! command -v npm > /dev/null; then \
	  echo "skipped: export-test needs node and npm"; \
	elif ! { test -d $(RUNTIMES)/node_modules/@tensorflow/tfjs-tflite || npm install --silent --no-audit --no-fund \
	  --legacy-peer-deps --ignore-scripts --prefix $(RUNTIMES) \
	  onnxruntime-web@1.30.0 @tensorflow/tfjs-tflite@0.0.1-alpha.10; }; then \
	  echo "skipped: export-test cannot install onnxruntime-web and tfjs-tflite (no network?)"; \
	else \
	  rm -rf $(EXPORTS) && $(BUILD)/mcu_exports $(EXPORTS) && \
	  NODE_PATH=$(RUNTIMES)/node_modules node tests/formats/compare.cjs $(EXPORTS) $(EXPORT_FORMATS); \
	fi

## mcu-calibrate counts instructions of random networks on every core and fits what predicts them (some minutes)
mcu-calibrate: cross-packages $(BUILD)/mcu_calibrate
	@mkdir -p bench/results
	$(BUILD)/mcu_calibrate mcu/host/cost/instruction_model.csv bench/results/mcu-calibration.md $(BUILD)/mcu_counts

## mcu-code-sizes compiles the runtime for every board, for size and for speed, and records the bytes (a minute)
mcu-code-sizes: cross-packages $(BUILD)/mcu_code_sizes
	$(BUILD)/mcu_code_sizes mcu/host/cost/code_sizes.csv

## mcu-lint cppcheck and clang-tidy over the runtime
MCU_CHECKS := clang-analyzer-*,bugprone-*,cert-*,misc-*,performance-*,portability-*
# Kernels take many numbers of one type, and offsets into tensors have 32 bits.
MCU_CHECKS := $(MCU_CHECKS),-bugprone-easily-swappable-parameters,-bugprone-implicit-widening-of-multiplication-result
mcu-lint: lint-packages
	cppcheck -q --std=c99 --enable=warning,style,performance,portability --error-exitcode=1 $(RUNTIME_INCLUDES) $(RUNTIME)
	clang-tidy --quiet --checks='-*,$(MCU_CHECKS)' --warnings-as-errors='*' $(RUNTIME) -- \
	  -std=c99 -ffreestanding $(RUNTIME_INCLUDES) 2>/dev/null

# The C++ sources, of which a change may lint some: make lint LINTED="nn/spec/network_spec.cpp".
SOURCES := $(wildcard $(foreach folder,core datasets nn mcu/host search tests bench, \
  $(addprefix $(folder)/,*.h *.cpp */*.h */*.cpp */*/*.h */*/*.cpp)))
LINTED  ?= $(LIBRARY) $(PROGRAM)
## lint     clang-tidy (.clang-tidy) and cppcheck over C++, and mcu-lint
lint: mcu-lint
	cppcheck -q --std=c++20 --language=c++ --enable=warning,performance,portability --inline-suppr \
	  --error-exitcode=1 -I. $(LINTED)
	printf '%s\n' $(LINTED) | xargs -P $$(nproc) -n 4 sh -c 'clang-tidy --quiet --warnings-as-errors="*" "$$@" -- \
	  -std=c++20 -I. \
	  $(LIBRARIES) 2>/dev/null' sh

## format   lays the C++ sources out as .clang-format says; format-check fails where that would change one
format: format-packages
	clang-format -i $(SOURCES)
format-check: format-packages
	clang-format --dry-run -Werror $(SOURCES)

## mcu-fuzz libFuzzer on forged models, for MCU_FUZZ_SECONDS
MCU_FUZZ_SECONDS ?= 60
mcu-fuzz: lint-packages $(BUILD)/mcu_fuzz_seeds
	@mkdir -p build/fuzz/found
	$(BUILD)/mcu_fuzz_seeds build/fuzz/seeds
	clang -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined -I. $(RUNTIME_INCLUDES) \
	  tests/mcu/programs/fuzz_model.c $(RUNTIME) -o build/fuzz/fuzz_model
	cd build/fuzz && ./fuzz_model -max_len=16384 -max_total_time=$(MCU_FUZZ_SECONDS) -print_final_stats=1 found seeds

# What looks for faults (tests/README.md).
.PHONY: crash crash-packages debug fuzz fuzz-packages together tsan valgrind valgrind-packages

## debug    the quick tests without optimisation, every access to a container of the standard library checked
debug:
	$(MAKE) check CONFIG=debug APART=1 OPT=-O0 KERNEL_OPT=-O1 EXTRA="-D_GLIBCXX_DEBUG" TEST_ARGUMENTS="$(QUICK)"

## tsan     the quick tests under ThreadSanitizer, with clang, whose OpenMP tells it when threads wait for each other
ARCHER  ?= $(firstword $(wildcard /usr/lib/llvm-*/lib/libarcher.so))
tsan: fuzz-packages
	OMP_TOOL_LIBRARIES=$(ARCHER) TSAN_OPTIONS="ignore_noninstrumented_modules=1 halt_on_error=1" \
	  $(MAKE) check CONFIG=tsan \
	  APART=1 CXX=clang++ CC=clang OPT=-O1 EXTRA="-g1 -fsanitize=thread" TEST_ARGUMENTS="$(QUICK)"

## valgrind a small training, quantisation, export and test images: no use of memory that nobody wrote
VALGRIND := valgrind -q --error-exitcode=9 --track-origins=yes
valgrind: valgrind-packages program
	rm -rf build/valgrind && mkdir -p build/valgrind
	$(VALGRIND) build/mininas train --arch w4:s3,c5,s7 --data synthetic:classes=3,size=12,train=48,test=12 \
	  --epochs 1 --batch 16 --threads 1 \
	  --quiet --out build/valgrind/run
	$(VALGRIND) build/mininas quantize build/valgrind/run --qat-epochs 1 --threads 1 --quiet
	$(VALGRIND) build/mininas eval build/valgrind/run --int8 --threads 1
	$(VALGRIND) build/mininas export build/valgrind/run --out build/valgrind/c
	$(VALGRIND) build/mininas report build/valgrind/run

## crash    kills the program at random and at each system call that changes files, and lets each call fail
# A further call goes on where this one was stopped; a new program begins anew, and so does rm -r build/crash.
CRASH_KILLS ?= 200
crash: crash-packages program
	CRASH_KEPT=build/crash tests/crash/crash.sh build/mininas 1 $(CRASH_KILLS)

## together searches that share caches, and suites that share a folder, side by side, TOGETHER_ROUNDS times
TOGETHER_ROUNDS ?= 100
together: program
	tests/crash/together.sh build/mininas $(TOGETHER_ROUNDS)

## fuzz     libFuzzer on everything that reads files or texts, FUZZ_SECONDS for each; FUZZ="journal idx" chooses some
# Readers that were executed FUZZ_RUNS times in all are done; a further call goes on with what the last one found. Files
# are in memory, and readers compute no layers, so kernels need no checks.
FUZZ_SECONDS ?= 60
FUZZ_RUNS ?= 10000000
FUZZ ?= image idx cifar table architecture data name record run journal log network quantized checkpoint
FUZZ_FOLDER := build/fuzzed
fuzz: fuzz-packages
	$(MAKE) CONFIG=fuzzing CXX=clang++ CC=clang OPT=-O1 KERNEL_OPT="-O0 -fno-sanitize=all" PRECOMPILED= \
	  EXTRA="-g1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined" \
	  EXTRA_CXX="$(FEWER_CHECKS)" build/fuzzing/fuzz_readers
	for reader in $(FUZZ); do tests/fuzz/fuzz.sh build/fuzzing/fuzz_readers $$reader $(FUZZ_FOLDER)/$$reader \
	  $(FUZZ_SECONDS) $(FUZZ_RUNS) || exit 1; done

# What the readers reach: whole folders, and files of others.
FUZZED_FOLDERS := $(addsuffix /%,core datasets nn/layers nn/spec search/record search/space)
FUZZED := $(filter $(FUZZED_FOLDERS),$(filter-out core/io/file.cpp,$(LIBRARY))) \
  $(addprefix nn/,quant/quantized_model.cpp weights/model_file.cpp) \
  $(addprefix nn/train/,checkpoint.cpp network.cpp optimizer.cpp) \
  $(addprefix search/,methods/candidate.cpp evaluate/outcome_record.cpp job/run_folder.cpp) \
  $(addprefix search/run/,journal.cpp published_log.cpp) \
  $(filter-out %_test.cpp tests/fuzz/files.cpp,$(wildcard tests/fuzz/*.cpp)) \
  tests/datasets/pictures.cpp tests/support/random_model.cpp
$(BUILD)/fuzz_readers: $(patsubst %,$(BUILD)/%.o,$(FUZZED)) $(KERNEL_OBJECTS)
	$(call say,$@)$(CXX) $^ $(LDFLAGS) -fsanitize=fuzzer -o $@
# Every input gets a checksum, which takes as long as reading it and has no way that depends on the input.
build/fuzzing/core/io/sha256.cpp.o: private CXXFLAGS += -O2 -fno-sanitize=all

## mcu-coverage branch coverage of the runtime under its tests, in percent
COVERAGE := build/coverage
mcu-coverage: $(call objects,$(TESTS)) $(LIBRARY_OBJECTS)
	rm -rf $(COVERAGE) && mkdir -p $(COVERAGE)
	for source in $(RUNTIME); do \
	  case $$source in */dsp/*|*/mve/*) emulated=-DMN_DSP_EMULATED ;; *) emulated=-DMN_DEFINITIONS ;; esac; \
	  $(CC) $(filter-out -O% -MMD -MP,$(CFLAGS)) $$emulated -O0 --coverage \
	    -c $$source -o $(COVERAGE)/$$(basename $$source .c).o || exit 1; done
	$(CXX) $(filter-out $(call objects,$(RUNTIME)),$^) $(patsubst %.c,$(COVERAGE)/%.o,$(notdir $(RUNTIME))) \
	  $(LDFLAGS) --coverage -o $(COVERAGE)/tests
	$(COVERAGE)/tests "[mcu]~[export]~[board]~[compiler]"
	gcov -b -n -o $(COVERAGE) $(RUNTIME) | grep -A 3 "File 'mcu/runtime"

## demo     searches, trains, quantises, exports and verifies a network on generated images (under 2 minutes)
demo: program
	rm -rf build/demo
	build/mininas search --data synthetic:classes=4 --min-width 8 --max-width 16 --max-flash 32K --max-ram 64K \
	  --board m4 --clock 120MHz --final-epochs 30 --out build/demo

## field-cases  runs the scripts of FIELD_CASES, things that users do, and judges what came out
FIELD_CASES ?= ../shared/field-cases
field-cases: program
	tests/field-cases.sh $(FIELD_CASES) build/mininas

## accessibility  checks the demo's report with axe-core in headless Chromium (skipped where these are not to be had)
accessibility: demo
	build/mininas report build/demo
	tests/accessibility/check.sh build/demo/report.html

## cifar10  downloads CIFAR-10 from its home, checks it and unpacks it into build/data
cifar10:
	datasets/fetch_cifar10.sh build/data

## bench    tables of kernels and whole networks beside PyTorch, in bench/results (12 minutes, idle machine)
bench: $(patsubst bench/%.cpp,$(BUILD)/%,$(BENCHES)) $(BUILD)/mininas
	@mkdir -p bench/results
	@for bench in $(patsubst bench/%_bench.cpp,%,$(BENCHES)); do \
	  svg=; [ $$bench != scaling ] || svg=bench/results/scaling.svg; \
	  $(BUILD)/$${bench}_bench $$svg > $(BUILD)/$$bench.md && mv $(BUILD)/$$bench.md bench/results/$$bench.md && \
	    cat bench/results/$$bench.md || exit 1; done

# Figures name the flags that made them.
$(BUILD)/bench/harness.cpp.o: private CXXFLAGS += '-DMN_FLAGS="$(OPT) -ffp-contract=off $(EXTRA)"'

$(BUILD)/%_bench: $(BUILD)/bench/%_bench.cpp.o $(call objects,$(filter-out $(BENCHES),$(wildcard bench/*.cpp))) \
  $(LIBRARY_OBJECTS)
	$(call say,$@)$(CXX) $^ $(LDFLAGS) -o $@

# CIFAR-10 as `make cifar10` or MININAS_DATA has it.
CIFAR10 ?= $(if $(MININAS_DATA),$(MININAS_DATA),build/data)/cifar-10-batches-bin
CHAIN_TABLE := bench/results/chain-table.csv

## chain-table what 1,024 small chains reach in short trainings, to compare search methods on (17 minutes)
chain-table: $(BUILD)/chain_table
	$< make $(CIFAR10) $(CHAIN_TABLE)

## chain-table-check trains random rows of that table again and compares them to the bit
chain-table-check: $(BUILD)/chain_table
	$< check $(CIFAR10) $(CHAIN_TABLE)

$(BUILD)/chain_table: $(call objects,$(wildcard bench/chain_table/*.cpp)) $(LIBRARY_OBJECTS)
	$(call say,$@)$(CXX) $^ $(LDFLAGS) -o $@

## clean    removes everything that was built (and build/data, build/demo)
clean:
	rm -rf build

help:
	@sed -n 's/^## //p' Makefile

# What is needed beyond git and make: .ci/packages installs it on Debian's family and names it elsewhere.
packages:
	@CXX="$(CXX)" PREFIX="$(PREFIX)" .ci/packages build
test-packages: packages
	@PREFIX="$(PREFIX)" .ci/packages test
cross-packages:
	@.ci/packages boards
lint-packages:
	@.ci/packages lint
format-packages:
	@.ci/packages format
valgrind-packages crash-packages: %-packages: packages
	@.ci/packages $*
fuzz-packages: packages
	@.ci/packages lint determinism
determinism-packages:
	@.ci/packages determinism $(if $(filter x86_64,$(shell uname -m)),aarch64)

# The trees of `make matrix` hold folders of that name of their own.
-include $(shell find build -path build/matrix -prune -o -name '*.d' -type f -print 2>/dev/null)
