// SPDX-License-Identifier: GPL-2.0-only
/* What a policy says of a packet, inbound and outbound: net/spd.c, net/path.c. */

#include "../path.h"
#include "fixture.h"
#include "suites.h"

/* An SA from A to B with SPI 0x100 and reqid 1, as far as a policy looks. */
static struct espah_sa *bare_sa(struct kunit *test, u8 mode)
{
	struct espah_sa *sa = fixture_blank_sa(test);
	struct espah_sa_config config = fixture_sa_config(0x100);

	KUNIT_ASSERT_NOT_NULL(test, sa);
	sa->id = config.id;
	sa->src = config.src;
	sa->reqid = config.reqid;
	sa->mode = mode;
	return sa;
}

struct admission {
	const char	*name;
	u8		action;
	u8		sa_mode;
	u8		tmpl_mode;
	bool		optional;
	unsigned int	cause;
};

#define TRANSPORT	ESPAH_MODE_TRANSPORT
#define TUNNEL		ESPAH_MODE_TUNNEL
#define BEET		ESPAH_MODE_BEET
#define MISMATCH	ESPAH_A_CNT_IN_POLICY_MISMATCH

static const struct admission admissions[] = {
	{ "protect, tunnel", ESPAH_ACTION_PROTECT, TUNNEL, TUNNEL, false, 0 },
	{ "protect, transport", ESPAH_ACTION_PROTECT, TRANSPORT, TRANSPORT,
	  false, 0 },
	{ "wants a tunnel", ESPAH_ACTION_PROTECT, TRANSPORT, TUNNEL, false,
	  MISMATCH },
	{ "wants no tunnel", ESPAH_ACTION_PROTECT, TUNNEL, TRANSPORT, false,
	  MISMATCH },
	{ "clear would do, transport is as good", ESPAH_ACTION_PROTECT,
	  TRANSPORT, TUNNEL, true, 0 },
	{ "clear would do, a tunnel is not", ESPAH_ACTION_PROTECT, TUNNEL,
	  TRANSPORT, true, MISMATCH },
	{ "clear would do, the right tunnel", ESPAH_ACTION_PROTECT, TUNNEL,
	  TUNNEL, true, 0 },
	{ "protect, BEET", ESPAH_ACTION_PROTECT, BEET, BEET, false, 0 },
	{ "wants BEET", ESPAH_ACTION_PROTECT, TUNNEL, BEET, false, MISMATCH },
	{ "wants no BEET", ESPAH_ACTION_PROTECT, BEET, TRANSPORT, false,
	  MISMATCH },
	{ "clear would do, BEET is not", ESPAH_ACTION_PROTECT, BEET, TUNNEL,
	  true, MISMATCH },
	{ "bypass, BEET", ESPAH_ACTION_BYPASS, BEET, 0, false, MISMATCH },
	{ "bypass, transport", ESPAH_ACTION_BYPASS, TRANSPORT, 0, false, 0 },
	{ "bypass, tunnel", ESPAH_ACTION_BYPASS, TUNNEL, 0, false, MISMATCH },
	{ "discard, transport", ESPAH_ACTION_DISCARD, TRANSPORT, 0, false,
	  ESPAH_A_CNT_IN_POLICY_DISCARD },
	{ "discard, tunnel", ESPAH_ACTION_DISCARD, TUNNEL, 0, false,
	  ESPAH_A_CNT_IN_POLICY_DISCARD },
};

