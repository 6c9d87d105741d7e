/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that the protocol's half reaches the world by: time, datagrams, the
 * module. Tests put two daemons into one process with others of their own.
 */
#ifndef _IKE_EDGE_H
#define _IKE_EDGE_H

#include "kernel.h"
#include "loop.h"
#include "net.h"

/* Each is the function of loop.h, net.h or kernel.h that has this name there. */
struct ike_edge {
	uint64_t (*now)(const struct ike_loop *loop);
	int (*timer_set)(struct ike_loop *loop, struct ike_timer *timer, uint64_t ms);
	void (*timer_cancel)(struct ike_loop *loop, struct ike_timer *timer);

	int (*send)(struct ike_net *net, const struct ike_endpoint *local,
		    const struct ike_endpoint *remote, struct ike_chunk message);
	void (*keepalive)(struct ike_net *net, const struct ike_endpoint *local,
			  const struct ike_endpoint *remote);
	uint16_t (*port)(const struct ike_net *net);
	uint16_t (*nat_port)(const struct ike_net *net);
	struct espah_addr (*source)(const struct espah_addr *remote);

	int (*spi_get)(struct ike_kernel *kernel, const struct espah_addr *src,
		       const struct espah_addr *dst, uint32_t reqid, uint32_t *spi,
		       struct espah_err *err);
	int (*sa_add)(struct ike_kernel *kernel, const struct ike_kernel_sa *sa,
		      struct espah_err *err);
	int (*sa_del)(struct ike_kernel *kernel, const struct espah_addr *dst, uint32_t spi,
		      struct espah_err *err);
	int (*sa_usage)(struct ike_kernel *kernel, const struct espah_addr *dst, uint32_t spi,
			struct ike_kernel_usage *usage);
	int (*policy_add)(struct ike_kernel *kernel, const struct ike_kernel_policy *policy,
			  struct espah_err *err);
	int (*policy_del)(struct ike_kernel *kernel, const struct ike_kernel_policy *policy,
			  struct espah_err *err);
};

extern const struct ike_edge ike_edge_real;

#endif /* _IKE_EDGE_H */
