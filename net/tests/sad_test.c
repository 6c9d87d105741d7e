// SPDX-License-Identifier: GPL-2.0-only
/* The SAs of a namespace: net/sad.c. */

#include "fixture.h"
#include "suites.h"

static int any_reqid(struct espah_net *en)
{
	int err;

	mutex_lock(&en->lock);
	err = espah_sad_any(en);
	mutex_unlock(&en->lock);
	return err;
}

/* The SA that an outbound packet finds there, or NULL. */
static struct espah_sa *find_out(struct espah_net *en,
				 const struct espah_sa_config *config,
				 u32 reqid, u32 spi, bool *excluded)
{
	struct espah_flow flow = fixture_flow(1, 2, IPPROTO_UDP);
	struct espah_slot *slot;
	struct espah_sa *sa;

	*excluded = false;
	/* As a policy does before it asks so. */
	if (!reqid && any_reqid(en))
		return NULL;
	slot = fixture_slot(en, config, reqid);
	if (!slot)
		return NULL;
	rcu_read_lock();
	sa = espah_sad_find_out(slot, htonl(spi), &flow, 0, excluded);
	rcu_read_unlock();
	return sa;
}

static void added_is_found(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_sa_config config = fixture_sa_config(0x100);
	struct espah_sa *sa;

	KUNIT_EXPECT_NULL(test, fixture_sa_find(en, &config.id));
	sa = fixture_sa_add(en, &config);
	KUNIT_ASSERT_FALSE(test, IS_ERR(sa));
	KUNIT_EXPECT_PTR_EQ(test, fixture_sa_find(en, &config.id), sa);
	KUNIT_EXPECT_EQ(test, en->sad.count, 1);
	KUNIT_EXPECT_EQ(test, sa->index, 1);

	fixture_sa_remove(en, sa);
	KUNIT_EXPECT_NULL(test, fixture_sa_find(en, &config.id));
	KUNIT_EXPECT_EQ(test, en->sad.count, 0);
	fixture_wait_freed(en, 0);
}

/* All of its id names an SA, and nothing less. */
static void all_of_the_id_counts(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_sa_config config = fixture_sa_config(0x100);
	struct espah_sa *sa = fixture_sa_add(en, &config);
	struct espah_sa_id id = config.id;

	KUNIT_ASSERT_FALSE(test, IS_ERR(sa));
	id.spi = htonl(0x101);
	KUNIT_EXPECT_NULL(test, fixture_sa_find(en, &id));
	id = config.id;
	id.dst = config.src;
	KUNIT_EXPECT_NULL(test, fixture_sa_find(en, &id));
	id = config.id;
	id.dst.v6.s6_addr[15] = 1;
	KUNIT_EXPECT_NULL(test, fixture_sa_find(en, &id));
	id = config.id;
	id.family = AF_INET6;
	KUNIT_EXPECT_NULL(test, fixture_sa_find(en, &id));
	id = config.id;
	id.proto = IPPROTO_AH;
	KUNIT_EXPECT_NULL(test, fixture_sa_find(en, &id));
	KUNIT_EXPECT_PTR_EQ(test, fixture_sa_find(en, &config.id), sa);
}

/* Each of these may stand beside the first one. */
static void near_ones_stand_side_by_side(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_sa_config configs[5];
	struct espah_sa *sas[ARRAY_SIZE(configs)];
	int i;

	for (i = 0; i < ARRAY_SIZE(configs); i++)
		configs[i] = fixture_sa_config(0x100);
	configs[1].id.spi = htonl(0x101);
	configs[2].id.dst = configs[2].src;
	configs[3].id.family = AF_INET6;
	configs[4].id.proto = IPPROTO_AH;

	for (i = 0; i < ARRAY_SIZE(configs); i++) {
		sas[i] = fixture_sa_add(en, &configs[i]);
		KUNIT_ASSERT_FALSE(test, IS_ERR(sas[i]));
	}
	for (i = 0; i < ARRAY_SIZE(configs); i++)
		KUNIT_EXPECT_PTR_EQ(test, fixture_sa_find(en, &configs[i].id), sas[i]);
	KUNIT_EXPECT_EQ(test, en->sad.count, ARRAY_SIZE(configs));
}

