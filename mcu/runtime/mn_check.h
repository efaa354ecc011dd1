/* Checks that a model's layer table stays within the model and the arena. mn_init calls it once, so that mn_run need
 * not. */
#ifndef MN_CHECK_H
#define MN_CHECK_H

#include "mn.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Returns MN_OK, MN_INVALID or MN_NO_KERNEL. Requires model->bytes readable bytes. It does not check whether the
 * numbers are meaningful. */
mn_status mn_check_table(const mn_model *model);

#ifdef __cplusplus
}
#endif

#endif
