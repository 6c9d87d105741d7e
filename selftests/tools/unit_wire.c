// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "info.h"
#include "nl.h"
#include "policy.h"
#include "sa.h"
#include "unit.h"
#include "wire.h"

static union {
	struct nlmsghdr nlh;
	char room[ESPAH_NL_REQUEST_MAX];
} message;

static struct nlmsghdr *start(void)
{
	struct nlmsghdr *nlh;

	memset(&message, 0, sizeof(message));
	nlh = mnl_nlmsg_put_header(&message);
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr));
	return nlh;
}

static void some_selector(struct espah_selector *sel)
{
	struct espah_err err;

	espah_range_parse(&sel->src, "10.1.0.0/24", &err);
	espah_range_parse(&sel->dst, "10.2.0.1-10.2.0.9", &err);
	sel->proto = 6;
}

static void some_sa(struct espah_sa *sa)
{
	struct espah_err err;

	memset(sa, 0, sizeof(*sa));
	sa->given = espah_bit(ESPAH_A_SA_SRC) | espah_bit(ESPAH_A_SA_DST) |
		    espah_bit(ESPAH_A_SA_PROTO) | espah_bit(ESPAH_A_SA_SPI) |
		    espah_bit(ESPAH_A_SA_MODE) | espah_bit(ESPAH_A_SA_REQID) |
		    espah_bit(ESPAH_A_SA_REPLAY_WINDOW) | espah_bit(ESPAH_A_SA_SEL) |
		    espah_bit(ESPAH_A_SA_AEAD) | espah_bit(ESPAH_A_SA_LIMITS);
	espah_addr_parse(&sa->src, "2001:db8::1", &err);
	espah_addr_parse(&sa->dst, "2001:db8::2", &err);
	sa->proto = 50;
	sa->spi = 0x01020304;
	sa->mode = ESPAH_MODE_TUNNEL;
	sa->reqid = 17;
	sa->replay_window = 4096;
	some_selector(&sa->sel);
	strcpy(sa->aead.name, "rfc4106(gcm(aes))");
	memset(sa->aead.key, 0x5a, 20);
	sa->aead.key_len = 20;
	sa->aead.icv_bits = 128;
	sa->limits.limit[ESPAH_A_LIMIT_TIME_SOFT] = 1;
	sa->limits.limit[ESPAH_A_LIMIT_PACKET_HARD] = UINT64_MAX;
}

/* Algorithms apart from each other, in the place of the one. */
static void some_sa_apart(struct espah_sa *sa)
{
	some_sa(sa);
	sa->given &= ~espah_bit(ESPAH_A_SA_AEAD);
	sa->given |= espah_bit(ESPAH_A_SA_ENC) | espah_bit(ESPAH_A_SA_AUTH);
	memset(&sa->aead, 0, sizeof(sa->aead));
	strcpy(sa->enc.name, "cbc(aes)");
	memset(sa->enc.key, 0xa5, 32);
	sa->enc.key_len = 32;
	strcpy(sa->auth.name, "hmac(sha512)");
	memset(sa->auth.key, 0xc3, 64);
	sa->auth.key_len = 64;
	sa->auth.icv_bits = 256;
	sa->given |= espah_bit(ESPAH_A_SA_ENCAP_SPORT) | espah_bit(ESPAH_A_SA_ENCAP_DPORT) |
		     espah_bit(ESPAH_A_SA_ENCAP_OADDR) | espah_bit(ESPAH_A_SA_ENCAP_ODST);
	sa->encap_sport = 4500;
	sa->encap_dport = 61000;
	sa->encap_oaddr = sa->src;
	sa->encap_odst = sa->dst;
	sa->given |= espah_bit(ESPAH_A_SA_MARK) | espah_bit(ESPAH_A_SA_MARK_MASK) |
		     espah_bit(ESPAH_A_SA_OUTPUT_MARK) | espah_bit(ESPAH_A_SA_OUTPUT_MARK_MASK) |
		     espah_bit(ESPAH_A_SA_IF_ID) | espah_bit(ESPAH_A_SA_REPLAY_THRESH) |
		     espah_bit(ESPAH_A_SA_REPLAY_TIMER);
	sa->replay_thresh = UINT32_MAX;
	sa->replay_timer = 250;
	sa->if_id = 0x12345678;
	sa->mark = (struct espah_mark){ .value = 5, .mask = 7 };
	sa->output_mark = (struct espah_mark){ .value = 0x10, .mask = UINT32_MAX };
}

