// SPDX-License-Identifier: GPL-2.0-only
/*
 * The transport against a kernel of our own: libmnl's functions for sockets
 * are replaced by ones that answer from a script.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "policy.h"
#include "sa.h"
#include "unit.h"

#define FAMILY	77

/* What is answered to the next request, each in a message of its own. */
enum answer {
	ANSWER_END,
	ANSWER_FAMILY,
	ANSWER_ACK,
	ANSWER_ENOENT,
	ANSWER_EPERM,
	ANSWER_SA,
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

static const enum answer *script;
static struct nlmsghdr request;
static const char *request_at;
static char *answer_at;
static size_t answer_len;
static unsigned int requests;
static bool secret_sent;

struct mnl_socket *mnl_socket_open2(int bus, int flags)
{
	(void)bus;
	(void)flags;
	return (struct mnl_socket *)&script;
}

int mnl_socket_bind(struct mnl_socket *nl, unsigned int groups, pid_t pid)
{
	(void)nl;
	(void)groups;
	(void)pid;
	return 0;
}

int mnl_socket_close(struct mnl_socket *nl)
{
	(void)nl;
	return 0;
}

int mnl_socket_setsockopt(const struct mnl_socket *nl, int type, void *buf, socklen_t len)
{
	(void)nl;
	(void)type;
	(void)buf;
	(void)len;
	return 0;
}

ssize_t mnl_socket_sendto(const struct mnl_socket *nl, const void *req, size_t len)
{
	(void)nl;
	memcpy(&request, req, sizeof(request));
	request_at = req;
	requests++;
	secret_sent = memmem(req, len, "SECRETKEY", 9);
	return len;
}

static void put_error(struct nlmsghdr *nlh, int num)
{
	struct nlmsgerr *error = mnl_nlmsg_put_extra_header(nlh, sizeof(*error));

	nlh->nlmsg_type = NLMSG_ERROR;
	nlh->nlmsg_flags = NLM_F_CAPPED;
	error->error = -num;
	error->msg = request;
}

static void put_answer(struct nlmsghdr *nlh, enum answer answer)
{
	int zero = 0;

	nlh->nlmsg_seq = request.nlmsg_seq - (answer == ANSWER_STALE);
	if (answer == ANSWER_ACK || answer == ANSWER_STALE)
		return put_error(nlh, answer == ANSWER_STALE ? EBUSY : 0);
	if (answer == ANSWER_ENOENT || answer == ANSWER_EPERM)
		return put_error(nlh, answer == ANSWER_ENOENT ? ENOENT : EPERM);
	if (answer == ANSWER_DONE) {
		nlh->nlmsg_type = NLMSG_DONE;
		memcpy(mnl_nlmsg_put_extra_header(nlh, sizeof(zero)), &zero, sizeof(zero));
		return;
	}
	nlh->nlmsg_type = answer == ANSWER_FAMILY ? GENL_ID_CTRL : FAMILY;
	nlh->nlmsg_flags = answer == ANSWER_SA_INTERRUPTED ? NLM_F_DUMP_INTR : 0;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr));
	if (answer == ANSWER_FAMILY)
		mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, FAMILY);
	else if (answer == ANSWER_MALFORMED)
		mnl_attr_put(nlh, ESPAH_A_SA_SPI, 3, "xxx");
	else
		mnl_attr_put_u32(nlh, ESPAH_A_SA_ID, requests);
}

ssize_t mnl_socket_recvfrom(const struct mnl_socket *nl, void *buf, size_t size)
{
	struct nlmsghdr *nlh;

	(void)nl;
	if (*script == ANSWER_END || size < 4096) {
		errno = ETIMEDOUT;
		return -1;
	}
	nlh = mnl_nlmsg_put_header(buf);
	put_answer(nlh, *script++);
	answer_at = buf;
	answer_len = nlh->nlmsg_len;
	if (script[-1] == ANSWER_HUGE)
		nlh->nlmsg_len |= 1u << 31;
	return answer_len;
}

static bool all_zero(const char *at, size_t len)
{
	while (len && !*at) {
		at++;
		len--;
	}
	return !len;
}

static struct espah_nl *open_with(const enum answer *answers, struct espah_err *err)
{
	static const enum answer family[] = { ANSWER_FAMILY, ANSWER_ACK, ANSWER_END };
	struct espah_nl *nl;

	script = family;
	nl = espah_nl_open(err);
	script = answers;
	requests = 0;
	return nl;
}

