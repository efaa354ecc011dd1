// Computes an ONNX model of integers for one image, operator by operator, as ONNX's specification defines them. For
// tests without ONNX Runtime; only the operators and shapes that onnx-exact uses.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/mcu/onnx_reader.h"

namespace mininas::test {

struct OnnxValue {
  std::vector<int64_t> extents;
  std::vector<int64_t> values;
};

// All tensors by name. `image` is NHWC. A value that does not fit the type it is cast to, or an operator that is not
// known, is an error.
std::map<std::string, OnnxValue> evaluate(const OnnxModel& model, const std::vector<uint8_t>& image);

}  // namespace mininas::test
