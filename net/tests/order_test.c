// SPDX-License-Identifier: GPL-2.0-only
/* Policies by what packets show: net/order.c beside a plain array, and under readers. */

#include <linux/kthread.h>
#include <linux/prandom.h>

#include "fixture.h"
#include "suites.h"

#define POLICIES	48

/**
 * struct model - what should be there
 * @test: the test case
 * @rnd: where chance comes from
 * @config: what each place's policy says; its template's reqid is the place, from 1 on
 * @there: is there one?
 * @age: lower than that of those that came later
 * @clock: age of the next one
 */
struct model {
	struct kunit			*test;
	struct rnd_state		rnd;
	struct espah_policy_config	config[POLICIES];
	bool				there[POLICIES];
	u32				age[POLICIES];
	u32				clock;
};

static u32 any_of(struct model *model, u32 most)
{
	return prandom_u32_state(&model->rnd) % most;
}

/* One of 32 addresses, whose bits are at both ends and around the middle. */
static union espah_addr addr_of(u32 value, u16 family)
{
	struct in6_addr addr = {};

	if (family == AF_INET)
		return espah_addr4(htonl((value >> 3) << 30 | (value & 7)));
	addr.s6_addr32[0] = htonl((value >> 4) << 31);
	addr.s6_addr32[1] = htonl(value >> 3 & 1);
	addr.s6_addr32[2] = htonl((value >> 2 & 1) << 31);
	addr.s6_addr32[3] = htonl(value & 3);
	return espah_addr6(&addr);
}

/* Two numbers below @most in order: often one, often a block, or any range. */
static void range_of(struct model *model, u32 most, u32 *min, u32 *max)
{
	u32 a = any_of(model, most), b = any_of(model, most), size;

	switch (any_of(model, 3)) {
	case 0:
		*min = a;
		*max = a;
		return;
	case 1:
		size = 1U << any_of(model, ilog2(most) + 1);
		*min = a & ~(size - 1);
		*max = *min + size - 1;
		return;
	default:
		*min = min(a, b);
		*max = max(a, b);
	}
}

static void random_addrs(struct model *model, struct espah_selector *sel)
{
	u32 min, max;

	sel->family = any_of(model, 3) ? AF_INET : AF_INET6;
	range_of(model, 32, &min, &max);
	sel->src_min = addr_of(min, sel->family);
	sel->src_max = addr_of(max, sel->family);
	range_of(model, 32, &min, &max);
	sel->dst_min = addr_of(min, sel->family);
	sel->dst_max = addr_of(max, sel->family);
}

/* Ports of 8 values, spread over what there is. */
static void random_upper(struct model *model, struct espah_selector *sel)
{
	u32 min, max;

	sel->proto = any_of(model, 2) ? IPPROTO_UDP : IPPROTO_TCP;
	if (!any_of(model, 3))
		return;
	sel->asks = ESPAH_ASKS_VALUES;
	range_of(model, 8, &min, &max);
	sel->upper_min.src = min << 13;
	sel->upper_max.src = max << 13 | 0x1fff;
	range_of(model, 8, &min, &max);
	sel->upper_min.dst = min << 13;
	sel->upper_max.dst = max << 13 | 0x1fff;
}

static struct espah_policy_config random_policy(struct model *model, u32 place)
{
	struct espah_policy_config config = {
		.dir		= ESPAH_DIR_OUT,
		.action		= ESPAH_ACTION_BYPASS,
		.priority	= any_of(model, 4),
		.tmpl[0].reqid	= place + 1,
	};

	random_addrs(model, &config.sel);
	if (any_of(model, 2))
		random_upper(model, &config.sel);
	if (!any_of(model, 4)) {
		config.mark.mask = any_of(model, 2) ? U32_MAX : 1;
		config.mark.value = any_of(model, 2);
	}
	if (!any_of(model, 4))
		config.if_id = 1 + any_of(model, 2);
	return config;
}

static struct espah_flow random_flow(struct model *model)
{
	struct espah_flow flow = {
		.family		= any_of(model, 3) ? AF_INET : AF_INET6,
		.proto		= any_of(model, 2) ? IPPROTO_UDP : IPPROTO_TCP,
		.has_upper	= any_of(model, 4),
		.mark		= any_of(model, 3),
		.if_id		= any_of(model, 3),
	};

	flow.src = addr_of(any_of(model, 32), flow.family);
	flow.dst = addr_of(any_of(model, 32), flow.family);
	flow.upper.src = any_of(model, U16_MAX + 1);
	flow.upper.dst = any_of(model, U16_MAX + 1);
	return flow;
}

