// Lesson 5: int8: real numbers as bytes, a sum of products in integers, and training through the rounding.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "mcu/runtime/mn_arithmetic.h"
#include "nn/layers/quantized_layer.h"

using namespace mininas;

namespace {

// 256 steps over [low, high]; the step `zero_point` stands for exactly 0.
Quantization covering(double low, double high) {
  const auto scale = static_cast<float>((high - low) / 255);
  return {scale, static_cast<int>(std::round(-128 - low / double{scale}))};
}

int quantize(const Quantization& how, double real) {
  return std::clamp(static_cast<int>(std::round(real / double{how.scale})) + how.zero_point, -128, 127);
}

double real_of(const Quantization& how, int q) { return double{how.scale} * (q - how.zero_point); }

// Makes `weight` approach `target`, of which only steps of 0.25 can be represented.
void train_through_rounding(double weight, double target) {
  const Quantization coarse{0.25f, 0};
  for (int step = 0; step < 9; ++step) {
    const double rounded = real_of(coarse, quantize(coarse, weight)), error = rounded - target;
    const double change = real_of(coarse, quantize(coarse, weight + 1e-6)) - rounded;
    std::printf("weight %.3f, rounded %.2f, error %5.2f, true derivative of the rounding %.0f\n", weight, rounded,
                error, change / 1e-6);
    weight -= 0.25 * 2 * error * 1;  // straight-through: as if the derivative of the rounding were 1
  }
}

}  // namespace

int main() {
  const Quantization in = covering(-1, 2), out = covering(-1, 3);
  std::printf("[-1, 2]: scale %.6f, zero point %d\n", double{in.scale}, in.zero_point);
  for (const double real : {-1.0, 0.0, 0.1, 2.0, 2.5})
    std::printf("  %5.2f -> %4d -> %7.4f\n", real, quantize(in, real), real_of(in, quantize(in, real)));

  const double x[] = {0.5, -0.3, 1.2}, w[] = {0.8, -0.5, 0.25};
  const Quantization weights{0.8f / 127, 0};  // symmetric: the zero point of weights is 0
  double exact = 0;
  int32_t sum = 0;  // the accumulator
  for (int i = 0; i < 3; ++i) {
    exact += x[i] * w[i];
    sum += (quantize(in, x[i]) - in.zero_point) * quantize(weights, w[i]);
  }
  const FixedPoint f = to_fixed_point(rescale_factor(in.scale, weights.scale, out.scale), "lesson 5");
  const int q = mn_requantize(sum, f.multiplier, f.right_shift, out.zero_point, -128, 127);
  std::printf("sum of products: %.4f\n", exact);
  std::printf("  accumulator %d, multiplier %d, shift %d -> %d -> %.4f\n", sum, f.multiplier, f.right_shift, q,
              real_of(out, q));
  train_through_rounding(0.9, 0.4);
}
