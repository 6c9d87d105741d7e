/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_WHY_H
#define _ESPAH_WHY_H

#include "spd.h"

/**
 * struct espah_why - what would become of a packet of a flow
 * @verdict: ESPAH_VERDICT_*
 * @cause: ESPAH_A_CNT_* that a packet ends by, or would if what it needs does not come; 0
 *	where it does not
 * @policy: policy that speaks of it, or NULL
 * @sas: outbound, the SAs that it would go under, innermost first
 * @count: how many
 * @lacks: outbound, without SAs: the number of the template that has none
 * @excluded: an SA was passed over for its selector
 * @heard: somebody listens who could bring one
 * @oif: outbound: interface that the protected packet leaves by, or 0
 * @outer: octets that a protected packet may have on its way
 * @inner: octets that a packet may have so that it fits then
 */
struct espah_why {
	u8			verdict;
	unsigned int		cause;
	struct espah_policy	*policy;
	struct espah_sa		*sas[ESPAH_TMPLS_MAX];
	unsigned int		count;
	unsigned int		lacks;
	bool			excluded;
	bool			heard;
	int			oif;
	unsigned int		outer;
	unsigned int		inner;
};

void espah_why(struct espah_net *en, u8 dir, struct espah_flow *flow,
	       struct espah_why *why);

#endif /* _ESPAH_WHY_H */