static void admission_desc(const struct admission *admission, char *desc)
{
	strscpy(desc, admission->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(admission, admissions, admission_desc);

static void inbound_is_admitted(struct kunit *test)
{
	const struct admission *admission = test->param_value;
	struct espah_sa *sa = bare_sa(test, admission->sa_mode);
	struct espah_policy policy = {
		.config = {
			.action	= admission->action,
			.tmpls	= 1,
			.tmpl[0] = {
				.family	= AF_INET,
				.proto	= IPPROTO_ESP,
				.mode	= admission->tmpl_mode,
				.optional = admission->optional,
			},
		},
	};

	KUNIT_EXPECT_EQ(test, espah_policy_admits(&policy, &sa, 1),
			admission->cause);
}

/* Transport mode without a policy is as good as clear, unless what none speaks of is blocked;
 * a tunnel is not.
 */
static void without_a_policy(struct kunit *test)
{
	struct espah_sa *transport = bare_sa(test, TRANSPORT);
	struct espah_sa *tunnel = bare_sa(test, TUNNEL);
	struct espah_net *en = fixture_net(test);

	transport->en = en;
	KUNIT_EXPECT_EQ(test, espah_policy_admits(NULL, &transport, 1), 0);
	en->defaults.block[ESPAH_DIR_IN] = true;
	KUNIT_EXPECT_EQ(test, espah_policy_admits(NULL, &transport, 1),
			ESPAH_A_CNT_IN_NO_POLICY);
	KUNIT_EXPECT_EQ(test, espah_policy_admits(NULL, &tunnel, 1),
			ESPAH_A_CNT_IN_NO_POLICY);
}

/* By an interface that no policy speaks of a tunnel's packet may come. */
static void without_a_policy_of_the_interface(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_sa *tunnel = bare_sa(test, TUNNEL);
	struct espah_policy_config config = {
		.sel.family	= AF_INET,
		.dir		= ESPAH_DIR_OUT,
		.action		= ESPAH_ACTION_BYPASS,
		.if_id		= 8,
	};
	struct espah_policy *policy;

	tunnel->en = en;
	tunnel->if_id = 7;
	KUNIT_EXPECT_EQ(test, espah_policy_admits(NULL, &tunnel, 1), 0);
	mutex_lock(&en->lock);
	policy = espah_spd_insert(en, &config, NULL);
	KUNIT_EXPECT_FALSE(test, IS_ERR(policy));
	KUNIT_EXPECT_EQ(test, espah_policy_admits(NULL, &tunnel, 1), 0);
	config.if_id = 7;
	policy = espah_spd_insert(en, &config, NULL);
	KUNIT_EXPECT_FALSE(test, IS_ERR(policy));
	KUNIT_EXPECT_EQ(test, espah_policy_admits(NULL, &tunnel, 1),
			ESPAH_A_CNT_IN_NO_POLICY);
	mutex_unlock(&en->lock);
}

struct tmpl {
	const char	*name;
	u32		src;
	u32		dst;
	u32		spi;
	u32		reqid;
	u16		family;
	u8		proto;
	/* Does it fit a tunnel, and an SA in transport mode? */
	bool		tunnel;
	bool		transport;
};

static const struct tmpl tmpls[] = {
	{ "asks for nothing", 0, 0, 0, 0, AF_INET, IPPROTO_ESP, true, true },
	{ "asks for all of it", FIXTURE_A, FIXTURE_B, 0x100, 1, AF_INET,
	  IPPROTO_ESP, true, true },
	{ "other source", FIXTURE_B, FIXTURE_B, 0, 0, AF_INET, IPPROTO_ESP,
	  false, true },
	{ "other destination", FIXTURE_A, FIXTURE_A, 0, 0, AF_INET, IPPROTO_ESP,
	  false, true },
	{ "source only", FIXTURE_A, 0, 0, 0, AF_INET, IPPROTO_ESP, true, true },
	{ "destination only", 0, FIXTURE_B, 0, 0, AF_INET, IPPROTO_ESP,
	  true, true },
	{ "any source, other destination", 0, FIXTURE_A, 0, 0, AF_INET,
	  IPPROTO_ESP, false, true },
	{ "other SPI", 0, 0, 0x101, 0, AF_INET, IPPROTO_ESP, false, false },
	{ "other reqid", 0, 0, 0, 2, AF_INET, IPPROTO_ESP, false, false },
	{ "end of 32 bits as reqid", 0, 0, 0, U32_MAX, AF_INET, IPPROTO_ESP,
	  false, false },
	{ "other protocol", 0, 0, 0, 0, AF_INET, IPPROTO_AH, false, false },
	{ "other family", 0, 0, 0, 0, AF_INET6, IPPROTO_ESP, false, true },
};

static void tmpl_desc(const struct tmpl *tmpl, char *desc)
{
	strscpy(desc, tmpl->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(tmpl, tmpls, tmpl_desc);

static struct espah_policy_config config_of(const struct tmpl *tmpl, u8 dir,
					    u8 mode)
{
	struct espah_policy_config config = {
		.sel = {
			.src_max	= espah_addr4(htonl(~0)),
			.dst_max	= espah_addr4(htonl(~0)),
			.family		= AF_INET,
		},
		.dir	= dir,
		.action	= ESPAH_ACTION_PROTECT,
		.tmpls	= 1,
		.tmpl[0] = {
			.src	= espah_addr4(htonl(tmpl->src)),
			.dst	= espah_addr4(htonl(tmpl->dst)),
			.spi	= htonl(tmpl->spi),
			.reqid	= tmpl->reqid,
			.family	= tmpl->family,
			.proto	= tmpl->proto,
			.mode	= mode,
		},
	};

	return config;
}

static void template_must_fit(struct kunit *test)
{
	const struct tmpl *tmpl = test->param_value;
	struct espah_sa *transport = bare_sa(test, TRANSPORT);
	struct espah_sa *tunnel = bare_sa(test, TUNNEL);
	struct espah_policy policy = {
		.config = config_of(tmpl, ESPAH_DIR_IN, TUNNEL),
	};

	KUNIT_EXPECT_EQ(test, espah_policy_admits(&policy, &tunnel, 1),
			tmpl->tunnel ? 0 : MISMATCH);
	policy.config.tmpl[0].mode = TRANSPORT;
	KUNIT_EXPECT_EQ(test, espah_policy_admits(&policy, &transport, 1),
			tmpl->transport ? 0 : MISMATCH);
}

/* Put an outbound policy in and ask it for an SA. */
static struct espah_sa *sa_for(struct kunit *test,
			       const struct espah_policy_config *config,
			       const struct espah_flow *flow)
{
	struct espah_net *en = fixture_net(test);
	const struct espah_policy *policy;
	struct espah_sa *sa = NULL;
	bool excluded = false;
	int err;

	mutex_lock(&en->lock);
	espah_spd_flush(en, -1);
	err = PTR_ERR_OR_ZERO(espah_spd_insert(en, config, NULL));
	mutex_unlock(&en->lock);
	KUNIT_ASSERT_EQ(test, err, 0);

	rcu_read_lock();
	policy = espah_spd_lookup(en, ESPAH_DIR_OUT, flow);
	if (policy)
		sa = espah_policy_sa(en, policy, flow, &excluded);
	rcu_read_unlock();
	KUNIT_EXPECT_NOT_NULL(test, policy);
	KUNIT_EXPECT_FALSE(test, excluded);
	return sa;
}

struct choice {
	const char	*name;
	struct tmpl	tmpl;
	bool		found;
};

/* A tunnel's template names both ends; there is one SA from A to B. */
static const struct choice choices[] = {
	{ "by the ends", { .src = FIXTURE_A, .dst = FIXTURE_B }, true },
	{ "by the reqid", { .src = FIXTURE_A, .dst = FIXTURE_B, .reqid = 1 },
	  true },
	{ "by the SPI", { .src = FIXTURE_A, .dst = FIXTURE_B, .spi = 0x100 },
	  true },
	{ "the other way", { .src = FIXTURE_B, .dst = FIXTURE_A }, false },
	{ "other reqid", { .src = FIXTURE_A, .dst = FIXTURE_B, .reqid = 2 },
	  false },
	{ "other SPI", { .src = FIXTURE_A, .dst = FIXTURE_B, .spi = 0x101 },
	  false },
};

static void choice_desc(const struct choice *choice, char *desc)
{
	strscpy(desc, choice->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(choice, choices, choice_desc);

/* The flow's own addresses are the tunnel's business in no way. */
static void tunnel_is_found_by_its_template(struct kunit *test)
{
	const struct choice *choice = test->param_value;
	struct espah_flow flow = fixture_flow(7, 8, IPPROTO_UDP);
	struct espah_sa_config config = fixture_sa_config(0x100);
	struct espah_sa *sa = fixture_sa_add(fixture_net(test), &config);
	struct espah_policy_config policy;
	struct tmpl tmpl = choice->tmpl;

	KUNIT_ASSERT_FALSE(test, IS_ERR(sa));
	tmpl.family = AF_INET;
	tmpl.proto = IPPROTO_ESP;
	policy = config_of(&tmpl, ESPAH_DIR_OUT, TUNNEL);
	KUNIT_EXPECT_PTR_EQ(test, sa_for(test, &policy, &flow),
			    choice->found ? sa : NULL);
}

/* Transport mode keeps the packet's addresses, so they choose the SA. */
static void transport_is_found_by_the_flow(struct kunit *test)
{
	static const struct tmpl tmpl = {
		.reqid = 1, .family = AF_INET, .proto = IPPROTO_ESP,
	};
	struct espah_policy_config policy = config_of(&tmpl, ESPAH_DIR_OUT,
						      TRANSPORT);
	struct espah_sa_config config = fixture_sa_config(0x100);
	struct espah_net *en = fixture_net(test);
	struct espah_flow flow;
	struct espah_sa *sa;

	/* A tunnel between the same ends will not do. */
	KUNIT_ASSERT_FALSE(test, IS_ERR(fixture_sa_add(en, &config)));
	flow = fixture_flow(FIXTURE_A, FIXTURE_B, IPPROTO_UDP);
	KUNIT_EXPECT_NULL(test, sa_for(test, &policy, &flow));

	config.mode = TRANSPORT;
	config.id.spi = htonl(0x101);
	sa = fixture_sa_add(en, &config);
	KUNIT_ASSERT_FALSE(test, IS_ERR(sa));
	KUNIT_EXPECT_PTR_EQ(test, sa_for(test, &policy, &flow), sa);
	flow = fixture_flow(FIXTURE_B, FIXTURE_A, IPPROTO_UDP);
	KUNIT_EXPECT_NULL(test, sa_for(test, &policy, &flow));
	flow = fixture_flow(FIXTURE_A, FIXTURE_B + 1, IPPROTO_UDP);
	KUNIT_EXPECT_NULL(test, sa_for(test, &policy, &flow));
}

/* SAs come and go under a policy that stays. */
static void policy_outlives_its_sas(struct kunit *test)
{
	static const struct tmpl tmpl = {
		.src = FIXTURE_A, .dst = FIXTURE_B, .reqid = 1,
		.family = AF_INET, .proto = IPPROTO_ESP,
	};
	struct espah_policy_config policy = config_of(&tmpl, ESPAH_DIR_OUT,
						      TUNNEL);
	struct espah_flow flow = fixture_flow(7, 8, IPPROTO_UDP);
	struct espah_sa_config config = fixture_sa_config(0x100);
	struct espah_net *en = fixture_net(test);
	const struct espah_policy *there;
	struct espah_sa *sa, *seen;
	bool excluded;
	int round;

	KUNIT_EXPECT_NULL(test, sa_for(test, &policy, &flow));
	there = list_first_entry(&en->spd.order[ESPAH_DIR_OUT].list,
				 struct espah_policy, node);
	for (round = 0; round < 3; round++) {
		sa = fixture_sa_add(en, &config);
		KUNIT_ASSERT_FALSE(test, IS_ERR(sa));
		rcu_read_lock();
		seen = espah_policy_sa(en, there, &flow, &excluded);
		rcu_read_unlock();
		KUNIT_EXPECT_PTR_EQ(test, seen, sa);

		fixture_sa_remove(en, sa);
		rcu_read_lock();
		seen = espah_policy_sa(en, there, &flow, &excluded);
		rcu_read_unlock();
		KUNIT_EXPECT_NULL(test, seen);
	}
}

/* Which policies hold a slot, so that packets need not look one up. */
static void slots_are_for_outbound_tunnels(struct kunit *test)
{
	static const struct tmpl tmpl = {
		.src = FIXTURE_A, .dst = FIXTURE_B, .family = AF_INET,
		.proto = IPPROTO_ESP,
	};
	struct espah_net *en = fixture_net(test);
	struct espah_policy_config config;
	u8 dir, mode, action;
	int err;

	for (dir = 0; dir < ESPAH_DIRS; dir++) {
		for (mode = TRANSPORT; mode <= TUNNEL; mode++) {
			for (action = 0; action <= ESPAH_ACTION_DISCARD;
			     action++) {
				config = config_of(&tmpl, dir, mode);
				config.action = action;
				mutex_lock(&en->lock);
				err = PTR_ERR_OR_ZERO(espah_spd_insert(en, &config, NULL));
				mutex_unlock(&en->lock);
				KUNIT_EXPECT_EQ(test, err, 0);
			}
		}
	}
	KUNIT_EXPECT_EQ(test, atomic_read(&en->sad.slots.nelems), 1);
}

/* A tunnel from A to B, and AH over it, between its ends. */
static struct espah_policy_config bundle_config(void)
{
	static const struct tmpl tmpl = {
		.src = FIXTURE_A, .dst = FIXTURE_B, .reqid = 1,
		.family = AF_INET, .proto = IPPROTO_ESP,
	};
	struct espah_policy_config config = config_of(&tmpl, ESPAH_DIR_OUT,
						      TUNNEL);

	config.tmpls = 2;
	config.tmpl[1] = (struct espah_tmpl){
		.reqid	= 2,
		.proto	= IPPROTO_AH,
		.mode	= TRANSPORT,
	};
	return config;
}

/* All that is required has to be there; what is missing is said, with its ends. */
static void bundle_is_whole(struct kunit *test)
{
	struct espah_policy_config config = bundle_config();
	struct espah_flow flow = fixture_flow(7, 8, IPPROTO_UDP);
	struct espah_sa_config inner = fixture_sa_config(0x100);
	struct espah_sa_config outer = fixture_sa_config(0x101);
	struct espah_net *en = fixture_net(test);
	struct espah_sa *sas[ESPAH_TMPLS_MAX], *one, *two;
	const struct espah_policy *policy;
	struct espah_tmpl lacks;
	bool excluded;

	KUNIT_EXPECT_NULL(test, sa_for(test, &config, &flow));
	policy = list_first_entry(&en->spd.order[ESPAH_DIR_OUT].list,
				  struct espah_policy, node);
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, espah_policy_lacks(en, policy, &flow, &lacks), 0);
	rcu_read_unlock();

	one = fixture_sa_add(en, &inner);
	KUNIT_ASSERT_FALSE(test, IS_ERR(one));
	rcu_read_lock();
	KUNIT_EXPECT_NULL(test, espah_policy_sa(en, policy, &flow, &excluded));
	KUNIT_EXPECT_EQ(test, espah_policy_lacks(en, policy, &flow, &lacks), 1);
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, lacks.proto, IPPROTO_AH);
	KUNIT_EXPECT_EQ(test, lacks.family, AF_INET);
	KUNIT_EXPECT_TRUE(test, espah_addr_equal(&lacks.src, &inner.src));
	KUNIT_EXPECT_TRUE(test, espah_addr_equal(&lacks.dst, &inner.id.dst));

	/* Of another protocol in all but name: an AH SA needs a hash. */
	config.tmpl[1].proto = IPPROTO_ESP;
	outer.mode = TRANSPORT;
	outer.reqid = 2;
	KUNIT_EXPECT_NULL(test, sa_for(test, &config, &flow));
	two = fixture_sa_add(en, &outer);
	KUNIT_ASSERT_FALSE(test, IS_ERR(two));
	policy = list_first_entry(&en->spd.order[ESPAH_DIR_OUT].list,
				  struct espah_policy, node);
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, espah_policy_sas(en, policy, &flow, sas,
					       &excluded), 2);
	KUNIT_EXPECT_PTR_EQ(test, espah_policy_sa(en, policy, &flow, &excluded),
			    one);
	rcu_read_unlock();
	KUNIT_EXPECT_PTR_EQ(test, sas[0], one);
	KUNIT_EXPECT_PTR_EQ(test, sas[1], two);
}

/* One that is optional is left out, and what is over it has the packet's own ends. */
static void optional_is_left_out(struct kunit *test)
{
	struct espah_policy_config config = bundle_config();
	struct espah_flow flow = fixture_flow(FIXTURE_A, FIXTURE_B, IPPROTO_UDP);
	struct espah_sa_config outer = fixture_sa_config(0x101);
	struct espah_sa *sa;

	config.tmpl[0].optional = true;
	config.tmpl[1].proto = IPPROTO_ESP;
	outer.mode = TRANSPORT;
	outer.reqid = 2;
	sa = fixture_sa_add(fixture_net(test), &outer);
	KUNIT_ASSERT_FALSE(test, IS_ERR(sa));
	KUNIT_EXPECT_PTR_EQ(test, sa_for(test, &config, &flow), sa);
}

static struct kunit_case policy_cases[] = {
	KUNIT_CASE_PARAM(inbound_is_admitted, admission_gen_params),
	KUNIT_CASE(without_a_policy),
	KUNIT_CASE(without_a_policy_of_the_interface),
	KUNIT_CASE_PARAM(template_must_fit, tmpl_gen_params),
	KUNIT_CASE_PARAM(tunnel_is_found_by_its_template, choice_gen_params),
	KUNIT_CASE(transport_is_found_by_the_flow),
	KUNIT_CASE(policy_outlives_its_sas),
	KUNIT_CASE(slots_are_for_outbound_tunnels),
	KUNIT_CASE(bundle_is_whole),
	KUNIT_CASE(optional_is_left_out),
	{}
};

struct kunit_suite policy_suite = {
	.name		= "policy",
	.init		= fixture_init,
	.exit		= fixture_exit,
	.test_cases	= policy_cases,
};
