// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "policy.h"
#include "sa.h"
#include "unit_fake.h"

struct fake_kernel fake;

/* Return: -1 if this is what is not to work. */
static int fault(enum fault what)
{
	if (fake.fault != what)
		return 0;
	fake.fault = FAULT_NONE;
	errno = what == FAULT_SIGNAL ? EINTR : ENOBUFS;
	return -1;
}

struct mnl_socket *mnl_socket_open2(int bus, int flags)
{
	(void)bus;
	(void)flags;
	return fault(FAULT_SOCKET) ? NULL : (struct mnl_socket *)&fake;
}

int mnl_socket_bind(struct mnl_socket *nl, unsigned int groups, pid_t pid)
{
	(void)nl;
	(void)groups;
	(void)pid;
	return fault(FAULT_BIND);
}

int mnl_socket_close(struct mnl_socket *nl)
{
	(void)nl;
	return 0;
}

int mnl_socket_setsockopt(const struct mnl_socket *nl, int type, void *buf, socklen_t len)
{
	(void)nl;
	(void)buf;
	(void)len;
	return type == NETLINK_CAP_ACK ? fault(FAULT_CAP) : 0;
}

int mnl_socket_get_fd(const struct mnl_socket *nl)
{
	(void)nl;
	return fake.event_fd;
}

ssize_t mnl_socket_sendto(const struct mnl_socket *nl, const void *req, size_t len)
{
	(void)nl;
	if (fault(FAULT_SIGNAL) || fault(FAULT_SEND))
		return -1;
	memcpy(&fake.request, req, sizeof(fake.request));
	fake.request_at = req;
	fake.requests++;
	fake.secret_sent = memmem(req, len, "SECRETKEY", 9);
	if (fake.look)
		fake.look(req);
	return len;
}

static void put_error(struct nlmsghdr *nlh, int num)
{
	struct nlmsgerr *error = mnl_nlmsg_put_extra_header(nlh, sizeof(*error));

	nlh->nlmsg_type = NLMSG_ERROR;
	nlh->nlmsg_flags = NLM_F_CAPPED;
	error->error = -num;
	error->msg = fake.request;
}

static void put_info(struct nlmsghdr *nlh)
{
	struct nlattr *nest;

	mnl_attr_put_u32(nlh, ESPAH_A_INFO_SA_COUNT, 3);
	mnl_attr_put_u32(nlh, ESPAH_A_INFO_POLICIES_IN, 4);
	mnl_attr_put_u32(nlh, ESPAH_A_INFO_POLICIES_OUT, 5);
	mnl_attr_put_u32(nlh, ESPAH_A_INFO_POLICIES_FWD, 6);
	nest = mnl_attr_nest_start(nlh, ESPAH_A_INFO_COUNTERS);
	mnl_attr_put_u64(nlh, ESPAH_A_CNT_IN_OK, 7);
	mnl_attr_put_u64(nlh, ESPAH_A_CNT_OUT_OK, 8);
	mnl_attr_nest_end(nlh, nest);
}

static void put_whole_sa(struct nlmsghdr *nlh)
{
	const struct espah_sa sa = {
		.given = espah_bit(ESPAH_A_SA_SRC) | espah_bit(ESPAH_A_SA_DST) |
			 espah_bit(ESPAH_A_SA_PROTO) | espah_bit(ESPAH_A_SA_SPI) |
			 espah_bit(ESPAH_A_SA_MODE) | espah_bit(ESPAH_A_SA_REQID) |
			 espah_bit(ESPAH_A_SA_REPLAY_WINDOW) | espah_bit(ESPAH_A_SA_AEAD),
		.src = { AF_INET, { 10, 0, 0, 1 } },
		.dst = { AF_INET, { 10, 0, 0, 2 } },
		.proto = 50,
		.spi = 256,
		.mode = ESPAH_MODE_TUNNEL,
		.reqid = 17,
		.replay_window = 64,
		.aead = { "rfc4106(gcm(aes))", { 1, 2 }, 2, 128 },
	};
	struct nlattr *nest;

	espah_sa_put(nlh, &sa);
	mnl_attr_put_u32(nlh, ESPAH_A_SA_ID, 9);
	mnl_attr_put_u64(nlh, ESPAH_A_SA_OSEQ, 10);
	mnl_attr_put_u64(nlh, ESPAH_A_SA_BYTES, 300);
	mnl_attr_put_u64(nlh, ESPAH_A_SA_PACKETS, 3);
	mnl_attr_put_u64(nlh, ESPAH_A_SA_ADD_TIME, 1000000000);
	mnl_attr_put_u64(nlh, ESPAH_A_SA_USE_TIME, 1000000001);
	mnl_attr_put_u32(nlh, ESPAH_A_SA_MAPPED_SRC, htonl(0x0a090009));
	mnl_attr_put_u16(nlh, ESPAH_A_SA_MAPPED_SPORT, htons(1025));
	nest = mnl_attr_nest_start(nlh, ESPAH_A_SA_COUNTERS);
	mnl_attr_put_u64(nlh, ESPAH_A_CNT_IN_ICV, 5);
	mnl_attr_nest_end(nlh, nest);
	mnl_attr_put_u8(nlh, ESPAH_A_SA_STATE, ESPAH_SA_STATE_LARVAL);
	nest = mnl_attr_nest_start(nlh, ESPAH_A_SA_LIMITS);
	mnl_attr_put_u64(nlh, ESPAH_A_LIMIT_TIME_HARD, 30);
	mnl_attr_put_u64(nlh, ESPAH_A_LIMIT_BYTE_SOFT, 1000);
	mnl_attr_nest_end(nlh, nest);
}

