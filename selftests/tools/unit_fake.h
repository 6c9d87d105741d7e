/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A kernel of our own: libmnl's functions for sockets are replaced by ones that
 * answer from a script.
 */
#ifndef _ESPAH_UNIT_FAKE_H
#define _ESPAH_UNIT_FAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <linux/netlink.h>

#include "nl.h"

/* What is answered to the next request, each in a message of its own. */
enum answer {
	ANSWER_END,
	ANSWER_FAMILY,
	ANSWER_ACK,
	ANSWER_ENOENT,
	ANSWER_ESRCH,
	ANSWER_EPERM,
	ANSWER_NOOP,
	/* A signal comes first. */
	ANSWER_EINTR,
	ANSWER_INFO,
	ANSWER_POLICY,
	/* One that protects. */
	ANSWER_POLICY_TMPL,
	/* A policy with a direction of two octets. */
	ANSWER_BAD_POLICY,
	ANSWER_SA,
	/* An SA with all that there can be. */
	ANSWER_WHOLE_SA,
	/* The same as part of a dump that has seen a change. */
	ANSWER_SA_INTERRUPTED,
	/* An SA with an SPI of three octets. */
	ANSWER_MALFORMED,
	/* An SA whose message claims to have 2 GiB. */
	ANSWER_HUGE,
	/* The answer to some older request. */
	ANSWER_STALE,
	ANSWER_DONE,
};

/* What does not work at the next opening. */
enum fault { FAULT_NONE, FAULT_SOCKET, FAULT_BIND, FAULT_CAP, FAULT_SEND, FAULT_SIGNAL };

struct fake_kernel {
	const enum answer *script;
	enum fault fault;
	/* The header of the last request, and where it stood. */
	struct nlmsghdr request;
	const char *request_at;
	/* The last answer. */
	char *answer_at;
	size_t answer_len;
	/* Since fake_open(). */
	unsigned int requests;
	bool secret_sent;
	/* Looks at each request while it is there. */
	void (*look)(const struct nlmsghdr *request);
	/* Where events are waited for, and who makes them instead of the script. */
	int event_fd;
	ssize_t (*event)(void *buf);
};

#define FAKE_FAMILY	77

extern struct fake_kernel fake;

struct espah_nl *fake_open(const enum answer *answers, struct espah_err *err);

#endif /* _ESPAH_UNIT_FAKE_H */
