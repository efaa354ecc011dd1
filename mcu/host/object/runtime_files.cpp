#include "mcu/host/object/runtime_files.h"

#include <algorithm>

#include "core/error.h"
#include "core/io/embedded.h"
#include "mcu/host/plan/device_operation.h"

EMBED(arithmetic_h, "mcu/runtime/mn_arithmetic.h");
EMBED(model_h, "mcu/runtime/mn_model.h");
EMBED(mn_h, "mcu/runtime/mn.h");
EMBED(kernel_h, "mcu/runtime/mn_kernel.h");
EMBED(crc32_h, "mcu/runtime/mn_crc32.h");
EMBED(check_h, "mcu/runtime/mn_check.h");
EMBED(check_c, "mcu/runtime/mn_check.c");
EMBED(run_c, "mcu/runtime/mn_run.c");
EMBED(crc32_c, "mcu/runtime/mn_crc32.c");
EMBED(kernels_c, "mcu/runtime/mn_kernels.c");
EMBED(dsp_h, "mcu/runtime/dsp/mn_dsp.h");
EMBED(dsp_instructions_h, "mcu/runtime/dsp/mn_dsp_instructions.h");
EMBED(scratch_h, "mcu/runtime/mn_scratch.h");
EMBED(rescale_h, "mcu/runtime/mn_rescale.h");
EMBED(multiply_h, "mcu/runtime/mn_multiply.h");
EMBED(conv_c, "mcu/runtime/portable/mn_conv.c");
EMBED(conv_tile_c, "mcu/runtime/portable/mn_conv_tile.c");
EMBED(depthwise_row_c, "mcu/runtime/portable/mn_depthwise_row.c");
EMBED(conv_dsp_c, "mcu/runtime/dsp/mn_conv_dsp.c");
EMBED(depthwise_c, "mcu/runtime/portable/mn_depthwise.c");
EMBED(depthwise_dsp_c, "mcu/runtime/dsp/mn_depthwise_dsp.c");
EMBED(depthwise_dsp_h, "mcu/runtime/dsp/mn_depthwise_dsp.h");
EMBED(depthwise_others_dsp_c, "mcu/runtime/dsp/mn_depthwise_others_dsp.c");
EMBED(depthwise_ring_dsp_c, "mcu/runtime/dsp/mn_depthwise_ring_dsp.c");
EMBED(mve_h, "mcu/runtime/mve/mn_mve.h");
EMBED(mve_instructions_h, "mcu/runtime/mve/mn_mve_instructions.h");
EMBED(conv_mve_c, "mcu/runtime/mve/mn_conv_mve.c");
EMBED(depthwise_mve_c, "mcu/runtime/mve/mn_depthwise_mve.c");
EMBED(add_mve_c, "mcu/runtime/mve/mn_add_mve.c");
EMBED(pool_mve_c, "mcu/runtime/mve/mn_pool_mve.c");
EMBED(pool_c, "mcu/runtime/portable/mn_pool.c");
EMBED(add_c, "mcu/runtime/portable/mn_add.c");
EMBED(relu_c, "mcu/runtime/portable/mn_relu.c");
EMBED(add_row_c, "mcu/runtime/portable/mn_add_row.c");
EMBED(makefile, "mcu/host/export/exported/Makefile");
EMBED(selftest, "mcu/host/export/exported/selftest.c");
EMBED(board_h, "mcu/boards/board.h");
EMBED(board_ld, "mcu/boards/board.ld");
EMBED(semihosting_h, "mcu/boards/semihosting.h");
EMBED(semihosting_c, "mcu/boards/semihosting.c");
EMBED(cortex_m_c, "mcu/boards/cortex_m.c");
EMBED(riscv32_c, "mcu/boards/riscv32.c");
EMBED(host_c, "mcu/boards/host.c");
EMBED(driver_c, "mcu/boards/driver.c");
EMBED(instruction_model, "mcu/host/cost/instruction_model.csv");
EMBED(code_sizes, "mcu/host/cost/code_sizes.csv");

