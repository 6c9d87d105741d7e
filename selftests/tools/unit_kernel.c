// SPDX-License-Identifier: GPL-2.0-only
/*
 * The transport, against a kernel of our own.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "policy.h"
#include "sa.h"
#include "unit.h"
#include "unit_fake.h"

static bool all_zero(const char *at, size_t len)
{
	while (len && !*at) {
		at++;
		len--;
	}
	return !len;
}

static void test_open(void)
{
	static const enum answer none[] = { ANSWER_ENOENT, ANSWER_END };
	static const enum answer silent[] = { ANSWER_END };
	static const enum answer nameless[] = { ANSWER_ACK, ANSWER_END };
	struct espah_err err = {};

	fake.script = none;
	check(!espah_nl_open(&err) && err.status == ESPAH_REFUSED, "no family");
	check_text(err.text, "the kernel module is not loaded: try 'modprobe espah'",
		   "no family means no module");
	fake.script = silent;
	check(!espah_nl_open(&err), "no answer");
	check_text(err.text, "ETIMEDOUT: no answer from the kernel: Connection timed out",
		   "no answer is said to be so");
	fake.script = nameless;
	check(!espah_nl_open(&err), "a family without a number");
	check_text(err.text,
		   "EBADMSG: the kernel knows the family 'espah' but not its number",
		   "a family without a number is said to be so");
}

static void check_fault(enum fault fault, const char *expected)
{
	static const enum answer none[] = { ANSWER_END };
	struct espah_err err = {};
	struct espah_nl *nl;

	fake.fault = fault;
	nl = fake_open(none, &err);
	check(!nl && err.status == ESPAH_REFUSED && err.num == ENOBUFS, expected);
	check_text(err.text, expected, expected);
}

static void test_faults(void)
{
	static const enum answer answers[] = {
		ANSWER_EINTR, ANSWER_NOOP, ANSWER_ACK, ANSWER_ACK, ANSWER_END
	};
	struct espah_err err = {};
	struct espah_nl *nl;

	check_fault(FAULT_SOCKET,
		    "ENOBUFS: cannot open a netlink socket: No buffer space available");
	check_fault(FAULT_BIND, "ENOBUFS: cannot bind a netlink socket: No buffer space available");
	check_fault(FAULT_CAP, "ENOBUFS: cannot set NETLINK_CAP_ACK: No buffer space available");
	check_fault(FAULT_SEND, "ENOBUFS: cannot send to the kernel: No buffer space available");
	nl = fake_open(answers, &err);
	check(!espah_sa_flush(nl, IPPROTO_ESP, &err),
	      "a signal and a message of nothing, and the answer is heard");
	fake.fault = FAULT_SIGNAL;
	check(!espah_policy_flush(nl, -1, &err) && fake.requests == 2,
	      "a signal, and the request is sent");
	espah_nl_close(nl);
}

static void test_secret(void)
{
	static const enum answer answers[] = { ANSWER_STALE, ANSWER_ACK, ANSWER_EPERM, ANSWER_END };
	struct espah_sa sa = {
		.given = espah_bit(ESPAH_A_SA_AEAD),
		.aead = { "x", "SECRETKEY", 9, 128 },
	};
	struct espah_err err = {};
	struct espah_nl *nl = fake_open(answers, &err);

	check(!espah_sa_add(nl, &sa, &err), "an answer to something else is left alone");
	check(fake.request.nlmsg_type == FAKE_FAMILY &&
	      fake.request.nlmsg_flags == (NLM_F_REQUEST | NLM_F_ACK), "a request wants a verdict");
	check(fake.secret_sent && all_zero(fake.request_at, fake.request.nlmsg_len),
	      "a key is sent, and gone when the kernel agreed");
	check(espah_sa_add(nl, &sa, &err) == -1 && fake.secret_sent &&
	      all_zero(fake.request_at, fake.request.nlmsg_len) &&
	      all_zero(fake.answer_at, fake.answer_len),
	      "and gone when it refused");
	check(espah_sa_add(nl, &sa, &err) == -1 && fake.secret_sent &&
	      all_zero(fake.request_at, fake.request.nlmsg_len), "and gone when it did not answer");
	espah_nl_close(nl);
}

/* Dump SAs. Return: "RESULT COUNT ID REQUESTS". */
static const char *dump(const enum answer *answers)
{
	static char seen[64];
	struct espah_sa_list list = {};
	struct espah_err err = {};
	struct espah_nl *nl = fake_open(answers, &err);
	int ret = espah_sa_dump(nl, &list, false, &err);

	snprintf(seen, sizeof(seen), "%s %zu %u %u", ret ? strerrorname_np(err.num) : "good",
		 list.count, list.count ? list.sa[0].id : 0, fake.requests);
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
	check(*fake.script == ANSWER_END, "so that nothing is left for the next request");
	check_text(dump(huge), "ETIMEDOUT 1 1 1", "a message longer than it can be is none");
	check_text(dump(refused), "EPERM 1 1 1", "a dump that is refused");
}

/* A policy after which the kernel's answer makes no sense. */
static void test_policy_dump(void)
{
	static const enum answer answers[] = {
		ANSWER_POLICY, ANSWER_BAD_POLICY, ANSWER_POLICY, ANSWER_DONE, ANSWER_END
	};
	struct espah_policy_list list = {};
	struct espah_err err = {};
	struct espah_nl *nl = fake_open(answers, &err);

	check(espah_policy_dump(nl, &list, &err) == -1 && list.count == 1 &&
	      list.policy[0].index == 3, "a dump of policies that is malformed");
	check_text(err.text,
		   "EBADMSG: the kernel's answer is malformed: a policy, attribute 1 of 2 octets",
		   "and is said to be");
	espah_policy_list_free(&list);
	espah_nl_close(nl);
}

void test_kernel(void)
{
	test_open();
	test_faults();
	test_secret();
	test_dump();
	test_policy_dump();
}