static void test_sa(void)
{
	struct espah_sa before, after;
	struct nlmsghdr *nlh = start();
	const struct nlattr *attr;
	struct espah_err err;
	bool nested = false;

	some_sa(&before);
	check(espah_sa_put(nlh, &before) && !espah_sa_take(nlh, &after, &err) &&
	      !memcmp(&before, &after, sizeof(before)), "an SA comes back as it was");
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		const uint8_t *octets = mnl_attr_get_payload(attr);

		if (mnl_attr_get_type(attr) == ESPAH_A_SA_SPI)
			check(octets[0] == 1 && octets[3] == 4, "an SPI is in network byte order");
		if (mnl_attr_get_type(attr) == ESPAH_A_SA_AEAD)
			nested = attr->nla_type & NLA_F_NESTED;
	}
	check(nested, "a nest says that it is one");

	some_sa_apart(&before);
	nlh = start();
	check(espah_sa_put(nlh, &before) && !espah_sa_take(nlh, &after, &err) &&
	      !memcmp(&before, &after, sizeof(before)), "an SA with enc and auth comes back");

	before.given = espah_bit(ESPAH_A_SA_DST);
	nlh = start();
	check(espah_sa_put(nlh, &before) &&
	      nlh->nlmsg_len == NLMSG_HDRLEN + GENL_HDRLEN + NLA_HDRLEN + 16,
	      "only what is given is sent");
	espah_sa_wipe(&after);
	check(!after.aead.key_len && !after.aead.key[0] && !after.given, "a wiped SA is gone");
}

static void test_figures(void)
{
	struct nlmsghdr *nlh = start();
	struct nlattr *nest;
	struct espah_err err;
	struct espah_sa sa;

	mnl_attr_put_u64(nlh, ESPAH_A_SA_OSEQ, 0x100000005ULL);
	mnl_attr_put_u64(nlh, ESPAH_A_SA_USE_TIME, 7);
	mnl_attr_put_u32(nlh, ESPAH_A_SA_MAPPED_SRC, htonl(0x0a090009));
	mnl_attr_put_u16(nlh, ESPAH_A_SA_MAPPED_SPORT, htons(1025));
	mnl_attr_put_u32(nlh, ESPAH_A_SA_MAX + 5, 9);
	nest = mnl_attr_nest_start(nlh, ESPAH_A_SA_COUNTERS);
	mnl_attr_put(nlh, ESPAH_A_CNT_PAD, 0, NULL);
	mnl_attr_put_u64(nlh, ESPAH_A_CNT_IN_ICV, 3);
	mnl_attr_put_u64(nlh, ESPAH_A_CNT_MAX + 1, 4);
	mnl_attr_nest_end(nlh, nest);
	check(!espah_sa_take(nlh, &sa, &err) && sa.oseq == 0x100000005ULL &&
	      espah_given(sa.given, ESPAH_A_SA_USE_TIME) &&
	      !espah_given(sa.given, ESPAH_A_SA_ADD_TIME) && sa.counters &&
	      sa.counters->count[ESPAH_A_CNT_IN_ICV] == 3 &&
	      sa.mapped_src.family == AF_INET && sa.mapped_src.octets[3] == 9 &&
	      sa.mapped_sport == 1025,
	      "figures are read, and what a newer kernel adds is left alone");
	espah_sa_wipe(&sa);

	nlh = start();
	nest = mnl_attr_nest_start(nlh, ESPAH_A_SA_COUNTERS);
	mnl_attr_nest_end(nlh, nest);
	check(!espah_sa_take(nlh, &sa, &err) && !sa.counters, "no counters take no memory");
	espah_sa_wipe(&sa);
}

