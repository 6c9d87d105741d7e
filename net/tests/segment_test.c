// SPDX-License-Identifier: GPL-2.0-only
/* Segments of a large packet of TCP: net/segment.c. */

#include <linux/err.h>
#include <linux/tcp.h>
#include <net/ip.h>
#include <net/tcp.h>

#include "../segment.h"
#include "fixture.h"
#include "suites.h"

#define SIZE	1000
#define HEADERS	(sizeof(struct iphdr) + sizeof(struct tcphdr))
#define HEAD	160
#define TAIL	48
#define ID	0xfffe
#define SEQ	0xfffffff0

/* As TCP sends it, with a payload that counts. */
static struct sk_buff *packet(struct kunit *test, unsigned int payload)
{
	struct sk_buff *skb = fixture_skb(test, 64, NULL, HEADERS + payload);
	struct iphdr *iph = ip_hdr(skb);
	struct tcphdr *th = (struct tcphdr *)(iph + 1);
	unsigned int i;

	fixture_ip_header(iph, IPPROTO_TCP, skb->len);
	iph->id = htons(ID);
	skb_set_transport_header(skb, sizeof(*iph));
	*th = (struct tcphdr){
		.seq	= htonl(SEQ),
		.doff	= sizeof(*th) / 4,
		.ack	= 1,
		.psh	= 1,
		.fin	= 1,
		.check	= ~tcp_v4_check(skb->len - sizeof(*iph), iph->saddr,
					iph->daddr, 0),
	};
	for (i = 0; i < payload; i++)
		skb->data[HEADERS + i] = i % 251;
	skb->protocol = htons(ETH_P_IP);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_transport_header(skb) - skb->head;
	skb->csum_offset = offsetof(struct tcphdr, check);
	skb_shinfo(skb)->gso_size = SIZE;
	skb_shinfo(skb)->gso_type = SKB_GSO_TCPV4;
	return skb;
}

static void check_headers(struct kunit *test, const struct sk_buff *seg,
			  unsigned int number)
{
	const struct iphdr *iph = ip_hdr(seg);
	const struct tcphdr *th = tcp_hdr(seg);
	unsigned int len = seg->len - sizeof(*iph);

	KUNIT_EXPECT_EQ(test, ntohs(iph->tot_len), seg->len);
	KUNIT_EXPECT_EQ(test, ntohs(iph->id), (u16)(ID + number));
	KUNIT_EXPECT_TRUE(test, !ip_fast_csum(iph, iph->ihl));
	KUNIT_EXPECT_EQ(test, ntohl(th->seq), (u32)(SEQ + number * SIZE));
	KUNIT_EXPECT_TRUE(test, th->ack);
	KUNIT_EXPECT_EQ(test, !!th->fin, !seg->next);
	KUNIT_EXPECT_EQ(test, !!th->psh, !seg->next);
	KUNIT_EXPECT_TRUE(test, !tcp_v4_check(len, iph->saddr, iph->daddr,
					      csum_partial(th, len, 0)));
	KUNIT_EXPECT_TRUE(test, seg->ip_summed == CHECKSUM_NONE);
}

/* Returns the octets of payload in this one, which must begin at @at. */
static unsigned int check(struct kunit *test, const struct sk_buff *seg,
			  unsigned int number, unsigned int at)
{
	unsigned int here = seg->len - HEADERS, i;

	check_headers(test, seg, number);
	KUNIT_EXPECT_LE(test, here, SIZE);
	KUNIT_EXPECT_FALSE(test, skb_is_gso(seg));
	KUNIT_EXPECT_FALSE(test, skb_is_nonlinear(seg));
	KUNIT_EXPECT_EQ(test, skb_headroom(seg), HEAD);
	KUNIT_EXPECT_GE(test, skb_tailroom(seg), TAIL);
	for (i = 0; i < here; i++)
		if (seg->data[HEADERS + i] != (at + i) % 251)
			break;
	KUNIT_EXPECT_EQ(test, i, here);
	return here;
}

static void lengths(struct kunit *test)
{
	static const unsigned int payloads[] = { 1001, 2000, 2001, 3999, 20000 };
	struct sk_buff *segs, *seg;
	unsigned int i, at, number;

	for (i = 0; i < ARRAY_SIZE(payloads); i++) {
		segs = espah_segment(packet(test, payloads[i]), HEAD, TAIL);
		KUNIT_ASSERT_FALSE(test, IS_ERR_OR_NULL(segs));
		at = 0;
		number = 0;
		for (seg = segs; seg; seg = seg->next)
			at += check(test, seg, number++, at);
		KUNIT_EXPECT_EQ(test, at, payloads[i]);
		KUNIT_EXPECT_EQ(test, number, DIV_ROUND_UP(payloads[i], SIZE));
		kfree_skb_list(segs);
	}
}

/* Only the first says that the congestion window is smaller (RFC 3168 section 6.1.2). */
static void window_reduced(struct kunit *test)
{
	struct sk_buff *skb = packet(test, 2500), *segs, *seg;

	tcp_hdr(skb)->cwr = 1;
	segs = espah_segment(skb, HEAD, TAIL);
	KUNIT_ASSERT_FALSE(test, IS_ERR_OR_NULL(segs));
	for (seg = segs; seg; seg = seg->next)
		KUNIT_EXPECT_EQ(test, !!tcp_hdr(seg)->cwr, seg == segs);
	kfree_skb_list(segs);
}

static struct kunit_case segment_cases[] = {
	KUNIT_CASE(lengths),
	KUNIT_CASE(window_reduced),
	{}
};

struct kunit_suite segment_suite = {
	.name		= "segment",
	.test_cases	= segment_cases,
};
