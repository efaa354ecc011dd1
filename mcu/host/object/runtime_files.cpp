#include "mcu/host/object/runtime_files.h"

#include <algorithm>

#include "core/error.h"
#include "core/io/embedded.h"
#include "mcu/host/plan/device_operation.h"

// A row a file, in the order in which an export lists them: a symbol of our own and the path.
#define RUNTIME_FILES(FILE)                                                 \
  FILE(arithmetic_h, "mcu/runtime/mn_arithmetic.h")                         \
  FILE(model_h, "mcu/runtime/mn_model.h")                                   \
  FILE(mn_h, "mcu/runtime/mn.h")                                            \
  FILE(kernel_h, "mcu/runtime/mn_kernel.h")                                 \
  FILE(check_h, "mcu/runtime/mn_check.h")                                   \
  FILE(crc32_h, "mcu/runtime/mn_crc32.h")                                   \
  FILE(dsp_h, "mcu/runtime/dsp/mn_dsp.h")                                   \
  FILE(dsp_instructions_h, "mcu/runtime/dsp/mn_dsp_instructions.h")         \
  FILE(mve_h, "mcu/runtime/mve/mn_mve.h")                                   \
  FILE(mve_instructions_h, "mcu/runtime/mve/mn_mve_instructions.h")         \
  FILE(scratch_h, "mcu/runtime/mn_scratch.h")                               \
  FILE(rescale_h, "mcu/runtime/mn_rescale.h")                               \
  FILE(multiply_h, "mcu/runtime/mn_multiply.h")                             \
  FILE(run_c, "mcu/runtime/mn_run.c")                                       \
  FILE(check_c, "mcu/runtime/mn_check.c")                                   \
  FILE(crc32_c, "mcu/runtime/mn_crc32.c")                                   \
  FILE(kernels_c, "mcu/runtime/mn_kernels.c")                               \
  FILE(conv_c, "mcu/runtime/portable/mn_conv.c")                            \
  FILE(conv_tile_c, "mcu/runtime/portable/mn_conv_tile.c")                  \
  FILE(conv_dsp_c, "mcu/runtime/dsp/mn_conv_dsp.c")                         \
  FILE(conv_mve_c, "mcu/runtime/mve/mn_conv_mve.c")                         \
  FILE(depthwise_c, "mcu/runtime/portable/mn_depthwise.c")                  \
  FILE(depthwise_row_c, "mcu/runtime/portable/mn_depthwise_row.c")          \
  FILE(depthwise_dsp_h, "mcu/runtime/dsp/mn_depthwise_dsp.h")               \
  FILE(depthwise_dsp_c, "mcu/runtime/dsp/mn_depthwise_dsp.c")               \
  FILE(depthwise_others_dsp_c, "mcu/runtime/dsp/mn_depthwise_others_dsp.c") \
  FILE(depthwise_ring_dsp_c, "mcu/runtime/dsp/mn_depthwise_ring_dsp.c")     \
  FILE(depthwise_mve_c, "mcu/runtime/mve/mn_depthwise_mve.c")               \
  FILE(pool_c, "mcu/runtime/portable/mn_pool.c")                            \
  FILE(pool_mve_c, "mcu/runtime/mve/mn_pool_mve.c")                         \
  FILE(add_c, "mcu/runtime/portable/mn_add.c")                              \
  FILE(add_row_c, "mcu/runtime/portable/mn_add_row.c")                      \
  FILE(add_mve_c, "mcu/runtime/mve/mn_add_mve.c")                           \
  FILE(relu_c, "mcu/runtime/portable/mn_relu.c")

#define BOARD_FILES(FILE)                         \
  FILE(board_h, "mcu/boards/board.h")             \
  FILE(board_ld, "mcu/boards/board.ld")           \
  FILE(driver_c, "mcu/boards/driver.c")           \
  FILE(semihosting_h, "mcu/boards/semihosting.h") \
  FILE(cortex_m_c, "mcu/boards/cortex_m.c")       \
  FILE(semihosting_c, "mcu/boards/semihosting.c") \
  FILE(riscv32_c, "mcu/boards/riscv32.c")         \
  FILE(host_c, "mcu/boards/host.c")

#define EMBED_ROW(symbol, path) EMBED(symbol, path);
RUNTIME_FILES(EMBED_ROW)
BOARD_FILES(EMBED_ROW)
EMBED(makefile, "mcu/host/export/exported/Makefile");
EMBED(selftest, "mcu/host/export/exported/selftest.c");
EMBED(licence, "LICENSE");
EMBED(instruction_model, "mcu/host/cost/instruction_model.csv");
EMBED(code_sizes, "mcu/host/cost/code_sizes.csv");

namespace mininas {
namespace {

bool uses(const NetworkSpec& spec, const std::string& kernel) {
  return std::any_of(spec.layers().begin(), spec.layers().end(),
                     [&](const LayerSpec& layer) { return device_operation(layer.kind).kernel == kernel; });
}

// In an export the files lie in one folder, so only the last part of the path is left.
TextFile file(std::string_view path, std::string_view content) {
  return {std::string(path.substr(path.rfind('/') + 1)), std::string(content)};
}
#define TEXT_FILE(symbol, path) file(path, EMBEDDED(symbol)),

// Removes the lines of mn_kernels.c that name the kernel.
void drop_table_lines(std::string& table, const std::string& kernel) {
  for (const std::string& entry : {text("FASTEST(", kernel, ", "), text("= ", kernel, ",\n")}) {
    const size_t place = table.find(entry);
    if (place == std::string::npos) continue;
    const size_t begin = table.rfind('\n', place) + 1;
    table.erase(begin, table.find('\n', place) + 1 - begin);
  }
}

}  // namespace

std::vector<TextFile> runtime_files() { return {RUNTIME_FILES(TEXT_FILE)}; }
std::vector<TextFile> board_files() { return {BOARD_FILES(TEXT_FILE)}; }

std::vector<TextFile> runtime_files_for(const NetworkSpec& spec) {
  std::vector<TextFile> files = runtime_files();
  const auto table = [&]() -> std::string& {
    return std::find_if(files.begin(), files.end(), [](const TextFile& file) { return file.name == "mn_kernels.c"; })
        ->text;
  };
  for (const std::string& kernel : device_kernels()) {
    if (uses(spec, kernel)) continue;
    drop_table_lines(table(), kernel);
    std::erase_if(
        files, [&](const TextFile& file) { return file.name == kernel + ".c" || file.name.starts_with(kernel + "_"); });
  }
  return files;
}

std::string_view exported_makefile() { return EMBEDDED(makefile); }
std::string_view exported_selftest() { return EMBEDDED(selftest); }
std::string_view exported_licence() { return EMBEDDED(licence); }
std::string_view instruction_model_csv() { return EMBEDDED(instruction_model); }
std::string_view code_sizes_csv() { return EMBEDDED(code_sizes); }

}  // namespace mininas
