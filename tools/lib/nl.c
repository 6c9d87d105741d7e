// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/rtnetlink.h>

#include <linux/espah.h>

#include "attrs.h"
#include "extack.h"
#include "nl.h"

/* The kernel fills a dump's messages up to this size. */
#define ANSWER_MAX	32768

/* How often a dump that changed meanwhile is begun again. */
#define DUMP_ATTEMPTS	10

struct espah_nl {
	struct mnl_socket *sock;
	uint32_t seq;
	/* 0: it is rtnetlink. */
	uint16_t family;
	/* The multicast group of the events, 0 where the module has none. */
	uint32_t events;
	uint32_t drops;
	/* Both hold keys at times, and are wiped after every use. */
	union {
		struct nlmsghdr request;
		uint8_t request_room[ESPAH_NL_REQUEST_MAX];
	};
	union {
		struct nlmsghdr answer;
		uint8_t answer_room[ANSWER_MAX];
	};
};

/* One answer while it is being read. */
struct reading {
	const struct nlmsghdr *request;
	const struct espah_attr_set *set;
	const struct espah_nl_sink *sink;
	struct espah_err *err;
	bool done;
	bool failed;
	/* The database changed between two parts of a dump. */
	bool interrupted;
};

static int sys_error(struct espah_err *err, const char *what)
{
	int num = errno;
	const char *name = strerrorname_np(num);

	return espah_err_kernel(err, num, "%s: %s: %s", name ? name : "error", what, strerror(num));
}

static struct nlmsghdr *header_start(struct espah_nl *nl, uint16_t type)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(nl->request_room);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	return nlh;
}

static struct nlmsghdr *message_start(struct espah_nl *nl, uint16_t type, uint8_t cmd,
				      uint8_t version)
{
	struct nlmsghdr *nlh = header_start(nl, type);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));

	genl->cmd = cmd;
	genl->version = version;
	return nlh;
}

static void read_message(struct reading *r, const struct nlmsghdr *nlh)
{
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		r->interrupted = true;
	switch (nlh->nlmsg_type) {
	case NLMSG_ERROR:
	case NLMSG_DONE:
		r->done = true;
		if (!r->failed && espah_extack_read(nlh, r->request, r->set, r->err))
			r->failed = true;
		break;
	case NLMSG_NOOP:
		break;
	default:
		/* After a failure the rest is only read to get it out of the way. */
		if (!r->failed && r->sink && r->sink->item(nlh, r->sink->to, r->err))
			r->failed = true;
	}
}

/* libmnl's own check takes a length of 2 GiB and more for a negative one. */
static bool message_ok(const struct nlmsghdr *nlh, int left)
{
	return left >= (int)sizeof(*nlh) && nlh->nlmsg_len >= sizeof(*nlh) &&
	       nlh->nlmsg_len <= (unsigned int)left;
}

static int read_answer(struct espah_nl *nl, struct reading *r)
{
	while (!r->done) {
		ssize_t got = mnl_socket_recvfrom(nl->sock, nl->answer_room,
						  sizeof(nl->answer_room));
		const struct nlmsghdr *nlh = &nl->answer;
		int left = got;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return sys_error(r->err, "no answer from the kernel");
		for (; message_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left)) {
			if (nlh->nlmsg_seq == r->request->nlmsg_seq)
				read_message(r, nlh);
		}
		explicit_bzero(nl->answer_room, got);
	}
	return r->failed ? -1 : 0;
}

static int exchange(struct espah_nl *nl, uint16_t flags, struct reading *r)
{
	struct nlmsghdr *nlh = &nl->request;
	ssize_t sent;

	nlh->nlmsg_flags |= flags;
	nlh->nlmsg_seq = ++nl->seq;
	r->request = nlh;
	do {
		sent = mnl_socket_sendto(nl->sock, nlh, nlh->nlmsg_len);
	} while (sent < 0 && errno == EINTR);
	if (sent < 0)
		return sys_error(r->err, "cannot send to the kernel");
	return read_answer(nl, r);
}

static void request_wipe(struct espah_nl *nl)
{
	explicit_bzero(nl->request_room, nl->request.nlmsg_len);
}

