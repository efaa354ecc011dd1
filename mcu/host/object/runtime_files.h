// The C files of an export, embedded in the program when it is built, so that an installed binary needs no source tree.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "nn/spec/network_spec.h"

namespace mininas {

struct TextFile {
  std::string name;
  std::string text;
};

// mcu/runtime/*, as in the source tree.
std::vector<TextFile> runtime_files();

// The files that this network needs: kernels that no layer uses are omitted, also from the table in mn_kernels.c.
std::vector<TextFile> runtime_files_for(const NetworkSpec& spec);

// mcu/boards/*: start-up code and the verification program.
std::vector<TextFile> board_files();

// mcu/host/export/exported/*: files of an export besides runtime and model.
std::string_view exported_makefile();
std::string_view exported_selftest();
// LICENSE: under which they and the runtime may be used.
std::string_view exported_licence();

// mcu/host/cost/instruction_model.csv (instruction_model.h).
std::string_view instruction_model_csv();
// mcu/host/cost/code_sizes.csv (sizes.h).
std::string_view code_sizes_csv();

}  // namespace mininas
