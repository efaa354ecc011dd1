#include "core/kernels/isa_name.h"
#include "core/kernels/tables.h"

namespace mininas::MN_ISA {

const Kernels kTable = {.isa = MN_ISA_NAME,
                        .product = product,
                        .depthwise = depthwise,
                        .depthwise_weight_gradient = depthwise_weight_gradient,
                        .channel_sums = channel_sums,
                        .normalize = normalize,
                        .mask_gradient = mask_gradient,
                        .depthwise_gradient = depthwise_gradient,
                        .winograd = {.input = winograd_input,
                                     .output = winograd_output,
                                     .output_gradient = winograd_output_gradient,
                                     .weights = winograd_weights,
                                     .weight_gradient = winograd_weight_gradient},
                        .norm_gradient = norm_gradient,
                        .relu = relu_values,
                        .relu_gradient = relu_gradient,
                        .add = add,
                        .scale = scale,
                        .sum_pixels = sum_pixels,
                        .bytes_to_real = bytes_to_real,
                        .sum_squares = sum_squares,
                        .sgd = sgd};

}  // namespace mininas::MN_ISA
