// Calls a kernel whose window is a constant in its code: the sizes that networks have are 1, 3, 5 and 7.
// Included only by core/kernels/*.cpp, for the reason that simd.h gives.
#pragma once
#include <type_traits>

namespace mininas::MN_ISA {

// `body(std::integral_constant<int, size>)`. Requires 1, 3, 5 or 7.
template <class Body>
void with_kernel_size(int size, const Body& body) {
  switch (size) {
    case 1:
      return body(std::integral_constant<int, 1>{});
    case 3:
      return body(std::integral_constant<int, 3>{});
    case 5:
      return body(std::integral_constant<int, 5>{});
    case 7:
      return body(std::integral_constant<int, 7>{});
  }
}

}  // namespace mininas::MN_ISA