static void refuse_sa(uint16_t type, const void *data, size_t len, const char *text,
		      const char *name)
{
	struct nlmsghdr *nlh = start();
	struct espah_err err = {};
	struct espah_sa sa;

	mnl_attr_put(nlh, type, len, data);
	if (!espah_sa_take(nlh, &sa, &err))
		strcpy(err.text, "(taken)");
	check_text(err.text, text, name);
	espah_sa_wipe(&sa);
}

/* An attribute of so many octets, all alike, within the nest aead. */
static void refuse_alg(uint16_t type, char octet, size_t len, const char *name)
{
	struct nlmsghdr *nlh = start();
	struct espah_err err;
	struct nlattr *nest;
	struct espah_sa sa;
	char octets[200];

	memset(octets, octet, sizeof(octets));
	nest = mnl_attr_nest_start(nlh, ESPAH_A_SA_AEAD);
	mnl_attr_put(nlh, type, len, octets);
	mnl_attr_nest_end(nlh, nest);
	check(espah_sa_take(nlh, &sa, &err) == -1, name);
	espah_sa_wipe(&sa);
}

/* An attribute of two octets within a nest. */
static void refuse_nested(uint16_t nest_type, uint16_t type, const char *name)
{
	struct nlmsghdr *nlh = start();
	struct espah_err err;
	struct nlattr *nest;
	struct espah_sa sa;

	nest = mnl_attr_nest_start(nlh, nest_type);
	mnl_attr_put(nlh, type, 2, "xx");
	mnl_attr_nest_end(nlh, nest);
	check(espah_sa_take(nlh, &sa, &err) == -1, name);
	espah_sa_wipe(&sa);
}

/* What a newer kernel may add to its answers. */
static void put_unknown(struct nlmsghdr *nlh)
{
	mnl_attr_put(nlh, 200, 3, "new");
}

static void test_unknown(void)
{
	struct nlmsghdr *nlh = start();
	struct espah_policy policy;
	struct espah_info info;
	struct espah_err err;
	struct nlattr *nest;
	struct espah_sa sa;

	nest = mnl_attr_nest_start(nlh, ESPAH_A_SA_AEAD);
	put_unknown(nlh);
	mnl_attr_put_u32(nlh, ESPAH_A_ALG_ICV_BITS, 96);
	mnl_attr_nest_end(nlh, nest);
	put_unknown(nlh);
	check(!espah_sa_take(nlh, &sa, &err) && sa.aead.icv_bits == 96, "an SA with more to it");
	espah_sa_wipe(&sa);

	nlh = start();
	nest = mnl_attr_nest_start(nlh, ESPAH_A_POLICY_TMPL);
	put_unknown(nlh);
	mnl_attr_put_u8(nlh, ESPAH_A_TMPL_MODE, ESPAH_MODE_TUNNEL);
	mnl_attr_nest_end(nlh, nest);
	put_unknown(nlh);
	nest = mnl_attr_nest_start(nlh, ESPAH_A_POLICY_SEL);
	put_unknown(nlh);
	mnl_attr_put_u32(nlh, ESPAH_A_SEL_SRC_MIN, 1);
	mnl_attr_put_u32(nlh, ESPAH_A_SEL_SRC_MAX, 2);
	mnl_attr_put_u32(nlh, ESPAH_A_SEL_DST_MIN, 3);
	mnl_attr_put_u32(nlh, ESPAH_A_SEL_DST_MAX, 4);
	mnl_attr_nest_end(nlh, nest);
	check(!espah_policy_take(nlh, &policy, &err) && policy.tmpls == 1 &&
	      policy.tmpl[0].mode == ESPAH_MODE_TUNNEL && policy.sel.dst.max.octets[0] == 4,
	      "a policy with more to it");

	nlh = start();
	put_unknown(nlh);
	mnl_attr_put_u32(nlh, ESPAH_A_INFO_SA_COUNT, 5);
	check(!espah_info_take(nlh, &info, &err) && info.sa_count == 5,
	      "figures with more to them");
}

