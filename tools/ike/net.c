// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/uio.h>
#include <unistd.h>

#include "../lib/addr.h"
#include "../lib/bypass.h"
#include "net.h"
#include "proto.h"

/* Datagrams that one socket gives at once; then the others have their turn. */
#define BATCH_MAX	32

/* Control messages: one of either family's packet information. */
#define CONTROL_MAX	128

struct port {
	struct ike_watch watch;
	struct ike_net *net;
	int family;
	/* Datagrams carry the marker here, or are not IKE (RFC 7296 section 2.23). */
	bool nat;
};

struct ike_net {
	struct ike_loop *loop;
	ike_net_receive receive;
	void *to;
	uint16_t port;
	uint16_t nat_port;
	struct port ports[4];
	/* One octet more than a datagram can have. */
	uint8_t room[65536];
};

/* Room for either family's. */
union address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

union control {
	struct cmsghdr first;
	char room[CONTROL_MAX];
};

static socklen_t address_set(union address *sa, const struct espah_addr *addr, uint16_t port)
{
	memset(sa, 0, sizeof(*sa));
	sa->any.sa_family = addr->family;
	if (addr->family == AF_INET6) {
		sa->in6.sin6_port = htons(port);
		memcpy(&sa->in6.sin6_addr, addr->octets, 16);
		return sizeof(sa->in6);
	}
	sa->in.sin_port = htons(port);
	memcpy(&sa->in.sin_addr, addr->octets, 4);
	return sizeof(sa->in);
}

static void addr_set(struct espah_addr *addr, int family, const void *octets)
{
	memset(addr, 0, sizeof(*addr));
	addr->family = family;
	memcpy(addr->octets, octets, espah_addr_len(family));
}

static void endpoint_set(struct ike_endpoint *endpoint, const union address *sa)
{
	if (sa->any.sa_family == AF_INET6) {
		addr_set(&endpoint->addr, AF_INET6, &sa->in6.sin6_addr);
		endpoint->port = ntohs(sa->in6.sin6_port);
	} else {
		addr_set(&endpoint->addr, AF_INET, &sa->in.sin_addr);
		endpoint->port = ntohs(sa->in.sin_port);
	}
}

/*
 * The address that the datagram was sent to. False for one that nobody can
 * answer from: a broadcast or multicast address.
 */
static bool local_addr(struct msghdr *msg, struct espah_addr *addr)
{
	const struct in6_pktinfo *info6;
	const struct in_pktinfo *info;
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			info = (const struct in_pktinfo *)CMSG_DATA(c);
			addr_set(addr, AF_INET, &info->ipi_addr);
			return info->ipi_addr.s_addr == info->ipi_spec_dst.s_addr;
		}
		if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
			info6 = (const struct in6_pktinfo *)CMSG_DATA(c);
			addr_set(addr, AF_INET6, &info6->ipi6_addr);
			return !IN6_IS_ADDR_MULTICAST(&info6->ipi6_addr);
		}
	}
	return false;
}

/*
 * What is no IKE on the NAT port: keepalives, and ESP that came before the
 * kernel knew that the socket takes it off.
 */
static bool marker_take(struct ike_chunk *message)
{
	static const uint8_t marker[IKE_NON_ESP_MARKER];

	if (message->len < sizeof(marker) || memcmp(message->p, marker, sizeof(marker)))
		return false;
	message->p += sizeof(marker);
	message->len -= sizeof(marker);
	return true;
}

/* Return: false if there was none. */
static bool receive_one(struct port *port)
{
	struct ike_net *net = port->net;
	struct ike_endpoint local, remote;
	union address from = {};
	union control control;
	struct iovec iov = { net->room, sizeof(net->room) };
	struct msghdr msg = {
		.msg_name = &from, .msg_namelen = sizeof(from),
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	struct ike_chunk message;
	ssize_t got;

	do {
		got = recvmsg(port->watch.fd, &msg, MSG_DONTWAIT);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return false;
	message = ike_chunk(net->room, got);
	if ((msg.msg_flags & MSG_TRUNC) || (port->nat && !marker_take(&message)) ||
	    !local_addr(&msg, &local.addr))
		return true;
	local.port = port->nat ? net->nat_port : net->port;
	endpoint_set(&remote, &from);
	net->receive(net->to, &local, &remote, message);
	return true;
}

static void port_ready(struct ike_watch *watch, uint32_t events)
{
	struct port *port = container_of(watch, struct port, watch);
	int most = BATCH_MAX;

	(void)events;
	while (most-- && receive_one(port))
		;
}

static bool option(int fd, int level, int name, int value)
{
	return !setsockopt(fd, level, name, &value, sizeof(value));
}

static bool options_ipv4(int fd)
{
	/*
	 * Certificates make messages larger than the path takes; they are left
	 * to be fragmented on the way.
	 */
	return option(fd, IPPROTO_IP, IP_PKTINFO, 1) &&
	       option(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT);
}

static bool options_ipv6(int fd)
{
	return option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1) &&
	       option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1) &&
	       option(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DONT);
}

