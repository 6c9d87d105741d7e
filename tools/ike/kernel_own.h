/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of kernel.h share.
 */
#ifndef _IKE_KERNEL_OWN_H
#define _IKE_KERNEL_OWN_H

#include "../lib/event.h"
#include "../lib/nl.h"
#include "kernel.h"

/* A policy that somebody asked for, and how often. */
struct ike_kernel_wish {
	struct ike_kernel_wish *next;
	struct ike_kernel_policy policy;
	unsigned int refs;
};

struct ike_kernel {
	struct ike_loop *loop;
	struct ike_kernel_handler handler;
	struct espah_nl *nl;
	struct espah_events *events;
	struct ike_watch watch;
	/* The newest one first: of several with the same selectors, the module has that. */
	struct ike_kernel_wish *wishes;
};

/* Of kernel_sel.c: from @src to @dst; -1 where the module has no selector for that. */
int ike_kernel_selector(struct espah_selector *sel, const struct ike_ts *src,
			const struct ike_ts *dst, struct espah_err *err);
/* Of one packet, which waits. */
void ike_kernel_flow(const struct espah_selector *sel, struct ike_ts *src, struct ike_ts *dst);

/* Of kernel_event.c. */
int ike_kernel_listen(struct ike_kernel *kernel, struct espah_err *err);
void ike_kernel_deafen(struct ike_kernel *kernel);

/* Of kernel_policy.c. */
void ike_kernel_forget_wishes(struct ike_kernel *kernel);

#endif /* _IKE_KERNEL_OWN_H */
