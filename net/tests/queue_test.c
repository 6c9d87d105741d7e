// SPDX-License-Identifier: GPL-2.0-only
/* Packets that wait for an SA: net/queue.c. What sends them is the fixture's. */

#include "../packet.h"
#include "../queue.h"
#include "fixture.h"
#include "suites.h"

#define LEN	100

struct room {
	const char		*desc;
	struct espah_load	load;
	unsigned int		octets;
	bool			fits;
};

static const struct espah_load most = { .packets = 3, .octets = 1000 };

static const struct room rooms[] = {
	{ "nothing there", { 0, 0 }, 1, true },
	{ "one packet less than may be", { 2, 0 }, 1, true },
	{ "as many packets as may be", { 3, 0 }, 1, false },
	{ "to the last octet", { 2, 900 }, 100, true },
	{ "an octet too many", { 2, 900 }, 101, false },
	{ "all octets at once", { 0, 0 }, 1000, true },
	{ "larger than all", { 0, 0 }, 1001, false },
	{ "a sum that wraps", { 1, 1000 }, UINT_MAX, false },
};

static void room_desc(const struct room *room, char *desc)
{
	strscpy(desc, room->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(room, rooms, room_desc);

static void there_is_room_or_not(struct kunit *test)
{
	const struct room *room = test->param_value;

	KUNIT_EXPECT_EQ(test, espah_load_fits(&room->load, &most, room->octets),
			room->fits);
}

static struct espah_policy *policy_add_mode(struct kunit *test, u8 mode)
{
	struct espah_net *en = fixture_net(test);
	struct espah_policy_config config = {
		.sel	= {
			.src_max = espah_addr4(htonl(~0)),
			.dst_max = espah_addr4(htonl(~0)),
			.family	= AF_INET,
		},
		.dir	= ESPAH_DIR_OUT,
		.action	= ESPAH_ACTION_PROTECT,
		.tmpls	= 1,
		.tmpl[0] = {
			.src	= espah_addr4(htonl(FIXTURE_A)),
			.dst	= espah_addr4(htonl(FIXTURE_B)),
			.reqid	= 1,
			.family	= AF_INET,
			.proto	= IPPROTO_ESP,
			.mode	= mode,
		},
	};
	struct espah_policy *policy;

	mutex_lock(&en->lock);
	policy = espah_spd_insert(en, &config, NULL);
	mutex_unlock(&en->lock);
	KUNIT_ASSERT_FALSE(test, IS_ERR(policy));
	return policy;
}

/* An outbound tunnel from A to B, with reqid 1 as fixture_sa_config() has it. */
static struct espah_policy *policy_add(struct kunit *test)
{
	return policy_add_mode(test, ESPAH_MODE_TUNNEL);
}

/* A packet that is known again by its mark, from A to that many hosts after B. */
static struct sk_buff *packet(struct kunit *test, u32 mark)
{
	struct sk_buff *skb = alloc_skb(LEN, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_put_zero(skb, LEN);
	skb_reset_network_header(skb);
	fixture_ip_header(ip_hdr(skb), IPPROTO_UDP, LEN);
	ip_hdr(skb)->daddr = htonl(FIXTURE_B + mark);
	skb->mark = mark;
	return skb;
}

static enum espah_queue_verdict add(struct kunit *test,
				    struct espah_policy *policy, u32 mark)
{
	struct espah_flow flow = fixture_flow(FIXTURE_A, FIXTURE_B, 17);
	struct sk_buff *skb = packet(test, mark);
	enum espah_queue_verdict verdict;
	struct espah_sa *sa;

	rcu_read_lock();
	local_bh_disable();
	verdict = espah_queue_add(fixture_net(test), policy, &flow, skb, &sa);
	local_bh_enable();
	rcu_read_unlock();
	if (verdict != ESPAH_QUEUE_TAKEN)
		kfree_skb(skb);
	return verdict;
}

static bool behind(struct kunit *test, struct espah_policy *policy, u32 mark)
{
	struct sk_buff *skb = packet(test, mark);
	bool taken;

	local_bh_disable();
	taken = espah_queue_behind(fixture_net(test), policy, skb);
	local_bh_enable();
	if (!taken)
		kfree_skb(skb);
	return taken;
}

static bool has_room(struct kunit *test, struct espah_policy *policy)
{
	struct sk_buff *skb = packet(test, 0);
	bool room;

	local_bh_disable();
	room = espah_queue_has_room(fixture_net(test), policy, skb);
	local_bh_enable();
	kfree_skb(skb);
	return room;
}

static void hold(struct espah_net *en)
{
	mutex_lock(&en->lock);
	espah_queue_hold(en);
	mutex_unlock(&en->lock);
}

static void release(struct espah_net *en)
{
	mutex_lock(&en->lock);
	espah_queue_release(en);
	mutex_unlock(&en->lock);
}

static void expect_empty(struct kunit *test, const struct espah_policy *policy)
{
	const struct espah_waiting *waiting = &fixture_net(test)->waiting;

	KUNIT_EXPECT_NULL(test, policy->queue);
	KUNIT_EXPECT_TRUE(test, list_empty(&waiting->queues));
	KUNIT_EXPECT_EQ(test, waiting->load.packets, 0);
	KUNIT_EXPECT_EQ(test, waiting->load.octets, 0);
	KUNIT_EXPECT_FALSE(test, waiting->held);
	KUNIT_EXPECT_FALSE(test, waiting->sending);
}

/* Those that were sent, by their marks. */
static void expect_sent(struct kunit *test, u32 first, u32 count)
{
	struct fixture *fixture = test->priv;
	u32 i;

	KUNIT_ASSERT_EQ(test, fixture->resumed, count);
	for (i = 0; i < count; i++)
		KUNIT_EXPECT_EQ(test, fixture->resumed_marks[i], first + i);
}

static void leave_in_order(struct kunit *test)
{
	struct espah_policy *policy = policy_add(test);
	struct fixture *fixture = test->priv;
	u32 i;

	KUNIT_EXPECT_NULL(test, policy->queue);
	KUNIT_EXPECT_TRUE(test, has_room(test, policy));
	for (i = 0; i < 5; i++)
		KUNIT_EXPECT_EQ(test, add(test, policy, i), ESPAH_QUEUE_TAKEN);
	KUNIT_EXPECT_EQ(test, fixture->en.waiting.load.packets, 5);

	fixture->resumes = 5;
	release(&fixture->en);
	expect_sent(test, 0, 5);
	expect_empty(test, policy);
}

/* Some have an SA now; the others wait on, before those that come later. */
static void others_wait_on(struct kunit *test)
{
	struct espah_policy *policy = policy_add(test);
	struct fixture *fixture = test->priv;
	u32 i;

	for (i = 0; i < 4; i++)
		add(test, policy, i);
	fixture->resumes = 2;
	release(&fixture->en);
	expect_sent(test, 0, 2);
	KUNIT_EXPECT_EQ(test, fixture->en.waiting.load.packets, 2);

	add(test, policy, 4);
	fixture->resumes = 3;
	release(&fixture->en);
	expect_sent(test, 0, 5);
	expect_empty(test, policy);
}

static void late_ones_line_up(struct kunit *test)
{
	struct espah_policy *policy = policy_add(test);
	struct fixture *fixture = test->priv;

	KUNIT_EXPECT_FALSE(test, behind(test, policy, 0));
	add(test, policy, 0);
	/* One that has an SA need not wait for those that have none. */
	KUNIT_EXPECT_FALSE(test, behind(test, policy, 9));

	hold(&fixture->en);
	KUNIT_EXPECT_TRUE(test, behind(test, policy, 1));
	fixture->resumes = 2;
	release(&fixture->en);
	expect_sent(test, 0, 2);
	KUNIT_EXPECT_FALSE(test, behind(test, policy, 9));
	expect_empty(test, policy);
}

/* So many that come one after another while the first is sent, and find it held. */
static void followed_by(struct kunit *test, struct espah_policy *policy,
			u32 count)
{
	struct fixture *fixture = test->priv;
	u32 i;

	add(test, policy, 0);
	for (i = 1; i <= count; i++)
		__skb_queue_tail(&fixture->followers, packet(test, i));
	fixture->resumes = count + 1;
	hold(&fixture->en);
	release(&fixture->en);
	__skb_queue_purge(&fixture->followers);
	expect_empty(test, policy);
}

static void none_overtakes(struct kunit *test)
{
	struct espah_policy *policy = policy_add(test);
	struct fixture *fixture = test->priv;

	followed_by(test, policy, 6);
	expect_sent(test, 0, 7);
	KUNIT_EXPECT_EQ(test, fixture->overtook, 0);
}

static void lining_up_has_an_end(struct kunit *test)
{
	struct espah_policy *policy = policy_add(test);
	struct fixture *fixture = test->priv;

	followed_by(test, policy, FIXTURE_RESUMES);
	KUNIT_EXPECT_LT(test, fixture->resumed, FIXTURE_RESUMES);
	KUNIT_EXPECT_EQ(test, fixture->overtook, 1);
}

/* No SA came after all: nobody is left standing. */
static void nothing_came(struct kunit *test)
{
	struct espah_policy *policy = policy_add(test);
	struct fixture *fixture = test->priv;

	add(test, policy, 0);
	hold(&fixture->en);
	release(&fixture->en);
	expect_sent(test, 0, 0);
	KUNIT_EXPECT_FALSE(test, fixture->en.waiting.held);
	KUNIT_EXPECT_EQ(test, fixture->en.waiting.load.packets, 1);
}

static void a_queue_is_bounded(struct kunit *test)
{
	struct espah_policy *policy = policy_add(test);
	struct fixture *fixture = test->priv;
	u32 i;

	for (i = 0; i < ESPAH_QUEUE_PACKETS; i++)
		KUNIT_ASSERT_EQ(test, add(test, policy, i), ESPAH_QUEUE_TAKEN);
	KUNIT_EXPECT_EQ(test, add(test, policy, i), ESPAH_QUEUE_FULL);
	KUNIT_EXPECT_FALSE(test, has_room(test, policy));
	hold(&fixture->en);
	KUNIT_EXPECT_FALSE(test, behind(test, policy, i));
	release(&fixture->en);
}

/* It came between the caller's look and ours. */
static void the_sa_is_there(struct kunit *test)
{
	struct espah_sa_config config = fixture_sa_config(0x1100);
	struct espah_policy *policy = policy_add(test);
	struct espah_net *en = fixture_net(test);
	struct espah_sa *sa = fixture_sa_add(en, &config);

	KUNIT_ASSERT_FALSE(test, IS_ERR(sa));
	KUNIT_EXPECT_EQ(test, add(test, policy, 0), ESPAH_QUEUE_GO);
	expect_empty(test, policy);
}

static void expect_figures(struct kunit *test, const struct espah_policy *policy,
			   u64 packets, u64 bytes)
{
	u64 has_packets, has_bytes;

	espah_policy_usage(policy, &has_packets, &has_bytes);
	KUNIT_EXPECT_EQ(test, has_packets, packets);
	KUNIT_EXPECT_EQ(test, has_bytes, bytes);
}

static void the_policy_ends(struct kunit *test)
{
	struct espah_policy *policy = policy_add(test);
	struct espah_net *en = fixture_net(test);
	u32 i;

	for (i = 0; i < 3; i++)
		add(test, policy, i);
	mutex_lock(&en->lock);
	espah_queue_end(en, policy);
	mutex_unlock(&en->lock);
	KUNIT_EXPECT_EQ(test, espah_counter_read(en, ESPAH_A_CNT_OUT_QUEUE_POLICY),
			3);
	/* Who found it before it ended comes too late. */
	KUNIT_EXPECT_EQ(test, add(test, policy, 3), ESPAH_QUEUE_ENDED);
	expect_sent(test, 0, 0);
	expect_empty(test, policy);
}

/* The same packets wait for the same SA, which will be elsewhere. */
static void the_policy_moves(struct kunit *test)
{
	struct espah_policy *policy = policy_add(test), *heir;
	struct espah_net *en = fixture_net(test);
	struct fixture *fixture = test->priv;
	struct espah_policy_config config;
	const u32 index = policy->index;

	add(test, policy, 0);
	add(test, policy, 1);
	rcu_read_lock();
	espah_policy_use(policy, 100);
	rcu_read_unlock();
	mutex_lock(&en->lock);
	config = policy->config;
	config.tmpl[0].dst = espah_addr4(htonl(FIXTURE_B + 1));
	heir = espah_spd_prepare(en, &config);
	KUNIT_EXPECT_FALSE(test, IS_ERR(heir));
	espah_queue_move(en, policy, heir);
	mutex_unlock(&en->lock);
	/* Whoever found it before, and comes late. */
	KUNIT_EXPECT_EQ(test, add(test, policy, 2), ESPAH_QUEUE_TAKEN);
	mutex_lock(&en->lock);
	espah_spd_succeed(en, policy, heir);
	mutex_unlock(&en->lock);
	KUNIT_EXPECT_EQ(test, espah_queue_waiting(en, heir), 3);
	KUNIT_EXPECT_EQ(test, heir->index, index);
	expect_figures(test, heir, 1, 100);
	fixture->resumes = 3;
	hold(en);
	release(en);
	expect_sent(test, 0, 3);
	expect_empty(test, heir);
	KUNIT_EXPECT_EQ(test,
			espah_counter_read(en, ESPAH_A_CNT_OUT_QUEUE_POLICY), 0);
}

/* Whether what goes to that many hosts after B was asked for. */
static bool asked_for(struct espah_net *en, u32 mark)
{
	union espah_addr dst = espah_addr4(htonl(FIXTURE_B + mark));
	int i;

	for (i = 0; i < ESPAH_ASKS; i++)
		if (espah_addr_equal(&en->asking.asks[i].flow.dst, &dst))
			return true;
	return false;
}

/* More wait than may ask at once: each has its turn, and then they begin again. */
static void those_that_wait_ask_in_turns(struct kunit *test)
{
	struct espah_policy *policy = policy_add_mode(test,
						      ESPAH_MODE_TRANSPORT);
	struct fixture *fixture = test->priv;
	struct espah_asking *asking = &fixture->en.asking;
	u32 i, round, count = 2 * ESPAH_ASKS_POLICY + 1;

	for (i = 0; i < count; i++)
		add(test, policy, i);
	for (round = 0; round < 4; round++) {
		mod_delayed_work(system_wq, &fixture->en.waiting.work, 0);
		flush_work(&fixture->en.waiting.work.work);
		if (round == 2)
			for (i = 0; i < count; i++)
				KUNIT_EXPECT_TRUE(test,
						  asked_for(&fixture->en, i));
		for (i = 0; i < ESPAH_ASKS; i++)
			asking->asks[i].asked -= ESPAH_ASK_EVERY;
	}
	KUNIT_EXPECT_EQ(test, fixture->acquires, count + ESPAH_ASKS_POLICY);
}

/* The clock is not waited for: the first two are made old. */
static void time_is_over(struct kunit *test)
{
	struct espah_policy *policy = policy_add(test);
	struct espah_net *en = fixture_net(test);
	struct sk_buff *skb;
	u32 i;

	for (i = 0; i < 3; i++)
		add(test, policy, i);
	spin_lock_bh(&en->waiting.lock);
	skb_queue_walk(&policy->queue->packets, skb)
		if (skb->mark < 2)
			espah_packet(skb)->until = jiffies;
	spin_unlock_bh(&en->waiting.lock);
	mod_delayed_work(system_wq, &en->waiting.work, 0);
	/* What is put off is done at once, and puts itself off again. */
	flush_delayed_work(&en->waiting.work);
	KUNIT_EXPECT_EQ(test,
			espah_counter_read(en, ESPAH_A_CNT_OUT_ACQUIRE_TIMEOUT),
			2);
	KUNIT_EXPECT_EQ(test, en->waiting.load.packets, 1);
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(&en->waiting.work));
}

/* As if it came on another CPU, while time_is_over() for this one. */
static void one_more(struct sk_buff *skb)
{
	struct espah_waiting *waiting = skb_shinfo(skb)->destructor_arg;

	schedule_delayed_work(&waiting->work, ESPAH_ASK_EVERY);
}

/* The next one's time is over before that of one that comes now. */
static void time_is_kept(struct kunit *test)
{
	struct espah_policy *policy = policy_add(test);
	struct espah_net *en = fixture_net(test);
	struct delayed_work *work = &en->waiting.work;
	unsigned long now;
	struct sk_buff *skb;

	add(test, policy, 0);
	add(test, policy, 1);
	now = jiffies;
	spin_lock_bh(&en->waiting.lock);
	skb = skb_peek(&policy->queue->packets);
	espah_packet(skb)->until = now;
	skb_shinfo(skb)->destructor_arg = &en->waiting;
	skb->destructor = one_more;
	espah_packet(skb_peek_tail(&policy->queue->packets))->until =
		now + HZ / 2;
	spin_unlock_bh(&en->waiting.lock);
	mod_delayed_work(system_wq, work, 0);
	flush_work(&work->work);
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(work));
	KUNIT_EXPECT_TRUE(test, time_before(work->timer.expires, now + HZ));
}

static struct kunit_case queue_cases[] = {
	KUNIT_CASE_PARAM(there_is_room_or_not, room_gen_params),
	KUNIT_CASE(leave_in_order),
	KUNIT_CASE(others_wait_on),
	KUNIT_CASE(late_ones_line_up),
	KUNIT_CASE(none_overtakes),
	KUNIT_CASE(lining_up_has_an_end),
	KUNIT_CASE(nothing_came),
	KUNIT_CASE(a_queue_is_bounded),
	KUNIT_CASE(the_sa_is_there),
	KUNIT_CASE(the_policy_ends),
	KUNIT_CASE(the_policy_moves),
	KUNIT_CASE(those_that_wait_ask_in_turns),
	KUNIT_CASE(time_is_over),
	KUNIT_CASE(time_is_kept),
	{}
};

struct kunit_suite queue_suite = {
	.name		= "queue",
	.init		= fixture_init,
	.exit		= fixture_exit,
	.test_cases	= queue_cases,
};
