// SPDX-License-Identifier: GPL-2.0-only
/* The policies of a namespace: order, look-up and replacing in net/spd.c. */

#include <linux/prandom.h>

#include "fixture.h"
#include "suites.h"

/* A policy for all of IPv4; its reqid tells it from others. */
static struct espah_policy_config any_flow(u8 dir, u32 priority, u32 reqid)
{
	struct espah_policy_config config = {
		.sel = {
			.src_max	= espah_addr4(htonl(~0)),
			.dst_max	= espah_addr4(htonl(~0)),
			.family		= AF_INET,
		},
		.priority	= priority,
		.dir		= dir,
		.action		= ESPAH_ACTION_PROTECT,
		.tmpls	= 1,
		.tmpl[0] = {
			.src	= espah_addr4(htonl(FIXTURE_A)),
			.dst	= espah_addr4(htonl(FIXTURE_B)),
			.reqid	= reqid,
			.family	= AF_INET,
			.proto	= IPPROTO_ESP,
			.mode	= ESPAH_MODE_TUNNEL,
		},
	};

	return config;
}

/* The same for one destination. */
static struct espah_policy_config one_dst(u8 dir, u32 priority, u32 reqid,
					  u32 dst)
{
	struct espah_policy_config config = any_flow(dir, priority, reqid);

	config.sel.dst_min = espah_addr4(htonl(dst));
	config.sel.dst_max = config.sel.dst_min;
	return config;
}

static int insert(struct espah_net *en, const struct espah_policy_config *config)
{
	int err;

	mutex_lock(&en->lock);
	err = PTR_ERR_OR_ZERO(espah_spd_insert(en, config, NULL));
	mutex_unlock(&en->lock);
	return err;
}

static struct espah_policy *find(struct espah_net *en,
				 const struct espah_policy_config *config)
{
	struct espah_policy *policy;

	mutex_lock(&en->lock);
	policy = espah_spd_find(en, config->dir, &config->sel, &config->mark,
				config->if_id);
	mutex_unlock(&en->lock);
	return policy;
}

static int replace(struct espah_net *en, const struct espah_policy_config *config)
{
	struct espah_policy *old = find(en, config);
	int err;

	mutex_lock(&en->lock);
	err = PTR_ERR_OR_ZERO(espah_spd_insert(en, config, old));
	mutex_unlock(&en->lock);
	return err;
}

static void remove(struct espah_net *en, struct espah_policy *policy)
{
	mutex_lock(&en->lock);
	espah_spd_remove(en, policy);
	mutex_unlock(&en->lock);
}

/* The reqid of the policy that speaks of UDP from 1 to @dst, or 0. */
static u32 lookup(struct espah_net *en, u8 dir, u32 dst)
{
	struct espah_flow flow = fixture_flow(1, dst, IPPROTO_UDP);
	const struct espah_policy *policy;
	u32 reqid;

	rcu_read_lock();
	policy = espah_spd_lookup(en, dir, &flow);
	reqid = policy ? policy->config.tmpl[0].reqid : 0;
	rcu_read_unlock();
	return reqid;
}

/* The reqids of a direction in the order in which they are asked. */
static unsigned int order(struct espah_net *en, u8 dir, u32 *reqids,
			  unsigned int most)
{
	const struct espah_policy *policy;
	unsigned int n = 0;

	mutex_lock(&en->lock);
	list_for_each_entry(policy, &en->spd.order[dir].list, node)
		if (n < most)
			reqids[n++] = policy->config.tmpl[0].reqid;
	mutex_unlock(&en->lock);
	return n;
}

static void nothing_is_found_in_nothing(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_policy_config config = any_flow(ESPAH_DIR_OUT, 0, 1);

	KUNIT_EXPECT_EQ(test, lookup(en, ESPAH_DIR_OUT, 2), 0);
	KUNIT_EXPECT_NULL(test, find(en, &config));
	KUNIT_EXPECT_EQ(test, en->spd.generation, 1);
}

static void directions_are_apart(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_policy_config config;
	u8 dir, other;

	for (dir = 0; dir < ESPAH_DIRS; dir++) {
		config = any_flow(dir, 0, 10 + dir);
		KUNIT_ASSERT_EQ(test, insert(en, &config), 0);
		for (other = 0; other < ESPAH_DIRS; other++) {
			KUNIT_EXPECT_EQ(test, lookup(en, other, 2),
					other <= dir ? 10 + other : 0);
			KUNIT_EXPECT_EQ(test, en->spd.count[other],
					other <= dir);
		}
	}
}

