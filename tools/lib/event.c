// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "default.h"
#include "drop.h"
#include "event.h"
#include "migrate.h"
#include "policy.h"
#include "sa.h"
#include "wire.h"

/* The kernel makes no event longer. */
#define EVENT_MAX	8192

struct espah_events {
	struct mnl_socket *sock;
	uint16_t family;
	union {
		struct nlmsghdr message;
		uint8_t room[EVENT_MAX];
	};
};

static int sys_error(struct espah_err *err, const char *what)
{
	int num = errno;
	const char *name = strerrorname_np(num);

	return espah_err_kernel(err, num, "%s: %s: %s", name ? name : "error", what, strerror(num));
}

static bool take_small(const struct nlmsghdr *nlh, uint16_t type, uint8_t *value,
		       struct espah_err *err)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == type && !espah_take_u8(attr, value)) {
			espah_wire_malformed(err, "an event", attr);
			return false;
		}
	}
	return true;
}

/* One that says less than this cannot be answered. */
static bool take_acquire(const struct nlmsghdr *nlh, struct espah_policy *policy,
			 struct espah_err *err)
{
	if (espah_policy_take(nlh, policy, err))
		return false;
	if (espah_given(policy->given, ESPAH_A_POLICY_DIR) &&
	    espah_given(policy->given, ESPAH_A_POLICY_INDEX) &&
	    policy->sel.src.min.family && policy->sel.dst.min.family && policy->tmpls == 1)
		return true;
	espah_err_kernel(err, EBADMSG, "EBADMSG: the kernel's event does not say what SA it wants");
	return false;
}

static bool take_mapping(const struct nlmsghdr *nlh, struct espah_sa *sa, struct espah_err *err)
{
	const uint64_t need = espah_bit(ESPAH_A_SA_SRC) | espah_bit(ESPAH_A_SA_DST) |
			      espah_bit(ESPAH_A_SA_PROTO) | espah_bit(ESPAH_A_SA_SPI) |
			      espah_bit(ESPAH_A_SA_ENCAP_SPORT);

	if (espah_sa_take(nlh, sa, err))
		return false;
	if ((sa->given & need) == need)
		return true;
	espah_err_kernel(err, EBADMSG, "EBADMSG: the kernel's event does not say which peer moved");
	return false;
}

/* Whoever is to go on from there has to know which SA it is, and all its numbers. */
static bool take_replay(const struct nlmsghdr *nlh, struct espah_event *event,
			struct espah_err *err)
{
	const uint64_t need = espah_bit(ESPAH_A_SA_DST) | espah_bit(ESPAH_A_SA_PROTO) |
			      espah_bit(ESPAH_A_SA_SPI) | espah_bit(ESPAH_A_SA_OSEQ) |
			      espah_bit(ESPAH_A_SA_SEQ);

	if (!take_small(nlh, ESPAH_A_SA_REPLAY_DUE, &event->due, err) ||
	    espah_sa_take(nlh, &event->sa, err))
		return false;
	if ((event->sa.given & need) == need)
		return true;
	espah_err_kernel(err, EBADMSG,
			 "EBADMSG: the kernel's event does not say how far an SA has got");
	return false;
}

static bool take_stranger(const struct nlmsghdr *nlh, struct espah_sa *sa, struct espah_err *err)
{
	const uint64_t need = espah_bit(ESPAH_A_SA_SRC) | espah_bit(ESPAH_A_SA_DST) |
			      espah_bit(ESPAH_A_SA_PROTO) | espah_bit(ESPAH_A_SA_SPI);

	if (espah_sa_take(nlh, sa, err))
		return false;
	if ((sa->given & need) == need)
		return true;
	espah_err_kernel(err, EBADMSG, "EBADMSG: the kernel's event does not say whose SPI it is");
	return false;
}

static bool take_policy_expiry(const struct nlmsghdr *nlh, struct espah_event *event,
			       struct espah_err *err)
{
	return take_small(nlh, ESPAH_A_POLICY_EXPIRED, &event->expired, err) &&
	       take_small(nlh, ESPAH_A_POLICY_DEFAULT, &event->unspoken, err) &&
	       !espah_policy_take(nlh, &event->policy, err);
}

static bool take_policy_flush(const struct nlmsghdr *nlh, struct espah_event *event,
			      struct espah_err *err)
{
	if (espah_policy_take(nlh, &event->policy, err))
		return false;
	event->dir = espah_given(event->policy.given, ESPAH_A_POLICY_DIR) ? event->policy.dir : -1;
	return true;
}

/**
 * espah_event_take() - read an event
 * @nlh: the kernel's message, of our family
 * @event: filled in; the caller wipes it, also after a failure. Its cmd may be one
 *	that this tool does not know, of a newer kernel: then there is nothing else
 * @err: filled in on failure
 *
 * Return: false if it is malformed.
 */
