// Tensors for tests: random ones, and conversions between float tensors and the double arrays of the reference.
#pragma once
#include <cstring>
#include <limits>
#include <vector>

#include "core/rng.h"
#include "core/tensor.h"

namespace mininas::test {

inline Tensor to_tensor(const Shape& shape, const std::vector<double>& numbers) {
  Tensor tensor = Tensor::uninitialized(shape);
  for (size_t i = 0; i < numbers.size(); ++i) tensor.data()[i] = static_cast<float>(numbers[i]);
  return tensor;
}

inline std::vector<double> to_doubles(const Tensor& tensor) { return {tensor.values().begin(), tensor.values().end()}; }

// Uniform in [-1, 1), representable as floats, so that kernels and the double reference start from the same numbers.
inline std::vector<double> random_numbers(int64_t count, Rng rng) {
  std::vector<double> numbers(static_cast<size_t>(count));
  for (double& number : numbers) number = double{rng.uniform(-1.0f, 1.0f)};
  return numbers;
}

// Uniform in [low, high). The memory after the end is NaN, so a kernel that uses it changes the result.
inline Tensor random_tensor(const Shape& shape, Rng rng, float low = -1.0f, float high = 1.0f) {
  Tensor tensor = Tensor::uninitialized(shape);
  for (float& value : tensor.values()) value = rng.uniform(low, high);
  for (int64_t i = 0; i < Tensor::kSlack; ++i)
    tensor.data()[tensor.size() + i] = std::numeric_limits<float>::quiet_NaN();
  return tensor;
}

// Zeros of both signs, denormals, huge and tiny numbers among ordinary ones: inputs on which instruction sets could
// differ.
inline Tensor nasty_tensor(const Shape& shape, Rng rng) {
  Tensor tensor = random_tensor(shape, rng.fork("ordinary"));
  for (float& value : tensor.values()) {
    switch (rng.below(8)) {
      case 0:
        value = 0.0f;
        break;
      case 1:
        value = -0.0f;
        break;
      case 2:
        value *= 0x1p-140f;
        break;
      case 3:
        value *= 0x1p-75f;
        break;
      case 4:
        value *= 0x1p40f;
        break;
      default:
        break;
    }
  }
  return tensor;
}

inline bool same_bits(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && std::memcmp(a.data(), b.data(), static_cast<size_t>(a.size()) * sizeof(float)) == 0;
}

}  // namespace mininas::test
