// SPDX-License-Identifier: GPL-2.0-only
/* Headers where one of them is IPv6: net/encap6.c, and net/encap.c with IPv6 inside. */

#include <linux/ip.h>
#include <net/dsfield.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "../encap.h"
#include "fixture.h"
#include "suites.h"

#define HEADER	16
#define PAYLOAD	33
#define LABEL	0x12345

static const struct in6_addr here = { { { 0xfd, [15] = 1 } } };
static const struct in6_addr there = { { { 0xfd, [15] = 2 } } };

static struct espah_sa *sa_of(struct kunit *test, u8 mode, u16 family)
{
	struct espah_sa *sa = fixture_blank_sa(test);

	KUNIT_ASSERT_NOT_NULL(test, sa);
	sa->en = fixture_net(test);
	sa->header = espah_header_make(&sa->outer, 0, true);
	sa->mode = mode;
	sa->id.family = family;
	sa->id.proto = IPPROTO_ESP;
	if (family == AF_INET6) {
		sa->src = espah_addr6(&here);
		sa->id.dst = espah_addr6(&there);
	} else {
		sa->src = espah_addr4(htonl(FIXTURE_A));
		sa->id.dst = espah_addr4(htonl(FIXTURE_B));
	}
	return sa;
}

static void header6(struct ipv6hdr *iph, u8 next, unsigned int len, u8 dsfield)
{
	memset(iph, 0, sizeof(*iph));
	ip6_flow_hdr(iph, dsfield, htonl(LABEL));
	iph->payload_len = htons(len);
	iph->nexthdr = next;
	iph->hop_limit = 64;
	iph->saddr = there;
	iph->daddr = here;
}

/* Hop-by-hop options stay in front, destination options do not. */
static void transport_and_back(struct kunit *test)
{
	static const u8 headers[16] = { NEXTHDR_DEST, 0, 1, 4, 0, 0, 0, 0,
					IPPROTO_UDP, 0, 1, 4, 0, 0, 0, 0 };
	u8 octets[sizeof(struct ipv6hdr) + sizeof(headers) + PAYLOAD] = {};
	unsigned int front = sizeof(struct ipv6hdr) + 8;
	struct espah_sa *sa = sa_of(test, ESPAH_MODE_TRANSPORT, AF_INET6);
	struct sk_buff *skb;

	header6((struct ipv6hdr *)octets, NEXTHDR_HOP,
		sizeof(octets) - sizeof(struct ipv6hdr), 0);
	memcpy(octets + sizeof(struct ipv6hdr), headers, sizeof(headers));
	skb = fixture_skb(test, HEADER, octets, sizeof(octets));
	KUNIT_EXPECT_EQ(test, espah_encap_front6(skb), front);
	KUNIT_EXPECT_EQ(test, espah_encap_front(sa, skb), front);

	KUNIT_EXPECT_EQ(test, espah_encap_transport6(skb, sa, HEADER),
			NEXTHDR_DEST);
	KUNIT_EXPECT_EQ(test, ipv6_hdr(skb)->nexthdr, NEXTHDR_HOP);
	KUNIT_EXPECT_EQ(test, skb_network_header(skb)[40], IPPROTO_ESP);
	KUNIT_EXPECT_EQ(test, skb_network_offset(skb), -(int)front);
	KUNIT_EXPECT_EQ(test, skb_transport_offset(skb), 0);
	KUNIT_EXPECT_EQ(test, skb->len, HEADER + sizeof(octets) - front);

	/* As the IP layer has walked it. */
	IP6CB(skb)->nhoff = 40;
	__skb_pull(skb, HEADER);
	espah_decap_transport6(skb, sa, NEXTHDR_DEST);
	KUNIT_EXPECT_EQ(test, skb->len, sizeof(octets));
	KUNIT_EXPECT_EQ(test, memcmp(skb->data, octets, sizeof(octets)), 0);
	KUNIT_EXPECT_EQ(test, skb_network_offset(skb), 0);
	KUNIT_EXPECT_EQ(test, skb_transport_offset(skb), front);
}

