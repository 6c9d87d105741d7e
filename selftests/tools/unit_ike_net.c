// SPDX-License-Identifier: GPL-2.0-only
/*
 * Datagrams on the loopback of a network namespace of our own: who they are
 * from and to, what the NAT port adds and takes off, what is not IKE.
 */
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "net.h"
#include "unit.h"

static struct ike_loop *loop;
static struct ike_timer patience;

/* What came last, and how many. */
static struct {
	unsigned int count;
	struct ike_endpoint local;
	struct ike_endpoint remote;
	size_t len;
	uint8_t octets[8];
	/* The receiver's. */
	const void *to;
} seen;

static void receive(void *to, const struct ike_endpoint *local, const struct ike_endpoint *remote,
		    struct ike_chunk message)
{
	seen.count++;
	seen.local = *local;
	seen.remote = *remote;
	seen.len = message.len;
	seen.to = to;
	memset(seen.octets, 0, sizeof(seen.octets));
	memcpy(seen.octets, message.p,
	       message.len < sizeof(seen.octets) ? message.len : sizeof(seen.octets));
	ike_loop_stop(loop);
}

static void give_up(struct ike_timer *timer)
{
	(void)timer;
	ike_loop_stop(loop);
}

/* Until something came, or nothing did for a while. */
static void listen_once(void)
{
	ike_timer_set(loop, &patience, 200);
	ike_loop_run(loop);
	ike_timer_cancel(loop, &patience);
}

static struct ike_endpoint at(const char *addr, uint16_t port)
{
	struct ike_endpoint endpoint = { .port = port };
	struct espah_err err;

	check(!espah_addr_parse(&endpoint.addr, addr, &err), "an address");
	return endpoint;
}

/**
 * own_namespace() - enter a network namespace with nothing but a loopback
 *
 * In it the process has the rights that the daemon's sockets need.
 *
 * Return: false if there is none to be had.
 */
bool own_namespace(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd, ret;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
		return false;
	/* Which the leak checker needs, and a change of user takes away. */
	prctl(PR_SET_DUMPABLE, 1);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	ret = ioctl(fd, SIOCSIFFLAGS, &ifr);
	close(fd);
	return !ret;
}

static struct ike_net *net_open(uint16_t port, uint16_t nat_port, void *to)
{
	const struct ike_net_config config = { port, nat_port };
	struct espah_err err = {};
	struct ike_net *net = ike_net_open(loop, &config, receive, to, &err);

	check_text(err.text, "", "the sockets are open");
	return net;
}

static void check_exchange(struct ike_net *from, struct ike_net *to, const char *src,
			   const char *dst, bool nat)
{
	struct ike_endpoint a = at(src, nat ? ike_net_nat_port(from) : ike_net_port(from));
	struct ike_endpoint b = at(dst, nat ? ike_net_nat_port(to) : ike_net_port(to));
	char local[IKE_ENDPOINT_STRLEN], remote[IKE_ENDPOINT_STRLEN];

	memset(&seen, 0, sizeof(seen));
	check(!ike_net_send(from, &a, &b, ike_chunk("message", 7)), "a message is sent");
	listen_once();
	check(seen.count == 1 && seen.len == 7 && !memcmp(seen.octets, "message", 7),
	      "and arrives as it was");
	check_text(ike_endpoint_print(&seen.local, local, sizeof(local)),
		   ike_endpoint_print(&b, remote, sizeof(remote)), "where it was sent to");
	check_text(ike_endpoint_print(&seen.remote, local, sizeof(local)),
		   ike_endpoint_print(&a, remote, sizeof(remote)), "from where it was sent");
}

static void test_addresses_of(struct ike_net *one, struct ike_net *two)
{
	struct ike_endpoint a = at("127.0.0.1", ike_net_port(one));
	struct ike_endpoint b = at("::1", ike_net_port(two));

	check_exchange(one, two, "127.0.0.3", "127.0.0.2", false);
	check_exchange(two, one, "127.0.0.2", "127.0.0.3", false);
	check_exchange(one, two, "127.0.0.1", "127.0.0.1", true);
	check_exchange(one, two, "::1", "::1", false);
	check_exchange(two, one, "::1", "::1", true);
	check(ike_net_send(one, &a, &b, ike_chunk("x", 1)) == -1,
	      "nothing is sent from one family to the other");
	a.port = ike_net_port(one) ^ 1;
	b = at("127.0.0.1", ike_net_port(two));
	check(ike_net_send(one, &a, &b, ike_chunk("x", 1)) == -1,
	      "nothing is sent from a port that is not ours");
}

/* A socket that takes and gives what it is told to. */
static int stranger(struct ike_endpoint *self)
{
	struct sockaddr_in sa = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(sa);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	int on = 1;

	check(!bind(fd, (struct sockaddr *)&sa, len) &&
	      !getsockname(fd, (struct sockaddr *)&sa, &len) &&
	      !setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on)),
	      "the socket of somebody else");
	*self = at("127.0.0.1", ntohs(sa.sin_port));
	return fd;
}

static void throw(int fd, uint32_t addr, uint16_t port, const void *octets, size_t len)
{
	const struct sockaddr_in sa = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(addr),
	};

	check(sendto(fd, octets, len, 0, (const struct sockaddr *)&sa, sizeof(sa)) ==
	      (ssize_t)len, "a stranger sends");
}

