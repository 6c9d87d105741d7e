/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_PATH_H
#define _ESPAH_PATH_H

#include <linux/types.h>

#include "sa.h"
#include "spd.h"

/**
 * struct espah_path - the protections that were taken off a packet, before the one that
 * is being taken off now
 * @work: of the one that is: &espah_packet.req or &espah_packet.icv, while the packet is
 *	with the crypto API and &espah_packet.path takes their place
 * @count: how many were
 * @tunnel: one of them was a tunnel
 * @sas: their SAs, outermost first, each held; there is room for the last one too
 *
 * It is one packet's, from its second protection on. Who has one only has no path.
 */
struct espah_path {
	void		*work;
	u8		count;
	bool		tunnel;
	struct espah_sa	*sas[ESPAH_TMPLS_MAX];
};

/**
 * espah_path_in_tunnel() - was a packet in a tunnel that ends here?
 * @sa: SA that it came under last, or alone
 * @path: the SAs that it came under before, or NULL
 *
 * Return: true if one of them is not in transport mode.
 */
static __always_inline bool espah_path_in_tunnel(const struct espah_sa *sa,
						 const struct espah_path *path)
{
	return sa->mode != ESPAH_MODE_TRANSPORT ||
	       (unlikely(path) && path->tunnel);
}

unsigned int espah_path_add(struct espah_path **path, struct espah_sa *sa);
void espah_path_free(struct espah_path *path);
u32 espah_path_number(const struct espah_path *path, const struct espah_sa *sa);
bool espah_path_fits(const struct espah_policy_config *config,
		     struct espah_sa *const *sas, unsigned int count);
unsigned int espah_policy_admits_one(const struct espah_policy *policy,
				     struct espah_sa *sa);
unsigned int espah_policy_admits(const struct espah_policy *policy,
				 struct espah_sa *const *sas,
				 unsigned int count);

#endif /* _ESPAH_PATH_H */
