// SPDX-License-Identifier: GPL-2.0-only
/*
 * many STACK NETNS WHAT FIRST COUNT
 *
 * Add COUNT SAs or policies to STACK (xfrm or espah) in the network namespace
 * NETNS, from number FIRST on, and print the mean time of one in nanoseconds:
 * many requests go to the kernel at once, and what it takes to make them is not
 * counted.
 *
 * WHAT is "sa", each with addresses and a reqid of its own, or "policy" or
 * "range" for outbound ones that protect, "policy-in" or "range-in" for inbound
 * ones. Of these no two are alike, and none speaks of UDP from 10.9.0.1 to
 * 10.9.0.2: a third has prefixes of all lengths around the destination and other
 * sources, a third prefixes around the source and other destinations, a third
 * both elsewhere, and 25 of these speak of TCP between prefixes around both.
 * Every other one of those named "range" has a range in place of each prefix,
 * which xfrm has not.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/xfrm.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/espah.h>

#include "../program.h"

#define A		0x0a090001u
#define B		0x0a090002u
#define BATCH		32
#define MESSAGE_MAX	1024
#define AEAD		"rfc4106(gcm(aes))"
#define KEY_LEN		20

/* What the bench asks its packets' policies after. */
#define PRIORITY	100

/* Addresses in host byte order. */
struct selector {
	uint32_t	src_min;
	uint32_t	src_max;
	uint32_t	dst_min;
	uint32_t	dst_max;
	uint8_t		src_len;
	uint8_t		dst_len;
	uint8_t		proto;
};

static union {
	struct nlmsghdr	header;
	char		octets[BATCH * MESSAGE_MAX];
} batch;

static uint16_t family;

static struct nlmsghdr *begin(size_t at, uint16_t type, bool last)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)(batch.octets + at);

	memset(nlh, 0, MESSAGE_MAX);
	nlh->nlmsg_len = NLMSG_HDRLEN;
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | (last ? NLM_F_ACK : 0);
	return nlh;
}

static void *put_room(struct nlmsghdr *nlh, size_t len)
{
	void *at = (char *)nlh + nlh->nlmsg_len;

	nlh->nlmsg_len += NLMSG_ALIGN(len);
	if (nlh->nlmsg_len > MESSAGE_MAX)
		errx(1, "a request is too long");
	return at;
}

static void *put_attr(struct nlmsghdr *nlh, uint16_t type, const void *data,
		      size_t len)
{
	struct nlattr *attr = put_room(nlh, NLA_HDRLEN + len);

	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	if (data)
		memcpy((char *)attr + NLA_HDRLEN, data, len);
	return (char *)attr + NLA_HDRLEN;
}

static void put_u8(struct nlmsghdr *nlh, uint16_t type, uint8_t value)
{
	put_attr(nlh, type, &value, sizeof(value));
}

static void put_u32(struct nlmsghdr *nlh, uint16_t type, uint32_t value)
{
	put_attr(nlh, type, &value, sizeof(value));
}

static struct nlattr *nest_begin(struct nlmsghdr *nlh, uint16_t type)
{
	struct nlattr *nest = put_room(nlh, NLA_HDRLEN);

	nest->nla_type = type | NLA_F_NESTED;
	return nest;
}

static void nest_end(struct nlmsghdr *nlh, struct nlattr *nest)
{
	nest->nla_len = (char *)nlh + nlh->nlmsg_len - (char *)nest;
}

/* A key like no other. */
static void make_key(uint8_t *key, uint32_t number)
{
	memset(key, 0x5a, KEY_LEN);
	memcpy(key, &number, sizeof(number));
}

/* From A to an address that only this SA has. */
static uint32_t peer(uint32_t number)
{
	return 0x20000000u + number;
}

static void espah_sa(struct nlmsghdr *nlh, uint32_t number)
{
	struct genlmsghdr *genl = put_room(nlh, GENL_HDRLEN);
	uint8_t key[KEY_LEN];
	struct nlattr *nest;

	make_key(key, number);
	genl->cmd = ESPAH_CMD_SA_ADD;
	genl->version = ESPAH_FAMILY_VERSION;
	put_u32(nlh, ESPAH_A_SA_SRC, htonl(A));
	put_u32(nlh, ESPAH_A_SA_DST, htonl(peer(number)));
	put_u8(nlh, ESPAH_A_SA_PROTO, IPPROTO_ESP);
	put_u32(nlh, ESPAH_A_SA_SPI, htonl(0x10000 + number));
	put_u8(nlh, ESPAH_A_SA_MODE, ESPAH_MODE_TUNNEL);
	put_u32(nlh, ESPAH_A_SA_REQID, 2 + number);
	put_u32(nlh, ESPAH_A_SA_REPLAY_WINDOW, 64);
	nest = nest_begin(nlh, ESPAH_A_SA_AEAD);
	put_attr(nlh, ESPAH_A_ALG_NAME, AEAD, sizeof(AEAD));
	put_attr(nlh, ESPAH_A_ALG_KEY, key, KEY_LEN);
	put_u32(nlh, ESPAH_A_ALG_ICV_BITS, 128);
	nest_end(nlh, nest);
}