static const struct espah_attr_set *request_set(const struct espah_nl *nl)
{
	const struct nlmsghdr *nlh = &nl->request;
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

	return nlh->nlmsg_type == nl->family ? espah_attr_set(genl->cmd) : NULL;
}

/**
 * espah_nl_request() - begin a request
 * @nl: from espah_nl_open()
 * @cmd: ESPAH_CMD_*
 *
 * Return: a message to add attributes to, of at most ESPAH_NL_REQUEST_MAX
 * octets; valid until the request is sent.
 */
struct nlmsghdr *espah_nl_request(struct espah_nl *nl, uint8_t cmd)
{
	return message_start(nl, nl->family, cmd, ESPAH_FAMILY_VERSION);
}

/**
 * espah_nl_route_request() - begin a request about interfaces
 * @nl: from espah_nl_open_route()
 * @type: RTM_*LINK
 *
 * Return: as espah_nl_request().
 */
struct nlmsghdr *espah_nl_route_request(struct espah_nl *nl, uint16_t type)
{
	struct nlmsghdr *nlh = header_start(nl, type);

	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	return nlh;
}

/**
 * espah_nl_transact() - send the request that was begun, and hear the verdict
 * @nl: from espah_nl_open()
 * @sink: where what comes before the verdict goes; NULL: nowhere
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int espah_nl_transact(struct espah_nl *nl, const struct espah_nl_sink *sink,
		      struct espah_err *err)
{
	struct reading r = { .set = request_set(nl), .sink = sink, .err = err };
	int ret = exchange(nl, NLM_F_ACK, &r);

	request_wipe(nl);
	return ret;
}

/**
 * espah_nl_dump() - send the request that was begun, and read a whole list
 * @nl: from espah_nl_open()
 * @sink: where its items go
 * @err: filled in on failure
 *
 * A list that changes while it is read is read again from the start, so that
 * what the sink holds in the end was all true at one time. Where that does not
 * come to be, @err's errno is EAGAIN, and the sink holds the last reading.
 *
 * Return: 0, or -1.
 */
int espah_nl_dump(struct espah_nl *nl, const struct espah_nl_sink *sink, struct espah_err *err)
{
	int ret = 0;
	int i;

	for (i = 0; i < DUMP_ATTEMPTS; i++) {
		struct reading r = { .set = request_set(nl), .sink = sink, .err = err };

		sink->reset(sink->to);
		ret = exchange(nl, NLM_F_DUMP, &r);
		if (ret || !r.interrupted)
			break;
	}
	request_wipe(nl);
	if (i == DUMP_ATTEMPTS)
		return espah_err_kernel(err, EAGAIN,
					"EAGAIN: the list changed each of the %d times that it was read, and may not be whole",
					DUMP_ATTEMPTS);
	return ret;
}

static void take_group(const struct nlattr *group, struct espah_nl *nl)
{
	const struct nlattr *attr;
	const char *name = "";
	uint32_t number = 0;

	mnl_attr_for_each_nested(attr, group) {
		switch (mnl_attr_get_type(attr)) {
		case CTRL_ATTR_MCAST_GRP_NAME:
			if (!mnl_attr_validate(attr, MNL_TYPE_NUL_STRING))
				name = mnl_attr_get_str(attr);
			break;
		case CTRL_ATTR_MCAST_GRP_ID:
			if (!mnl_attr_validate(attr, MNL_TYPE_U32))
				number = mnl_attr_get_u32(attr);
			break;
		}
	}
	if (!strcmp(name, ESPAH_MCGRP_EVENTS))
		nl->events = number;
	else if (!strcmp(name, ESPAH_MCGRP_DROPS))
		nl->drops = number;
}

static int take_family(const struct nlmsghdr *nlh, void *to, struct espah_err *err)
{
	const struct nlattr *attr, *group;
	struct espah_nl *nl = to;

	(void)err;
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		switch (mnl_attr_get_type(attr)) {
		case CTRL_ATTR_FAMILY_ID:
			if (!mnl_attr_validate(attr, MNL_TYPE_U16))
				nl->family = mnl_attr_get_u16(attr);
			break;
		case CTRL_ATTR_MCAST_GROUPS:
			mnl_attr_for_each_nested(group, attr)
				take_group(group, nl);
			break;
		}
	}
	return 0;
}

