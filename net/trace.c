// SPDX-License-Identifier: GPL-2.0-only
/* The tracepoints: net/trace.h. */

#include <linux/in.h>
#include <linux/in6.h>

#define CREATE_TRACE_POINTS
#include "trace.h"

/**
 * espah_trace_addr() - an address as %pIS prints it
 * @to: sizeof(struct sockaddr_in6) octets
 * @addr: address
 * @family: AF_INET or AF_INET6; anything else is nobody's, 0.0.0.0
 */
void espah_trace_addr(u8 *to, const union espah_addr *addr, u16 family)
{
	struct sockaddr_in6 sin6 = {
		.sin6_family	= AF_INET6,
		.sin6_addr	= addr->v6,
	};
	struct sockaddr_in sin = {
		.sin_family		= AF_INET,
		.sin_addr.s_addr	= addr->v4,
	};

	memset(to, 0, sizeof(sin6));
	if (family == AF_INET6)
		memcpy(to, &sin6, sizeof(sin6));
	else
		memcpy(to, &sin, sizeof(sin));
}