/* The reqid of the policy that should answer, or 0. */
static u32 expected(const struct model *model, const struct espah_flow *flow)
{
	int i, best = -1;

	for (i = 0; i < POLICIES; i++) {
		const struct espah_policy_config *config = &model->config[i];

		if (!model->there[i] || config->if_id != flow->if_id ||
		    !espah_fwmark_match(&config->mark, flow->mark) ||
		    !espah_selector_match(&config->sel, flow))
			continue;
		if (best < 0 ||
		    config->priority < model->config[best].priority ||
		    (config->priority == model->config[best].priority &&
		     model->age[i] < model->age[best]))
			best = i;
	}
	return best + 1;
}

static u32 reqid_of(const struct espah_policy *policy)
{
	return policy ? policy->config.tmpl[0].reqid : 0;
}

static bool flows_agree(struct model *model)
{
	struct espah_net *en = fixture_net(model->test);
	struct espah_flow flow;
	u32 wanted, seen, found;
	int i;

	for (i = 0; i < 32; i++) {
		flow = random_flow(model);
		wanted = expected(model, &flow);
		rcu_read_lock();
		seen = reqid_of(espah_order_search(&en->spd.order[ESPAH_DIR_OUT],
						   &flow));
		found = reqid_of(espah_spd_lookup(en, ESPAH_DIR_OUT, &flow));
		rcu_read_unlock();
		if (seen == wanted && found == wanted)
			continue;
		KUNIT_FAIL(model->test, "policy %u and %u answer, %u should",
			   seen, found, wanted);
		return false;
	}
	return true;
}

/* Put a policy in at a place; what is there already is replaced. */
static void put_in(struct model *model, u32 place, struct espah_policy *old)
{
	struct espah_net *en = fixture_net(model->test);
	struct espah_policy *policy;

	policy = espah_spd_insert(en, &model->config[place], old);
	KUNIT_EXPECT_FALSE(model->test, IS_ERR(policy));
	model->there[place] = true;
}

static struct espah_policy *at_place(struct model *model, u32 place)
{
	const struct espah_policy_config *config = &model->config[place];

	return espah_spd_find(fixture_net(model->test), ESPAH_DIR_OUT,
			      &config->sel, &config->mark, config->if_id);
}

static void add_one(struct model *model, u32 place)
{
	struct espah_policy_config config;

	do {
		config = random_policy(model, place);
	} while (espah_spd_find(fixture_net(model->test), ESPAH_DIR_OUT,
				&config.sel, &config.mark,
				config.if_id));
	model->config[place] = config;
	model->age[place] = model->clock++;
	put_in(model, place, NULL);
}

/* Another priority waits for readers: mostly it stays. */
static void replace_one(struct model *model, u32 place)
{
	struct espah_policy *old = at_place(model, place);

	if (!any_of(model, 4)) {
		model->config[place].priority ^= 1;
		model->age[place] = model->clock++;
	}
	put_in(model, place, old);
}

static void change(struct model *model)
{
	struct espah_net *en = fixture_net(model->test);
	u32 place = any_of(model, POLICIES);

	mutex_lock(&en->lock);
	if (!model->there[place]) {
		add_one(model, place);
	} else if (!any_of(model, 3)) {
		replace_one(model, place);
	} else {
		espah_spd_remove(en, at_place(model, place));
		model->there[place] = false;
	}
	mutex_unlock(&en->lock);
}

static void nothing_is_left(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_order *order = &en->spd.order[ESPAH_DIR_OUT];

	mutex_lock(&en->lock);
	espah_spd_flush(en, -1);
	mutex_unlock(&en->lock);
	KUNIT_EXPECT_TRUE(test, list_empty(&order->list));
	KUNIT_EXPECT_TRUE(test, RB_EMPTY_ROOT(&order->tree));
	KUNIT_EXPECT_TRUE(test, !rcu_access_pointer(order->dst[0].root));
	KUNIT_EXPECT_TRUE(test, !rcu_access_pointer(order->dst[1].root));
	KUNIT_EXPECT_EQ(test, atomic_read(&en->spd.by_name.nelems), 0);
}

static void agrees_with_a_plain_array(struct kunit *test)
{
	u64 seed = 20261129;
	struct model *model;
	u32 step;

	model = kunit_kzalloc(test, sizeof(*model), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, model);
	model->test = test;
	prandom_seed_state(&model->rnd, seed);
	for (step = 0; step < 1500; step++) {
		change(model);
		if (flows_agree(model))
			continue;
		KUNIT_FAIL(test, "seed %llu, step %u", seed, step);
		return;
	}
	nothing_is_left(test);
}

