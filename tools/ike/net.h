/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UDP 500 and 4500: datagrams in and out, with the addresses of both ends (RFC 7296 section 2.23).
 */
#ifndef _IKE_NET_H
#define _IKE_NET_H

#include "../lib/err.h"
#include "../lib/model.h"
#include "buf.h"
#include "loop.h"

struct ike_net;

struct ike_endpoint {
	struct espah_addr addr;
	uint16_t port;
};

struct ike_net_config {
	/* 0: one that is free; tests use that. */
	uint16_t port;
	uint16_t nat_port;
};

/*
 * A datagram has come. On the NAT port the marker has been taken off; ESP and
 * keepalives never get here. @message is only there during the call.
 */
typedef void (*ike_net_receive)(void *to, const struct ike_endpoint *local,
				const struct ike_endpoint *remote, struct ike_chunk message);

/*
 * Both ports, IPv4 and IPv6, in the network namespace of the process. The
 * sockets are taken out of the policies in both directions (espah's, by
 * setsockopt, and xfrm's), the NAT port's decapsulates ESP (UDP_ENCAP).
 */
struct ike_net *ike_net_open(struct ike_loop *loop, const struct ike_net_config *config,
			     ike_net_receive receive, void *to, struct espah_err *err);
void ike_net_close(struct ike_net *net);
/* From the port of @local, with the marker before it where that is the NAT port. -1 with errno. */
int ike_net_send(struct ike_net *net, const struct ike_endpoint *local,
		 const struct ike_endpoint *remote, struct ike_chunk message);
/* The one octet 0xff of RFC 3948 section 2.3, from the NAT port. */
void ike_net_keepalive(struct ike_net *net, const struct ike_endpoint *local,
		       const struct ike_endpoint *remote);
uint16_t ike_net_port(const struct ike_net *net);
uint16_t ike_net_nat_port(const struct ike_net *net);
/* The address that the kernel would send from; AF_UNSPEC: no route. */
struct espah_addr ike_net_source(const struct espah_addr *remote);
bool ike_endpoint_equal(const struct ike_endpoint *a, const struct ike_endpoint *b);
/* "10.9.0.1[500]" */
const char *ike_endpoint_print(const struct ike_endpoint *endpoint, char *buf, size_t size);
#define IKE_ENDPOINT_STRLEN	(46 + 7)

#endif /* _IKE_NET_H */
