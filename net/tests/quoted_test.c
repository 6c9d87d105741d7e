// SPDX-License-Identifier: GPL-2.0-only
/* The packet that an ICMP error quotes: net/quoted.c. */

#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/ipv6.h>

#include "../flow.h"
#include "../quoted.h"
#include "fixture.h"
#include "suites.h"

/* A router tells A of what A has sent to B. */
#define FIXTURE_ROUTER	0x0a090003

/* An ICMP message and what it quotes, in either family. */
struct message {
	const char	*name;
	u8		type;
	u8		type6;
	/* Changes to the good one. */
	bool		fragment;	/* it is a part of one */
	bool		elsewhere;	/* it goes to somebody else than the quoted sender */
	bool		version;	/* what is quoted is of no version */
	unsigned int	cut;		/* octets of the quoted header that are missing */
	bool		found;
};

static const struct message messages[] = {
	{ "unreachable", ICMP_DEST_UNREACH, ICMPV6_DEST_UNREACH, .found = true },
	{ "time exceeded", ICMP_TIME_EXCEEDED, ICMPV6_TIME_EXCEED, .found = true },
	{ "parameter problem", ICMP_PARAMETERPROB, ICMPV6_PARAMPROB,
	  .found = true },
	{ "source quench, too big", ICMP_SOURCE_QUENCH, ICMPV6_PKT_TOOBIG,
	  .found = true },
	{ "echo", ICMP_ECHO, ICMPV6_ECHO_REQUEST },
	{ "echo reply", ICMP_ECHOREPLY, ICMPV6_ECHO_REPLY },
	{ "redirect", ICMP_REDIRECT, 137 },
	{ "no type that there is", 255, 127 },
	{ "not all of it", ICMP_DEST_UNREACH, ICMPV6_DEST_UNREACH,
	  .fragment = true },
	{ "to somebody else", ICMP_DEST_UNREACH, ICMPV6_DEST_UNREACH,
	  .elsewhere = true },
	{ "quotes nothing of IP", ICMP_DEST_UNREACH, ICMPV6_DEST_UNREACH,
	  .version = true },
	{ "quotes too little", ICMP_DEST_UNREACH, ICMPV6_DEST_UNREACH, .cut = 1 },
	{ "quotes nothing", ICMP_DEST_UNREACH, ICMPV6_DEST_UNREACH, .cut = 20 },
	{ "has no header", ICMP_DEST_UNREACH, ICMPV6_DEST_UNREACH, .cut = 28 },
};

