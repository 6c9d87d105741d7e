/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_QUOTED_H
#define _ESPAH_QUOTED_H

#include <linux/in.h>
#include <linux/in6.h>

#include "selector.h"

struct sk_buff;

/* It may be an ICMP error: worth a closer look. */
static inline bool espah_quoted_worth(const struct espah_flow *flow)
{
	return flow->proto == (flow->family == AF_INET ? IPPROTO_ICMP :
							 IPPROTO_ICMPV6);
}

bool espah_quoted_back(const struct sk_buff *skb, const struct espah_flow *flow,
		       struct espah_flow *back);

#endif /* _ESPAH_QUOTED_H */
