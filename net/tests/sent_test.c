// SPDX-License-Identifier: GPL-2.0-only
/* What was found for packets that left: net/sent.c, and what makes that out of date. */

#include <linux/cpumask.h>
#include <linux/sched.h>
#include <linux/udp.h>
#include <net/ip.h>

#include "../sent.h"
#include "fixture.h"
#include "suites.h"

/* An IPv4 packet with ports. */
struct packet {
	struct iphdr	iph;
	struct udphdr	udp;
};

static struct sk_buff *make_packet(struct kunit *test, u8 proto)
{
	struct packet packet = {
		.udp.source	= htons(7),
		.udp.dest	= htons(9),
	};
	struct sk_buff *skb;

	fixture_ip_header(&packet.iph, proto, sizeof(packet));
	skb = fixture_skb(test, 0, &packet, sizeof(packet));
	skb_dst_set(skb, dst_clone(fixture_route(test, 64, 1500)));
	return skb;
}

static struct packet *packet_of(struct sk_buff *skb)
{
	return (struct packet *)skb->data;
}

static const struct espah_sent *recall(struct espah_net *en,
				       struct sk_buff *skb)
{
	const struct espah_sent *sent;

	local_bh_disable();
	sent = espah_sent_recall(en, skb, espah_net_generation(en));
	local_bh_enable();
	return sent;
}

/* Neither is looked at. */
static void learn(struct espah_net *en, struct sk_buff *skb)
{
	local_bh_disable();
	espah_sent_learn(en, skb, (struct espah_policy *)1,
			 (struct espah_sa *)2, espah_net_generation(en));
	local_bh_enable();
}

/* A namespace that remembers what has left. Each CPU does for itself: the thread, which is the
 * test case's own, stays on this one.
 */
static struct espah_net *remembering(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);

	KUNIT_ASSERT_EQ(test, set_cpus_allowed_ptr(current,
						   cpumask_of(raw_smp_processor_id())), 0);
	mutex_lock(&en->lock);
	espah_sent_prepare(en);
	mutex_unlock(&en->lock);
	KUNIT_ASSERT_TRUE(test, en->sents);
	return en;
}

static void other_source(struct sk_buff *skb)
{
	packet_of(skb)->iph.saddr ^= htonl(1);
}

static void other_destination(struct sk_buff *skb)
{
	packet_of(skb)->iph.daddr ^= htonl(1);
}

static void both_the_other_way(struct sk_buff *skb)
{
	swap(packet_of(skb)->iph.saddr, packet_of(skb)->iph.daddr);
}

static void other_source_port(struct sk_buff *skb)
{
	packet_of(skb)->udp.source = htons(8);
}

static void other_destination_port(struct sk_buff *skb)
{
	packet_of(skb)->udp.dest = htons(8);
}

static void other_protocol(struct sk_buff *skb)
{
	packet_of(skb)->iph.protocol = IPPROTO_TCP;
}

static void other_tos(struct sk_buff *skb)
{
	packet_of(skb)->iph.tos = 0x20;
}

static void other_mark(struct sk_buff *skb)
{
	skb->mark = 1;
}

static void first_fragment(struct sk_buff *skb)
{
	packet_of(skb)->iph.frag_off = htons(IP_MF);
}

static void later_fragment(struct sk_buff *skb)
{
	packet_of(skb)->iph.frag_off = htons(1);
}

static void with_options(struct sk_buff *skb)
{
	packet_of(skb)->iph.ihl = 6;
}

static void without_route(struct sk_buff *skb)
{
	skb_dst_drop(skb);
}

static void only_what_looks_the_same(struct kunit *test)
{
	static void (*const changes[])(struct sk_buff *skb) = {
		other_source, other_destination, both_the_other_way,
		other_source_port, other_destination_port, other_protocol,
		other_tos, other_mark, first_fragment, later_fragment,
		with_options, without_route,
	};
	struct espah_net *en = remembering(test);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		struct sk_buff *skb = make_packet(test, IPPROTO_UDP);

		learn(en, skb);
		KUNIT_EXPECT_NOT_NULL_MSG(test, recall(en, skb), "%u", i);
		changes[i](skb);
		KUNIT_EXPECT_NULL_MSG(test, recall(en, skb), "%u", i);
	}
}

