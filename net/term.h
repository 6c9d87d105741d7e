/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_TERM_H
#define _ESPAH_TERM_H

#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/workqueue.h>

#include "limits.h"

struct espah_net;
struct espah_policy;

/**
 * struct espah_term - the lifetime of a policy that has limits
 * @limits: its limits; constant
 * @en: namespace; constant
 * @policy: policy; written under &espah_net.lock
 * @born: when it came into force, by the clock since boot; constant
 * @first_used: when it was first used, by the same clock, 0 for never; single word,
 *	any writer
 * @packets: of so many it had spoken when it was looked at last; under
 *	&espah_net.lock
 * @told: listeners know of a soft limit; as @packets
 * @node: in &espah_terms.list; as @packets
 */
struct espah_term {
	struct espah_limits	limits;
	struct espah_net	*en;
	struct espah_policy	*policy;
	ktime_t			born;
	ktime_t			first_used;
	u64			packets;
	bool			told;
	struct list_head	node;
};

/**
 * struct espah_terms - the policies of one namespace that have limits
 * @list: all of them; under &espah_net.lock
 * @due: looks at them when the next limit in time is reached
 * @soon: looks at them because a packet has used one
 */
struct espah_terms {
	struct list_head	list;
	struct delayed_work	due;
	struct delayed_work	soon;
};

void espah_term_net_init(struct espah_net *en);
void espah_term_net_exit(struct espah_net *en);
struct espah_term *espah_term_alloc(struct espah_net *en,
				    const struct espah_limits *limits);
void espah_term_begin(struct espah_policy *policy);
void espah_term_end(struct espah_policy *policy);
void espah_term_used(struct espah_term *term);

#endif /* _ESPAH_TERM_H */
