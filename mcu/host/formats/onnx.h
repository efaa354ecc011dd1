// ONNX files of a network. They take NHWC images and compute on NCHW tensors; a layer's output has the layer's name.
//   onnx_exact  integer operators that compute the formulas of mcu/runtime/mn_arithmetic.h one by one: an executable
//               specification of our bytes in a language that others run
//   onnx_qdq    float operators between QuantizeLinear and DequantizeLinear, which runtimes fuse to int8 kernels. They
//               round once where we round twice, so single bytes differ by one
//   onnx_float  the float network before it was quantised; its logits are always real values
#pragma once
#include <string>

#include "mcu/host/formats/file_format.h"

namespace mininas {

std::string onnx_exact(const QuantizedModel& model, const FormatOptions& options);
std::string onnx_qdq(const QuantizedModel& model, const FormatOptions& options);
std::string onnx_float(const FloatModel& model, const FormatOptions& options);

}  // namespace mininas