/* Its device's number is looked at. */
static void by_another_device(struct kunit *test)
{
	struct sk_buff *skb = make_packet(test, IPPROTO_UDP);
	struct espah_net *en = remembering(test);
	struct espah_sent *sent;

	learn(en, skb);
	sent = (struct espah_sent *)recall(en, skb);
	KUNIT_ASSERT_NOT_NULL(test, sent);
	sent->oif++;
	KUNIT_EXPECT_NULL(test, recall(en, skb));
}

/* Of ICMP, type and code are not seen here, which a selector may ask for. */
static void what_is_not_seen_is_not_remembered(struct kunit *test)
{
	struct sk_buff *skb = make_packet(test, IPPROTO_ICMP);
	struct espah_net *en = remembering(test);

	en->narrowness.selectors++;
	learn(en, skb);
	KUNIT_EXPECT_NULL(test, recall(en, skb));
	packet_of(skb)->iph.protocol = IPPROTO_UDP;
	learn(en, skb);
	KUNIT_EXPECT_NOT_NULL(test, recall(en, skb));
	en->narrowness.selectors--;
	packet_of(skb)->iph.protocol = IPPROTO_ICMP;
	learn(en, skb);
	KUNIT_EXPECT_NOT_NULL(test, recall(en, skb));
}

static void nothing_is_remembered_without_memory(struct kunit *test)
{
	struct sk_buff *skb = make_packet(test, IPPROTO_UDP);
	struct espah_net *en = fixture_net(test);

	learn(en, skb);
	KUNIT_EXPECT_NULL(test, recall(en, skb));
}

/* A packet is remembered, and @change happens; then it must not be. */
static void forgotten(struct kunit *test, struct sk_buff *skb, const char *what)
{
	struct espah_net *en = fixture_net(test);

	KUNIT_EXPECT_NULL_MSG(test, recall(en, skb), "%s", what);
	learn(en, skb);
	KUNIT_ASSERT_NOT_NULL(test, recall(en, skb));
}

static void sas_change(struct kunit *test)
{
	struct sk_buff *skb = make_packet(test, IPPROTO_UDP);
	struct espah_sa_config config = fixture_sa_config(0x100);
	struct espah_selector sel = { .family = AF_INET };
	struct espah_net *en = remembering(test);
	struct espah_sa *sa;

	learn(en, skb);
	sa = fixture_sa_add(en, &config);
	KUNIT_ASSERT_FALSE(test, IS_ERR(sa));
	forgotten(test, skb, "added");
	mutex_lock(&en->lock);
	KUNIT_EXPECT_EQ(test, 0, espah_sa_change(sa, &sel, NULL,
						 &config.thresholds));
	mutex_unlock(&en->lock);
	forgotten(test, skb, "another selector");
	fixture_sa_remove(en, sa);
	forgotten(test, skb, "removed");
}

static struct espah_policy *insert(struct espah_net *en,
				   const struct espah_policy_config *config,
				   struct espah_policy *old)
{
	struct espah_policy *policy;

	mutex_lock(&en->lock);
	policy = espah_spd_insert(en, config, old);
	mutex_unlock(&en->lock);
	return policy;
}

static void policies_change(struct kunit *test)
{
	struct sk_buff *skb = make_packet(test, IPPROTO_UDP);
	struct espah_policy_config config = {
		.sel.family	= AF_INET,
		.dir		= ESPAH_DIR_OUT,
		.action		= ESPAH_ACTION_BYPASS,
	};
	struct espah_net *en = remembering(test);
	struct espah_policy *policy;

	learn(en, skb);
	policy = insert(en, &config, NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(policy));
	forgotten(test, skb, "inserted");
	policy = insert(en, &config, policy);
	KUNIT_ASSERT_FALSE(test, IS_ERR(policy));
	forgotten(test, skb, "replaced");
	config.priority++;
	policy = insert(en, &config, policy);
	KUNIT_ASSERT_FALSE(test, IS_ERR(policy));
	forgotten(test, skb, "replaced elsewhere");
	mutex_lock(&en->lock);
	espah_spd_remove(en, policy);
	mutex_unlock(&en->lock);
	forgotten(test, skb, "removed");
}

static struct kunit_case sent_cases[] = {
	KUNIT_CASE(only_what_looks_the_same),
	KUNIT_CASE(by_another_device),
	KUNIT_CASE(what_is_not_seen_is_not_remembered),
	KUNIT_CASE(nothing_is_remembered_without_memory),
	KUNIT_CASE(sas_change),
	KUNIT_CASE(policies_change),
	{}
};

struct kunit_suite sent_suite = {
	.name		= "sent",
	.init		= fixture_init,
	.exit		= fixture_exit,
	.test_cases	= sent_cases,
};
