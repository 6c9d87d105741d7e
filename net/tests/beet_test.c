// SPDX-License-Identifier: GPL-2.0-only
/* BEET mode's headers: net/beet.c. */

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/dsfield.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "../beet.h"
#include "fixture.h"
#include "suites.h"

#define HEADER		16
#define PAYLOAD		33
#define LABEL		0x12345
#define ID		0xbeef
#define OPTIONS_MAX	40

static const struct in6_addr here = { { { 0xfd, [15] = 1 } } };
static const struct in6_addr there = { { { 0xfd, [15] = 2 } } };

/**
 * struct pair - what is inside, and what outside
 * @name: of the case
 * @inner: family of the packet
 * @outer: family of the SA
 * @udp: in UDP
 * @df: the packet has DF, or need not be fragmented
 * @has_df: the outer header has
 */
struct pair {
	const char	*name;
	u16		inner;
	u16		outer;
	bool		udp;
	bool		df;
	bool		has_df;
};

static const struct pair pairs[] = {
	{ "4 in 4", AF_INET, AF_INET, false, false, false },
	{ "4 in 4, DF", AF_INET, AF_INET, false, true, true },
	{ "4 in 4, in UDP", AF_INET, AF_INET, true, false, false },
	{ "4 in 4, DF, in UDP", AF_INET, AF_INET, true, true, false },
	{ "4 in 6", AF_INET, AF_INET6, false, false, false },
	{ "4 in 6, in UDP", AF_INET, AF_INET6, true, true, false },
	{ "6 in 4", AF_INET6, AF_INET, false, true, true },
	{ "6 in 4, too large", AF_INET6, AF_INET, false, false, false },
	{ "6 in 4, in UDP", AF_INET6, AF_INET, true, true, false },
	{ "6 in 6", AF_INET6, AF_INET6, false, true, false },
};

static void pair_desc(const struct pair *pair, char *desc)
{
	strscpy(desc, pair->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(pair, pairs, pair_desc);

static union espah_addr end(u16 family, bool far)
{
	if (family == AF_INET6)
		return espah_addr6(far ? &there : &here);
	return espah_addr4(htonl(far ? FIXTURE_B : FIXTURE_A));
}

/* Inside, the addresses are the other way round. */
static struct espah_sa *sa_of(struct kunit *test, const struct pair *pair)
{
	struct espah_sa *sa = fixture_blank_sa(test);
	struct espah_selector_rcu *sel = kunit_kzalloc(test, sizeof(*sel),
						       GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, sa);
	KUNIT_ASSERT_NOT_NULL(test, sel);
	sa->mode = ESPAH_MODE_BEET;
	sa->id.family = pair->outer;
	sa->id.proto = IPPROTO_ESP;
	sa->id.dst = end(pair->outer, true);
	sa->src = end(pair->outer, false);
	sa->encap_len = pair->udp ? 8 : 0;
	sel->sel.family = pair->inner;
	sel->sel.src_min = end(pair->inner, true);
	sel->sel.src_max = sel->sel.src_min;
	sel->sel.dst_min = end(pair->inner, false);
	sel->sel.dst_max = sel->sel.dst_min;
	RCU_INIT_POINTER(sa->sel, sel);
	return sa;
}

/* Returns octets of the packet's header. */
static unsigned int inner_header(u8 *octets, const struct pair *pair,
				 unsigned int options)
{
	struct ipv6hdr *ip6h = (struct ipv6hdr *)octets;
	struct iphdr *iph = (struct iphdr *)octets;
	unsigned int len = sizeof(*iph) + options;

	if (pair->inner == AF_INET6) {
		ip6_flow_hdr(ip6h, 0xba, htonl(LABEL));
		ip6h->payload_len = htons(PAYLOAD);
		ip6h->nexthdr = IPPROTO_UDP;
		ip6h->hop_limit = 77;
		ip6h->saddr = there;
		ip6h->daddr = here;
		return sizeof(*ip6h);
	}
	fixture_ip_header(iph, IPPROTO_UDP, len + PAYLOAD);
	swap(iph->saddr, iph->daddr);
	iph->ihl = len / 4;
	iph->tos = 0xba;
	iph->ttl = 77;
	iph->id = htons(ID);
	iph->frag_off = pair->df ? htons(IP_DF) : 0;
	memset(iph + 1, IPOPT_NOOP, options);
	if (options)
		octets[sizeof(*iph)] = IPOPT_END;
	ip_send_check(iph);
	return len;
}

static void check_outer4(struct kunit *test, const struct sk_buff *skb,
			 const struct pair *pair)
{
	const struct iphdr *iph = ip_hdr(skb);

	KUNIT_EXPECT_EQ(test, *(u8 *)iph, 0x45);
	KUNIT_EXPECT_EQ(test, iph->tos, 0xba);
	KUNIT_EXPECT_EQ(test, iph->ttl, 77);
	KUNIT_EXPECT_EQ(test, iph->protocol,
			pair->udp ? IPPROTO_UDP : IPPROTO_ESP);
	KUNIT_EXPECT_EQ(test, ntohs(iph->frag_off), pair->has_df ? IP_DF : 0);
	KUNIT_EXPECT_EQ(test, ntohl(iph->saddr), FIXTURE_A);
	KUNIT_EXPECT_EQ(test, ntohl(iph->daddr), FIXTURE_B);
	/* What had DF inside may have come without. */
	if (pair->inner == AF_INET && pair->df == pair->has_df)
		KUNIT_EXPECT_EQ(test, ntohs(iph->id), ID);
	KUNIT_EXPECT_EQ(test, IPCB(skb)->flags, 0);
	KUNIT_EXPECT_EQ(test, IPCB(skb)->opt.optlen, 0);
	KUNIT_EXPECT_EQ(test, skb_network_offset(skb), -20);
}

static void check_outer6(struct kunit *test, const struct sk_buff *skb,
			 const struct pair *pair)
{
	const struct ipv6hdr *iph = ipv6_hdr(skb);

	KUNIT_EXPECT_TRUE(test, iph->version == 6);
	KUNIT_EXPECT_EQ(test, ipv6_get_dsfield(iph), 0xba);
	KUNIT_EXPECT_EQ(test, ntohl(ip6_flowlabel(iph)),
			pair->inner == AF_INET6 ? LABEL : 0);
	KUNIT_EXPECT_EQ(test, iph->hop_limit, 77);
	KUNIT_EXPECT_EQ(test, iph->nexthdr,
			pair->udp ? IPPROTO_UDP : IPPROTO_ESP);
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&iph->saddr, &here));
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&iph->daddr, &there));
	KUNIT_EXPECT_EQ(test, IP6CB(skb)->flags, 0);
	KUNIT_EXPECT_EQ(test, skb_network_offset(skb), -40);
}