namespace mininas {
namespace {

bool uses(const NetworkSpec& spec, const std::string& kernel) {
  return std::any_of(spec.layers().begin(), spec.layers().end(),
                     [&](const LayerSpec& layer) { return device_operation(layer.kind).kernel == kernel; });
}

TextFile file(const char* name, std::string_view content) { return {name, std::string(content)}; }

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

std::vector<TextFile> runtime_files() {
  return {file("mn_arithmetic.h", EMBEDDED(arithmetic_h)),
          file("mn_model.h", EMBEDDED(model_h)),
          file("mn.h", EMBEDDED(mn_h)),
          file("mn_kernel.h", EMBEDDED(kernel_h)),
          file("mn_check.h", EMBEDDED(check_h)),
          file("mn_crc32.h", EMBEDDED(crc32_h)),
          file("mn_dsp.h", EMBEDDED(dsp_h)),
          file("mn_dsp_instructions.h", EMBEDDED(dsp_instructions_h)),
          file("mn_mve.h", EMBEDDED(mve_h)),
          file("mn_mve_instructions.h", EMBEDDED(mve_instructions_h)),
          file("mn_scratch.h", EMBEDDED(scratch_h)),
          file("mn_rescale.h", EMBEDDED(rescale_h)),
          file("mn_multiply.h", EMBEDDED(multiply_h)),
          file("mn_run.c", EMBEDDED(run_c)),
          file("mn_check.c", EMBEDDED(check_c)),
          file("mn_crc32.c", EMBEDDED(crc32_c)),
          file("mn_kernels.c", EMBEDDED(kernels_c)),
          file("mn_conv.c", EMBEDDED(conv_c)),
          file("mn_conv_tile.c", EMBEDDED(conv_tile_c)),
          file("mn_conv_dsp.c", EMBEDDED(conv_dsp_c)),
          file("mn_conv_mve.c", EMBEDDED(conv_mve_c)),
          file("mn_depthwise.c", EMBEDDED(depthwise_c)),
          file("mn_depthwise_row.c", EMBEDDED(depthwise_row_c)),
          file("mn_depthwise_dsp.h", EMBEDDED(depthwise_dsp_h)),
          file("mn_depthwise_dsp.c", EMBEDDED(depthwise_dsp_c)),
          file("mn_depthwise_others_dsp.c", EMBEDDED(depthwise_others_dsp_c)),
          file("mn_depthwise_ring_dsp.c", EMBEDDED(depthwise_ring_dsp_c)),
          file("mn_depthwise_mve.c", EMBEDDED(depthwise_mve_c)),
          file("mn_pool.c", EMBEDDED(pool_c)),
          file("mn_pool_mve.c", EMBEDDED(pool_mve_c)),
          file("mn_add.c", EMBEDDED(add_c)),
          file("mn_add_row.c", EMBEDDED(add_row_c)),
          file("mn_add_mve.c", EMBEDDED(add_mve_c)),
          file("mn_relu.c", EMBEDDED(relu_c))};
}

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

std::vector<TextFile> board_files() {
  return {file("board.h", EMBEDDED(board_h)),       file("board.ld", EMBEDDED(board_ld)),
          file("driver.c", EMBEDDED(driver_c)),     file("semihosting.h", EMBEDDED(semihosting_h)),
          file("cortex_m.c", EMBEDDED(cortex_m_c)), file("semihosting.c", EMBEDDED(semihosting_c)),
          file("riscv32.c", EMBEDDED(riscv32_c)),   file("host.c", EMBEDDED(host_c))};
}

std::string_view exported_makefile() { return EMBEDDED(makefile); }
std::string_view exported_selftest() { return EMBEDDED(selftest); }
std::string_view instruction_model_csv() { return EMBEDDED(instruction_model); }
std::string_view code_sizes_csv() { return EMBEDDED(code_sizes); }

}  // namespace mininas
