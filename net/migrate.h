/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_MIGRATE_H
#define _ESPAH_MIGRATE_H

#include "move.h"

struct espah_net;
struct netlink_ext_ack;

/**
 * struct espah_migration - what moves where
 * @moves: from which addresses to which
 * @with_link: only SAs and policies of @if_id move
 * @if_id: virtual interface, or 0: those of none
 * @sas: set to how many SAs have moved
 * @policies: set to how many policies have
 */
struct espah_migration {
	struct espah_moves	moves;
	bool			with_link;
	u32			if_id;
	u32			sas;
	u32			policies;
};

int espah_migrate(struct espah_net *en, struct espah_migration *migration,
		  struct netlink_ext_ack *extack);

#endif /* _ESPAH_MIGRATE_H */