/* The id alone decides: a second one may not differ in the rest. */
static void second_of_an_id_is_refused(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_sa_config config = fixture_sa_config(0x100);
	struct espah_sa *sa = fixture_sa_add(en, &config);
	u32 generation = en->sad.generation;
	bool excluded;

	KUNIT_ASSERT_FALSE(test, IS_ERR(sa));
	config.src = espah_addr4(htonl(0x7f000001));
	config.reqid = 2;
	config.mode = ESPAH_MODE_TRANSPORT;
	KUNIT_EXPECT_EQ(test, PTR_ERR(fixture_sa_add(en, &config)), -EEXIST);

	KUNIT_EXPECT_PTR_EQ(test, fixture_sa_find(en, &config.id), sa);
	KUNIT_EXPECT_NULL(test, find_out(en, &config, 2, 0, &excluded));
	KUNIT_EXPECT_NULL(test, fixture_slot(en, &config, 0));
	KUNIT_EXPECT_EQ(test, en->sad.count, 1);
	KUNIT_EXPECT_EQ(test, en->sad.generation, generation);
	KUNIT_EXPECT_FALSE(test, sa->dead);
	fixture_wait_freed(en, 1);

	/* And once the first is gone, it may. */
	fixture_sa_remove(en, sa);
	sa = fixture_sa_add(en, &config);
	KUNIT_ASSERT_FALSE(test, IS_ERR(sa));
	KUNIT_EXPECT_PTR_EQ(test, fixture_sa_find(en, &config.id), sa);
}

#define MANY	300

/* SPIs in a row, the ends of 32 bits among them; every other one goes again. */
static void many_are_told_apart(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_sa_config config = fixture_sa_config(0);
	struct espah_sa **sas;
	u32 first = -(u32)(MANY / 2);
	int i;

	sas = kunit_kcalloc(test, MANY, sizeof(*sas), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, sas);
	for (i = 0; i < MANY; i++) {
		config.id.spi = htonl(first + i);
		sas[i] = fixture_sa_add(en, &config);
		KUNIT_ASSERT_FALSE(test, IS_ERR(sas[i]));
	}
	for (i = 0; i < MANY; i += 2)
		fixture_sa_remove(en, sas[i]);
	KUNIT_EXPECT_EQ(test, en->sad.count, MANY / 2);
	for (i = 0; i < MANY; i++) {
		config.id.spi = htonl(first + i);
		KUNIT_EXPECT_PTR_EQ_MSG(test, fixture_sa_find(en, &config.id),
					i % 2 ? sas[i] : NULL, "SA %d", i);
	}
}

/* A packet may hold an SA that is not in the SAD any more. */
static void removed_is_dead_until_let_go(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_sa_config config = fixture_sa_config(0x100);
	struct espah_sa *sa = fixture_sa_add(en, &config);

	KUNIT_ASSERT_FALSE(test, IS_ERR(sa));
	KUNIT_EXPECT_FALSE(test, sa->dead);
	KUNIT_EXPECT_TRUE(test, espah_sa_hold(sa));
	fixture_sa_remove(en, sa);
	rcu_barrier();
	KUNIT_EXPECT_TRUE(test, sa->dead);
	KUNIT_EXPECT_EQ(test, atomic_read(&en->sas), 1);
	espah_sa_put(sa);
	fixture_wait_freed(en, 0);
}

/* Who has found it before it was removed may hold it: an outbound packet is not lost because
 * another SA has come in its place.
 */
static void found_one_can_be_held(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_sa_config config = fixture_sa_config(0x100);
	struct espah_sa *sa = fixture_sa_add(en, &config);

	KUNIT_ASSERT_FALSE(test, IS_ERR(sa));
	mutex_lock(&en->lock);
	rcu_read_lock();
	espah_sad_remove(en, sa);
	KUNIT_EXPECT_TRUE(test, espah_sa_hold(sa));
	rcu_read_unlock();
	mutex_unlock(&en->lock);
	rcu_barrier();
	KUNIT_EXPECT_EQ(test, refcount_read(&sa->refs), 1);
	espah_sa_put(sa);
	fixture_wait_freed(en, 0);
}