static void test_open(void)
{
	static const enum answer none[] = { ANSWER_ENOENT, ANSWER_END };
	static const enum answer silent[] = { ANSWER_END };
	struct espah_err err = {};

	script = none;
	check(!espah_nl_open(&err) && err.status == ESPAH_REFUSED, "no family");
	check_text(err.text, "the kernel module is not loaded: try 'modprobe espah'",
		   "no family means no module");
	script = silent;
	check(!espah_nl_open(&err), "no answer");
	check_text(err.text, "ETIMEDOUT: no answer from the kernel: Connection timed out",
		   "no answer is said to be so");
}

static void test_secret(void)
{
	static const enum answer answers[] = { ANSWER_STALE, ANSWER_ACK, ANSWER_EPERM, ANSWER_END };
	struct espah_sa sa = {
		.given = espah_bit(ESPAH_A_SA_AEAD),
		.aead = { "x", "SECRETKEY", 9, 128 },
	};
	struct espah_err err = {};
	struct espah_nl *nl = open_with(answers, &err);

	check(!espah_sa_add(nl, &sa, &err), "an answer to something else is left alone");
	check(request.nlmsg_type == FAMILY &&
	      request.nlmsg_flags == (NLM_F_REQUEST | NLM_F_ACK), "a request wants a verdict");
	check(secret_sent && all_zero(request_at, request.nlmsg_len),
	      "a key is sent, and gone when the kernel agreed");
	check(espah_sa_add(nl, &sa, &err) == -1 && secret_sent &&
	      all_zero(request_at, request.nlmsg_len) && all_zero(answer_at, answer_len),
	      "and gone when it refused");
	check(espah_sa_add(nl, &sa, &err) == -1 && secret_sent &&
	      all_zero(request_at, request.nlmsg_len), "and gone when it did not answer");
	espah_nl_close(nl);
}

/* Dump SAs. Return: "RESULT COUNT ID REQUESTS". */
static const char *dump(const enum answer *answers)
{
	static char seen[64];
	struct espah_sa_list list = {};
	struct espah_err err = {};
	struct espah_nl *nl = open_with(answers, &err);
	int ret = espah_sa_dump(nl, &list, false, &err);

	snprintf(seen, sizeof(seen), "%s %zu %u %u", ret ? strerrorname_np(err.num) : "good",
		 list.count, list.count ? list.sa[0].id : 0, requests);
	espah_sa_list_wipe(&list);
	espah_nl_close(nl);
	return seen;
}

static void test_dump(void)
{
	static const enum answer good[] = { ANSWER_SA, ANSWER_SA, ANSWER_DONE, ANSWER_END };
	static const enum answer empty[] = { ANSWER_DONE, ANSWER_END };
	static const enum answer again[] = {
		ANSWER_SA, ANSWER_SA_INTERRUPTED, ANSWER_SA, ANSWER_DONE,
		ANSWER_SA_INTERRUPTED, ANSWER_DONE,
		ANSWER_SA, ANSWER_SA, ANSWER_DONE, ANSWER_END
	};
	static const enum answer malformed[] = {
		ANSWER_SA, ANSWER_MALFORMED, ANSWER_SA, ANSWER_DONE, ANSWER_END
	};
	static const enum answer huge[] = { ANSWER_SA, ANSWER_HUGE, ANSWER_END };
	static const enum answer refused[] = { ANSWER_SA, ANSWER_EPERM, ANSWER_END };
	enum answer never[21];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(never) - 1; i++)
		never[i] = i % 2 ? ANSWER_DONE : ANSWER_SA_INTERRUPTED;
	never[i] = ANSWER_END;

	check_text(dump(good), "good 2 1 1", "a dump");
	check_text(dump(empty), "good 0 0 1", "a dump of nothing");
	check_text(dump(again), "good 2 3 3", "a dump is begun again until nothing changes");
	check_text(dump(never), "EAGAIN 1 10 10", "a dump is begun again ten times at most");
	check_text(dump(malformed), "EBADMSG 1 1 1", "a malformed dump is read to its end");
	check(*script == ANSWER_END, "so that nothing is left for the next request");
	check_text(dump(huge), "ETIMEDOUT 1 1 1", "a message longer than it can be is none");
	check_text(dump(refused), "EPERM 1 1 1", "a dump that is refused");
}

void test_kernel(void)
{
	test_open();
	test_secret();
	test_dump();
}