static int sys_error(struct espah_err *err, const struct port *port, const char *what)
{
	int num = errno;

	return espah_err_kernel(err, num, "%s: cannot %s for %s, UDP port %u: %s",
				strerrorname_np(num), what, espah_family_name(port->family),
				port->nat ? port->net->nat_port : port->net->port, strerror(num));
}

static int port_bind(struct port *port, uint16_t *number, struct espah_err *err)
{
	const struct espah_addr any = { .family = port->family };
	union address sa;
	socklen_t len = address_set(&sa, &any, *number);
	struct ike_endpoint bound;

	if (bind(port->watch.fd, &sa.any, len))
		return sys_error(err, port, "bind a socket");
	if (getsockname(port->watch.fd, &sa.any, &len))
		return sys_error(err, port, "name a socket");
	endpoint_set(&bound, &sa);
	*number = bound.port;
	return 0;
}

static int port_open(struct port *port, uint16_t *number, struct espah_err *err)
{
	int fd = socket(port->family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	port->watch.fd = fd;
	/* A host without IPv6. */
	if (fd < 0 && errno == EAFNOSUPPORT && port->family == AF_INET6)
		return 0;
	if (fd < 0)
		return sys_error(err, port, "open a socket");
	if (!(port->family == AF_INET6 ? options_ipv6(fd) : options_ipv4(fd)))
		return sys_error(err, port, "set the options of a socket");
	if (espah_socket_bypass(fd, err))
		return -1;
	if (port->nat && !option(fd, IPPROTO_UDP, UDP_ENCAP, UDP_ENCAP_ESPINUDP))
		return sys_error(err, port, "have ESP taken out of UDP");
	if (port_bind(port, number, err))
		return -1;
	if (ike_watch_add(port->net->loop, &port->watch, EPOLLIN))
		return sys_error(err, port, "watch a socket");
	return 0;
}

struct ike_net *ike_net_open(struct ike_loop *loop, const struct ike_net_config *config,
			     ike_net_receive receive, void *to, struct espah_err *err)
{
	struct ike_net *net = calloc(1, sizeof(*net));
	size_t i;

	if (!net) {
		espah_err_kernel(err, ENOMEM, "ENOMEM: no memory for the UDP sockets");
		return NULL;
	}
	net->loop = loop;
	net->receive = receive;
	net->to = to;
	net->port = config->port;
	net->nat_port = config->nat_port;
	for (i = 0; i < ARRAY_SIZE(net->ports); i++) {
		net->ports[i].watch.fd = -1;
		net->ports[i].watch.ready = port_ready;
		net->ports[i].net = net;
		net->ports[i].family = i & 1 ? AF_INET6 : AF_INET;
		net->ports[i].nat = i & 2;
	}
	for (i = 0; i < ARRAY_SIZE(net->ports); i++) {
		if (port_open(&net->ports[i], i & 2 ? &net->nat_port : &net->port, err)) {
			ike_net_close(net);
			return NULL;
		}
	}
	return net;
}

void ike_net_close(struct ike_net *net)
{
	size_t i;

	if (!net)
		return;
	for (i = 0; i < ARRAY_SIZE(net->ports); i++) {
		if (net->ports[i].watch.fd < 0)
			continue;
		ike_watch_del(net->loop, &net->ports[i].watch);
		close(net->ports[i].watch.fd);
	}
	free(net);
}

static struct port *port_find(struct ike_net *net, int family, uint16_t number)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(net->ports); i++) {
		struct port *port = &net->ports[i];

