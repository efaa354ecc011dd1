/* The kernels of this network. A line that no layer needs is left out at export, and its kernel with it. */
#include "mn_kernel.h"

mn_kernel *const mn_kernels[MN_KINDS] = {
    [MN_CONV] = mn_conv,
    [MN_DEPTHWISE] = mn_depthwise,
    [MN_POOL] = mn_pool,
    [MN_ADD] = mn_add,
};
