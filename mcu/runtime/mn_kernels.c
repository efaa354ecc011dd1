/* The kernels of this network, the fastest that this core has. A line that no layer needs is left out at export, and its kernels with it. */
#include "mn_dsp.h"
#include "mn_kernel.h"

#if MN_DSP && !defined(MN_DSP_EMULATED)
#define FASTEST(kernel) kernel##_dsp
#else
#define FASTEST(kernel) kernel
#endif

mn_kernel *const mn_kernels[MN_KINDS] = {
    [MN_CONV] = FASTEST(mn_conv),
    [MN_CONV_PLAIN] = mn_conv,
    [MN_DEPTHWISE] = FASTEST(mn_depthwise),
    [MN_DEPTHWISE_PLAIN] = mn_depthwise,
    [MN_POOL] = mn_pool,
    [MN_ADD] = mn_add,
};