static void message_desc(const struct message *message, char *desc)
{
	strscpy(desc, message->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(message, messages, message_desc);

struct message4 {
	struct iphdr	ip;
	struct icmphdr	icmp;
	struct iphdr	quoted;
} __packed;

struct message6 {
	struct ipv6hdr	ip;
	u8		options[8];
	struct icmphdr	icmp;
	struct ipv6hdr	quoted;
	u8		behind[8];
} __packed;

static void make4(struct message4 *octets, const struct message *message)
{
	memset(octets, 0, sizeof(*octets));
	fixture_ip_header(&octets->ip, IPPROTO_ICMP, sizeof(*octets));
	octets->ip.saddr = htonl(FIXTURE_ROUTER);
	octets->ip.daddr = htonl(message->elsewhere ? FIXTURE_B : FIXTURE_A);
	octets->ip.frag_off = message->fragment ? htons(1) : 0;
	octets->icmp.type = message->type;
	fixture_ip_header(&octets->quoted, IPPROTO_TCP, 40);
	octets->quoted.version = message->version ? 5 : 4;
}

static struct in6_addr addr6(u32 addr)
{
	return (struct in6_addr){ .s6_addr32 = { htonl(0xfd000000), 0, 0,
						 htonl(addr) } };
}

static void make6(struct message6 *octets, const struct message *message)
{
	memset(octets, 0, sizeof(*octets));
	octets->ip.version = 6;
	octets->ip.nexthdr = message->fragment ? NEXTHDR_FRAGMENT : NEXTHDR_DEST;
	octets->ip.saddr = addr6(FIXTURE_ROUTER);
	octets->ip.daddr = addr6(message->elsewhere ? FIXTURE_B : FIXTURE_A);
	octets->options[0] = IPPROTO_ICMPV6;
	octets->options[3] = message->fragment ? 8 : 0;
	octets->icmp.type = message->type6;
	octets->quoted.version = message->version ? 5 : 6;
	octets->quoted.nexthdr = NEXTHDR_HOP;
	octets->quoted.saddr = addr6(FIXTURE_A);
	octets->quoted.daddr = addr6(FIXTURE_B);
	octets->behind[0] = IPPROTO_TCP;
}

static void check(struct kunit *test, struct sk_buff *skb,
		  const struct message *message, const union espah_addr *src,
		  const union espah_addr *dst)
{
	struct espah_flow flow, back;
	bool found;

	memset(&back, 0xff, sizeof(back));
	skb->mark = 7;
	espah_flow_of(skb, &flow);
	/* The data may have moved on, as in the receive path. */
	__skb_pull(skb, 8);
	found = espah_quoted_worth(&flow) &&
		espah_quoted_back(skb, &flow, &back);
	KUNIT_EXPECT_EQ(test, found, message->found);
	if (!found)
		return;
	KUNIT_EXPECT_TRUE(test, espah_addr_equal(&back.src, src));
	KUNIT_EXPECT_TRUE(test, espah_addr_equal(&back.dst, dst));
	KUNIT_EXPECT_EQ(test, back.proto, IPPROTO_TCP);
	KUNIT_EXPECT_EQ(test, back.family, flow.family);
	KUNIT_EXPECT_EQ(test, back.mark, 7);
}

static void messages4(struct kunit *test)
{
	const struct message *message = test->param_value;
	union espah_addr a = espah_addr4(htonl(FIXTURE_A));
	union espah_addr b = espah_addr4(htonl(FIXTURE_B));
	struct message4 octets;

	make4(&octets, message);
	check(test, fixture_skb(test, 0, &octets, sizeof(octets) - message->cut),
	      message, &b, &a);
}

/* An extension header in front, and one in what is quoted. */
static void messages6(struct kunit *test)
{
	const struct message *message = test->param_value;
	struct in6_addr a6 = addr6(FIXTURE_A), b6 = addr6(FIXTURE_B);
	union espah_addr a = espah_addr6(&a6), b = espah_addr6(&b6);
	struct message6 octets;
	unsigned int len = sizeof(octets);

	if (message->cut)
		len -= sizeof(octets.behind) + message->cut;
	make6(&octets, message);
	check(test, fixture_skb(test, 0, &octets, len), message, &b, &a);
}

/* Nothing but ICMP of the packet's own family. */
static void other_protocols(struct kunit *test)
{
	struct espah_flow flow = fixture_flow(FIXTURE_A, FIXTURE_B, IPPROTO_UDP);

	KUNIT_EXPECT_FALSE(test, espah_quoted_worth(&flow));
	flow.proto = IPPROTO_ICMPV6;
	KUNIT_EXPECT_FALSE(test, espah_quoted_worth(&flow));
	flow.proto = IPPROTO_ICMP;
	KUNIT_EXPECT_TRUE(test, espah_quoted_worth(&flow));
	flow.family = AF_INET6;
	KUNIT_EXPECT_FALSE(test, espah_quoted_worth(&flow));
}

static struct kunit_case quoted_cases[] = {
	KUNIT_CASE_PARAM(messages4, message_gen_params),
	KUNIT_CASE_PARAM(messages6, message_gen_params),
	KUNIT_CASE(other_protocols),
	{},
};

struct kunit_suite quoted_suite = {
	.name		= "quoted",
	.test_cases	= quoted_cases,
};