/* With a UDP header in between, which is not the IP header's. */
static void transport_in_udp(struct kunit *test)
{
	struct espah_sa *sa = sa_of(test, ESPAH_MODE_TRANSPORT, AF_INET6);
	struct sk_buff *skb = fixture_skb(test, HEADER + 8, NULL,
					  sizeof(struct ipv6hdr) + PAYLOAD);

	sa->encap_len = 8;
	header6(ipv6_hdr(skb), IPPROTO_TCP, PAYLOAD, 0);
	KUNIT_EXPECT_EQ(test, espah_encap_transport6(skb, sa, HEADER + 8),
			IPPROTO_TCP);
	KUNIT_EXPECT_EQ(test, ipv6_hdr(skb)->nexthdr, IPPROTO_UDP);

	IP6CB(skb)->nhoff = offsetof(struct ipv6hdr, nexthdr);
	__skb_pull(skb, 8);
	skb_reset_transport_header(skb);
	__skb_pull(skb, HEADER);
	espah_decap_transport6(skb, sa, IPPROTO_TCP);
	KUNIT_EXPECT_EQ(test, skb->len, sizeof(struct ipv6hdr) + PAYLOAD);
	KUNIT_EXPECT_EQ(test, ipv6_hdr(skb)->nexthdr, IPPROTO_TCP);
	KUNIT_EXPECT_EQ(test, ntohs(ipv6_hdr(skb)->payload_len), PAYLOAD);
	KUNIT_EXPECT_EQ(test, skb_transport_offset(skb), 40);
}

struct pair {
	const char	*name;
	u16		outer;
	u16		inner;
	u8		next;
	/* Has it to be fragmented outside? */
	bool		fragment;
	bool		df;
};

static const struct pair pairs[] = {
	{ "6 in 6", AF_INET6, AF_INET6, IPPROTO_IPV6 },
	{ "4 in 6", AF_INET6, AF_INET, IPPROTO_IPIP },
	{ "6 in 4", AF_INET, AF_INET6, IPPROTO_IPV6, .df = true },
	{ "6 in 4, in parts", AF_INET, AF_INET6, IPPROTO_IPV6, .fragment = true },
};

static void pair_desc(const struct pair *pair, char *desc)
{
	strscpy(desc, pair->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(pair, pairs, pair_desc);

static struct sk_buff *packet_of(struct kunit *test, u16 family, u8 dsfield,
				 unsigned int head)
{
	bool is6 = family == AF_INET6;
	unsigned int front = is6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
	struct sk_buff *skb = fixture_skb(test, head, NULL, front + PAYLOAD);

	if (is6) {
		header6(ipv6_hdr(skb), IPPROTO_UDP, PAYLOAD, dsfield);
	} else {
		fixture_ip_header(ip_hdr(skb), IPPROTO_UDP, front + PAYLOAD);
		ip_hdr(skb)->tos = dsfield;
		ip_send_check(ip_hdr(skb));
	}
	return skb;
}

static void check_outer6(struct kunit *test, const struct sk_buff *skb,
			 u8 dsfield, __be32 label)
{
	const struct ipv6hdr *iph = ipv6_hdr(skb);

	KUNIT_EXPECT_TRUE(test, iph->version == 6);
	KUNIT_EXPECT_EQ(test, ipv6_get_dsfield(iph), dsfield);
	KUNIT_EXPECT_EQ(test, ntohl(ip6_flowlabel(iph)), ntohl(label));
	KUNIT_EXPECT_EQ(test, iph->nexthdr, IPPROTO_ESP);
	KUNIT_EXPECT_EQ(test, iph->hop_limit, 99);
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&iph->saddr, &here));
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&iph->daddr, &there));
	KUNIT_EXPECT_EQ(test, skb_network_offset(skb), -40);
	KUNIT_EXPECT_EQ(test, IP6CB(skb)->flags, 0);
	KUNIT_EXPECT_EQ(test, IP6CB(skb)->frag_max_size, 0);
}

