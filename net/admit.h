/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_ADMIT_H
#define _ESPAH_ADMIT_H

#include <linux/types.h>

struct espah_path;
struct espah_sa;
struct rtable;
struct sk_buff;

/**
 * struct espah_onwards - how a packet goes on in clear
 * @direct: straight to the sockets, or on, without a mark: nobody listens (net/direct.c)
 * @rt: where to, if it came out of a tunnel and goes directly
 */
struct espah_onwards {
	bool		direct;
	struct rtable	*rt;
};

unsigned int espah_admit(struct espah_sa *sa, struct sk_buff *skb,
			 struct espah_path *path, bool marked,
			 struct espah_onwards *onwards);

#endif /* _ESPAH_ADMIT_H */