/* What the outer header does not say of the packet is not in it any more. */
static void as_it_comes_out(u8 *octets, const struct pair *pair)
{
	struct iphdr *iph = (struct iphdr *)octets;

	if (pair->inner == AF_INET6) {
		if (pair->outer == AF_INET)
			ip6_flow_hdr((struct ipv6hdr *)octets, 0xba, 0);
		return;
	}
	if (pair->outer == AF_INET6) {
		iph->id = 0;
		iph->frag_off = htons(IP_DF);
	} else if (pair->udp) {
		iph->frag_off = 0;
	}
	ip_send_check(iph);
}

static void there_and_back_with(struct kunit *test, const struct pair *pair,
				unsigned int options)
{
	unsigned int pseudo = options ? 8 - options % 8 : 0;
	struct espah_sa *sa = sa_of(test, pair);
	u8 octets[60 + PAYLOAD];
	unsigned int len, own;
	struct sk_buff *skb;
	u8 next;

	memset(octets, 0xa5, sizeof(octets));
	len = inner_header(octets, pair, options);
	own = len - options - pseudo;
	skb = fixture_skb(test, HEADER + 40, octets, len + PAYLOAD);
	memset(skb->cb, 0xff, sizeof(skb->cb));
	skb->ignore_df = !pair->df;
	KUNIT_EXPECT_EQ(test, espah_beet_own(skb), own);

	rcu_read_lock();
	next = espah_beet_encap(&init_net, skb, sa, HEADER);
	KUNIT_EXPECT_EQ(test, next, options ? IPPROTO_BEETPH : IPPROTO_UDP);
	KUNIT_EXPECT_EQ(test, skb->len, HEADER + len - own + PAYLOAD);
	KUNIT_EXPECT_EQ(test, skb_transport_offset(skb), 0);
	if (pair->outer == AF_INET6)
		check_outer6(test, skb, pair);
	else
		check_outer4(test, skb, pair);

	/* What the kernel has in its place when AES-GCM has been taken off. */
	__skb_pull(skb, HEADER);
	if (options) {
		KUNIT_EXPECT_EQ(test, skb->data[0], IPPROTO_UDP);
		KUNIT_EXPECT_EQ(test, skb->data[1], options / 8);
		KUNIT_EXPECT_EQ(test, skb->data[2], pseudo - 4);
		KUNIT_EXPECT_EQ(test, skb->data[3], 0);
	}
	KUNIT_EXPECT_EQ(test, espah_beet_decap(skb, sa, next), 0);
	rcu_read_unlock();
	as_it_comes_out(octets, pair);
	if (pair->inner == AF_INET && pair->udp && pair->outer == AF_INET &&
	    pair->df) {
		/* Whose identification is new. */
		((struct iphdr *)octets)->id = ip_hdr(skb)->id;
		ip_send_check((struct iphdr *)octets);
	}
	KUNIT_ASSERT_EQ(test, skb->len, len + PAYLOAD);
	KUNIT_EXPECT_EQ(test, memcmp(skb->data, octets, skb->len), 0);
	KUNIT_EXPECT_EQ(test, skb_network_offset(skb), 0);
	KUNIT_EXPECT_EQ(test, ntohs(skb->protocol),
			pair->inner == AF_INET6 ? ETH_P_IPV6 : ETH_P_IP);
}

