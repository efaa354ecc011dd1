// DeviceOperation: how the device computes layers of a kind, one row each (device_operation.cpp). What they compute is
// nn/layers. A new operation is a row here, its loops in mcu/host/cost/layer_loops.cpp, and its kernel in mcu/runtime.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "nn/spec/network_spec.h"

namespace mininas {

struct DeviceOperation {
  LayerKind kind;
  uint8_t code, plain_code;  // of mcu/runtime/mn_model.h: with the fast kernels, and without
  const char* code_name;     // "MN_CONV"; that of the plain code ends in _PLAIN
  const char* kernel;        // "mn_conv": its files in mcu/runtime are mn_conv.c and mn_conv_*.c
  bool row_by_row;           // a row of its output needs a window of rows and not the whole input: strips may hold it
  bool in_place;             // element by element: its output may begin where an input begins
  int64_t (*scratch_bytes)(const LayerSpec& layer, const ImageShape& in);  // of its kernels (mn_scratch.h)
};

const DeviceOperation& device_operation(LayerKind kind);

// Bytes of scratch that the kernels of a layer take.
inline int64_t scratch_bytes(const LayerSpec& layer, const ImageShape& in) {
  return device_operation(layer.kind).scratch_bytes(layer, in);
}

// The kernels that there are, each once.
std::vector<std::string> device_kernels();
// "MN_CONV_PLAIN"
std::string code_text(uint8_t code);

}  // namespace mininas