static void slots_by_reqid_and_by_any(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_sa_config config = fixture_sa_config(0x100);
	struct espah_sa *sa = fixture_sa_add(en, &config);
	bool excluded;

	KUNIT_ASSERT_FALSE(test, IS_ERR(sa));
	KUNIT_EXPECT_PTR_EQ(test, find_out(en, &config, 1, 0, &excluded), sa);
	KUNIT_EXPECT_NULL(test, find_out(en, &config, 2, 0, &excluded));
	KUNIT_EXPECT_EQ(test, atomic_read(&en->sad.slots.nelems), 1);
	/* Another one as soon as somebody asks for any. */
	KUNIT_EXPECT_PTR_EQ(test, find_out(en, &config, 0, 0, &excluded), sa);
	KUNIT_EXPECT_EQ(test, atomic_read(&en->sad.slots.nelems), 2);
	fixture_sa_remove(en, sa);
	KUNIT_EXPECT_EQ(test, atomic_read(&en->sad.slots.nelems), 0);

	/* Without a reqid there is one slot only. */
	config.reqid = 0;
	sa = fixture_sa_add(en, &config);
	KUNIT_ASSERT_FALSE(test, IS_ERR(sa));
	KUNIT_EXPECT_PTR_EQ(test, find_out(en, &config, 0, 0, &excluded), sa);
	KUNIT_EXPECT_NULL(test, find_out(en, &config, 1, 0, &excluded));
	KUNIT_EXPECT_EQ(test, atomic_read(&en->sad.slots.nelems), 1);
}

/* A slot is for one source, destination, protocol, family, mode and interface. */
static void all_of_the_slot_key_counts(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_sa_config config = fixture_sa_config(0x100), other;
	bool excluded;

	KUNIT_ASSERT_FALSE(test, IS_ERR(fixture_sa_add(en, &config)));
	other = config;
	other.src = config.id.dst;
	KUNIT_EXPECT_NULL(test, find_out(en, &other, 1, 0, &excluded));
	other = config;
	other.id.dst = config.src;
	KUNIT_EXPECT_NULL(test, find_out(en, &other, 1, 0, &excluded));
	other = config;
	other.mode = ESPAH_MODE_TRANSPORT;
	KUNIT_EXPECT_NULL(test, find_out(en, &other, 1, 0, &excluded));
	other = config;
	other.id.proto = IPPROTO_AH;
	KUNIT_EXPECT_NULL(test, find_out(en, &other, 1, 0, &excluded));
	other = config;
	other.id.family = AF_INET6;
	KUNIT_EXPECT_NULL(test, find_out(en, &other, 1, 0, &excluded));
	other = config;
	other.if_id = 1;
	KUNIT_EXPECT_NULL(test, find_out(en, &other, 1, 0, &excluded));
	/* The SPI is not part of it. */
	other = config;
	other.id.spi = htonl(0x999);
	KUNIT_EXPECT_NOT_NULL(test, find_out(en, &other, 1, 0, &excluded));
}

/* The SA that a packet of the interface 7 finds, which is for @peer or anybody. */
static struct espah_sa *find_link(struct espah_net *en,
				  const union espah_addr *peer, bool *excluded)
{
	struct espah_flow flow = fixture_flow(1, 2, IPPROTO_UDP);
	const struct espah_slot_key key = { .if_id = 7 };
	const struct espah_slot *slot;
	struct espah_sa *sa = NULL;

	*excluded = false;
	rcu_read_lock();
	slot = espah_slot_find(en, &key);
	if (slot)
		sa = espah_sad_find_link(en, slot, &flow, peer, AF_INET,
					 excluded);
	rcu_read_unlock();
	return sa;
}

