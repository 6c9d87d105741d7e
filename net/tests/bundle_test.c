// SPDX-License-Identifier: GPL-2.0-only
/* The SAs of a bundle, and what is in the place of one that was removed: net/bundle.c. */

#include "../bundle.h"
#include "fixture.h"
#include "suites.h"

/* What comes in the place of the outer SA, by what it is otherwise. */
struct row {
	const char	*name;
	u32		reqid;
	u32		mark;
	u32		output_mark;
	bool		sel;
	bool		no_out;
	/* The policy names an SPI; the new one's is another. */
	bool		by_spi;
	bool		does;
};

static const struct row rows[] = {
	{ "alike", .reqid = 2, .does = true },
	{ "for another template", .reqid = 3 },
	{ "for another mark", .reqid = 2, .mark = 1 },
	{ "by another way", .reqid = 2, .output_mark = 1 },
	{ "with a selector", .reqid = 2, .sel = true },
	{ "for input", .reqid = 2, .no_out = true },
	{ "with another SPI", .reqid = 2, .by_spi = true },
};

static void row_desc(const struct row *row, char *desc)
{
	strscpy(desc, row->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(row, rows, row_desc);

static struct espah_sa *add(struct kunit *test, u32 spi, u32 reqid)
{
	struct espah_sa_config config = fixture_sa_config(spi);
	struct espah_sa *sa;

	config.reqid = reqid;
	sa = fixture_sa_add(fixture_net(test), &config);
	KUNIT_ASSERT_FALSE(test, IS_ERR(sa));
	return sa;
}

static struct espah_sa *add_row(struct kunit *test, const struct row *row)
{
	struct espah_sa_config config = fixture_sa_config(0x102);
	const struct espah_selector sel = {
		.src_max = espah_addr4(htonl(~0U)),
		.dst_max = espah_addr4(htonl(~0U)),
		.family = AF_INET,
	};
	struct espah_sa *sa;

	config.reqid = row->reqid;
	config.no_out = row->no_out;
	config.mark = (struct espah_fwmark){ row->mark, row->mark };
	config.output_mark = (struct espah_fwmark){ row->output_mark,
						    row->output_mark };
	if (row->sel)
		config.sel = &sel;
	sa = fixture_sa_add(fixture_net(test), &config);
	KUNIT_ASSERT_FALSE(test, IS_ERR(sa));
	return sa;
}

static struct espah_bundle *bundle_of(struct kunit *test, struct espah_sa *inner,
				      struct espah_sa *outer, bool by_spi)
{
	struct espah_sa *const sas[] = { inner, outer };
	struct espah_policy *policy;
	struct espah_bundle *bundle;

	policy = kunit_kzalloc(test, sizeof(*policy), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, policy);
	policy->config.tmpls = 2;
	if (by_spi)
		policy->config.tmpl[1].spi = htonl(0x101);
	bundle = espah_bundle_create(policy, sas, 2);
	KUNIT_ASSERT_FALSE(test, IS_ERR(bundle));
	return bundle;
}

static struct espah_sa *outer_of(struct espah_bundle *bundle)
{
	struct espah_sa *sa;

	rcu_read_lock();
	sa = espah_layer_sa(&bundle->layers[1]);
	rcu_read_unlock();
	return sa;
}

/* A packet is not lost because the SA of its next layer was rekeyed meanwhile. */
static void removed_one_is_replaced(struct kunit *test)
{
	const struct row *row = test->param_value;
	struct espah_net *en = fixture_net(test);
	struct espah_sa *inner = add(test, 0x100, 1);
	struct espah_sa *outer = add(test, 0x101, 2);
	struct espah_bundle *bundle = bundle_of(test, inner, outer,
						row->by_spi);
	struct espah_sa *sa;

	KUNIT_EXPECT_PTR_EQ(test, outer_of(bundle), outer);
	sa = add_row(test, row);
	KUNIT_EXPECT_PTR_EQ(test, outer_of(bundle), outer);
	fixture_sa_remove(en, outer);
	KUNIT_EXPECT_PTR_EQ(test, outer_of(bundle), row->does ? sa : NULL);
	fixture_sa_remove(en, sa);
	KUNIT_EXPECT_NULL(test, outer_of(bundle));
	espah_bundle_put(bundle);
}

/* The same SPI again, as a manual SA has it. */
static void same_spi_is_the_same(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_sa *inner = add(test, 0x100, 1);
	struct espah_sa *outer = add(test, 0x101, 2);
	struct espah_bundle *bundle = bundle_of(test, inner, outer, true);
	struct espah_sa *again;

	fixture_sa_remove(en, outer);
	again = add(test, 0x101, 2);
	KUNIT_EXPECT_PTR_EQ(test, outer_of(bundle), again);
	espah_bundle_put(bundle);
}

static struct kunit_case bundle_cases[] = {
	KUNIT_CASE_PARAM(removed_one_is_replaced, row_gen_params),
	KUNIT_CASE(same_spi_is_the_same),
	{}
};

struct kunit_suite bundle_suite = {
	.name		= "bundle",
	.init		= fixture_init,
	.exit		= fixture_exit,
	.test_cases	= bundle_cases,
};