struct sequence {
	const char	*name;
	u32		priorities[6];
	/* Which of them, counted from 1, come out in which order. */
	u32		order[6];
};

static const struct sequence sequences[] = {
	{ "as they came", { 1, 2, 3, 4, 5, 6 }, { 1, 2, 3, 4, 5, 6 } },
	{ "backwards", { 6, 5, 4, 3, 2, 1 }, { 6, 5, 4, 3, 2, 1 } },
	{ "all alike: by age", { 7, 7, 7, 7, 7, 7 }, { 1, 2, 3, 4, 5, 6 } },
	{ "two by two", { 2, 1, 2, 1, 2, 1 }, { 2, 4, 6, 1, 3, 5 } },
	{ "the ends of 32 bits", { U32_MAX, 0, U32_MAX, 0, 1, U32_MAX - 1 },
	  { 2, 4, 5, 6, 1, 3 } },
	{ "across the sign", { 0x80000000, 0x7fffffff, 0x80000001, 0x7ffffffe,
	  0x80000000, 0x7fffffff }, { 4, 2, 6, 1, 5, 3 } },
};

static void sequence_desc(const struct sequence *sequence, char *desc)
{
	strscpy(desc, sequence->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(sequence, sequences, sequence_desc);

/* All of them match: each in turn answers once those before it are gone. */
static void priority_then_age(struct kunit *test)
{
	const struct sequence *sequence = test->param_value;
	struct espah_net *en = fixture_net(test);
	struct espah_policy_config config;
	struct espah_policy *policy;
	int i;

	for (i = 0; i < ARRAY_SIZE(sequence->priorities); i++) {
		config = any_flow(ESPAH_DIR_OUT, sequence->priorities[i], i + 1);
		KUNIT_ASSERT_EQ(test, insert(en, &config), 0);
	}
	for (i = 0; i < ARRAY_SIZE(sequence->order); i++) {
		KUNIT_EXPECT_EQ_MSG(test, lookup(en, ESPAH_DIR_OUT, 2),
				    sequence->order[i], "place %d", i);
		policy = list_first_entry(&en->spd.order[ESPAH_DIR_OUT].list,
					  struct espah_policy, node);
		remove(en, policy);
	}
	KUNIT_EXPECT_EQ(test, lookup(en, ESPAH_DIR_OUT, 2), 0);
}

/* A policy that does not match is passed over, whatever its priority. */
static void first_that_matches(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_policy_config configs[] = {
		one_dst(ESPAH_DIR_OUT, 1, 1, 7),
		one_dst(ESPAH_DIR_OUT, 2, 2, 8),
		any_flow(ESPAH_DIR_OUT, 3, 3),
		one_dst(ESPAH_DIR_OUT, 4, 4, 9),
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(configs); i++)
		KUNIT_ASSERT_EQ(test, insert(en, &configs[i]), 0);
	KUNIT_EXPECT_EQ(test, lookup(en, ESPAH_DIR_OUT, 7), 1);
	KUNIT_EXPECT_EQ(test, lookup(en, ESPAH_DIR_OUT, 8), 2);
	KUNIT_EXPECT_EQ(test, lookup(en, ESPAH_DIR_OUT, 9), 3);
	KUNIT_EXPECT_EQ(test, lookup(en, ESPAH_DIR_OUT, 0), 3);
	KUNIT_EXPECT_EQ(test, lookup(en, ESPAH_DIR_OUT, ~0), 3);
}

/* Where the priority stays, so does the place among those of the same age. */
static void replacing_keeps_the_place(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_policy_config config;
	u32 reqids[4], index;
	int i;

	for (i = 1; i <= 3; i++) {
		config = one_dst(ESPAH_DIR_OUT, 5, i, i);
		KUNIT_ASSERT_EQ(test, insert(en, &config), 0);
	}
	config = one_dst(ESPAH_DIR_OUT, 5, 22, 2);
	index = find(en, &config)->index;
	KUNIT_EXPECT_EQ(test, replace(en, &config), 0);
	KUNIT_EXPECT_EQ(test, find(en, &config)->index, index);
	KUNIT_EXPECT_EQ(test, en->spd.count[ESPAH_DIR_OUT], 3);
	KUNIT_EXPECT_EQ(test, order(en, ESPAH_DIR_OUT, reqids, 4), 3);
	KUNIT_EXPECT_EQ(test, reqids[0], 1);
	KUNIT_EXPECT_EQ(test, reqids[1], 22);
	KUNIT_EXPECT_EQ(test, reqids[2], 3);
}

/* What takes the place of another has its number, if it asks for none, and is the only one that is
 * listed; the other number is free.
 */
static void replacing_may_renumber(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_policy_config config = one_dst(ESPAH_DIR_OUT, 5, 1, 1);
	struct espah_policy *policy;
	unsigned long index;
	unsigned int count = 0;

	KUNIT_ASSERT_EQ(test, insert(en, &config), 0);
	KUNIT_EXPECT_EQ(test, find(en, &config)->config.index, 0);
	config.index = 70;
	KUNIT_EXPECT_EQ(test, replace(en, &config), 0);
	KUNIT_EXPECT_EQ(test, find(en, &config)->index, 70);
	KUNIT_EXPECT_NULL(test, xa_load(&en->spd.by_index, 1));
	config.index = 0;
	KUNIT_EXPECT_EQ(test, replace(en, &config), 0);
	KUNIT_EXPECT_EQ(test, find(en, &config)->index, 70);
	KUNIT_EXPECT_EQ(test, find(en, &config)->config.index, 70);
	config.other_index = true;
	KUNIT_EXPECT_EQ(test, replace(en, &config), 0);
	KUNIT_EXPECT_NE(test, find(en, &config)->index, 70);
	KUNIT_EXPECT_EQ(test, find(en, &config)->config.index, 0);
	xa_for_each(&en->spd.by_index, index, policy) {
		KUNIT_EXPECT_PTR_EQ(test, policy, find(en, &config));
		count++;
	}
	KUNIT_EXPECT_EQ(test, count, 1);
}

/* Where it changes, the policy is the youngest of its new priority. */
static void replacing_may_move(struct kunit *test)
{
	static const u32 priorities[] = { 5, 5, 9, 9 };
	struct espah_net *en = fixture_net(test);
	struct espah_policy_config config;
	u32 reqids[5];
	int i;

	for (i = 0; i < ARRAY_SIZE(priorities); i++) {
		config = one_dst(ESPAH_DIR_OUT, priorities[i], i + 1, i + 1);
		KUNIT_ASSERT_EQ(test, insert(en, &config), 0);
	}
	config = one_dst(ESPAH_DIR_OUT, 9, 11, 1);
	KUNIT_EXPECT_EQ(test, replace(en, &config), 0);
	config = one_dst(ESPAH_DIR_OUT, 5, 13, 3);
	KUNIT_EXPECT_EQ(test, replace(en, &config), 0);

	KUNIT_EXPECT_EQ(test, order(en, ESPAH_DIR_OUT, reqids, 5), 4);
	KUNIT_EXPECT_EQ(test, reqids[0], 2);
	KUNIT_EXPECT_EQ(test, reqids[1], 13);
	KUNIT_EXPECT_EQ(test, reqids[2], 4);
	KUNIT_EXPECT_EQ(test, reqids[3], 11);
	KUNIT_EXPECT_EQ(test, lookup(en, ESPAH_DIR_OUT, 1), 11);
	KUNIT_EXPECT_EQ(test, lookup(en, ESPAH_DIR_OUT, 3), 13);
}

static void found_by_selector_and_by_number(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_policy_config config = one_dst(ESPAH_DIR_IN, 0, 1, 7);
	struct espah_policy *policy;

	KUNIT_ASSERT_EQ(test, insert(en, &config), 0);
	policy = find(en, &config);
	KUNIT_ASSERT_NOT_NULL(test, policy);
	KUNIT_EXPECT_EQ(test, policy->index, 1);

	mutex_lock(&en->lock);
	KUNIT_EXPECT_PTR_EQ(test, espah_spd_find_index(en, ESPAH_DIR_IN, 1),
			    policy);
	KUNIT_EXPECT_NULL(test, espah_spd_find_index(en, ESPAH_DIR_OUT, 1));
	KUNIT_EXPECT_NULL(test, espah_spd_find_index(en, ESPAH_DIR_IN, 0));
	KUNIT_EXPECT_NULL(test, espah_spd_find_index(en, ESPAH_DIR_IN, 2));
	KUNIT_EXPECT_NULL(test, espah_spd_find_index(en, ESPAH_DIR_IN, U32_MAX));
	mutex_unlock(&en->lock);

	/* Not one that covers it, not one in another direction. */
	config.sel.dst_max = espah_addr4(htonl(8));
	KUNIT_EXPECT_NULL(test, find(en, &config));
	config = one_dst(ESPAH_DIR_FWD, 0, 1, 7);
	KUNIT_EXPECT_NULL(test, find(en, &config));
}

static void refused_one_leaves_nothing(struct kunit *test)
{
	struct fixture *fixture = test->priv;
	struct espah_net *en = fixture_net(test);
	struct espah_policy_config config = any_flow(ESPAH_DIR_OUT, 0, 1);

	fixture->hooks_err = -ENOMEM;
	KUNIT_EXPECT_EQ(test, insert(en, &config), -ENOMEM);
	KUNIT_EXPECT_EQ(test, lookup(en, ESPAH_DIR_OUT, 2), 0);
	KUNIT_EXPECT_EQ(test, en->spd.count[ESPAH_DIR_OUT], 0);
	KUNIT_EXPECT_EQ(test, en->spd.generation, 1);
	KUNIT_EXPECT_TRUE(test, xa_empty(&en->spd.by_index));
	KUNIT_EXPECT_EQ(test, atomic_read(&en->sad.slots.nelems), 0);

	fixture->hooks_err = 0;
	KUNIT_EXPECT_EQ(test, insert(en, &config), 0);
	/* The hooks are there already: replacing does not ask for them. */
	fixture->hooks_err = -ENOMEM;
	config.tmpl[0].reqid = 2;
	KUNIT_EXPECT_EQ(test, replace(en, &config), 0);
	KUNIT_EXPECT_EQ(test, lookup(en, ESPAH_DIR_OUT, 2), 2);
	KUNIT_EXPECT_EQ(test, fixture->hooks, 1);
}

static void flush_by_direction(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_policy_config config;
	u8 dir;
	int i;

	for (dir = 0; dir < ESPAH_DIRS; dir++) {
		for (i = 0; i < 3; i++) {
			config = one_dst(dir, i, 1, i);
			KUNIT_ASSERT_EQ(test, insert(en, &config), 0);
		}
	}
	mutex_lock(&en->lock);
	espah_spd_flush(en, ESPAH_DIR_OUT);
	mutex_unlock(&en->lock);
	KUNIT_EXPECT_EQ(test, en->spd.count[ESPAH_DIR_IN], 3);
	KUNIT_EXPECT_EQ(test, en->spd.count[ESPAH_DIR_OUT], 0);
	KUNIT_EXPECT_EQ(test, en->spd.count[ESPAH_DIR_FWD], 3);
	KUNIT_EXPECT_EQ(test, atomic_read(&en->sad.slots.nelems), 0);

	mutex_lock(&en->lock);
	espah_spd_flush(en, -1);
	mutex_unlock(&en->lock);
	KUNIT_EXPECT_TRUE(test, xa_empty(&en->spd.by_index));
	KUNIT_EXPECT_EQ(test, en->spd.count[ESPAH_DIR_FWD], 0);
}

static void generation_is_never_0(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_policy_config config = any_flow(ESPAH_DIR_FWD, 0, 1);

	KUNIT_ASSERT_EQ(test, insert(en, &config), 0);
	KUNIT_EXPECT_EQ(test, en->spd.generation, 2);
	en->spd.generation = U32_MAX - 1;
	KUNIT_EXPECT_EQ(test, replace(en, &config), 0);
	KUNIT_EXPECT_EQ(test, en->spd.generation, U32_MAX);
	remove(en, find(en, &config));
	KUNIT_EXPECT_EQ(test, en->spd.generation, 1);
}

#define PLACES	12

/* What the SPD should be: by destination, with a number for its age. */
struct model {
	struct {
		bool	there;
		u32	priority;
		u32	age;
	} policies[PLACES];
};

/* The first of them, with its policy's reqid counted from 1, or 0. */
static u32 model_first(const struct model *model)
{
	int i, best = -1;

	for (i = 0; i < PLACES; i++) {
		if (!model->policies[i].there)
			continue;
		if (best < 0 ||
		    model->policies[i].priority < model->policies[best].priority ||
		    (model->policies[i].priority == model->policies[best].priority &&
		     model->policies[i].age < model->policies[best].age))
			best = i;
	}
	return best + 1;
}

/* One change to both; the selectors differ in their source, and all match. */
static void change_both(struct kunit *test, struct model *model, u32 age,
			int place, u32 priority)
{
	struct espah_net *en = fixture_net(test);
	struct espah_policy_config config = any_flow(ESPAH_DIR_OUT, priority,
						     place + 1);
	bool there = model->policies[place].there;

	config.sel.src_max = espah_addr4(htonl(0xffffff00 + place));
	if (there && priority > 4) {
		remove(en, find(en, &config));
		model->policies[place].there = false;
		return;
	}
	if (there)
		KUNIT_EXPECT_EQ(test, replace(en, &config), 0);
	else
		KUNIT_EXPECT_EQ(test, insert(en, &config), 0);
	/* A replaced one keeps its age while it keeps its priority. */
	if (!there || model->policies[place].priority != priority)
		model->policies[place].age = age;
	model->policies[place].there = true;
	model->policies[place].priority = priority;
}

static void agrees_with_a_plain_list(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	u64 seed = 20261121;
	struct rnd_state rnd;
	struct model *model;
	u32 seen, step;

	model = kunit_kzalloc(test, sizeof(*model), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, model);
	prandom_seed_state(&rnd, seed);
	for (step = 0; step < 300; step++) {
		u32 any = prandom_u32_state(&rnd);

		change_both(test, model, step, any % PLACES, any / PLACES % 8);
		seen = lookup(en, ESPAH_DIR_OUT, 2);
		if (seen == model_first(model))
			continue;
		KUNIT_FAIL(test, "seed %llu, step %u: policy %u answers, %u should",
			   seed, step, seen, model_first(model));
		return;
	}
}

/* Equal selectors with other marks: side by side, each for its packets. */
static void marks_tell_policies_apart(struct kunit *test)
{
	static const struct espah_fwmark marks[] = {
		{ 1, U32_MAX }, { 0x10, 0xf0 }, { 0, 0 },
	};
	static const struct {
		u32 mark;
		u32 reqid;
	} packets[] = {
		{ 1, 1 }, { 0, 3 }, { 0x11, 2 }, { 0x110, 2 }, { 2, 3 },
	};
	struct espah_net *en = fixture_net(test);
	struct espah_flow flow = fixture_flow(1, 2, IPPROTO_UDP);
	struct espah_policy_config config;
	const struct espah_policy *policy;
	int i;

	for (i = 0; i < ARRAY_SIZE(marks); i++) {
		config = any_flow(ESPAH_DIR_OUT, 0, i + 1);
		config.mark = marks[i];
		KUNIT_EXPECT_NULL(test, find(en, &config));
		KUNIT_ASSERT_EQ(test, insert(en, &config), 0);
		KUNIT_EXPECT_EQ(test, find(en, &config)->config.tmpl[0].reqid,
				i + 1);
	}
	for (i = 0; i < ARRAY_SIZE(packets); i++) {
		flow.mark = packets[i].mark;
		rcu_read_lock();
		policy = espah_spd_lookup(en, ESPAH_DIR_OUT, &flow);
		KUNIT_EXPECT_EQ_MSG(test, policy->config.tmpl[0].reqid,
				    packets[i].reqid, "mark 0x%x",
				    packets[i].mark);
		rcu_read_unlock();
	}
}

/* Equal selectors of other interfaces, and of none: none speaks of another's packets. */
static void interfaces_tell_policies_apart(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_flow flow = fixture_flow(1, 2, IPPROTO_UDP);
	struct espah_policy_config config;
	const struct espah_policy *policy;
	u32 i;

	for (i = 0; i < 3; i++) {
		config = any_flow(ESPAH_DIR_OUT, 0, i + 1);
		config.if_id = i;
		KUNIT_EXPECT_NULL(test, find(en, &config));
		KUNIT_ASSERT_EQ(test, insert(en, &config), 0);
		KUNIT_EXPECT_EQ(test, find(en, &config)->config.tmpl[0].reqid,
				i + 1);
		KUNIT_EXPECT_EQ(test, espah_spd_has_link(en, i), i > 0);
	}
	rcu_read_lock();
	for (flow.if_id = 0; flow.if_id < 3; flow.if_id++) {
		policy = espah_spd_lookup(en, ESPAH_DIR_OUT, &flow);
		KUNIT_EXPECT_EQ(test, policy->config.tmpl[0].reqid,
				flow.if_id + 1);
	}
	KUNIT_EXPECT_NULL(test, espah_spd_lookup(en, ESPAH_DIR_OUT, &flow));
	rcu_read_unlock();
}

/* An interface has policies as long as one of any direction has its id. */
static void interfaces_with_policies_are_known(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_policy_config in = any_flow(ESPAH_DIR_IN, 0, 1);
	struct espah_policy_config out = any_flow(ESPAH_DIR_OUT, 0, 1);

	KUNIT_EXPECT_FALSE(test, espah_spd_has_link(en, 7));
	in.if_id = 7;
	out.if_id = 7;
	KUNIT_ASSERT_EQ(test, insert(en, &in), 0);
	KUNIT_ASSERT_EQ(test, insert(en, &out), 0);
	in.priority = 3;
	KUNIT_ASSERT_EQ(test, replace(en, &in), 0);
	remove(en, find(en, &out));
	KUNIT_EXPECT_TRUE(test, espah_spd_has_link(en, 7));
	KUNIT_EXPECT_FALSE(test, espah_spd_has_link(en, 8));
	remove(en, find(en, &in));
	KUNIT_EXPECT_FALSE(test, espah_spd_has_link(en, 7));
}

/* Whoever asks for more than most do is counted as long as it is there. */
static void narrow_ones_are_counted(struct kunit *test)
{
	struct fixture *fixture = test->priv;
	struct espah_net *en = fixture_net(test);
	struct espah_policy_config config = any_flow(ESPAH_DIR_OUT, 0, 1);
	struct espah_policy_config other = one_dst(ESPAH_DIR_IN, 0, 1, 2);

	KUNIT_ASSERT_EQ(test, insert(en, &config), 0);
	KUNIT_EXPECT_FALSE(test, espah_narrow(en));
	config.sel.proto = IPPROTO_UDP;
	config.sel.asks = ESPAH_ASKS_VALUES;
	KUNIT_ASSERT_EQ(test, insert(en, &config), 0);
	other.sel.asks = ESPAH_ASKS_IFINDEX;
	KUNIT_ASSERT_EQ(test, insert(en, &other), 0);
	KUNIT_EXPECT_EQ(test, en->narrowness.selectors, 2);
	config.priority = 7;
	KUNIT_EXPECT_EQ(test, replace(en, &config), 0);
	KUNIT_EXPECT_EQ(test, en->narrowness.selectors, 2);
	remove(en, find(en, &config));
	KUNIT_EXPECT_EQ(test, en->narrowness.selectors, 1);
	remove(en, find(en, &other));
	KUNIT_EXPECT_FALSE(test, espah_narrow(en));

	fixture->hooks_err = -ENOMEM;
	KUNIT_EXPECT_EQ(test, insert(en, &config), -ENOMEM);
	KUNIT_EXPECT_FALSE(test, espah_narrow(en));
}

static struct kunit_case spd_cases[] = {
	KUNIT_CASE(nothing_is_found_in_nothing),
	KUNIT_CASE(directions_are_apart),
	KUNIT_CASE_PARAM(priority_then_age, sequence_gen_params),
	KUNIT_CASE(first_that_matches),
	KUNIT_CASE(replacing_keeps_the_place),
	KUNIT_CASE(replacing_may_renumber),
	KUNIT_CASE(replacing_may_move),
	KUNIT_CASE(found_by_selector_and_by_number),
	KUNIT_CASE(marks_tell_policies_apart),
	KUNIT_CASE(interfaces_tell_policies_apart),
	KUNIT_CASE(interfaces_with_policies_are_known),
	KUNIT_CASE(narrow_ones_are_counted),
	KUNIT_CASE(refused_one_leaves_nothing),
	KUNIT_CASE(flush_by_direction),
	KUNIT_CASE(generation_is_never_0),
	KUNIT_CASE(agrees_with_a_plain_list),
	{}
};

struct kunit_suite spd_suite = {
	.name		= "spd",
	.init		= fixture_init,
	.exit		= fixture_exit,
	.test_cases	= spd_cases,
};
