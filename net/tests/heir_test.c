// SPDX-License-Identifier: GPL-2.0-only
/* An SA takes the place of another: net/heir.c, and net/sad.c with it. */

#include "../dummy.h"
#include "../heir.h"
#include "../keepalive.h"
#include "../lifetime.h"
#include "../replay.h"
#include "fixture.h"
#include "suites.h"

static struct espah_site site_of(const struct espah_sa *sa, u32 dst)
{
	struct espah_site site = {
		.id	= sa->id,
		.src	= sa->src,
	};

	site.id.dst = espah_addr4(htonl(dst));
	return site;
}

static struct espah_sa *add(struct kunit *test, u64 oseq)
{
	struct espah_sa_config config = fixture_sa_config(0x100);
	struct espah_sa *sa;

	config.oseq = oseq;
	sa = fixture_sa_add(fixture_net(test), &config);
	KUNIT_ASSERT_FALSE(test, IS_ERR(sa));
	return sa;
}

static struct espah_sa *announce(struct kunit *test, struct espah_sa *sa,
				 u32 dst)
{
	struct espah_site site = site_of(sa, dst);
	struct espah_net *en = sa->en;
	struct espah_sa *heir;

	mutex_lock(&en->lock);
	heir = espah_heir_make(sa, &site);
	KUNIT_EXPECT_FALSE(test, IS_ERR(heir));
	KUNIT_EXPECT_EQ(test, espah_sad_announce(en, sa, heir), 0);
	mutex_unlock(&en->lock);
	return heir;
}

static void succeed(struct espah_sa *sa, struct espah_sa *heir)
{
	struct espah_net *en = sa->en;

	mutex_lock(&en->lock);
	espah_heir_take(sa, heir);
	espah_sad_succeed(en, sa, heir);
	espah_sad_forsake(en, sa);
	mutex_unlock(&en->lock);
}

static void settle(struct espah_sa *sa, struct espah_sa *heir)
{
	struct espah_net *en = sa->en;

	synchronize_rcu();
	mutex_lock(&en->lock);
	espah_heir_settle(sa, heir);
	mutex_unlock(&en->lock);
}

static u64 take_number(struct espah_sa *sa)
{
	u64 seq;

	rcu_read_lock();
	seq = espah_lifetime_seq(sa);
	rcu_read_unlock();
	return seq;
}

/* Whoever has the old one takes the same numbers. */
static void numbers_go_on(struct kunit *test)
{
	struct espah_sa *sa = add(test, 5);
	struct espah_sa *heir = announce(test, sa, FIXTURE_B + 1);

	KUNIT_EXPECT_TRUE(test, heir->shut);
	KUNIT_EXPECT_EQ(test, take_number(sa), 6);
	succeed(sa, heir);
	KUNIT_EXPECT_FALSE(test, heir->shut);
	KUNIT_EXPECT_EQ(test, espah_lifetime_sent(sa), 6);
	KUNIT_EXPECT_EQ(test, take_number(sa), 7);
	KUNIT_EXPECT_EQ(test, take_number(heir), 8);
	KUNIT_EXPECT_EQ(test, take_number(sa), 9);
	settle(sa, heir);
	KUNIT_EXPECT_EQ(test, take_number(heir), 10);
	espah_sa_put(sa);
}

/* After its last number there is none, neither here nor there. */
static void numbers_end(struct kunit *test)
{
	struct espah_sa *sa = add(test, U32_MAX - 1);
	struct espah_sa *heir = announce(test, sa, FIXTURE_B + 1);

	succeed(sa, heir);
	KUNIT_EXPECT_EQ(test, take_number(sa), U32_MAX);
	KUNIT_EXPECT_EQ(test, take_number(sa), 0);
	KUNIT_EXPECT_EQ(test, take_number(heir), 0);
	settle(sa, heir);
	espah_sa_put(sa);
}