/* With its window as ip-xfrm(8) asks for it: of 64 packets, as a bitmap. */
static void xfrm_sa(struct nlmsghdr *nlh, uint32_t number)
{
	struct xfrm_usersa_info *sa = put_room(nlh, sizeof(*sa));
	struct xfrm_replay_state_esn *window;
	struct xfrm_algo_aead *aead;

	sa->id.daddr.a4 = htonl(peer(number));
	sa->id.spi = htonl(0x10000 + number);
	sa->id.proto = IPPROTO_ESP;
	sa->saddr.a4 = htonl(A);
	sa->family = AF_INET;
	sa->mode = XFRM_MODE_TUNNEL;
	sa->reqid = 2 + number;
	sa->flags = XFRM_STATE_AF_UNSPEC;
	sa->lft.soft_byte_limit = XFRM_INF;
	sa->lft.hard_byte_limit = XFRM_INF;
	sa->lft.soft_packet_limit = XFRM_INF;
	sa->lft.hard_packet_limit = XFRM_INF;
	aead = put_attr(nlh, XFRMA_ALG_AEAD, NULL, sizeof(*aead) + KEY_LEN);
	strcpy(aead->alg_name, AEAD);
	aead->alg_key_len = KEY_LEN * 8;
	aead->alg_icv_len = 128;
	make_key((uint8_t *)aead->alg_key, number);
	window = put_attr(nlh, XFRMA_REPLAY_ESN_VAL, NULL, sizeof(*window) + 8);
	window->bmp_len = 2;
	window->replay_window = 64;
}

static uint32_t ones(unsigned int len)
{
	return len < 32 ? 0xffffffffu >> len : 0;
}

/* A number that looks like chance, the same for the same one. */
static uint32_t mix(uint32_t number)
{
	number = (number ^ number >> 16) * 0x45d9f3bu;
	number = (number ^ number >> 16) * 0x45d9f3bu;
	return number ^ number >> 16;
}

static uint32_t reversed(uint32_t number)
{
	uint32_t result = 0;
	int i;

	for (i = 0; i < 32; i++)
		result |= (number >> i & 1) << (31 - i);
	return result;
}

/* Prefixes of 20 to 32 bits in 64.0.0.0/2, no two of the first 2^18 alike. */
static void elsewhere(uint32_t number, uint32_t *min, uint32_t *max, uint8_t *len)
{
	*len = 20 + mix(number) % 13;
	*min = (0x40000000u | reversed(number) >> 2) & ~ones(*len);
	*max = *min | ones(*len);
}

static void around(uint32_t addr, uint8_t prefix, uint32_t *min, uint32_t *max,
		   uint8_t *len)
{
	*len = prefix;
	*min = addr & ~ones(prefix);
	*max = addr | ones(prefix);
}

/* Some octets off at both ends, where there are some. */
static void make_range(uint32_t *min, uint32_t *max)
{
	if (*max - *min < 4)
		return;
	*min += 1;
	*max -= 2;
}

static struct selector selector_of(uint32_t number, bool ranges)
{
	uint32_t kind = number % 3, nth = number / 3;
	struct selector sel = {};

	elsewhere(number, &sel.src_min, &sel.src_max, &sel.src_len);
	elsewhere(mix(number), &sel.dst_min, &sel.dst_max, &sel.dst_len);
	if (kind == 0) {
		around(B, nth % 33, &sel.dst_min, &sel.dst_max, &sel.dst_len);
	} else if (kind == 1) {
		elsewhere(number, &sel.dst_min, &sel.dst_max, &sel.dst_len);
		around(A, nth % 33, &sel.src_min, &sel.src_max, &sel.src_len);
	} else if (nth < 25) {
		around(A, nth / 5 * 8, &sel.src_min, &sel.src_max, &sel.src_len);
		around(B, nth % 5 * 8, &sel.dst_min, &sel.dst_max, &sel.dst_len);
		sel.proto = IPPROTO_TCP;
	}
	if (ranges && number & 1) {
		make_range(&sel.src_min, &sel.src_max);
		make_range(&sel.dst_min, &sel.dst_max);
	}
	return sel;
}

