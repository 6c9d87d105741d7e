/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_MOVE_H
#define _ESPAH_MOVE_H

#include <linux/types.h>
#include <uapi/linux/espah.h>

#include "addr.h"

struct espah_policy_config;
struct espah_sa;

/**
 * struct espah_move - from which outer addresses to which
 * @old_src: source
 * @old_dst: destination
 * @new_src: source from now on
 * @new_dst: destination from now on
 * @old_family: of the old ones
 * @new_family: of the new ones
 * @proto: only SAs of %IPPROTO_ESP or %IPPROTO_AH; 0 for both
 * @any_mode: of all modes; otherwise of @mode
 * @mode: ESPAH_MODE_*
 * @reqid: only those with this reqid; 0 for all
 * @encap: with the UDP header that @sport and @dport say; otherwise with what there is
 * @sport: source port
 * @dport: destination port, or 0 for no UDP header
 */
struct espah_move {
	union espah_addr	old_src;
	union espah_addr	old_dst;
	union espah_addr	new_src;
	union espah_addr	new_dst;
	u16			old_family;
	u16			new_family;
	u8			proto;
	bool			any_mode;
	u8			mode;
	u32			reqid;
	bool			encap;
	__be16			sport;
	__be16			dport;
};

/**
 * struct espah_moves - what moves together
 * @move: moves, of which the first that fits is taken
 * @count: how many
 */
struct espah_moves {
	struct espah_move	move[ESPAH_MOVES_MAX];
	unsigned int		count;
};

bool espah_move_same(const struct espah_move *a, const struct espah_move *b);
bool espah_move_nowhere(const struct espah_move *move);
const struct espah_move *espah_moves_find(const struct espah_moves *moves,
					  const struct espah_sa *sa);
bool espah_moves_apply(const struct espah_moves *moves,
		       struct espah_policy_config *config);

#endif /* _ESPAH_MOVE_H */
