/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why packets end: what each cause means, and what to do about it.
 */
#ifndef _ESPAH_CAUSES_H
#define _ESPAH_CAUSES_H

struct espah_cause {
	/* A sentence or two for who runs the host. */
	const char *advice;
	/* The counter of /proc/net/xfrm_stat that xfrm would count it with, or NULL. */
	const char *xfrm;
};

const struct espah_cause *espah_cause(unsigned int counter);

#endif /* _ESPAH_CAUSES_H */
