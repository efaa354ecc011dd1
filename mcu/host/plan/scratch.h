// Scratch that the kernels need beside inputs and output (mn_work of mcu/runtime/mn_kernel.h): the one place that
// knows. The memory plan sets these bytes aside while the layer runs.
#pragma once
#include <cstdint>

#include "nn/spec/network_spec.h"

namespace mininas {

// Bytes for a layer that reads `in`. 0 where its kernel needs none.
int64_t scratch_bytes(const LayerSpec& layer, const ImageShape& in);

}  // namespace mininas