bool espah_event_take(const struct nlmsghdr *nlh, struct espah_event *event, struct espah_err *err)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

	memset(event, 0, sizeof(*event));
	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*genl)) {
		espah_err_kernel(err, EBADMSG, "EBADMSG: the kernel's event has no header");
		return false;
	}
	event->cmd = genl->cmd;
	switch (event->cmd) {
	case ESPAH_CMD_SA_EXPIRE_NTF:
		if (!take_small(nlh, ESPAH_A_SA_EXPIRED, &event->expired, err))
			return false;
		return !espah_sa_take(nlh, &event->sa, err);
	case ESPAH_CMD_SA_REPLAY_NTF:
		return take_replay(nlh, event, err);
	case ESPAH_CMD_UNKNOWN_SPI_NTF:
		return take_stranger(nlh, &event->sa, err);
	case ESPAH_CMD_SA_MAPPING_NTF:
		return take_mapping(nlh, &event->sa, err);
	case ESPAH_CMD_ACQUIRE_NTF:
		return take_acquire(nlh, &event->policy, err);
	case ESPAH_CMD_SA_ADD_NTF:
	case ESPAH_CMD_SA_UPDATE_NTF:
	case ESPAH_CMD_SA_DEL_NTF:
	case ESPAH_CMD_SA_FLUSH_NTF:
		return !espah_sa_take(nlh, &event->sa, err);
	case ESPAH_CMD_POLICY_EXPIRE_NTF:
		return take_policy_expiry(nlh, event, err);
	case ESPAH_CMD_POLICY_ADD_NTF:
	case ESPAH_CMD_POLICY_UPDATE_NTF:
	case ESPAH_CMD_POLICY_DEL_NTF:
		return !espah_policy_take(nlh, &event->policy, err);
	case ESPAH_CMD_DEFAULT_NTF:
		return !espah_default_take(nlh, &event->defaults, err);
	case ESPAH_CMD_MIGRATE_NTF:
		return !espah_migration_take(nlh, &event->migration, err);
	case ESPAH_CMD_POLICY_FLUSH_NTF:
		return take_policy_flush(nlh, event, err);
	case ESPAH_CMD_DROP_NTF:
		return !espah_drop_take(nlh, &event->drop, err);
	default:
		return true;
	}
}

/**
 * espah_event_wipe() - forget an event
 * @event: the event
 */
void espah_event_wipe(struct espah_event *event)
{
	espah_sa_wipe(&event->sa);
	memset(event, 0, sizeof(*event));
}

static int subscribe(struct espah_events *events, uint32_t group, struct espah_err *err)
{
	events->sock = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!events->sock)
		return sys_error(err, "cannot open a netlink socket");
	if (mnl_socket_bind(events->sock, 0, MNL_SOCKET_AUTOPID) < 0)
		return sys_error(err, "cannot bind a netlink socket");
	if (mnl_socket_setsockopt(events->sock, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)))
		return sys_error(err, "cannot listen to the kernel's events");
	return 0;
}

/**
 * espah_events_open() - begin to listen
 * @nl: the way to the kernel, in the network namespace to listen to
 * @err: filled in on failure
 *
 * Return: the events, or NULL.
 */
struct espah_events *espah_events_open(struct espah_nl *nl, struct espah_err *err)
{
	struct espah_events *events = calloc(1, sizeof(*events));

	if (!events) {
		espah_err_kernel(err, ENOMEM, "ENOMEM: no memory for a netlink socket");
		return NULL;
	}
	events->family = espah_nl_family(nl);
	if (subscribe(events, espah_nl_events_group(nl), err)) {
		espah_events_close(events);
		return NULL;
	}
	return events;
}

/**
 * espah_events_add_drops() - listen for packets that end as well
 * @events: from espah_events_open()
 * @nl: the way to the kernel that they were opened with
 * @err: filled in on failure
 *
 * They may be many: who listens for what changes may miss some of it for them.
 *
 * Return: 0, or -1.
 */
int espah_events_add_drops(struct espah_events *events, struct espah_nl *nl,
			   struct espah_err *err)
{
	uint32_t group = espah_nl_drops_group(nl);

	if (mnl_socket_setsockopt(events->sock, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)))
		return sys_error(err, "cannot listen for packets that end");
	return 0;
}

/**
 * espah_events_close() - listen no more
 * @events: from espah_events_open(), or NULL
 */
void espah_events_close(struct espah_events *events)
{
	if (!events)
		return;
	if (events->sock)
		mnl_socket_close(events->sock);
	free(events);
}

/**
 * espah_events_fd() - what to wait on
 * @events: from espah_events_open()
 *
 * Return: a descriptor, which is readable when there is an event.
 */
int espah_events_fd(const struct espah_events *events)
{
	return mnl_socket_get_fd(events->sock);
}

/**
 * espah_events_read() - read an event
 * @events: from espah_events_open()
 * @event: filled in, if there is one; then the caller wipes it
 * @err: filled in on failure
 *
 * Does not wait. Where the kernel says that it could not keep up (ENOBUFS),
 * that is an event, too: one without a cmd.
 *
 * Return: 1, 0 if there is none, or -1.
 */
int espah_events_read(struct espah_events *events, struct espah_event *event,
		      struct espah_err *err)
{
	const struct nlmsghdr *nlh = &events->message;
	ssize_t got;

	do {
		got = mnl_socket_recvfrom(events->sock, events->room, sizeof(events->room));
	} while (got < 0 && errno == EINTR);
	if (got < 0 && errno == EAGAIN)
		return 0;
	if (got < 0 && errno != ENOBUFS)
		return sys_error(err, "no event from the kernel");

	memset(event, 0, sizeof(*event));
	if (got < 0)
		return 1;
	/* Each event is a datagram of its own. */
	if (!mnl_nlmsg_ok(nlh, got) || nlh->nlmsg_type != events->family)
		return 0;
	if (espah_event_take(nlh, event, err))
		return 1;
	espah_event_wipe(event);
	return -1;
}