		if (port->family == family && port->watch.fd >= 0 &&
		    number == (port->nat ? net->nat_port : net->port))
			return port;
	}
	return NULL;
}

/* Have the kernel send from this address. */
static void source_put(struct msghdr *msg, struct cmsghdr *c, const struct espah_addr *addr)
{
	if (addr->family == AF_INET6) {
		struct in6_pktinfo *info = (struct in6_pktinfo *)CMSG_DATA(c);

		c->cmsg_level = IPPROTO_IPV6;
		c->cmsg_type = IPV6_PKTINFO;
		c->cmsg_len = CMSG_LEN(sizeof(*info));
		msg->msg_controllen = CMSG_SPACE(sizeof(*info));
		memcpy(&info->ipi6_addr, addr->octets, sizeof(info->ipi6_addr));
	} else {
		struct in_pktinfo *info = (struct in_pktinfo *)CMSG_DATA(c);

		c->cmsg_level = IPPROTO_IP;
		c->cmsg_type = IP_PKTINFO;
		c->cmsg_len = CMSG_LEN(sizeof(*info));
		msg->msg_controllen = CMSG_SPACE(sizeof(*info));
		memcpy(&info->ipi_spec_dst, addr->octets, sizeof(info->ipi_spec_dst));
	}
}

static int send_parts(const struct port *port, const struct espah_addr *from,
		      const struct ike_endpoint *to, struct iovec *iov, size_t parts)
{
	union control control = {};
	union address sa;
	struct msghdr msg = {
		.msg_name = &sa,
		.msg_namelen = address_set(&sa, &to->addr, to->port),
		.msg_iov = iov, .msg_iovlen = parts,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	ssize_t sent;

	source_put(&msg, &control.first, from);
	do {
		sent = sendmsg(port->watch.fd, &msg, MSG_DONTWAIT);
	} while (sent < 0 && errno == EINTR);
	return sent < 0 ? -1 : 0;
}

int ike_net_send(struct ike_net *net, const struct ike_endpoint *local,
		 const struct ike_endpoint *remote, struct ike_chunk message)
{
	static const uint8_t marker[IKE_NON_ESP_MARKER];
	const struct port *port = port_find(net, remote->addr.family, local->port);
	struct iovec iov[] = {
		{ (void *)marker, sizeof(marker) },
		{ (void *)message.p, message.len },
	};

	if (!port || local->addr.family != remote->addr.family) {
		errno = EAFNOSUPPORT;
		return -1;
	}
	if (port->nat)
		return send_parts(port, &local->addr, remote, iov, 2);
	return send_parts(port, &local->addr, remote, iov + 1, 1);
}

void ike_net_keepalive(struct ike_net *net, const struct ike_endpoint *local,
		       const struct ike_endpoint *remote)
{
	uint8_t octet = 0xff;
	const struct port *port = port_find(net, remote->addr.family, net->nat_port);
	struct iovec iov = { &octet, 1 };

	/* One that is lost is as good as one that was never sent: the next follows. */
	if (port && local->addr.family == remote->addr.family)
		send_parts(port, &local->addr, remote, &iov, 1);
}

uint16_t ike_net_port(const struct ike_net *net)
{
	return net->port;
}

uint16_t ike_net_nat_port(const struct ike_net *net)
{
	return net->nat_port;
}

struct espah_addr ike_net_source(const struct espah_addr *remote)
{
	struct ike_endpoint source = {};
	struct espah_err ignored;
	union address sa;
	socklen_t len = address_set(&sa, remote, IKE_PORT);
	int fd = socket(remote->family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return source.addr;
	/* A policy of xfrm's may refuse the route. */
	espah_socket_bypass(fd, &ignored);
	if (!connect(fd, &sa.any, len) && !getsockname(fd, &sa.any, &len))
		endpoint_set(&source, &sa);
	close(fd);
	return source.addr;
}

bool ike_endpoint_equal(const struct ike_endpoint *a, const struct ike_endpoint *b)
{
	return a->port == b->port && espah_addr_equal(&a->addr, &b->addr);
}

const char *ike_endpoint_print(const struct ike_endpoint *endpoint, char *buf, size_t size)
{
	char addr[ESPAH_ADDR_STRLEN];

	snprintf(buf, size, "%s[%u]", espah_addr_print(&endpoint->addr, addr), endpoint->port);
	return buf;
}
