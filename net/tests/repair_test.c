// SPDX-License-Identifier: GPL-2.0-only
/* Checksums behind NAT: net/repair.c. */

#include <linux/ipv6.h>
#include <net/checksum.h>
#include <net/ip6_checksum.h>

#include "../repair.h"
#include "fixture.h"
#include "suites.h"

/* Octets of upper layer. */
#define LEN	40

/* What a packet has, and what the SA knows of the addresses that it left with. */
struct repair {
	const char	*name;
	u8		proto;
	unsigned int	at;
	bool		is6;
	bool		knows_src;
	bool		knows_dst;
	bool		repaired;
};

static const struct repair repairs[] = {
	{ "TCP, both addresses", IPPROTO_TCP, 16, false, true, true, true },
	{ "TCP, the source", IPPROTO_TCP, 16, false, true, false, true },
	{ "TCP, the destination", IPPROTO_TCP, 16, false, false, true, true },
	{ "UDP", IPPROTO_UDP, 6, false, true, true, true },
	{ "UDP-Lite", IPPROTO_UDPLITE, 6, false, true, true, true },
	{ "DCCP", IPPROTO_DCCP, 6, false, true, true, true },
	{ "nothing is known", IPPROTO_TCP, 16, false },
	{ "ICMP has no addresses in it", IPPROTO_ICMP, 2, false, true, true },
	{ "no ICMPv6 over IPv4", IPPROTO_ICMPV6, 2, false, true, true },
	{ "SCTP has none either", IPPROTO_SCTP, 8, false, true, true },
	{ "TCP over IPv6, both", IPPROTO_TCP, 16, true, true, true, true },
	{ "TCP over IPv6, the source", IPPROTO_TCP, 16, true, true, false, true },
	{ "TCP over IPv6, the destination", IPPROTO_TCP, 16, true, false, true, true },
	{ "UDP over IPv6", IPPROTO_UDP, 6, true, true, true, true },
	{ "ICMPv6", IPPROTO_ICMPV6, 2, true, true, true, true },
	{ "nothing is known over IPv6", IPPROTO_UDP, 6, true },
};

