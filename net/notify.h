/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_NOTIFY_H
#define _ESPAH_NOTIFY_H

#include <linux/gfp.h>
#include <linux/types.h>
#include <net/genetlink.h>

#include "progress.h"

struct espah_dropped;
struct espah_net;
struct espah_policy;
struct espah_sa;

/**
 * typedef espah_notify_put - write an event's attributes
 * @msg: message
 * @what: what the event is about, as espah_notify() was given it
 *
 * Called under RCU. Never writes a key.
 *
 * Return: 0 or -EMSGSIZE.
 */
typedef int (*espah_notify_put)(struct sk_buff *msg, const void *what);

/* The groups of the family: of what changes, and of packets that end. */
#define ESPAH_NOTIFY_GROUPS	2
extern const struct genl_multicast_group espah_notify_groups[ESPAH_NOTIFY_GROUPS];

bool espah_notify_heard(const struct espah_net *en);
void espah_notify(const struct espah_net *en, u8 cmd, espah_notify_put put,
		  const void *what, gfp_t gfp);
bool espah_notify_drops_heard(const struct espah_net *en);
void espah_notify_dropped(const struct espah_net *en,
			  const struct espah_dropped *dropped);
void espah_notify_sa(const struct espah_sa *sa, u8 cmd);
void espah_notify_expire(const struct espah_sa *sa, bool hard);
void espah_notify_progress(const struct espah_sa *sa,
			   enum espah_progress_news news);
void espah_notify_sa_flush(const struct espah_net *en, u8 proto);
void espah_notify_policy(const struct espah_net *en,
			 const struct espah_policy *policy, u8 cmd);
void espah_notify_policy_expire(const struct espah_net *en,
				const struct espah_policy *policy, bool hard);
void espah_notify_policy_flush(const struct espah_net *en, int dir);
void espah_notify_default(const struct espah_net *en);

#endif /* _ESPAH_NOTIFY_H */
