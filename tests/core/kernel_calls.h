// Calls every kernel of a table in the same way: inputs from a function that makes tensors, outputs between guard
// values. Tests compare the results of different tables.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "core/kernels/kernels.h"
#include "core/rng.h"
#include "core/tensor.h"

namespace mininas::test {

// An output between two ranges of guard values.
class Guarded {
 public:
  static constexpr float kGuardValue = 12345.0f;

  explicit Guarded(const Shape& shape, float start = kGuardValue);
  float* data() { return all_.data() + kGuard; }
  Tensor take() const;
  bool untouched_around() const;

 private:
  static constexpr int64_t kGuard = 80;
  Shape shape_;
  Tensor all_;
};

using MakeTensor = std::function<Tensor(const Shape&, Rng)>;  // with ordinary or extreme numbers
using Outputs = std::vector<Tensor>;                          // all outputs of one call

struct KernelCall {
  std::string name;
  // Checks with a Catch assertion that nothing around the outputs was changed.
  std::function<Outputs(const Kernels&, const MakeTensor&)> run;
};

// All kernels, over shapes that exercise every tile, remainder and tap.
std::vector<KernelCall> all_kernel_calls();

}  // namespace mininas::test