/* All SAs of an id, whoever the peer is: the newest that covers. */
static void interface_finds_its_own(struct kunit *test)
{
	const union espah_addr one = espah_addr4(htonl(0xc0000201));
	const union espah_addr other = espah_addr4(htonl(0xc0000202));
	const union espah_addr nobody = espah_addr4(htonl(0xc0000203));
	struct espah_net *en = fixture_net(test);
	struct espah_sa_config config = fixture_sa_config(0x100);
	struct espah_selector sel = { .family = AF_INET };
	struct espah_sa *first, *second;
	bool excluded;

	KUNIT_EXPECT_NULL(test, find_link(en, NULL, &excluded));
	config.mode = ESPAH_MODE_TUNNEL;
	config.if_id = 7;
	config.id.dst = one;
	first = fixture_sa_add(en, &config);
	config.id.dst = other;
	config.reqid = 0;
	second = fixture_sa_add(en, &config);
	KUNIT_EXPECT_PTR_EQ(test, find_link(en, NULL, &excluded), second);
	KUNIT_EXPECT_PTR_EQ(test, find_link(en, &one, &excluded), first);
	KUNIT_EXPECT_PTR_EQ(test, find_link(en, &other, &excluded), second);
	KUNIT_EXPECT_NULL(test, find_link(en, &nobody, &excluded));
	/* Neither of these is for it. */
	config.if_id = 8;
	config.id.dst = one;
	config.id.spi = htonl(0x101);
	KUNIT_ASSERT_FALSE(test, IS_ERR(fixture_sa_add(en, &config)));
	config.if_id = 7;
	config.id.spi = htonl(0x102);
	config.mode = ESPAH_MODE_TRANSPORT;
	KUNIT_ASSERT_FALSE(test, IS_ERR(fixture_sa_add(en, &config)));
	KUNIT_EXPECT_PTR_EQ(test, find_link(en, &one, &excluded), first);
	KUNIT_EXPECT_PTR_EQ(test, find_link(en, NULL, &excluded), second);
	KUNIT_EXPECT_FALSE(test, excluded);
	config.mode = ESPAH_MODE_TUNNEL;
	config.id.spi = htonl(0x103);
	config.sel = &sel;
	KUNIT_ASSERT_FALSE(test, IS_ERR(fixture_sa_add(en, &config)));
	KUNIT_EXPECT_PTR_EQ(test, find_link(en, &one, &excluded), first);
	KUNIT_EXPECT_TRUE(test, excluded);
	/* What is gone is gone from here, too. */
	mutex_lock(&en->lock);
	espah_sad_remove(en, second);
	mutex_unlock(&en->lock);
	KUNIT_EXPECT_NULL(test, find_link(en, &other, &excluded));
}

static void newest_is_taken(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_sa_config config = fixture_sa_config(0);
	struct espah_sa *sas[3];
	bool excluded;
	int i;

	for (i = 0; i < ARRAY_SIZE(sas); i++) {
		config.id.spi = htonl(0x100 + i);
		config.reqid = 1 + i % 2;
		sas[i] = fixture_sa_add(en, &config);
		KUNIT_ASSERT_FALSE(test, IS_ERR(sas[i]));
	}
	KUNIT_EXPECT_PTR_EQ(test, find_out(en, &config, 0, 0, &excluded), sas[2]);
	KUNIT_EXPECT_PTR_EQ(test, find_out(en, &config, 1, 0, &excluded), sas[2]);
	KUNIT_EXPECT_PTR_EQ(test, find_out(en, &config, 2, 0, &excluded), sas[1]);

	fixture_sa_remove(en, sas[2]);
	KUNIT_EXPECT_PTR_EQ(test, find_out(en, &config, 0, 0, &excluded), sas[1]);
	KUNIT_EXPECT_PTR_EQ(test, find_out(en, &config, 1, 0, &excluded), sas[0]);
	fixture_sa_remove(en, sas[1]);
	KUNIT_EXPECT_PTR_EQ(test, find_out(en, &config, 0, 0, &excluded), sas[0]);
	KUNIT_EXPECT_NULL(test, find_out(en, &config, 2, 0, &excluded));
}

static void template_may_name_the_spi(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_sa_config config = fixture_sa_config(0x100);
	struct espah_sa *old = fixture_sa_add(en, &config), *new;
	bool excluded;

	config.id.spi = htonl(0x101);
	new = fixture_sa_add(en, &config);
	KUNIT_ASSERT_FALSE(test, IS_ERR(old));
	KUNIT_ASSERT_FALSE(test, IS_ERR(new));
	KUNIT_EXPECT_PTR_EQ(test, find_out(en, &config, 1, 0x100, &excluded),
			    old);
	KUNIT_EXPECT_PTR_EQ(test, find_out(en, &config, 1, 0x101, &excluded),
			    new);
	KUNIT_EXPECT_NULL(test, find_out(en, &config, 1, 0x102, &excluded));
	/* Another SPI is not a selector's fault. */
	KUNIT_EXPECT_FALSE(test, excluded);
}

