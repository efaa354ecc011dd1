// ONNX files of a network. They take NHWC images and compute on NCHW tensors; a layer's output has the layer's name.
//   onnx_exact  integer operators that compute the formulas of mcu/runtime/mn_arithmetic.h one by one: an executable
//               specification of our bytes in a language that others run
#pragma once
#include <string>

#include "mcu/host/formats/file_format.h"

namespace mininas {

std::string onnx_exact(const QuantizedModel& model, const FormatOptions& options);

}  // namespace mininas