static void test_malformed(void)
{
	static const char octets[32];

	refuse_sa(ESPAH_A_SA_SPI, octets, 3,
		  "EBADMSG: the kernel's answer is malformed: an SA, attribute 4 of 3 octets",
		  "an answer with an SPI of 3 octets");
	refuse_sa(ESPAH_A_SA_DST, octets, 5,
		  "EBADMSG: the kernel's answer is malformed: an SA, attribute 2 of 5 octets",
		  "an answer with an address of 5 octets");
	refuse_sa(ESPAH_A_SA_SEL, octets, 0,
		  "EBADMSG: the kernel's answer is malformed: an SA, attribute 8 of 0 octets",
		  "an answer with an empty selector");
	refuse_sa(ESPAH_A_SA_OSEQ, octets, 4,
		  "EBADMSG: the kernel's answer is malformed: an SA, attribute 12 of 4 octets",
		  "an answer with half a sequence number");
	refuse_sa(ESPAH_A_SA_PROTO, octets, 2,
		  "EBADMSG: the kernel's answer is malformed: an SA, attribute 3 of 2 octets",
		  "an answer with a protocol of 2 octets");
	refuse_nested(ESPAH_A_SA_SEL, ESPAH_A_SEL_PROTO, "an answer with half a selector");
	refuse_nested(ESPAH_A_SA_COUNTERS, ESPAH_A_CNT_IN_OK, "an answer with half a counter");
	refuse_alg(ESPAH_A_ALG_KEY, 'x', 200, "an answer with a key too long");
	refuse_alg(ESPAH_A_ALG_NAME, 'x', 200, "an answer with a name too long");
	refuse_alg(ESPAH_A_ALG_NAME, '\033', 5, "an answer with a name that moves the cursor");
	refuse_alg(ESPAH_A_ALG_NAME, '\xff', 5, "an answer with a name that is no text");
	refuse_alg(ESPAH_A_ALG_ICV_BITS, 'x', 200, "an answer with an ICV length too long");
}

static void some_policy(struct espah_policy *policy, unsigned int tmpls)
{
	struct espah_err err;
	unsigned int i;

	memset(policy, 0, sizeof(*policy));
	policy->given = espah_bit(ESPAH_A_POLICY_DIR) | espah_bit(ESPAH_A_POLICY_PRIORITY) |
			espah_bit(ESPAH_A_POLICY_ACTION) | espah_bit(ESPAH_A_POLICY_SEL);
	policy->dir = ESPAH_DIR_FWD;
	policy->priority = 0x80000000;
	some_selector(&policy->sel);
	policy->tmpls = tmpls;
	if (tmpls)
		policy->given |= espah_bit(ESPAH_A_POLICY_TMPL);
	for (i = 0; i < tmpls; i++) {
		struct espah_tmpl *tmpl = &policy->tmpl[i];

		espah_addr_parse(&tmpl->src, "10.0.0.1", &err);
		espah_addr_parse(&tmpl->dst, "10.0.0.2", &err);
		tmpl->proto = 50;
		tmpl->mode = ESPAH_MODE_TUNNEL;
		tmpl->level = ESPAH_LEVEL_USE;
		tmpl->spi = 0x100 + i;
		tmpl->reqid = 1 + i;
		tmpl->given = espah_bit(ESPAH_A_TMPL_SRC) | espah_bit(ESPAH_A_TMPL_DST) |
			      espah_bit(ESPAH_A_TMPL_PROTO) | espah_bit(ESPAH_A_TMPL_SPI) |
			      espah_bit(ESPAH_A_TMPL_MODE) | espah_bit(ESPAH_A_TMPL_REQID) |
			      espah_bit(ESPAH_A_TMPL_LEVEL);
	}
}

