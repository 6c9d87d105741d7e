// SPDX-License-Identifier: GPL-2.0-only
/* Fragments of a packet in clear: net/fragment.c. */

#include <linux/err.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "../fragment.h"
#include "fixture.h"
#include "suites.h"

/* A header, options, a payload that counts. */
static struct sk_buff *packet(struct kunit *test, const u8 *options,
			      unsigned int optlen, unsigned int payload,
			      u16 frag_off)
{
	unsigned int ip_len = sizeof(struct iphdr) + optlen, i;
	struct sk_buff *skb = fixture_skb(test, 0, NULL, ip_len + payload);
	struct iphdr *iph = ip_hdr(skb);

	fixture_ip_header(iph, IPPROTO_UDP, skb->len);
	iph->ihl = ip_len / 4;
	iph->frag_off = htons(frag_off);
	if (optlen)
		memcpy(iph + 1, options, optlen);
	ip_send_check(iph);
	for (i = 0; i < payload; i++)
		skb->data[ip_len + i] = i;
	skb_dst_set(skb, dst_clone(fixture_route(test, 64, 1500)));
	return skb;
}

/* Returns the octets of payload in this one, which must begin at @at. */
static unsigned int check(struct kunit *test, const struct sk_buff *fragment,
			  unsigned int at, unsigned int limit)
{
	const struct iphdr *iph = ip_hdr(fragment);
	unsigned int ip_len = iph->ihl * 4, i;
	unsigned int here = fragment->len - ip_len;

	KUNIT_EXPECT_LE(test, fragment->len, limit);
	KUNIT_EXPECT_EQ(test, ntohs(iph->tot_len), fragment->len);
	KUNIT_EXPECT_TRUE(test, !ip_fast_csum(iph, iph->ihl));
	KUNIT_EXPECT_EQ(test, (ntohs(iph->frag_off) & IP_OFFSET) * 8, at);
	KUNIT_EXPECT_TRUE(test, skb_dst(fragment));
	for (i = 0; i < here; i++)
		if (fragment->data[ip_len + i] != (u8)(at + i))
			break;
	KUNIT_EXPECT_EQ(test, i, here);
	return here;
}

static void whole(struct kunit *test, unsigned int payload, unsigned int limit)
{
	struct sk_buff *skb = packet(test, NULL, 0, payload, 0);
	struct sk_buff *list = espah_fragment(&init_net, skb, limit), *fragment;
	unsigned int at = 0;
	bool more = true;

	KUNIT_ASSERT_FALSE(test, IS_ERR_OR_NULL(list));
	for (fragment = list; fragment; fragment = fragment->next) {
		KUNIT_EXPECT_TRUE(test, more);
		at += check(test, fragment, at, limit);
		more = ip_hdr(fragment)->frag_off & htons(IP_MF);
		KUNIT_EXPECT_EQ(test, more, !!fragment->next);
	}
	KUNIT_EXPECT_EQ(test, at, payload);
	kfree_skb_list(list);
}

static void lengths(struct kunit *test)
{
	unsigned int limit;

	for (limit = 28; limit < 60; limit++)
		whole(test, 300, limit);
	whole(test, 8, 28);
	whole(test, 9, 28);
	whole(test, 1400, 1000);
}

static void too_small(struct kunit *test)
{
	struct sk_buff *skb = packet(test, NULL, 0, 100, 0);

	KUNIT_EXPECT_TRUE(test, IS_ERR(espah_fragment(&init_net, skb, 27)));
	KUNIT_EXPECT_TRUE(test, IS_ERR(espah_fragment(&init_net, skb, 0)));
}

/* A fragment that is fragmented again keeps its place. */
static void of_a_fragment(struct kunit *test)
{
	struct sk_buff *skb = packet(test, NULL, 0, 100, IP_MF | 5);
	struct sk_buff *list = espah_fragment(&init_net, skb, 60), *fragment;
	unsigned int at = 5;

	KUNIT_ASSERT_FALSE(test, IS_ERR_OR_NULL(list));
	for (fragment = list; fragment; fragment = fragment->next) {
		KUNIT_EXPECT_EQ(test, ntohs(ip_hdr(fragment)->frag_off),
				IP_MF | at);
		at += (fragment->len - sizeof(struct iphdr)) / 8;
	}
	kfree_skb_list(list);
}

/* RFC 791: record route (7) is in the first only, router alert (148) in all. */
static void options(struct kunit *test)
{
	static const u8 both[] = { 7, 3, 4, 1, 148, 4, 0, 0 };
	static const u8 copied[] = { 1, 1, 1, 1, 148, 4, 0, 0 };
	struct sk_buff *skb = packet(test, both, sizeof(both), 100, 0);
	struct sk_buff *list = espah_fragment(&init_net, skb, 76), *fragment;
	const u8 *expected = both;

	KUNIT_ASSERT_FALSE(test, IS_ERR_OR_NULL(list));
	KUNIT_EXPECT_NOT_ERR_OR_NULL(test, list->next);
	for (fragment = list; fragment; fragment = fragment->next) {
		KUNIT_EXPECT_EQ(test, memcmp(ip_hdr(fragment) + 1, expected,
					     sizeof(both)), 0);
		expected = copied;
	}
	kfree_skb_list(list);
}