static void there_and_back(struct kunit *test)
{
	const struct pair *pair = test->param_value;
	unsigned int options;

	for (options = 0; options <= OPTIONS_MAX; options += 4)
		there_and_back_with(test, pair,
				    pair->inner == AF_INET ? options : 0);
}

struct pseudo {
	const char	*name;
	u8		hdrlen;
	u8		padlen;
	/* Octets of payload, with the pseudo header; and of options, or -1. */
	unsigned int	len;
	int		options;
};

static const struct pseudo pseudos[] = {
	{ "no options", 0, 4, 8, 0 },
	{ "4 octets", 0, 0, 8, 4 },
	{ "8 octets", 1, 4, 16, 8 },
	{ "40 octets", 5, 4, 48, 40 },
	{ "more padding than needed", 2, 12, 24, 8 },
	{ "nothing but padding", 31, 252, 256, 0 },
	{ "44 octets", 5, 0, 48, -1 },
	{ "48 octets", 6, 4, 56, -1 },
	{ "the most", 255, 0, 2048, -1 },
	{ "padding beyond the end", 0, 8, 100, -1 },
	{ "padding just beyond the end", 0, 5, 100, -1 },
	{ "all of padding", 0, 255, 300, -1 },
	{ "an odd octet", 0, 3, 100, -1 },
	{ "two odd octets", 1, 6, 100, -1 },
	{ "nothing there", 0, 4, 0, -1 },
	{ "cut short", 0, 4, 3, -1 },
	{ "padding cut short", 0, 4, 7, -1 },
	{ "options cut short", 5, 4, 47, -1 },
};

