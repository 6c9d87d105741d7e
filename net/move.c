// SPDX-License-Identifier: GPL-2.0-only
/* Outer addresses that change: whose, and what becomes of templates that name them. Plain
 * values.
 */

#include "move.h"
#include "sa.h"
#include "spd.h"

/**
 * espah_move_same() - do two moves speak of the same SAs?
 * @a: a move
 * @b: another
 *
 * Return: true if all that tells one from the other is where to.
 */
bool espah_move_same(const struct espah_move *a, const struct espah_move *b)
{
	return a->old_family == b->old_family &&
	       espah_addr_equal(&a->old_src, &b->old_src) &&
	       espah_addr_equal(&a->old_dst, &b->old_dst) &&
	       a->proto == b->proto && a->any_mode == b->any_mode &&
	       (a->any_mode || a->mode == b->mode) && a->reqid == b->reqid;
}

/**
 * espah_move_nowhere() - does a move change nothing?
 * @move: move
 *
 * Return: true if the new addresses are the old ones, and no ports are named.
 */
bool espah_move_nowhere(const struct espah_move *move)
{
	return !move->encap && move->old_family == move->new_family &&
	       espah_addr_equal(&move->old_src, &move->new_src) &&
	       espah_addr_equal(&move->old_dst, &move->new_dst);
}

/* In transport mode the addresses are those of what is protected, and of its family. */
static bool fits(const struct espah_move *move, u8 proto, u8 mode, u32 reqid)
{
	return (!move->proto || move->proto == proto) &&
	       (move->any_mode || move->mode == mode) &&
	       (!move->reqid || move->reqid == reqid) &&
	       (mode != ESPAH_MODE_TRANSPORT ||
		move->old_family == move->new_family);
}

/**
 * espah_moves_find() - where does an SA go?
 * @moves: moves
 * @sa: SA
 *
 * Return: its move, or NULL where it stays.
 */
const struct espah_move *espah_moves_find(const struct espah_moves *moves,
					  const struct espah_sa *sa)
{
	const struct espah_move *move;

	for (move = moves->move; move < moves->move + moves->count; move++)
		if (fits(move, sa->id.proto, sa->mode, sa->reqid) &&
		    move->old_family == sa->id.family &&
		    espah_addr_equal(&move->old_src, &sa->src) &&
		    espah_addr_equal(&move->old_dst, &sa->id.dst))
			return move;
	return NULL;
}

/* An end that is any fits, and stays any. */
static bool end_fits(const union espah_addr *end, const union espah_addr *old)
{
	return espah_addr_any(end) || espah_addr_equal(end, old);
}

static bool tmpl_fits(const struct espah_move *move,
		      const struct espah_tmpl *tmpl)
{
	return tmpl->family == move->old_family &&
	       fits(move, tmpl->proto, tmpl->mode, tmpl->reqid) &&
	       end_fits(&tmpl->src, &move->old_src) &&
	       end_fits(&tmpl->dst, &move->old_dst);
}

static bool apply(const struct espah_moves *moves, struct espah_tmpl *tmpl)
{
	const struct espah_move *move;

	/* One that names no address goes wherever its SAs go. */
	if (!tmpl->family)
		return false;
	for (move = moves->move; move < moves->move + moves->count; move++) {
		if (!tmpl_fits(move, tmpl))
			continue;
		if (!espah_addr_any(&tmpl->src))
			tmpl->src = move->new_src;
		if (!espah_addr_any(&tmpl->dst))
			tmpl->dst = move->new_dst;
		tmpl->family = move->new_family;
		return true;
	}
	return false;
}

/**
 * espah_moves_apply() - move the templates of a policy
 * @moves: moves
 * @config: policy; its templates are changed
 *
 * Return: false if none was.
 */
bool espah_moves_apply(const struct espah_moves *moves,
		       struct espah_policy_config *config)
{
	bool any = false;
	unsigned int i;

	for (i = 0; i < config->tmpls; i++)
		any |= apply(moves, &config->tmpl[i]);
	return any;
}