/* RFC 7296 section 2.23, RFC 3948 section 2. */
static void test_wire_of(struct ike_net *net)
{
	struct ike_endpoint local = at("127.0.0.1", ike_net_nat_port(net));
	struct ike_endpoint self;
	int fd = stranger(&self);
	char room[16];

	ike_net_send(net, &local, &self, ike_chunk("ike", 3));
	check(recv(fd, room, sizeof(room), MSG_DONTWAIT) == 7 && !memcmp(room, "\0\0\0\0ike", 7),
	      "the NAT port puts four octets of zero before a message");
	ike_net_keepalive(net, &local, &self);
	check(recv(fd, room, sizeof(room), MSG_DONTWAIT) == 1 && room[0] == '\xff',
	      "a keepalive is one octet");
	local.port = ike_net_port(net);
	ike_net_send(net, &local, &self, ike_chunk("ike", 3));
	check(recv(fd, room, sizeof(room), MSG_DONTWAIT) == 3 && !memcmp(room, "ike", 3),
	      "the other port puts nothing before it");
	close(fd);
}

static void test_not_ike(struct ike_net *net)
{
	struct ike_endpoint self;
	int fd = stranger(&self);
	uint16_t nat_port = ike_net_nat_port(net);

	memset(&seen, 0, sizeof(seen));
	throw(fd, INADDR_LOOPBACK, nat_port, "\xff", 1);
	throw(fd, INADDR_LOOPBACK, nat_port, "", 0);
	throw(fd, INADDR_LOOPBACK, nat_port, "\0\0\0", 3);
	throw(fd, INADDR_LOOPBACK, nat_port, "\0\0\0\1 this is ESP of an SPI", 24);
	throw(fd, 0x7fffffff, ike_net_port(net), "broadcast", 9);
	listen_once();
	check(!seen.count, "what is not IKE, or not to us alone, is not told");
	throw(fd, INADDR_LOOPBACK, nat_port, "\0\0\0\0", 4);
	listen_once();
	check(seen.count == 1 && !seen.len, "the marker is taken off, and may be all");
	throw(fd, INADDR_LOOPBACK, ike_net_port(net), "\xff", 1);
	listen_once();
	check(seen.count == 2 && seen.len == 1, "the other port has no keepalives");
	close(fd);
}

static void test_sizes(struct ike_net *net)
{
	static const uint8_t octets[65507];
	struct ike_endpoint self;
	int fd = stranger(&self);
	int i;

	memset(&seen, 0, sizeof(seen));
	throw(fd, INADDR_LOOPBACK, ike_net_port(net), octets, sizeof(octets));
	listen_once();
	check(seen.count == 1 && seen.len == sizeof(octets), "the longest message is whole");
	memset(&seen, 0, sizeof(seen));
	for (i = 0; i < 40; i++)
		throw(fd, INADDR_LOOPBACK, ike_net_port(net), "x", 1);
	listen_once();
	check(seen.count == 32, "one socket gives so many messages at once");
	listen_once();
	check(seen.count == 40, "and the others later");
	close(fd);
}

static void test_fixed_ports(void)
{
	const struct ike_net_config config = { 500, 4500 };
	struct espah_err err = {};
	struct ike_net *net = net_open(500, 4500, NULL);

	check(ike_net_port(net) == 500 && ike_net_nat_port(net) == 4500, "at the ports asked for");
	check(!ike_net_open(loop, &config, receive, NULL, &err), "nobody else has them");
	check_text(err.text,
		   "EADDRINUSE: cannot bind a socket for IPv4, UDP port 500: Address already in use",
		   "which is said");
	ike_net_close(net);
	net = net_open(500, 4500, NULL);
	check(net, "closed, they are free again");
	ike_net_close(net);
}

static void test_source(void)
{
	char text[ESPAH_ADDR_STRLEN];
	struct espah_addr source;
	struct ike_endpoint a = at("127.0.0.9", 500), b = at("127.0.0.9", 501);

	source = ike_net_source(&a.addr);
	check_text(espah_addr_print(&source, text), "127.0.0.1", "the source of a route");
	a = at("::1", 500);
	source = ike_net_source(&a.addr);
	check_text(espah_addr_print(&source, text), "::1", "the source of an IPv6 route");
	a = at("192.0.2.1", 500);
	source = ike_net_source(&a.addr);
	check(source.family == AF_UNSPEC, "no route, no source");
	check(!ike_endpoint_equal(&a, &b), "endpoints with other addresses are not equal");
	a = at("127.0.0.9", 500);
	check(!ike_endpoint_equal(&a, &b), "nor with other ports");
	a.port = 501;
	check(ike_endpoint_equal(&a, &b), "but with both");
}

void test_ike_net(void)
{
	struct ike_net *one, *two;

	if (!own_namespace()) {
		check(false, "a network namespace of our own");
		return;
	}
	loop = ike_loop_new();
	patience.fire = give_up;
	one = net_open(0, 0, &one);
	two = net_open(0, 0, &two);
	if (one && two) {
		test_addresses_of(one, two);
		check(seen.to == &one, "each has a receiver of its own");
		test_wire_of(one);
		test_not_ike(one);
		test_sizes(one);
	}
	ike_net_close(one);
	ike_net_close(two);
	test_fixed_ports();
	test_source();
	ike_loop_free(loop);
}