/* With its parts, which end once, whichever of the SAs is the last. */
static void cipher_goes_along(struct kunit *test)
{
	static const u8 key[36] = { 1, 2, 3 };
	struct espah_sa_config config = fixture_chacha_config(0x100, key);
	struct espah_sa *sa, *heir;
	struct espah_site site;

	sa = fixture_sa_add(fixture_net(test), &config);
	KUNIT_ASSERT_FALSE(test, IS_ERR(sa));
	KUNIT_EXPECT_NOT_NULL(test, sa->chapoly);

	site = site_of(sa, FIXTURE_B + 1);
	mutex_lock(&sa->en->lock);
	heir = espah_heir_make(sa, &site);
	KUNIT_EXPECT_FALSE(test, IS_ERR(heir));
	espah_heir_give_up(heir);
	mutex_unlock(&sa->en->lock);
	fixture_wait_freed(sa->en, 1);

	heir = announce(test, sa, FIXTURE_B + 2);
	KUNIT_EXPECT_PTR_EQ(test, heir->tfm, sa->tfm);
	KUNIT_EXPECT_PTR_EQ(test, heir->chapoly, sa->chapoly);
	succeed(sa, heir);
	settle(sa, heir);
	espah_sa_put(sa);
}

static void window_goes_along(struct kunit *test)
{
	struct espah_sa *sa = add(test, 0);
	struct espah_sa *heir;

	KUNIT_EXPECT_EQ(test, espah_replay_advance(&sa->replay, 40),
			ESPAH_REPLAY_NEW);
	heir = announce(test, sa, FIXTURE_B + 1);
	KUNIT_EXPECT_EQ(test, espah_replay_advance(&sa->replay, 41),
			ESPAH_REPLAY_NEW);
	succeed(sa, heir);
	KUNIT_EXPECT_PTR_EQ(test, sa->heir, heir);
	KUNIT_EXPECT_EQ(test, espah_replay_check(&heir->replay, 40),
			ESPAH_REPLAY_DUP);
	KUNIT_EXPECT_EQ(test, espah_replay_check(&heir->replay, 41),
			ESPAH_REPLAY_DUP);
	KUNIT_EXPECT_EQ(test, espah_replay_check(&heir->replay, 39),
			ESPAH_REPLAY_NEW);
	settle(sa, heir);
	espah_sa_put(sa);
}

static void expect_usage(struct kunit *test, const struct espah_sa *sa,
			 u64 packets, u64 bytes)
{
	u64 has_packets, has_bytes;

	espah_sa_usage(sa, &has_packets, &has_bytes);
	KUNIT_EXPECT_EQ(test, has_packets, packets);
	KUNIT_EXPECT_EQ(test, has_bytes, bytes);
}

/* What still comes to the old one is the heir's in the end, of whatever cause. */
static void counts_go_along(struct kunit *test)
{
	static const unsigned int causes[] = {
		ESPAH_A_CNT_IN_ICV, ESPAH_A_CNT_IN_REPLAY_DUP,
		ESPAH_A_CNT_IN_EXPIRED, ESPAH_A_CNT_IN_SELECTOR,
		ESPAH_A_CNT_IN_CRYPTO,
	};
	struct espah_sa *sa = add(test, 0);
	struct espah_sa *heir;
	unsigned int i;

	fixture_sa_use(sa, 100);
	for (i = 0; i < ARRAY_SIZE(causes); i++)
		espah_note(sa, causes[i]);
	heir = announce(test, sa, FIXTURE_B + 1);
	fixture_sa_use(sa, 10);
	succeed(sa, heir);
	expect_usage(test, heir, 2, 110);
	KUNIT_EXPECT_EQ(test, heir->first_used, sa->first_used);
	KUNIT_EXPECT_EQ(test, heir->used, sa->used);
	fixture_sa_use(sa, 1);
	espah_note(sa, ESPAH_A_CNT_IN_ICV);
	settle(sa, heir);
	expect_usage(test, heir, 3, 111);
	for (i = 0; i < ARRAY_SIZE(causes); i++)
		KUNIT_EXPECT_EQ(test, espah_tally_read(&heir->tally, causes[i]),
				i ? 1 : 2);
	/* A packet that was with a cipher all the time. */
	fixture_sa_use(sa, 1000);
	espah_sa_put(sa);
	fixture_wait_freed(fixture_net(test), 1);
	expect_usage(test, heir, 4, 1111);
}

/* There is no packet more than there would be without a move, and the one that has found the
 * old one counts against the same limit.
 */
