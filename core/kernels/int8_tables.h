// Declarations of the integer kernels in the namespace of one instruction set, and the table that lists them. Included
// by core/kernels/int8_*.cpp only.
#pragma once
#include "core/kernels/int8.h"

namespace mininas::MN_ISA {

void int8_product(const Int8Product& p);
void int8_depthwise(const Int8Depthwise& d);
void int8_add(const Int8Add& s);
void int8_sum_pixels(const uint8_t* x, int64_t pixels, int64_t channels, int32_t* sum);
void clamp_gradient(const ClampGradient& d);

extern const Int8Kernels kInt8Table;

}  // namespace mininas::MN_ISA