/* A range that begins and ends anywhere: exactly its addresses are in it. */
static void ranges_are_exact(struct kunit *test)
{
	static const u32 addrs[] = { 2, 3, 4, 100, 0x7fffffff, 0x80000000,
				     0x90000004, 0x90000005, 0x90000006 };
	struct espah_net *en = fixture_net(test);
	struct espah_policy_config config = {
		.sel = {
			.src_min	= espah_addr4(htonl(3)),
			.src_max	= espah_addr4(htonl(0x90000005)),
			.dst_min	= espah_addr4(htonl(3)),
			.dst_max	= espah_addr4(htonl(0x90000005)),
			.family		= AF_INET,
		},
		.action	= ESPAH_ACTION_DISCARD,
	};
	const struct espah_order *order = &en->spd.order[ESPAH_DIR_IN];
	int src, dst;

	KUNIT_EXPECT_EQ(test, espah_order_places(&config), 4);
	mutex_lock(&en->lock);
	KUNIT_EXPECT_FALSE(test, IS_ERR(espah_spd_insert(en, &config, NULL)));
	mutex_unlock(&en->lock);
	rcu_read_lock();
	for (src = 0; src < ARRAY_SIZE(addrs); src++) {
		for (dst = 0; dst < ARRAY_SIZE(addrs); dst++) {
			struct espah_flow flow = fixture_flow(addrs[src],
							      addrs[dst],
							      IPPROTO_UDP);

			KUNIT_EXPECT_EQ_MSG(test,
					    !!espah_order_search(order, &flow),
					    src && src < 8 && dst && dst < 8,
					    "0x%x to 0x%x", addrs[src],
					    addrs[dst]);
		}
	}
	rcu_read_unlock();
}

/* Looks for one flow as long as it may, and counts when there was no answer. */
static int look(void *data)
{
	struct espah_net *en = data;
	struct espah_flow flow = fixture_flow(5, 5, IPPROTO_UDP);
	long missed = 0;

	while (!kthread_should_stop()) {
		rcu_read_lock();
		if (!espah_order_search(&en->spd.order[ESPAH_DIR_OUT], &flow))
			missed++;
		rcu_read_unlock();
		cond_resched();
	}
	return min_t(long, missed, INT_MAX);
}

static struct espah_policy_config block_around(u32 base, u32 bits, u32 priority)
{
	return (struct espah_policy_config){
		.sel = {
			.src_max	= espah_addr4(htonl(~0)),
			.dst_min	= espah_addr4(htonl(base)),
			.dst_max	= espah_addr4(htonl(base | ((1U << bits) - 1))),
			.family		= AF_INET,
		},
		.dir		= ESPAH_DIR_OUT,
		.action		= ESPAH_ACTION_DISCARD,
		.priority	= priority,
	};
}

/* One policy stays, and is replaced; others come and go around it. */
static void never_a_moment_without(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_policy_config config = block_around(4, 1, 0), other;
	struct espah_policy *kept, *near[8] = {};
	struct task_struct *reader;
	struct rnd_state rnd;
	u32 any;
	int i;

	prandom_seed_state(&rnd, 20261129);
	mutex_lock(&en->lock);
	kept = espah_spd_insert(en, &config, NULL);
	mutex_unlock(&en->lock);
	KUNIT_ASSERT_FALSE(test, IS_ERR(kept));
	reader = kthread_run(look, en, "espah-look");
	KUNIT_ASSERT_FALSE(test, IS_ERR(reader));

	for (i = 0; i < 2000; i++) {
		any = prandom_u32_state(&rnd);
		mutex_lock(&en->lock);
		if (!(any % 64)) {
			config.priority = any >> 8 & 1;
			kept = espah_spd_insert(en, &config, kept);
		} else if (near[any & 7]) {
			espah_spd_remove(en, near[any & 7]);
			near[any & 7] = NULL;
		} else {
			/* Beside it; the reader's flow is in none of them. */
			other = block_around(8U << (any & 7), any & 3, 0);
			near[any & 7] = espah_spd_insert(en, &other, NULL);
		}
		mutex_unlock(&en->lock);
		cond_resched();
	}
	KUNIT_EXPECT_EQ(test, kthread_stop(reader), 0);
	nothing_is_left(test);
}

static struct kunit_case order_cases[] = {
	KUNIT_CASE(agrees_with_a_plain_array),
	KUNIT_CASE(ranges_are_exact),
	KUNIT_CASE(never_a_moment_without),
	{}
};

struct kunit_suite order_suite = {
	.name		= "order",
	.init		= fixture_init,
	.exit		= fixture_exit,
	.test_cases	= order_cases,
};