static void limits_go_along(struct kunit *test)
{
	static const struct espah_limits limits = {
		.packets = { .soft = 2, .hard = 4 },
	};
	struct espah_sa_config config = fixture_sa_config(0x100);
	struct espah_net *en = fixture_net(test);
	struct espah_sa *sa, *heir;

	config.limits = &limits;
	config.thresholds.packets = 100;
	sa = fixture_sa_add(en, &config);
	KUNIT_ASSERT_FALSE(test, IS_ERR(sa));
	KUNIT_EXPECT_TRUE(test, fixture_sa_use(sa, 1));
	KUNIT_EXPECT_TRUE(test, fixture_sa_use(sa, 1));
	heir = announce(test, sa, FIXTURE_B + 1);
	succeed(sa, heir);
	KUNIT_EXPECT_TRUE(test, rcu_access_pointer(heir->limits)->soft);
	KUNIT_EXPECT_TRUE(test, fixture_sa_use(sa, 10));
	expect_usage(test, heir, 3, 12);
	KUNIT_EXPECT_TRUE(test, fixture_sa_use(heir, 1));
	KUNIT_EXPECT_FALSE(test, fixture_sa_use(sa, 1));
	KUNIT_EXPECT_FALSE(test, fixture_sa_use(heir, 1));
	settle(sa, heir);
	expect_usage(test, heir, 4, 13);
	/* It ends there, though the old one was the first to say so. */
	espah_sa_put(sa);
	fixture_wait_freed(en, 0);
}

/* What a field is in the heir, before it takes what it goes on with. */
enum fate {
	COPIED,		/* as with the old one, and of use to both */
	APART,		/* as with the old one, in memory of its own */
	ANEW,		/* zero */
	PLACED,		/* as the place is */
	LISTED,		/* as tables and lists have it; locks and references */
	HANDED,		/* handed over later */
};

struct field {
	const char	*name;
	const void	*at;
	size_t		size;
	size_t		align;
	enum fate	fate;
};

/* To say where fields are. */
static const struct espah_sa shape;

#define FIELD(field, is) {			\
	.name	= #field,			\
	.at	= &(field),			\
	.size	= sizeof(field),		\
	.align	= __alignof__(typeof(field)),	\
	.fate	= is,				\
}

static size_t offset_of(const struct field *field)
{
	return (const u8 *)field->at - (const u8 *)&shape;
}

/* All of them, in order: whoever adds one says here what becomes of it, and in net/heir.c does
 * it.
 */
static const struct field fields[] = {
	FIELD(shape.id, PLACED),
	FIELD(shape.spi_node, LISTED),
	FIELD(shape.src, PLACED),
	FIELD(shape.en, COPIED),
	FIELD(shape.tfm, COPIED),
	FIELD(shape.chapoly, COPIED),
	FIELD(shape.mac, COPIED),
	FIELD(shape.mode, COPIED),
	FIELD(shape.iv_len, COPIED),
	FIELD(shape.icv_len, COPIED),
	FIELD(shape.dead, ANEW),
	FIELD(shape.align, COPIED),
	FIELD(shape.iv, COPIED),
	FIELD(shape.larval, COPIED),
	FIELD(shape.no_in, COPIED),
	FIELD(shape.no_out, COPIED),
	FIELD(shape.shut, HANDED),
	FIELD(shape.esn, COPIED),
	FIELD(shape.align4, COPIED),
	FIELD(shape.aad_apart, COPIED),
	FIELD(shape.encap_len, PLACED),
	FIELD(shape.told, HANDED),
	FIELD(shape.encap_sport, PLACED),
	FIELD(shape.encap_dport, PLACED),
	FIELD(shape.header, PLACED),
	FIELD(shape.tfcpad, COPIED),
	FIELD(shape.key_len, COPIED),
	FIELD(shape.reqid, COPIED),
	FIELD(shape.if_id, COPIED),
	FIELD(shape.mark, COPIED),
	FIELD(shape.output_mark, COPIED),
	FIELD(shape.index, COPIED),
	FIELD(shape.flags, COPIED),
	FIELD(shape.iv_mask, COPIED),
	FIELD(shape.seq_few, COPIED),
	FIELD(shape.oseq, HANDED),
	FIELD(shape.packets, ANEW),
	FIELD(shape.bytes, ANEW),
	FIELD(shape.auth_key_len, COPIED),
	FIELD(shape.refs, LISTED),
	FIELD(shape.pmtu, ANEW),
	FIELD(shape.outer, COPIED),
	FIELD(shape.pmtu_expires, LISTED),
	FIELD(shape.sel, APART),
	FIELD(shape.limits, APART),
	FIELD(shape.used, HANDED),
	FIELD(shape.first_used, HANDED),
	FIELD(shape.route, ANEW),
	FIELD(shape.slot_node, ANEW),
	FIELD(shape.added, COPIED),
	FIELD(shape.born, COPIED),
	FIELD(shape.timer, APART),
	FIELD(shape.judge_node, LISTED),
	FIELD(shape.rcu, LISTED),
	FIELD(shape.alg_name, APART),
	FIELD(shape.key, APART),
	FIELD(shape.nat, APART),
	FIELD(shape.dummy, APART),
	FIELD(shape.auth_name, COPIED),
	FIELD(shape.tally, ANEW),
	FIELD(shape.asked, ANEW),
	FIELD(shape.replay_lock, LISTED),
	FIELD(shape.heir, ANEW),
};