static void put_policy(struct nlmsghdr *nlh, bool protect)
{
	const struct espah_addr none = { .family = AF_INET };
	const struct espah_policy policy = {
		.given = espah_bit(ESPAH_A_POLICY_DIR) | espah_bit(ESPAH_A_POLICY_INDEX) |
			 espah_bit(ESPAH_A_POLICY_ACTION) | espah_bit(ESPAH_A_POLICY_SEL),
		.dir = ESPAH_DIR_OUT,
		.action = protect ? ESPAH_ACTION_PROTECT : ESPAH_ACTION_DISCARD,
		.index = 3,
		.sel = { { none, { AF_INET, { 255, 255, 255, 255 } } },
			 { none, { AF_INET, { 255, 255, 255, 255 } } }, protect ? 6 : 0 },
		.tmpls = protect,
		.tmpl[0].given = espah_bit(ESPAH_A_TMPL_SRC) | espah_bit(ESPAH_A_TMPL_DST),
		.tmpl[0].src = { AF_INET, { 10, 0, 0, 1 } },
		.tmpl[0].dst = { AF_INET, { 10, 0, 0, 2 } },
		.tmpl[0].spi = 256,
		.tmpl[0].proto = 50,
		.tmpl[0].reqid = 1,
		.tmpl[0].mode = ESPAH_MODE_TUNNEL,
		.tmpl[0].level = ESPAH_LEVEL_USE,
	};

	espah_policy_put(nlh, &policy);
}

static void put_item(struct nlmsghdr *nlh, enum answer answer)
{
	nlh->nlmsg_type = answer == ANSWER_FAMILY ? GENL_ID_CTRL : FAKE_FAMILY;
	nlh->nlmsg_flags = answer == ANSWER_SA_INTERRUPTED ? NLM_F_DUMP_INTR : 0;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr));
	if (answer == ANSWER_FAMILY)
		mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, FAKE_FAMILY);
	else if (answer == ANSWER_MALFORMED)
		mnl_attr_put(nlh, ESPAH_A_SA_SPI, 3, "xxx");
	else if (answer == ANSWER_BAD_POLICY)
		mnl_attr_put(nlh, ESPAH_A_POLICY_DIR, 2, "xx");
	else if (answer == ANSWER_INFO)
		put_info(nlh);
	else if (answer == ANSWER_POLICY || answer == ANSWER_POLICY_TMPL)
		put_policy(nlh, answer == ANSWER_POLICY_TMPL);
	else if (answer == ANSWER_WHOLE_SA)
		put_whole_sa(nlh);
	else
		mnl_attr_put_u32(nlh, ESPAH_A_SA_ID, fake.requests);
}

static void put_answer(struct nlmsghdr *nlh, enum answer answer)
{
	int zero = 0;

	nlh->nlmsg_seq = fake.request.nlmsg_seq - (answer == ANSWER_STALE);
	switch (answer) {
	case ANSWER_ACK:
		return put_error(nlh, 0);
	case ANSWER_STALE:
		return put_error(nlh, EBUSY);
	case ANSWER_ENOENT:
		return put_error(nlh, ENOENT);
	case ANSWER_ESRCH:
		return put_error(nlh, ESRCH);
	case ANSWER_EPERM:
		return put_error(nlh, EPERM);
	case ANSWER_DONE:
		nlh->nlmsg_type = NLMSG_DONE;
		memcpy(mnl_nlmsg_put_extra_header(nlh, sizeof(zero)), &zero, sizeof(zero));
		return;
	case ANSWER_NOOP:
		nlh->nlmsg_type = NLMSG_NOOP;
		return;
	default:
		put_item(nlh, answer);
	}
}

ssize_t mnl_socket_recvfrom(const struct mnl_socket *nl, void *buf, size_t size)
{
	struct nlmsghdr *nlh;

	(void)nl;
	if (fake.event)
		return fake.event(buf);
	if (*fake.script == ANSWER_END || size < 4096) {
		errno = ETIMEDOUT;
		return -1;
	}
	if (*fake.script == ANSWER_EINTR) {
		fake.script++;
		errno = EINTR;
		return -1;
	}
	nlh = mnl_nlmsg_put_header(buf);
	put_answer(nlh, *fake.script++);
	fake.answer_at = buf;
	fake.answer_len = nlh->nlmsg_len;
	if (fake.script[-1] == ANSWER_HUGE)
		nlh->nlmsg_len |= 1u << 31;
	return fake.answer_len;
}

/**
 * fake_open() - open the way to a kernel that answers so
 * @answers: what comes after the family is known
 * @err: filled in on failure
 *
 * Return: the way, or NULL.
 */
struct espah_nl *fake_open(const enum answer *answers, struct espah_err *err)
{
	static const enum answer family[] = { ANSWER_FAMILY, ANSWER_ACK, ANSWER_END };
	struct espah_nl *nl;

	fake.script = family;
	nl = espah_nl_open(err);
	fake.script = answers;
	fake.requests = 0;
	return nl;
}