/* The packet is UDP from 1 to 2. */
static void selectors_pass_sas_over(struct kunit *test)
{
	struct espah_selector sel = {
		.src_max	= espah_addr4(htonl(~0)),
		.dst_max	= espah_addr4(htonl(~0)),
		.family		= AF_INET,
		.proto		= IPPROTO_TCP,
	};
	struct espah_net *en = fixture_net(test);
	struct espah_sa_config config = fixture_sa_config(0x100);
	struct espah_sa *narrow, *wide;
	bool excluded;

	config.sel = &sel;
	narrow = fixture_sa_add(en, &config);
	KUNIT_ASSERT_FALSE(test, IS_ERR(narrow));
	KUNIT_EXPECT_NULL(test, find_out(en, &config, 1, 0, &excluded));
	KUNIT_EXPECT_TRUE(test, excluded);

	config.sel = NULL;
	config.id.spi = htonl(0x101);
	wide = fixture_sa_add(en, &config);
	KUNIT_ASSERT_FALSE(test, IS_ERR(wide));
	KUNIT_EXPECT_PTR_EQ(test, find_out(en, &config, 1, 0, &excluded), wide);

	/* Newer, but not for this packet: the older one is asked. */
	config.sel = &sel;
	config.id.spi = htonl(0x102);
	KUNIT_ASSERT_FALSE(test, IS_ERR(fixture_sa_add(en, &config)));
	KUNIT_EXPECT_PTR_EQ(test, find_out(en, &config, 1, 0, &excluded), wide);
	KUNIT_EXPECT_NULL(test, find_out(en, &config, 1, 0x102, &excluded));
	KUNIT_EXPECT_TRUE(test, excluded);
}

/* A slot that a policy holds stays where it is while SAs come and go. */
static void held_slot_stays(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_sa_config config = fixture_sa_config(0x100);
	struct espah_slot_key key = fixture_slot_key(&config, 1);
	struct espah_slot *slot;
	struct espah_sa *sa;

	mutex_lock(&en->lock);
	slot = espah_slot_get(en, &key);
	KUNIT_EXPECT_PTR_EQ(test, espah_slot_get(en, &key), slot);
	espah_slot_put(en, slot);
	mutex_unlock(&en->lock);
	KUNIT_ASSERT_FALSE(test, IS_ERR(slot));

	sa = fixture_sa_add(en, &config);
	KUNIT_EXPECT_FALSE(test, IS_ERR(sa));
	KUNIT_EXPECT_PTR_EQ(test, fixture_slot(en, &config, 1), slot);
	KUNIT_EXPECT_EQ(test, slot->users, 2);
	if (!IS_ERR(sa))
		fixture_sa_remove(en, sa);
	KUNIT_EXPECT_PTR_EQ(test, fixture_slot(en, &config, 1), slot);
	KUNIT_EXPECT_TRUE(test, list_empty(&slot->sas));

	mutex_lock(&en->lock);
	espah_slot_put(en, slot);
	espah_slot_put(en, NULL);
	mutex_unlock(&en->lock);
	KUNIT_EXPECT_NULL(test, fixture_slot(en, &config, 1));
}

static void flush(struct espah_net *en, u8 proto)
{
	mutex_lock(&en->lock);
	espah_sad_flush(en, proto);
	mutex_unlock(&en->lock);
}

static void flush_by_protocol(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_sa_config config = fixture_sa_config(0);
	int i;

	for (i = 0; i < 6; i++) {
		config.id.spi = htonl(0x100 + i);
		config.id.proto = i % 2 ? IPPROTO_AH : IPPROTO_ESP;
		KUNIT_ASSERT_FALSE(test, IS_ERR(fixture_sa_add(en, &config)));
	}
	flush(en, IPPROTO_COMP);
	KUNIT_EXPECT_EQ(test, en->sad.count, 6);
	flush(en, IPPROTO_ESP);
	KUNIT_EXPECT_EQ(test, en->sad.count, 3);
	KUNIT_EXPECT_NOT_NULL(test, fixture_sa_find(en, &config.id));
	flush(en, 0);
	KUNIT_EXPECT_EQ(test, en->sad.count, 0);
	KUNIT_EXPECT_NULL(test, fixture_sa_find(en, &config.id));
	flush(en, 0);
	fixture_wait_freed(en, 0);
}

/* A dump takes 0 for "not asked". */
static void generation_is_never_0(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_sa_config config = fixture_sa_config(0x100);
	struct espah_sa *sa;

	KUNIT_EXPECT_EQ(test, en->sad.generation, 1);
	sa = fixture_sa_add(en, &config);
	KUNIT_ASSERT_FALSE(test, IS_ERR(sa));
	KUNIT_EXPECT_EQ(test, en->sad.generation, 2);
	en->sad.generation = U32_MAX;
	fixture_sa_remove(en, sa);
	KUNIT_EXPECT_EQ(test, en->sad.generation, 1);
}

