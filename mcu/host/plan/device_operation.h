// DeviceOperation: how the device computes layers of a kind, one row each (device_operation.cpp). What they compute is
// nn/layers. A new operation is a row here, its loops in mcu/host/cost/layer_loops.cpp, and its kernel in mcu/runtime.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nn/spec/network_spec.h"

namespace mininas {

struct DeviceOperation {
  LayerKind kind;
  uint8_t code;           // of mcu/runtime/mn_model.h
  const char* code_name;  // "MN_CONV"
  const char* kernel;     // "mn_conv": its files in mcu/runtime are mn_conv.c and mn_conv_*.c
  bool row_by_row;        // a row of its output needs a window of rows and not the whole input: strips may hold it
  bool in_place;          // element by element: its output may begin where an input begins
  int64_t (*scratch_bytes)(const LayerSpec& layer, const ImageShape& in);  // of its kernels (mn_scratch.h)
  // Why a layer of the kind runs slower than the kind's fast kernels would; null where it runs as fast as they do.
  const char* (*slow_because)(const LayerSpec& layer);
};

const DeviceOperation& device_operation(LayerKind kind);

// Bytes of scratch that the kernels of a layer take.
inline int64_t scratch_bytes(const LayerSpec& layer, const ImageShape& in) {
  return device_operation(layer.kind).scratch_bytes(layer, in);
}

// Why the layer takes more instructions for a product than its kind's fast kernels; nothing where it has these.
std::optional<std::string> why_not_fast(const NetworkSpec& spec, int layer);

// The kernels that there are, each once.
std::vector<std::string> device_kernels();
// "MN_CONV"
std::string code_text(uint8_t code);

}  // namespace mininas
