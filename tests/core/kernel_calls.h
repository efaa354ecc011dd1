// Every kernel of a table, called in one way: inputs from a maker of tensors, outputs between guards. The tests compare
// what different tables return.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "core/kernels/kernels.h"
#include "core/rng.h"
#include "core/tensor.h"

namespace mininas::test {

// An output between two strips of guard values.
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

using MakeTensor = std::function<Tensor(const Shape&, Rng)>;  // ordinary or nasty numbers
using Outputs = std::vector<Tensor>;                          // all that one call wrote

struct KernelCall {
  std::string name;
  // Requires (as a Catch assertion) that nothing around the outputs was touched.
  std::function<Outputs(const Kernels&, const MakeTensor&)> run;
};

// All kernels over shapes that meet every tile, tail and tap.
std::vector<KernelCall> all_kernel_calls();

}  // namespace mininas::test