static void check_outer4(struct kunit *test, const struct sk_buff *skb,
			 u8 dsfield, bool df)
{
	const struct iphdr *iph = ip_hdr(skb);

	KUNIT_EXPECT_TRUE(test, iph->version == 4);
	KUNIT_EXPECT_EQ(test, iph->tos, dsfield);
	KUNIT_EXPECT_EQ(test, ntohs(iph->frag_off), df ? IP_DF : 0);
	KUNIT_EXPECT_EQ(test, iph->ttl, 99);
	KUNIT_EXPECT_EQ(test, ntohl(iph->daddr), FIXTURE_B);
	KUNIT_EXPECT_EQ(test, skb_network_offset(skb), -20);
}

static void outer_header_is_made(struct kunit *test)
{
	const struct pair *pair = test->param_value;
	struct espah_sa *sa = sa_of(test, ESPAH_MODE_TUNNEL, pair->outer);
	struct sk_buff *skb = packet_of(test, pair->inner, 0xba, 40 + HEADER);
	unsigned int len = skb->len;
	u8 next;

	skb_dst_set(skb, dst_clone(fixture_route(test, 99, 0)));
	memset(skb->cb, 0xff, sizeof(skb->cb));
	skb->ignore_df = pair->fragment;
	rcu_read_lock();
	next = pair->outer == AF_INET6 ?
	       espah_encap_tunnel6(skb, sa, HEADER) :
	       espah_encap_tunnel4(&init_net, skb, sa, HEADER);
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, next, pair->next);
	KUNIT_EXPECT_EQ(test, skb->len, len + HEADER);
	KUNIT_EXPECT_EQ(test, skb_transport_offset(skb), 0);
	if (pair->outer == AF_INET6)
		check_outer6(test, skb, 0xba, pair->inner == AF_INET6 ?
					      htonl(LABEL) : 0);
	else
		check_outer4(test, skb, 0xba, pair->df);
}

struct flow_hash {
	const char	*name;
	u32		hash;
	u32		label;
};

static const struct flow_hash hashes[] = {
	{ "the lowest bits", 0xabc98765, 0x98765 },
	{ "all bits", U32_MAX, 0xfffff },
	{ "0 is no label", 0xabc00000, 1 },
};

