/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_HEIR_H
#define _ESPAH_HEIR_H

#include "sa.h"

/**
 * struct espah_site - where an SA is
 * @id: what names it there
 * @src: outer source address
 * @encap_sport: source port of the UDP header, where there is one
 * @encap_dport: destination port; 0 where there is none
 */
struct espah_site {
	struct espah_sa_id	id;
	union espah_addr	src;
	__be16			encap_sport;
	__be16			encap_dport;
};

/**
 * espah_heir_last() - who an SA is by now
 * @sa: SA, under RCU or with a reference
 *
 * Return: the SA itself, or the last one that has taken its place, good as long as @sa is.
 */
static inline struct espah_sa *espah_heir_last(struct espah_sa *sa)
{
	struct espah_sa *heir;

	while (unlikely((heir = READ_ONCE(sa->heir))))
		sa = heir;
	return sa;
}

/**
 * espah_sa_gone() - has an SA ended, and left no heir?
 * @sa: SA, under RCU or with a reference
 *
 * Return: false for one that has moved, as long as its heir is there.
 */
static inline bool espah_sa_gone(struct espah_sa *sa)
{
	return unlikely(READ_ONCE(sa->dead)) &&
	       READ_ONCE(espah_heir_last(sa)->dead);
}

struct espah_sa *espah_heir_of(struct espah_sa *sa);
struct espah_sa *espah_heir_whole(struct espah_sa *sa);
struct espah_sa *espah_heir_make(struct espah_sa *sa,
				 const struct espah_site *site);
void espah_heir_take(struct espah_sa *sa, struct espah_sa *heir);
void espah_heir_settle(struct espah_sa *sa, struct espah_sa *heir);
void espah_heir_give_up(struct espah_sa *heir);
void espah_heir_part(struct espah_sa *sa);

#endif /* _ESPAH_HEIR_H */