static void espah_policy(struct nlmsghdr *nlh, uint32_t number, bool in,
			 bool ranges)
{
	struct selector sel = selector_of(number, ranges);
	struct genlmsghdr *genl = put_room(nlh, GENL_HDRLEN);
	struct nlattr *nest;

	genl->cmd = ESPAH_CMD_POLICY_ADD;
	genl->version = ESPAH_FAMILY_VERSION;
	put_u8(nlh, ESPAH_A_POLICY_DIR, in ? ESPAH_DIR_IN : ESPAH_DIR_OUT);
	put_u32(nlh, ESPAH_A_POLICY_PRIORITY, PRIORITY);
	put_u8(nlh, ESPAH_A_POLICY_ACTION, ESPAH_ACTION_PROTECT);
	nest = nest_begin(nlh, ESPAH_A_POLICY_SEL);
	put_u32(nlh, ESPAH_A_SEL_SRC_MIN, htonl(sel.src_min));
	put_u32(nlh, ESPAH_A_SEL_SRC_MAX, htonl(sel.src_max));
	put_u32(nlh, ESPAH_A_SEL_DST_MIN, htonl(sel.dst_min));
	put_u32(nlh, ESPAH_A_SEL_DST_MAX, htonl(sel.dst_max));
	if (sel.proto)
		put_u8(nlh, ESPAH_A_SEL_PROTO, sel.proto);
	nest_end(nlh, nest);
	nest = nest_begin(nlh, ESPAH_A_POLICY_TMPL);
	put_u32(nlh, ESPAH_A_TMPL_SRC, htonl(A));
	put_u32(nlh, ESPAH_A_TMPL_DST, htonl(peer(number)));
	put_u8(nlh, ESPAH_A_TMPL_PROTO, IPPROTO_ESP);
	put_u8(nlh, ESPAH_A_TMPL_MODE, ESPAH_MODE_TUNNEL);
	put_u32(nlh, ESPAH_A_TMPL_REQID, 2 + number);
	nest_end(nlh, nest);
}

static void xfrm_policy(struct nlmsghdr *nlh, uint32_t number, bool in)
{
	struct xfrm_userpolicy_info *policy = put_room(nlh, sizeof(*policy));
	struct selector sel = selector_of(number, false);
	struct xfrm_user_tmpl *tmpl;

	policy->sel.family = AF_INET;
	policy->sel.saddr.a4 = htonl(sel.src_min);
	policy->sel.prefixlen_s = sel.src_len;
	policy->sel.daddr.a4 = htonl(sel.dst_min);
	policy->sel.prefixlen_d = sel.dst_len;
	policy->sel.proto = sel.proto;
	policy->dir = in ? XFRM_POLICY_IN : XFRM_POLICY_OUT;
	policy->priority = PRIORITY;
	policy->lft.soft_byte_limit = XFRM_INF;
	policy->lft.hard_byte_limit = XFRM_INF;
	policy->lft.soft_packet_limit = XFRM_INF;
	policy->lft.hard_packet_limit = XFRM_INF;
	tmpl = put_attr(nlh, XFRMA_TMPL, NULL, sizeof(*tmpl));
	tmpl->id.daddr.a4 = htonl(peer(number));
	tmpl->id.proto = IPPROTO_ESP;
	tmpl->saddr.a4 = htonl(A);
	tmpl->family = AF_INET;
	tmpl->mode = XFRM_MODE_TUNNEL;
	tmpl->reqid = 2 + number;
	tmpl->aalgos = ~0u;
	tmpl->ealgos = ~0u;
	tmpl->calgos = ~0u;
}

struct kind {
	const char	*name;
	bool		policy;
	bool		in;
	bool		ranges;
};

static const struct kind kinds[] = {
	{ .name = "sa" },
	{ .name = "policy", .policy = true },
	{ .name = "policy-in", .policy = true, .in = true },
	{ .name = "range", .policy = true, .ranges = true },
	{ .name = "range-in", .policy = true, .in = true, .ranges = true },
};

static const struct kind *kind_named(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	errx(1, "WHAT: '%s' is not right; expected sa, policy, policy-in, range or range-in", name);
}

