// FixedPoint: a real factor M as an integer multiplier and a shift, for devices without floating point, and the
// functions that compute the factors of a network. Factors are computed from float32 scales alone, in double, in the
// order of operations of TensorFlow Lite. A program that reads the scales from a file that stores them as float32
// (.tflite, ONNX) therefore computes the same integers. The multiplication itself is mn_rescale in
// mcu/runtime/mn_arithmetic.h.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mininas {

// M = multiplier * 2^(-31 - right_shift), multiplier in [2^30, 2^31), right_shift in [0, 31].
struct FixedPoint {
  int32_t multiplier = 1 << 30;
  int right_shift = 0;

  bool operator==(const FixedPoint&) const = default;
};

// Converts M to fixed point: M = f * 2^shift with f in [0.5, 1), and f * 2^31 is rounded to nearest, halves away from
// zero. Returns nothing if M is not between 2^-32 and 1, or if it rounds to 1.
std::optional<FixedPoint> fixed_point_of(double value);
// The same, but throws ConfigError with `where` ("layer stem, channel 3") if M has no fixed-point form.
FixedPoint to_fixed_point(double value, const std::string& where);

// The factor of one channel that converts a sum of products to steps of the output: input * weight / output.
double rescale_factor(float input, float weight, float output);

// The three factors {first, second, output} of an addition. It converts both inputs to half a step of the coarser one,
// 2^MN_ADD_SHIFT times finer, and their sum to steps of the output. Throws ConfigError with `where` ("layer sum").
std::vector<FixedPoint> add_rescales(float first, float second, float output, const std::string& where);

}  // namespace mininas
