// FixedPoint: how a network without floating point multiplies by a real factor M, by an integer and a shift; and the
// factors themselves. They are made of float32 scales and nothing else, in double and in the order of operations of
// TensorFlow Lite. So whoever reads the scales back from a file that stores them as float32 (.tflite, ONNX) computes
// the very same integers. What it is not: the multiplication, which is mn_rescale of mcu/runtime/mn_arithmetic.h.
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

// M in fixed point: f * 2^shift with f in [0.5, 1), f * 2^31 rounded to nearest, halves away from zero.
// Nothing where M is not between 2^-32 and 1, or rounds to 1.
std::optional<FixedPoint> fixed_point_of(double value);
// The same; throws ConfigError with `where` ("layer stem, channel 3") where there is none.
FixedPoint to_fixed_point(double value, const std::string& where);

// The factor from a sum of products to the output's steps, of one channel: input * weight / output.
double rescale_factor(float input, float weight, float output);

// An addition brings both inputs to half a step of the coarser one, 2^MN_ADD_SHIFT times finer, and their sum to the
// output's steps: the three factors {input, other, output}. Throws ConfigError with `where` ("layer sum").
std::vector<FixedPoint> add_rescales(float first, float second, float output, const std::string& where);

}  // namespace mininas
