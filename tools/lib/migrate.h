/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SAs and policies that move to other outer addresses: what can be asked of the kernel.
 */
#ifndef _ESPAH_MIGRATE_H
#define _ESPAH_MIGRATE_H

#include <linux/netlink.h>

#include "err.h"
#include "model.h"
#include "nl.h"

bool espah_migration_put(struct nlmsghdr *nlh, const struct espah_migration *migration);
int espah_migration_take(const struct nlmsghdr *nlh, struct espah_migration *migration,
			 struct espah_err *err);
int espah_migrate(struct espah_nl *nl, const struct espah_migration *migration,
		  struct espah_err *err);

#endif /* _ESPAH_MIGRATE_H */
