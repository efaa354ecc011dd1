/* Whether a model's layer table keeps to the model and the arena; mn_init asks once, so that mn_run need not. */
#ifndef MN_CHECK_H
#define MN_CHECK_H

#include "mn.h"

#ifdef __cplusplus
extern "C" {
#endif

/* MN_OK, MN_INVALID or MN_NO_KERNEL. Requires model->bytes readable bytes. What it does not tell: whether the numbers
 * mean anything. */
mn_status mn_check_table(const mn_model *model);

#ifdef __cplusplus
}
#endif

#endif