/* The length of one request, which is put behind the ones before. */
static size_t request(size_t at, const struct kind *what, bool espah,
		      uint32_t number, bool last)
{
	static const uint16_t xfrm_types[] = { XFRM_MSG_NEWSA, XFRM_MSG_NEWPOLICY };
	struct nlmsghdr *nlh = begin(at, espah ? family : xfrm_types[what->policy], last);

	if (espah && what->policy)
		espah_policy(nlh, number, what->in, what->ranges);
	else if (espah)
		espah_sa(nlh, number);
	else if (what->policy)
		xfrm_policy(nlh, number, what->in);
	else
		xfrm_sa(nlh, number);
	return nlh->nlmsg_len;
}

/* What the kernel says of what was asked last, which is 0 where all is well. */
static void acknowledged(int fd)
{
	static union {
		struct nlmsghdr	header;
		char		octets[8192];
	} answer;
	const struct nlmsgerr *verdict = NLMSG_DATA(&answer.header);
	ssize_t len = recv(fd, &answer, sizeof(answer), 0);

	if (len < (ssize_t)NLMSG_LENGTH(sizeof(*verdict)) ||
	    answer.header.nlmsg_type != NLMSG_ERROR)
		errx(1, "the kernel's answer is none");
	if (verdict->error) {
		errno = -verdict->error;
		err(1, "request");
	}
}

static void ask(int fd, size_t len)
{
	if (send(fd, &batch, len, 0) != (ssize_t)len)
		err(1, "send");
	acknowledged(fd);
}

/* The number that generic netlink has given to the family. */
static void find_family(int fd)
{
	struct nlmsghdr *nlh = begin(0, GENL_ID_CTRL, true);
	struct genlmsghdr *genl = put_room(nlh, GENL_HDRLEN);
	static union {
		struct nlmsghdr	header;
		char		octets[8192];
	} answer;
	struct nlattr *attr;

	genl->cmd = CTRL_CMD_GETFAMILY;
	genl->version = 1;
	put_attr(nlh, CTRL_ATTR_FAMILY_NAME, ESPAH_FAMILY_NAME,
		 sizeof(ESPAH_FAMILY_NAME));
	if (send(fd, nlh, nlh->nlmsg_len, 0) < 0 ||
	    recv(fd, &answer, sizeof(answer), 0) < 0)
		err(1, "generic netlink");
	if (answer.header.nlmsg_type != GENL_ID_CTRL)
		errx(1, "there is no family " ESPAH_FAMILY_NAME);
	/* Its name and its number come first. */
	attr = (struct nlattr *)((char *)NLMSG_DATA(&answer.header) + GENL_HDRLEN);
	while (attr->nla_type != CTRL_ATTR_FAMILY_ID)
		attr = (struct nlattr *)((char *)attr + NLA_ALIGN(attr->nla_len));
	memcpy(&family, (char *)attr + NLA_HDRLEN, sizeof(family));
	acknowledged(fd);
}

static int open_netlink(const char *netns, bool espah)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	int fd;

	enter(netns);
	fd = socket(AF_NETLINK, SOCK_RAW, espah ? NETLINK_GENERIC : NETLINK_XFRM);
	if (fd < 0 || connect(fd, (struct sockaddr *)&kernel, sizeof(kernel)))
		err(1, "netlink");
	return fd;
}

int main(int argc, char **argv)
{
	long first, count, left, i;
	const struct kind *what;
	long long taken = 0;
	bool espah;
	int fd;

	if (argc != 6)
		errx(1, "usage: many STACK NETNS WHAT FIRST COUNT");
	espah = !strcmp(argv[1], "espah");
	if (!espah && strcmp(argv[1], "xfrm"))
		errx(1, "STACK: '%s' is not right; expected xfrm or espah", argv[1]);
	what = kind_named(argv[3]);
	first = number(argv[4], "FIRST", 0, 10000000);
	count = number(argv[5], "COUNT", 1, 10000000);

	fd = open_netlink(argv[2], espah);
	if (espah)
		find_family(fd);
	for (left = count; left > 0; left -= BATCH) {
		long n = left < BATCH ? left : BATCH;
		long long start;
		size_t len = 0;

		for (i = 0; i < n; i++)
			len += request(len, what, espah, first++, i == n - 1);
		start = now();
		ask(fd, len);
		taken += now() - start;
	}
	printf("%lld\n", (taken + count / 2) / count);
	return 0;
}