static void pseudo_desc(const struct pseudo *pseudo, char *desc)
{
	strscpy(desc, pseudo->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(pseudo, pseudos, pseudo_desc);

/* Behind an outer header, for each length that may be in the linear part. */
static void pseudo_header(struct kunit *test)
{
	const struct pseudo *pseudo = test->param_value;
	struct espah_sa *sa = sa_of(test, &pairs[0]);
	unsigned int linear, len = 20 + pseudo->len;
	unsigned int cause;
	struct sk_buff *skb;
	u8 *octets = kunit_kzalloc(test, 20 + 2048, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, octets);
	fixture_ip_header((struct iphdr *)octets, IPPROTO_ESP, len);
	octets[20] = IPPROTO_ICMP;
	octets[21] = pseudo->hdrlen;
	octets[22] = pseudo->padlen;
	for (linear = 20; linear <= min(len, 90u); linear += 3) {
		skb = linear < len ?
		      fixture_skb_paged(test, octets, len, linear) :
		      fixture_skb(test, 0, octets, len);
		__skb_pull(skb, 20);
		rcu_read_lock();
		cause = espah_beet_decap(skb, sa, IPPROTO_BEETPH);
		rcu_read_unlock();
		if (pseudo->options < 0) {
			KUNIT_EXPECT_EQ(test, cause, ESPAH_A_CNT_IN_BEET_HEADER);
			continue;
		}
		KUNIT_ASSERT_EQ(test, cause, 0);
		KUNIT_EXPECT_EQ(test, ip_hdrlen(skb), 20 + pseudo->options);
		KUNIT_EXPECT_EQ(test, ntohs(ip_hdr(skb)->tot_len), skb->len);
		KUNIT_EXPECT_EQ(test, skb->len, 20 + pseudo->len - 4 -
						pseudo->padlen);
		KUNIT_EXPECT_EQ(test, ip_hdr(skb)->protocol, IPPROTO_ICMP);
		KUNIT_EXPECT_TRUE(test, !ip_fast_csum(ip_hdr(skb),
						      ip_hdr(skb)->ihl));
	}
}

/* Inside IPv6 there is no such header, and what looks so is delivered as it is. */
static void not_inside_ipv6(struct kunit *test)
{
	struct espah_sa *sa = sa_of(test, &pairs[ARRAY_SIZE(pairs) - 1]);
	u8 octets[40 + 8] = { [41] = 255, [42] = 255 };
	struct sk_buff *skb;

	ip6_flow_hdr((struct ipv6hdr *)octets, 0, 0);
	skb = fixture_skb(test, 0, octets, sizeof(octets));
	__skb_pull(skb, 40);
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, espah_beet_decap(skb, sa, IPPROTO_BEETPH), 0);
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, ipv6_hdr(skb)->nexthdr, IPPROTO_BEETPH);
	KUNIT_EXPECT_EQ(test, ntohs(ipv6_hdr(skb)->payload_len), 8);
}

/* What routers have said, and how many there were, is told inside. */
static void outer_header_is_believed(struct kunit *test)
{
	struct espah_sa *sa = sa_of(test, &pairs[0]);
	u8 octets[20 + 8] = {};
	struct iphdr *iph = (struct iphdr *)octets;
	struct sk_buff *skb;

	fixture_ip_header(iph, IPPROTO_ESP, sizeof(octets));
	iph->tos = 0xb8 | INET_ECN_CE;
	iph->ttl = 3;
	iph->frag_off = htons(IP_DF | IP_CE);
	skb = fixture_skb(test, 0, octets, sizeof(octets));
	__skb_pull(skb, 20);
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, espah_beet_decap(skb, sa, IPPROTO_UDP), 0);
	rcu_read_unlock();
	iph = ip_hdr(skb);
	KUNIT_EXPECT_EQ(test, iph->tos, 0xb8 | INET_ECN_CE);
	KUNIT_EXPECT_EQ(test, iph->ttl, 3);
	KUNIT_EXPECT_EQ(test, ntohs(iph->frag_off), IP_DF);
	KUNIT_EXPECT_EQ(test, ntohl(iph->saddr), FIXTURE_B);
	KUNIT_EXPECT_EQ(test, ntohl(iph->daddr), FIXTURE_A);
}

/* IPv6 carries 65535 octets behind its header, and IPv4 with it. */
static void longer_than_ipv4(struct kunit *test)
{
	struct espah_sa *sa = sa_of(test, &pairs[4]);
	unsigned int over;
	struct sk_buff *skb;

	for (over = 0; over <= 1; over++) {
		skb = fixture_skb(test, 0, NULL, 40 + 65535 - 20 + over);
		memset(skb->data, 0, 40);
		ip6_flow_hdr(ipv6_hdr(skb), 0, 0);
		__skb_pull(skb, 40);
		rcu_read_lock();
		KUNIT_EXPECT_EQ(test, espah_beet_decap(skb, sa, IPPROTO_UDP),
				over ? ESPAH_A_CNT_IN_BEET_HEADER : 0);
		rcu_read_unlock();
	}
}

static struct kunit_case beet_cases[] = {
	KUNIT_CASE_PARAM(there_and_back, pair_gen_params),
	KUNIT_CASE_PARAM(pseudo_header, pseudo_gen_params),
	KUNIT_CASE(not_inside_ipv6),
	KUNIT_CASE(outer_header_is_believed),
	KUNIT_CASE(longer_than_ipv4),
	{}
};

struct kunit_suite beet_suite = {
	.name		= "beet",
	.init		= fixture_init,
	.exit		= fixture_exit,
	.test_cases	= beet_cases,
};