static void repair_desc(const struct repair *repair, char *desc)
{
	strscpy(desc, repair->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(repair, repairs, repair_desc);

static union espah_addr addr_of(bool is6, u8 last)
{
	union espah_addr addr = {};

	if (!is6)
		return espah_addr4(htonl(0x0a090000 | last));
	addr.v6.s6_addr[0] = 0xfd;
	addr.v6.s6_addr[7] = last;
	addr.v6.s6_addr[15] = last;
	return addr;
}

/* Of @len octets of upper layer, as if from @src to @dst. */
static __sum16 sum_of(const u8 *upper, unsigned int len, u8 proto, bool is6,
		      const union espah_addr *src, const union espah_addr *dst)
{
	__wsum sum = csum_partial(upper, len, 0);

	if (is6)
		return csum_ipv6_magic(&src->v6, &dst->v6, len, proto, sum);
	return csum_tcpudp_magic(src->v4, dst->v4, len, proto, sum);
}

/* A packet from 1 to 2 that left as one from 3 to 4; @upper is its upper layer. */
static struct sk_buff *make(struct kunit *test, u8 proto, bool is6, const u8 *upper)
{
	union espah_addr src = addr_of(is6, 1), dst = addr_of(is6, 2);
	u8 packet[sizeof(struct ipv6hdr) + LEN] = {};
	struct ipv6hdr *ip6h = (struct ipv6hdr *)packet;
	struct iphdr *iph = (struct iphdr *)packet;
	unsigned int front = is6 ? sizeof(*ip6h) : sizeof(*iph);
	struct sk_buff *skb;

	if (is6) {
		ip6h->version = 6;
		ip6h->payload_len = htons(LEN);
		ip6h->nexthdr = proto;
		ip6h->saddr = src.v6;
		ip6h->daddr = dst.v6;
	} else {
		fixture_ip_header(iph, proto, front + LEN);
		iph->saddr = src.v4;
		iph->daddr = dst.v4;
	}
	memcpy(packet + front, upper, LEN);
	skb = fixture_skb(test, 0, packet, front + LEN);
	skb->protocol = is6 ? htons(ETH_P_IPV6) : htons(ETH_P_IP);
	skb_reset_network_header(skb);
	return skb;
}

static struct espah_sa *knower(struct kunit *test, bool is6, bool src, bool dst)
{
	struct espah_sa *sa = kunit_kzalloc(test, sizeof(*sa), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, sa);
	sa->nat = kunit_kzalloc(test, sizeof(*sa->nat), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, sa->nat);
	sa->id.family = is6 ? AF_INET6 : AF_INET;
	if (src)
		sa->nat->oaddr = addr_of(is6, 3);
	if (dst)
		sa->nat->odst = addr_of(is6, 4);
	return sa;
}

static void fill(u8 *upper)
{
	unsigned int i;

	for (i = 0; i < LEN; i++)
		upper[i] = 7 * i + 1;
}

static __sum16 *sum_in(u8 *upper, unsigned int at)
{
	return (__sum16 *)(upper + at);
}

static void repaired_or_left(struct kunit *test)
{
	const struct repair *repair = test->param_value;
	bool is6 = repair->is6;
	union espah_addr src = addr_of(is6, 1), dst = addr_of(is6, 2);
	union espah_addr left_src = repair->knows_src ? addr_of(is6, 3) : src;
	union espah_addr left_dst = repair->knows_dst ? addr_of(is6, 4) : dst;
	u8 upper[LEN] __aligned(4), after[LEN] __aligned(4);
	struct sk_buff *skb;

	fill(upper);
	*sum_in(upper, repair->at) = 0;
	*sum_in(upper, repair->at) = sum_of(upper, LEN, repair->proto, is6,
					    &left_src, &left_dst);
	skb = make(test, repair->proto, is6, upper);
	espah_repair_checksum(skb, knower(test, is6, repair->knows_src, repair->knows_dst));
	skb_copy_bits(skb, skb->len - LEN, after, LEN);
	if (!repair->repaired) {
		KUNIT_EXPECT_EQ(test, memcmp(upper, after, LEN), 0);
		return;
	}
	KUNIT_EXPECT_TRUE(test, !sum_of(after, LEN, repair->proto, is6, &src, &dst));
	/* And nothing else. */
	*sum_in(after, repair->at) = *sum_in(upper, repair->at);
	KUNIT_EXPECT_EQ(test, memcmp(upper, after, LEN), 0);
}

/* RFC 768: 0 says that there is none, and one that would be is written as all ones. */
static void zero_of_udp(struct kunit *test)
{
	union espah_addr src = addr_of(false, 1), dst = addr_of(false, 2);
	union espah_addr left_src = addr_of(false, 3), left_dst = addr_of(false, 4);
	struct espah_sa *sa = knower(test, false, true, true);
	u8 upper[LEN] __aligned(4);
	struct sk_buff *skb;

	fill(upper);
	*sum_in(upper, 6) = 0;
	skb = make(test, IPPROTO_UDP, false, upper);
	espah_repair_checksum(skb, sa);
	KUNIT_EXPECT_TRUE(test, !*sum_in(skb->data + 20, 6));

	/* Datagrams whose sum over the addresses that they have is 0. */
	*sum_in(upper, 8) = 0;
	*sum_in(upper, 8) = sum_of(upper, LEN, IPPROTO_UDP, false, &src, &dst);
	*sum_in(upper, 6) = sum_of(upper, LEN, IPPROTO_UDP, false, &left_src, &left_dst);
	skb = make(test, IPPROTO_UDP, false, upper);
	espah_repair_checksum(skb, sa);
	KUNIT_EXPECT_TRUE(test, *sum_in(skb->data + 20, 6) == CSUM_MANGLED_0);
}

static void too_short(struct kunit *test)
{
	struct espah_sa *sa = knower(test, false, true, true);
	u8 upper[LEN] __aligned(4);
	struct sk_buff *skb;

	fill(upper);
	skb = make(test, IPPROTO_TCP, false, upper);
	skb_trim(skb, 20 + 17);
	espah_repair_checksum(skb, sa);
	KUNIT_EXPECT_EQ(test, memcmp(skb->data + 20, upper, 17), 0);
}

static struct kunit_case repair_cases[] = {
	KUNIT_CASE_PARAM(repaired_or_left, repair_gen_params),
	KUNIT_CASE(zero_of_udp),
	KUNIT_CASE(too_short),
	{}
};

struct kunit_suite repair_suite = {
	.name		= "repair",
	.test_cases	= repair_cases,
};