/* What does not parse is left as it is, and nothing beyond it is read. */
static void odd_options(struct kunit *test)
{
	static const u8 odd[][4] = {
		{ 7, 0, 0, 0 }, { 7, 1, 0, 0 }, { 7, 5, 0, 0 }, { 1, 1, 1, 7 },
		{ 0, 7, 3, 4 },
	};
	struct sk_buff *list;
	int i;

	for (i = 0; i < ARRAY_SIZE(odd); i++) {
		list = espah_fragment(&init_net,
				      packet(test, odd[i], 4, 100, 0), 76);
		KUNIT_ASSERT_FALSE(test, IS_ERR_OR_NULL(list));
		KUNIT_EXPECT_EQ(test, memcmp(ip_hdr(list->next) + 1, odd[i], 4),
				0);
		kfree_skb_list(list);
	}
}

/* Conntrack says how long the fragments were that it put together. */
static void as_it_came(struct kunit *test)
{
	struct sk_buff *skb = packet(test, NULL, 0, 100, 0);
	struct sk_buff *list, *fragment;

	IPCB(skb)->frag_max_size = 44;
	IPCB(skb)->flags |= IPSKB_FRAG_PMTU;
	list = espah_fragment(&init_net, skb, 1000);
	KUNIT_ASSERT_FALSE(test, IS_ERR_OR_NULL(list));
	for (fragment = list; fragment; fragment = fragment->next) {
		KUNIT_EXPECT_LE(test, fragment->len, 44);
		KUNIT_EXPECT_TRUE(test, ip_hdr(fragment)->frag_off &
					htons(IP_DF));
	}
	kfree_skb_list(list);
}

#define PAYLOAD6	700

/* Hop-by-hop options, which each fragment has, and a payload that counts. */
static struct sk_buff *packet6(struct kunit *test)
{
	static const u8 hop[8] = { IPPROTO_UDP, 0, 1, 4, 0, 0, 0, 0 };
	struct sk_buff *skb = fixture_skb(test, 0, NULL, sizeof(struct ipv6hdr) +
					  sizeof(hop) + PAYLOAD6);
	struct ipv6hdr *iph = ipv6_hdr(skb);
	u8 *payload = (u8 *)(iph + 1) + sizeof(hop);
	unsigned int i;

	iph->version = 6;
	iph->nexthdr = NEXTHDR_HOP;
	iph->payload_len = htons(sizeof(hop) + PAYLOAD6);
	iph->daddr.s6_addr[15] = 1;
	memcpy(iph + 1, hop, sizeof(hop));
	for (i = 0; i < PAYLOAD6; i++)
		payload[i] = i;
	skb_dst_set(skb, dst_clone(fixture_route(test, 64, 1500)));
	return skb;
}

/* Returns the octets of payload in this one, which must begin at @at. */
static unsigned int check6(struct kunit *test, const struct sk_buff *fragment,
			   unsigned int at, __be32 id)
{
	const struct ipv6hdr *iph = ipv6_hdr(fragment);
	const struct frag_hdr *fh = (void *)(iph + 1) + 8;
	const u8 *payload = (const u8 *)(fh + 1);
	unsigned int here = fragment->data + fragment->len - payload, i;

	KUNIT_EXPECT_EQ(test, ntohs(iph->payload_len),
			fragment->len - sizeof(*iph));
	KUNIT_EXPECT_EQ(test, iph->nexthdr, NEXTHDR_HOP);
	KUNIT_EXPECT_EQ(test, *(const u8 *)(iph + 1), NEXTHDR_FRAGMENT);
	KUNIT_EXPECT_EQ(test, fh->nexthdr, IPPROTO_UDP);
	KUNIT_EXPECT_TRUE(test, fh->identification == id);
	KUNIT_EXPECT_EQ(test, ntohs(fh->frag_off) & IP6_OFFSET, at);
	KUNIT_EXPECT_TRUE(test, skb_dst(fragment));
	for (i = 0; i < here; i++)
		if (payload[i] != (u8)(at + i))
			break;
	KUNIT_EXPECT_EQ(test, i, here);
	return here;
}

/* RFC 8200 section 4.5: 40 octets, 8 of options, 8 that say which part. */
static void of_ipv6(struct kunit *test)
{
	struct sk_buff *skb = packet6(test), *list, *fragment;
	unsigned int limit, at;
	const struct frag_hdr *fh;

	for (limit = 64; limit < 800; limit += 9) {
		list = espah_fragment(&init_net, skb, limit);
		KUNIT_ASSERT_FALSE(test, IS_ERR_OR_NULL(list));
		fh = (void *)(ipv6_hdr(list) + 1) + 8;
		at = 0;
		for (fragment = list; fragment; fragment = fragment->next) {
			KUNIT_EXPECT_LE(test, fragment->len, limit);
			at += check6(test, fragment, at, fh->identification);
			fh = (void *)(ipv6_hdr(fragment) + 1) + 8;
			KUNIT_EXPECT_EQ(test, !!(fh->frag_off & htons(IP6_MF)),
					!!fragment->next);
		}
		KUNIT_EXPECT_EQ(test, at, PAYLOAD6);
		kfree_skb_list(list);
	}
	KUNIT_EXPECT_PTR_EQ(test, espah_fragment(&init_net, skb, 63),
			    ERR_PTR(-EMSGSIZE));
}

static struct kunit_case fragment_cases[] = {
	KUNIT_CASE(lengths),
	KUNIT_CASE(too_small),
	KUNIT_CASE(of_a_fragment),
	KUNIT_CASE(options),
	KUNIT_CASE(odd_options),
	KUNIT_CASE(as_it_came),
	KUNIT_CASE(of_ipv6),
	{}
};

struct kunit_suite fragment_suite = {
	.name		= "fragment",
	.test_cases	= fragment_cases,
};