static int family_find(struct espah_nl *nl, struct espah_err *err)
{
	const struct espah_nl_sink sink = { .item = take_family, .to = nl };
	struct nlmsghdr *nlh = message_start(nl, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1);

	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, ESPAH_FAMILY_NAME);
	if (espah_nl_transact(nl, &sink, err)) {
		if (err->num == ENOENT)
			espah_err_kernel(err, ENOENT,
					 "the kernel module is not loaded: try 'modprobe espah'");
		return -1;
	}
	if (!nl->family)
		return espah_err_kernel(err, EBADMSG,
					"EBADMSG: the kernel knows the family '%s' but not its number",
					ESPAH_FAMILY_NAME);
	return 0;
}

static int socket_open(struct espah_nl *nl, int bus, struct espah_err *err)
{
	int on = 1;

	nl->sock = mnl_socket_open2(bus, SOCK_CLOEXEC);
	if (!nl->sock)
		return sys_error(err, "cannot open a netlink socket");
	if (mnl_socket_bind(nl->sock, 0, MNL_SOCKET_AUTOPID) < 0)
		return sys_error(err, "cannot bind a netlink socket");
	/*
	 * Without the cap the kernel sends a refused request back, key and all.
	 * Kernels that lack the others only say less.
	 */
	if (mnl_socket_setsockopt(nl->sock, NETLINK_CAP_ACK, &on, sizeof(on)))
		return sys_error(err, "cannot set NETLINK_CAP_ACK");
	mnl_socket_setsockopt(nl->sock, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(nl->sock, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	return 0;
}

static struct espah_nl *open_bus(int bus, struct espah_err *err)
{
	struct espah_nl *nl = calloc(1, sizeof(*nl));

	if (!nl) {
		espah_err_kernel(err, ENOMEM, "ENOMEM: no memory for a netlink socket");
		return NULL;
	}
	nl->seq = time(NULL);
	if (!socket_open(nl, bus, err))
		return nl;
	espah_nl_close(nl);
	return NULL;
}

/**
 * espah_nl_open() - open the way to the kernel in this network namespace
 * @err: filled in on failure
 *
 * Return: the way, or NULL.
 */
struct espah_nl *espah_nl_open(struct espah_err *err)
{
	struct espah_nl *nl = open_bus(NETLINK_GENERIC, err);

	if (!nl || !family_find(nl, err))
		return nl;
	espah_nl_close(nl);
	return NULL;
}

/**
 * espah_nl_open_route() - open the way to the interfaces of this network namespace
 * @err: filled in on failure
 *
 * The module need not be loaded.
 *
 * Return: the way, or NULL.
 */
struct espah_nl *espah_nl_open_route(struct espah_err *err)
{
	return open_bus(NETLINK_ROUTE, err);
}

/**
 * espah_nl_family() - the number of the module's family
 * @nl: from espah_nl_open()
 *
 * Return: the type of its messages.
 */
uint16_t espah_nl_family(const struct espah_nl *nl)
{
	return nl->family;
}

/**
 * espah_nl_events_group() - where the module tells its events
 * @nl: from espah_nl_open()
 *
 * Return: the number of the multicast group.
 */
uint32_t espah_nl_events_group(const struct espah_nl *nl)
{
	return nl->events;
}

/**
 * espah_nl_drops_group() - where the module tells which packets end
 * @nl: from espah_nl_open()
 *
 * Return: the number of the multicast group; 0 where an older module has none.
 */
uint32_t espah_nl_drops_group(const struct espah_nl *nl)
{
	return nl->drops;
}

/**
 * espah_nl_close() - close the way to the kernel
 * @nl: from espah_nl_open(), or NULL
 */
void espah_nl_close(struct espah_nl *nl)
{
	if (!nl)
		return;
	if (nl->sock)
		mnl_socket_close(nl->sock);
	explicit_bzero(nl, sizeof(*nl));
	free(nl);
}