static void test_policy(void)
{
	struct espah_policy before, after;
	struct nlmsghdr *nlh = start();
	struct espah_err err;
	struct nlattr *nest;

	some_policy(&before, 0);
	check(espah_policy_put(nlh, &before) && !espah_policy_take(nlh, &after, &err) &&
	      !memcmp(&before, &after, sizeof(before)), "a policy comes back as it was");
	some_policy(&before, ESPAH_TMPLS_MAX);
	nlh = start();
	check(espah_policy_put(nlh, &before) && !espah_policy_take(nlh, &after, &err) &&
	      !memcmp(&before, &after, sizeof(before)), "and so does one with many templates");
	nest = mnl_attr_nest_start(nlh, ESPAH_A_POLICY_TMPL);
	mnl_attr_nest_end(nlh, nest);
	check(espah_policy_take(nlh, &after, &err) == -1, "an answer with too many templates");
	nlh = start();
	nest = mnl_attr_nest_start(nlh, ESPAH_A_POLICY_TMPL);
	mnl_attr_put(nlh, ESPAH_A_TMPL_REQID, 2, "xx");
	mnl_attr_nest_end(nlh, nest);
	check(espah_policy_take(nlh, &after, &err) == -1, "an answer with half a template");
}

static void test_info(void)
{
	struct nlmsghdr *nlh = start();
	struct espah_info info;
	struct espah_err err;
	struct nlattr *nest;

	mnl_attr_put_u32(nlh, ESPAH_A_INFO_SA_COUNT, 5);
	mnl_attr_put_u32(nlh, ESPAH_A_INFO_POLICIES_FWD, 6);
	nest = mnl_attr_nest_start(nlh, ESPAH_A_INFO_COUNTERS);
	mnl_attr_put_u64(nlh, ESPAH_A_CNT_OUT_OK, 7);
	mnl_attr_nest_end(nlh, nest);
	check(!espah_info_take(nlh, &info, &err) && info.sa_count == 5 &&
	      info.policies[ESPAH_DIR_FWD] == 6 && info.counters.count[ESPAH_A_CNT_OUT_OK] == 7,
	      "figures of a namespace");
	mnl_attr_put(nlh, ESPAH_A_INFO_SA_COUNT, 2, "xx");
	check(espah_info_take(nlh, &info, &err) == -1, "half a figure");
	check_text(err.text,
		   "EBADMSG: the kernel's answer is malformed: the figures, attribute 1 of 2 octets",
		   "half a figure is said to be so");
}

/* Return: the request's length with @room octets left before, or 0 where that is not enough. */
static size_t put_into(size_t room, const struct espah_sa *sa, const struct espah_policy *policy)
{
	struct nlmsghdr *nlh = start();

	nlh->nlmsg_len = ESPAH_NL_REQUEST_MAX - room;
	if (sa ? !espah_sa_put(nlh, sa) : !espah_policy_put(nlh, policy))
		return 0;
	return nlh->nlmsg_len;
}

/* However little room there is, nothing is written behind it, and nothing is left out. */
static void test_room(void)
{
	struct espah_policy policy;
	struct nlmsghdr *nlh = start();
	size_t room, sa_needs, policy_needs;
	bool good = true;
	struct espah_sa sa;

	some_sa(&sa);
	some_policy(&policy, ESPAH_TMPLS_MAX);
	espah_sa_put(nlh, &sa);
	sa_needs = nlh->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN;
	nlh = start();
	espah_policy_put(nlh, &policy);
	policy_needs = nlh->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN;
	for (room = 0; room < 1024; room += 4) {
		size_t sa_len = put_into(room, &sa, NULL);
		size_t policy_len = put_into(room, NULL, &policy);

		good = good && !sa_len == (room < sa_needs) &&
		       !policy_len == (room < policy_needs) && sa_len <= ESPAH_NL_REQUEST_MAX &&
		       policy_len <= ESPAH_NL_REQUEST_MAX;
	}
	check(good && sa_needs < 1024 && policy_needs < 1024,
	      "a request takes what it needs and has room for, or fails");
}

void test_wire(void)
{
	unsigned int i, named = 0;

	test_sa();
	test_figures();
	test_malformed();
	test_policy();
	test_info();
	test_unknown();
	test_room();
	for (i = 0; i <= ESPAH_A_CNT_MAX; i++)
		named += !!espah_counter_text(i);
	check(named == ESPAH_A_CNT_MAX - 1 && !espah_counter_text(ESPAH_A_CNT_MAX + 1),
	      "every counter has a name and words");
}