/* Numbers go on, so that a dump does not take a new SA for an old one, and
 * begin again behind the end, where those in use are left out.
 */
static void index_goes_round(struct kunit *test)
{
	static const u32 expected[] = { 1, U32_MAX, 2, 3 };
	struct espah_net *en = fixture_net(test);
	struct espah_sa_config config = fixture_sa_config(0x100);
	struct espah_sa *sa;
	int i;

	for (i = 0; i < ARRAY_SIZE(expected); i++) {
		if (i == 1)
			en->sad.next_index = U32_MAX;
		config.id.spi = htonl(0x100 + i);
		sa = fixture_sa_add(en, &config);
		KUNIT_ASSERT_FALSE(test, IS_ERR(sa));
		KUNIT_EXPECT_EQ(test, sa->index, expected[i]);
	}
	fixture_sa_remove(en, sa);
	sa = fixture_sa_add(en, &config);
	KUNIT_ASSERT_FALSE(test, IS_ERR(sa));
	KUNIT_EXPECT_EQ(test, sa->index, 4);
}

/* A larval SA is in the way of others, and nothing to send with. */
static void larval_one_only_holds_its_spi(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_sa_config config = fixture_sa_config(0x100);
	struct espah_sa_config whole = config;
	struct espah_sa *larva;
	bool excluded;

	config.alg = NULL;
	larva = fixture_sa_add(en, &config);
	KUNIT_ASSERT_FALSE(test, IS_ERR(larva));
	KUNIT_EXPECT_TRUE(test, larva->larval);
	KUNIT_EXPECT_NULL(test, larva->tfm);
	KUNIT_EXPECT_NULL(test, larva->key);
	KUNIT_EXPECT_PTR_EQ(test, fixture_sa_find(en, &config.id), larva);
	KUNIT_EXPECT_NULL(test, find_out(en, &config, 1, 0, &excluded));
	KUNIT_EXPECT_NULL(test, find_out(en, &config, 0, 0, &excluded));
	KUNIT_EXPECT_EQ(test, PTR_ERR(fixture_sa_add(en, &whole)), -EEXIST);
	fixture_sa_remove(en, larva);
	fixture_wait_freed(en, 0);
}

static void whole_one_takes_its_place(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_sa_config config = fixture_sa_config(0x100);
	struct espah_sa_config whole = config;
	struct espah_sa *larva, *sa;
	u32 generation;
	bool excluded;

	config.alg = NULL;
	larva = fixture_sa_add(en, &config);
	KUNIT_ASSERT_FALSE(test, IS_ERR(larva));
	generation = en->sad.generation;

	mutex_lock(&en->lock);
	sa = espah_sa_create(en, &whole, NULL);
	if (!IS_ERR(sa)) {
		KUNIT_EXPECT_EQ(test, espah_sad_replace(en, larva, sa), 0);
		KUNIT_EXPECT_EQ(test, sa->index, 1);
	}
	mutex_unlock(&en->lock);
	KUNIT_ASSERT_FALSE(test, IS_ERR(sa));
	KUNIT_EXPECT_PTR_EQ(test, fixture_sa_find(en, &config.id), sa);
	KUNIT_EXPECT_PTR_EQ(test, xa_load(&en->sad.by_index, 1), (void *)sa);
	KUNIT_EXPECT_PTR_EQ(test, find_out(en, &config, 1, 0, &excluded), sa);
	KUNIT_EXPECT_EQ(test, en->sad.count, 1);
	KUNIT_EXPECT_NE(test, en->sad.generation, generation);
	fixture_wait_freed(en, 1);
	fixture_sa_remove(en, sa);
	fixture_wait_freed(en, 0);
}

/* As long as there is ESP in UDP over IPv4, somebody reads what is said of it; all of ESP may be
 * taken early.
 */
