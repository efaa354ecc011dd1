// The C files that an export carries, embedded in the program when it is built, so that an installed binary needs no
// source tree.
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

// mcu/runtime/*, as it stands in the source tree.
std::vector<TextFile> runtime_files();

// Those that this network needs: kernels that no layer uses are left out, also from the table in mn_kernels.c.
std::vector<TextFile> runtime_files_for(const NetworkSpec& spec);

// mcu/boards/*: start-up code and the program of verification.
std::vector<TextFile> board_files();

// mcu/host/export/exported/*: what an export carries beside runtime and model.
std::string_view exported_makefile();
std::string_view exported_selftest();

// mcu/host/cost/instruction_model.csv (instruction_model.h).
std::string_view instruction_model_csv();

}  // namespace mininas
