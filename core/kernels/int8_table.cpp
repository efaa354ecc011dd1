#include "core/kernels/int8_tables.h"
#include "core/kernels/isa_name.h"

namespace mininas::MN_ISA {

const Int8Kernels kInt8Table = {.isa = MN_ISA_NAME,
                                .product = int8_product,
                                .depthwise = int8_depthwise,
                                .add = int8_add,
                                .sum_pixels = int8_sum_pixels,
                                .clamp_gradient = clamp_gradient};

}  // namespace mininas::MN_ISA