static void what_is_said_is_read(struct kunit *test)
{
	struct fixture *fixture = test->priv;
	struct espah_sa_config config = fixture_sa_config(0x1000);
	struct espah_net *en = &fixture->en;
	struct espah_sa *plain, *one, *other;

	plain = fixture_sa_add(en, &config);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, plain);
	KUNIT_EXPECT_EQ(test, en->encapsulated, 0);
	KUNIT_EXPECT_EQ(test, en->early, 1);

	config.encap_sport = htons(4500);
	config.encap_dport = htons(4500);
	config.id.spi = htonl(0x1001);
	one = fixture_sa_add(en, &config);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, one);
	config.id.spi = htonl(0x1002);
	other = fixture_sa_add(en, &config);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, other);
	KUNIT_EXPECT_EQ(test, en->encapsulated, 2);

	KUNIT_EXPECT_EQ(test, PTR_ERR(fixture_sa_add(en, &config)), -EEXIST);
	config.id.spi = htonl(0x1003);
	fixture->hooks_err = -ENOMEM;
	KUNIT_EXPECT_EQ(test, PTR_ERR(fixture_sa_add(en, &config)), -ENOMEM);
	fixture->hooks_err = 0;
	KUNIT_EXPECT_EQ(test, en->encapsulated, 2);
	KUNIT_EXPECT_EQ(test, en->early, 3);

	fixture_sa_remove(en, one);
	fixture_sa_remove(en, plain);
	KUNIT_EXPECT_EQ(test, en->encapsulated, 1);
	fixture_sa_remove(en, other);
	KUNIT_EXPECT_EQ(test, en->encapsulated, 0);
	KUNIT_EXPECT_EQ(test, en->early, 0);
}

/* Over IPv6, tunnels may be taken early, and nothing else is. */
static void tunnels_over_ipv6_come_early(struct kunit *test)
{
	struct fixture *fixture = test->priv;
	struct espah_sa_config config = fixture_sa_config(0x1000);
	struct espah_net *en = &fixture->en;
	struct espah_sa *tunnel, *transport;

	config.id.family = AF_INET6;
	config.id.dst.v6 = in6addr_any;
	config.src.v6 = in6addr_any;
	tunnel = fixture_sa_add(en, &config);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, tunnel);
	KUNIT_EXPECT_EQ(test, en->early6, 1);

	config.id.spi = htonl(0x1001);
	config.mode = ESPAH_MODE_TRANSPORT;
	transport = fixture_sa_add(en, &config);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, transport);
	KUNIT_EXPECT_EQ(test, en->early6, 1);
	KUNIT_EXPECT_EQ(test, en->early, 0);

	config.mode = ESPAH_MODE_TUNNEL;
	KUNIT_EXPECT_EQ(test, PTR_ERR(fixture_sa_add(en, &config)), -EEXIST);
	KUNIT_EXPECT_EQ(test, en->early6, 1);

	fixture_sa_remove(en, transport);
	KUNIT_EXPECT_EQ(test, en->early6, 1);
	fixture_sa_remove(en, tunnel);
	KUNIT_EXPECT_EQ(test, en->early6, 0);
}

static struct kunit_case sad_cases[] = {
	KUNIT_CASE(added_is_found),
	KUNIT_CASE(all_of_the_id_counts),
	KUNIT_CASE(near_ones_stand_side_by_side),
	KUNIT_CASE(second_of_an_id_is_refused),
	KUNIT_CASE(many_are_told_apart),
	KUNIT_CASE(removed_is_dead_until_let_go),
	KUNIT_CASE(found_one_can_be_held),
	KUNIT_CASE(slots_by_reqid_and_by_any),
	KUNIT_CASE(all_of_the_slot_key_counts),
	KUNIT_CASE(interface_finds_its_own),
	KUNIT_CASE(newest_is_taken),
	KUNIT_CASE(template_may_name_the_spi),
	KUNIT_CASE(selectors_pass_sas_over),
	KUNIT_CASE(held_slot_stays),
	KUNIT_CASE(flush_by_protocol),
	KUNIT_CASE(generation_is_never_0),
	KUNIT_CASE(index_goes_round),
	KUNIT_CASE(larval_one_only_holds_its_spi),
	KUNIT_CASE(whole_one_takes_its_place),
	KUNIT_CASE(what_is_said_is_read),
	KUNIT_CASE(tunnels_over_ipv6_come_early),
	{}
};

struct kunit_suite sad_suite = {
	.name		= "sad",
	.init		= fixture_init,
	.exit		= fixture_exit,
	.test_cases	= sad_cases,
};