/* A field that is not listed leaves room that alignment does not explain. */
static void all_fields_are_listed(struct kunit *test)
{
	size_t end = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		KUNIT_EXPECT_EQ_MSG(test, offset_of(&fields[i]),
				    ALIGN(end, fields[i].align),
				    "before %s", fields[i].name);
		end = offset_of(&fields[i]) + fields[i].size;
	}
	KUNIT_EXPECT_EQ(test, offsetof(struct espah_sa, replay),
			ALIGN(end, __alignof__(struct espah_replay)));
}

static void expect_fate(struct kunit *test, const struct field *field,
			const struct espah_sa *sa, const struct espah_sa *heir)
{
	const void *old = (const u8 *)sa + offset_of(field);
	const void *new = (const u8 *)heir + offset_of(field);

	switch (field->fate) {
	case COPIED:
		KUNIT_EXPECT_TRUE_MSG(test, !memcmp(old, new, field->size),
				      "%s", field->name);
		return;
	case APART:
		KUNIT_EXPECT_TRUE_MSG(test, *(void *const *)old &&
				      *(void *const *)new &&
				      *(void *const *)old != *(void *const *)new,
				      "%s", field->name);
		return;
	case ANEW:
		KUNIT_EXPECT_NULL_MSG(test, memchr_inv(new, 0, field->size),
				      "%s", field->name);
		return;
	default:
		return;
	}
}

/* It has all that there may be. */
static struct espah_sa *rich(struct kunit *test)
{
	static const struct espah_limits limits = { .packets = { 5, 10 } };
	static const struct espah_selector sel = { .family = AF_INET };
	struct espah_sa_config config = fixture_sa_config(0x100);
	struct espah_sa *sa;

	config.alg_name = "generic-rfc4106(gcm(aes))";
	config.limits = &limits;
	config.sel = &sel;
	config.thresholds.packets = 3;
	config.encap_sport = htons(4500);
	config.encap_dport = htons(4501);
	config.encap_oaddr = config.src;
	config.keepalive = 20;
	config.dummy = 100000;
	sa = fixture_sa_add(fixture_net(test), &config);
	KUNIT_ASSERT_FALSE(test, IS_ERR(sa));
	sa->pmtu = 1400;
	fixture_sa_use(sa, 100);
	espah_note(sa, ESPAH_A_CNT_IN_ICV);
	return sa;
}

static void each_field_has_its_fate(struct kunit *test)
{
	struct espah_sa *sa = rich(test), *heir;
	struct espah_net *en = sa->en;
	struct espah_site site = site_of(sa, FIXTURE_B + 1);
	unsigned int i;

	site.encap_sport = htons(4502);
	site.encap_dport = htons(4503);
	mutex_lock(&en->lock);
	heir = espah_heir_make(sa, &site);
	KUNIT_EXPECT_FALSE(test, IS_ERR(heir));
	for (i = 0; i < ARRAY_SIZE(fields); i++)
		expect_fate(test, &fields[i], sa, heir);
	KUNIT_EXPECT_TRUE(test, !memcmp(sa->key, heir->key, sa->key_len));
	KUNIT_EXPECT_STREQ(test, heir->alg_name, sa->alg_name);
	KUNIT_EXPECT_EQ(test, espah_keepalive_interval(heir), 20);
	KUNIT_EXPECT_EQ(test, espah_dummy_interval(heir), 100000);
	KUNIT_EXPECT_TRUE(test, espah_addr_any(&heir->nat->oaddr));
	KUNIT_EXPECT_TRUE(test, heir->encap_dport == site.encap_dport);
	espah_heir_give_up(heir);
	mutex_unlock(&en->lock);
	fixture_wait_freed(en, 1);
}

