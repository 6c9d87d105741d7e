/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_LIFETIME_H
#define _ESPAH_LIFETIME_H

#include <linux/rcupdate.h>

#include "sa.h"

void espah_lifetime_setup(struct espah_sa *sa);
struct espah_limits_rcu *
espah_lifetime_alloc(const struct espah_limits *limits);
void espah_lifetime_set(struct espah_sa *sa, struct espah_limits_rcu *limits);
void espah_lifetime_start(struct espah_sa *sa);
void espah_lifetime_stop(struct espah_sa *sa);
void espah_lifetime_first_use(struct espah_sa *sa);
bool espah_lifetime_count(struct espah_sa *sa, struct espah_limits_rcu *limits,
			  unsigned int bytes);
int espah_lifetime_init(void);
void espah_lifetime_exit(void);

/**
 * espah_lifetime_charge() - does the SA's lifetime allow for one more packet?
 * @sa: SA, under RCU
 * @bytes: octets of the packet in clear
 *
 * Return: false if it must not pass: a hard limit is reached, and the SA ends.
 */
static inline bool espah_lifetime_charge(struct espah_sa *sa,
					 unsigned int bytes)
{
	struct espah_limits_rcu *limits = rcu_dereference(sa->limits);

	if (likely(!limits || !limits->counts))
		return true;
	return espah_lifetime_count(sa, limits, bytes);
}

#endif /* _ESPAH_LIFETIME_H */
