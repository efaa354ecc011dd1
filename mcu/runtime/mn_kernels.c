/* The kernels of this network, the fastest that this core supports; MN_PORTABLE selects the definitions. Lines that no
 * layer needs, and their kernels, are omitted at export. */
#include "mn_dsp.h"
#include "mn_kernel.h"
#include "mn_mve.h"

#if defined(MN_PORTABLE)
#define FASTEST(plain, fast, dsp, mve) plain
#elif MN_MVE && !defined(MN_DSP_EMULATED)
#define FASTEST(plain, fast, dsp, mve) mve
#elif MN_DSP && !defined(MN_DSP_EMULATED)
#define FASTEST(plain, fast, dsp, mve) dsp
#else
#define FASTEST(plain, fast, dsp, mve) fast
#endif

mn_kernel *const mn_kernels[MN_KINDS] = {
    [MN_CONV] = FASTEST(mn_conv, mn_conv_tile, mn_conv_dsp, mn_conv_mve),
    [MN_DEPTHWISE] = FASTEST(mn_depthwise, mn_depthwise_row, mn_depthwise_dsp, mn_depthwise_mve),
    [MN_POOL] = FASTEST(mn_pool, mn_pool, mn_pool, mn_pool_mve),
    [MN_ADD] = FASTEST(mn_add, mn_add_row, mn_add_row, mn_add_mve),
    [MN_RELU] = mn_relu,
};
