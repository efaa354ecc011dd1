#include "core/kernels/int8_tables.h"

#define MN_TEXT_OF(name) #name
#define MN_TEXT(name) MN_TEXT_OF(name)

namespace mininas::MN_ISA {

const Int8Kernels kInt8Table = {.isa = MN_TEXT(MN_ISA),
                                .product = int8_product,
                                .depthwise = int8_depthwise,
                                .add = int8_add,
                                .sum_pixels = int8_sum_pixels,
                                .clamp_gradient = clamp_gradient};

}  // namespace mininas::MN_ISA