/* Without a UDP header there is no NAT to know of, or to remind. */
static void out_of_udp(struct kunit *test)
{
	struct espah_sa *sa = rich(test), *heir;
	struct espah_net *en = sa->en;
	struct espah_site site = site_of(sa, FIXTURE_B + 1);

	mutex_lock(&en->lock);
	heir = espah_heir_make(sa, &site);
	KUNIT_EXPECT_FALSE(test, IS_ERR(heir));
	KUNIT_EXPECT_NULL(test, heir->nat);
	KUNIT_EXPECT_EQ(test, espah_keepalive_interval(heir), 0);
	KUNIT_EXPECT_EQ(test, heir->encap_len, 0);
	espah_heir_give_up(heir);
	mutex_unlock(&en->lock);
	fixture_wait_freed(en, 1);
}

static void found_where_it_is(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_sa *sa = add(test, 0);
	struct espah_sa *heir = announce(test, sa, FIXTURE_B + 1);
	const struct espah_sa_id old = sa->id, new = heir->id;

	KUNIT_EXPECT_PTR_EQ(test, fixture_sa_find(en, &old), sa);
	succeed(sa, heir);
	KUNIT_EXPECT_NULL(test, fixture_sa_find(en, &old));
	KUNIT_EXPECT_PTR_EQ(test, fixture_sa_find(en, &new), heir);
	KUNIT_EXPECT_EQ(test, heir->index, sa->index);
	KUNIT_EXPECT_EQ(test, en->sad.count, 1);
	KUNIT_EXPECT_TRUE(test, sa->dead);
	KUNIT_EXPECT_FALSE(test, espah_sa_gone(sa));
	settle(sa, heir);
	fixture_sa_remove(en, heir);
	KUNIT_EXPECT_TRUE(test, espah_sa_gone(sa));
	espah_sa_put(sa);
}

/* Where only the peer's address is another, the name stays. */
static void same_name(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_sa *sa = add(test, 0);
	struct espah_sa *heir = announce(test, sa, ntohl(sa->id.dst.v4));

	KUNIT_EXPECT_PTR_EQ(test, fixture_sa_find(en, &sa->id), sa);
	succeed(sa, heir);
	KUNIT_EXPECT_PTR_EQ(test, fixture_sa_find(en, &sa->id), heir);
	settle(sa, heir);
	espah_sa_put(sa);
}

static void may_come_to_nothing(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_sa *sa = add(test, 5);
	struct espah_sa *heir = announce(test, sa, FIXTURE_B + 1);
	const struct espah_sa_id new = heir->id;

	mutex_lock(&en->lock);
	espah_sad_recall(en, sa, heir);
	espah_heir_give_up(heir);
	mutex_unlock(&en->lock);
	fixture_wait_freed(en, 1);
	KUNIT_EXPECT_NULL(test, fixture_sa_find(en, &new));
	KUNIT_EXPECT_PTR_EQ(test, fixture_sa_find(en, &sa->id), sa);
	KUNIT_EXPECT_EQ(test, take_number(sa), 6);
}

static struct kunit_case heir_cases[] = {
	KUNIT_CASE(numbers_go_on),
	KUNIT_CASE(numbers_end),
	KUNIT_CASE(cipher_goes_along),
	KUNIT_CASE(window_goes_along),
	KUNIT_CASE(counts_go_along),
	KUNIT_CASE(limits_go_along),
	KUNIT_CASE(all_fields_are_listed),
	KUNIT_CASE(each_field_has_its_fate),
	KUNIT_CASE(out_of_udp),
	KUNIT_CASE(found_where_it_is),
	KUNIT_CASE(same_name),
	KUNIT_CASE(may_come_to_nothing),
	{}
};

struct kunit_suite heir_suite = {
	.name		= "heir",
	.init		= fixture_init,
	.exit		= fixture_exit,
	.test_cases	= heir_cases,
};
