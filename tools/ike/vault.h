/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory for secrets: it is not swapped out, not in a core file, not in a child, and is wiped.
 */
#ifndef _IKE_VAULT_H
#define _IKE_VAULT_H

#include <stddef.h>

#include "../lib/err.h"

struct ike_vault;

struct ike_vault *ike_vault_new(void);
/* All that was allocated from it is wiped and goes. NULL is allowed. */
void ike_vault_free(struct ike_vault *vault);
/* Zeroed; there until the vault goes. NULL with the reason in @err. */
void *ike_vault_alloc(struct ike_vault *vault, size_t size, struct espah_err *err);

#endif /* _IKE_VAULT_H */