static void flow_hash_desc(const struct flow_hash *hash, char *desc)
{
	strscpy(desc, hash->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(flow_hash, hashes, flow_hash_desc);

static void label_by_flow(struct kunit *test)
{
	const struct flow_hash *hash = test->param_value;
	const struct espah_outer by_flow = {
		.has_label	= true,
		.label		= ESPAH_FLOWLABEL_AUTO,
	};
	struct espah_sa *sa = sa_of(test, ESPAH_MODE_TUNNEL, AF_INET6);
	static const u16 families[] = { AF_INET, AF_INET6 };
	struct sk_buff *skb;
	int i;

	sa->header = espah_header_make(&by_flow, 0, true);
	for (i = 0; i < ARRAY_SIZE(families); i++) {
		skb = packet_of(test, families[i], 0, 40 + HEADER);
		skb_dst_set(skb, dst_clone(fixture_route(test, 99, 0)));
		skb_set_hash(skb, hash->hash, PKT_HASH_TYPE_L4);
		rcu_read_lock();
		espah_encap_tunnel6(skb, sa, HEADER);
		rcu_read_unlock();
		check_outer6(test, skb, 0, htonl(hash->label));
	}
}

/* Takes the inner packet out of a tunnel whose outer header has this ECN field. */
static unsigned int decap(struct kunit *test, u16 outer, u16 inner, u8 ecn,
			  u8 outer_ecn, struct sk_buff **skb)
{
	struct espah_sa *sa = sa_of(test, ESPAH_MODE_TUNNEL, outer);

	*skb = packet_of(test, inner, 0xb8 | ecn, 40);
	__skb_push(*skb, outer == AF_INET6 ? 40 : 20);
	skb_reset_network_header(*skb);
	if (outer == AF_INET6) {
		header6(ipv6_hdr(*skb), IPPROTO_ESP, 100, 0x20 | outer_ecn);
		__skb_pull(*skb, 40);
	} else {
		fixture_ip_header(ip_hdr(*skb), IPPROTO_ESP, 100);
		ip_hdr(*skb)->tos = 0x20 | outer_ecn;
		__skb_pull(*skb, 20);
	}
	return espah_decap_tunnel(*skb, sa, inner == AF_INET6 ? IPPROTO_IPV6 :
							       IPPROTO_IPIP);
}

/* RFC 6040 figure 4 is the same for each pair of families. */
static void congestion_comes_in(struct kunit *test)
{
	const struct pair *pair = test->param_value;
	struct sk_buff *skb;

	KUNIT_EXPECT_EQ(test, decap(test, pair->outer, pair->inner,
				    INET_ECN_ECT_0, INET_ECN_CE, &skb), 0);
	KUNIT_EXPECT_EQ(test, espah_encap_dsfield(skb), 0xb8 | INET_ECN_CE);
	KUNIT_EXPECT_EQ(test, ntohs(skb->protocol), pair->inner == AF_INET6 ?
						    ETH_P_IPV6 : ETH_P_IP);
	KUNIT_EXPECT_EQ(test, decap(test, pair->outer, pair->inner,
				    INET_ECN_ECT_0, INET_ECN_ECT_0, &skb), 0);
	KUNIT_EXPECT_EQ(test, espah_encap_dsfield(skb), 0xb8 | INET_ECN_ECT_0);
	KUNIT_EXPECT_EQ(test, decap(test, pair->outer, pair->inner,
				    INET_ECN_NOT_ECT, INET_ECN_CE, &skb),
			ESPAH_A_CNT_IN_ECN);
}

struct inner {
	const char	*name;
	u8		version;
	u16		payload_len;
	/* What is there. */
	unsigned int	len;
	bool		sane;
	/* A jumbogram's length is elsewhere. */
	bool		jumbo;
};

static const struct inner inners[] = {
	{ "header only", 6, 0, 40, true },
	{ "with payload", 6, 33, 73, true },
	{ "followed by padding", 6, 33, 80, true },
	{ "header and padding", 6, 0, 73, true },
	{ "jumbogram", 6, 0, 73, true, true },
	{ "cut short", 6, 0, 39 },
	{ "nothing", 6, 0, 0 },
	{ "one octet missing", 6, 34, 73 },
	{ "longest on little", 6, 65535, 73 },
	{ "version 4", 4, 33, 73 },
	{ "version 0", 0, 33, 73 },
};

static void inner_desc(const struct inner *inner, char *desc)
{
	strscpy(desc, inner->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(inner, inners, inner_desc);

static void inner_header(struct kunit *test)
{
	const struct inner *inner = test->param_value;
	u8 octets[80] = {};
	struct ipv6hdr *iph = (struct ipv6hdr *)octets;
	struct sk_buff *skb;
	unsigned int linear;

	header6(iph, inner->jumbo ? NEXTHDR_HOP : IPPROTO_UDP, inner->payload_len, 0);
	iph->version = inner->version;
	for (linear = 0; linear < inner->len; linear += 7) {
		skb = fixture_skb_paged(test, octets, inner->len, linear);
		KUNIT_EXPECT_EQ(test, espah_decap_check6(skb), inner->sane ?
				0 : ESPAH_A_CNT_IN_INNER_HEADER);
		if (!inner->sane)
			continue;
		KUNIT_EXPECT_GE(test, skb_headlen(skb), 40);
		KUNIT_EXPECT_EQ(test, skb->len, inner->jumbo ?
				inner->len : 40u + inner->payload_len);
	}
}

static struct kunit_case encap6_cases[] = {
	KUNIT_CASE(transport_and_back),
	KUNIT_CASE(transport_in_udp),
	KUNIT_CASE_PARAM(outer_header_is_made, pair_gen_params),
	KUNIT_CASE_PARAM(label_by_flow, flow_hash_gen_params),
	KUNIT_CASE_PARAM(congestion_comes_in, pair_gen_params),
	KUNIT_CASE_PARAM(inner_header, inner_gen_params),
	{}
};

struct kunit_suite encap6_suite = {
	.name		= "encap6",
	.init		= fixture_init,
	.exit		= fixture_exit,
	.test_cases	= encap6_cases,
};
