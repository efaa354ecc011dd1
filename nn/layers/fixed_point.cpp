#include "nn/layers/fixed_point.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "mcu/runtime/mn_arithmetic.h"

namespace mininas {

std::optional<FixedPoint> fixed_point_of(double value) {
  if (!(value > 0x1p-32 && value < 1)) return std::nullopt;
  int exponent = 0;
  const double fraction = std::frexp(value, &exponent);
  auto multiplier = static_cast<int64_t>(std::round(fraction * 0x1p31));
  if (multiplier == int64_t{1} << 31) {
    multiplier /= 2;
    ++exponent;
  }
  if (exponent > 0) return std::nullopt;
  return FixedPoint{static_cast<int32_t>(multiplier), -exponent};
}

FixedPoint to_fixed_point(double value, const std::string& where) {
  if (!(value > 0x1p-32 && value < 1))
    throw ConfigError(text(where, ": the rescale factor is ", value, ", expected more than 2^-32 and less than 1"));
  const auto fixed = fixed_point_of(value);
  if (!fixed) throw ConfigError(text(where, ": the rescale factor ", value, " rounds to 1, expected less than 1"));
  return *fixed;
}

double rescale_factor(float input, float weight, float output) {
  return double{input} * double{weight} / double{output};
}

std::vector<FixedPoint> add_rescales(float first, float second, float output, const std::string& where) {
  const double twice_largest = 2.0 * double{std::max(first, second)};
  return {to_fixed_point(double{first} / twice_largest, text(where, ", first input")),
          to_fixed_point(double{second} / twice_largest, text(where, ", second input")),
          to_fixed_point(twice_largest / (static_cast<double>(1 << MN_ADD_SHIFT) * double{output}),
                         text(where, ", output"))};
}

}  // namespace mininas
