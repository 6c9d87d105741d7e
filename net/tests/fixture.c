// SPDX-License-Identifier: GPL-2.0-only
/* What the suites share: a namespace of their own, and SAs in it. */

#include <kunit/resource.h>
#include <linux/slab.h>
#include <linux/wait_bit.h>
#include <net/net_namespace.h>

#include "../lifetime.h"
#include "../mark.h"
#include "../sent.h"
#include "fixture.h"

/**
 * fixture_init() - before a test case: an empty namespace
 * @test: its priv is set to a &struct fixture
 *
 * Return: 0 or a negative errno.
 */
int fixture_init(struct kunit *test)
{
	struct fixture *fixture = kunit_kzalloc(test, sizeof(*fixture),
						GFP_KERNEL);
	struct espah_net *en = &fixture->en;

	KUNIT_ASSERT_NOT_NULL(test, fixture);
	__skb_queue_head_init(&fixture->followers);
	mutex_init(&en->lock);
	en->net = &init_net;
	en->counters = alloc_percpu(struct espah_counters);
	KUNIT_ASSERT_TRUE(test, !!en->counters);
	en->stub = espah_mark_alloc(&init_net);
	KUNIT_ASSERT_NOT_NULL(test, en->stub);
	KUNIT_ASSERT_EQ(test, espah_sad_init(&en->sad), 0);
	KUNIT_ASSERT_EQ(test, espah_spd_init(&en->spd), 0);
	espah_narrow_init(&en->narrowness);
	espah_queue_init(en);
	espah_acquire_init(en);
	espah_stranger_init(&en->strangers);
	espah_lifetime_net_init(en);
	espah_sa_net_init(en);
	espah_term_net_init(en);
	test->priv = fixture;
	return 0;
}

/**
 * fixture_exit() - after a test case, however it ended
 * @test: its priv is from fixture_init()
 *
 * What is left in the namespace is flushed, and must all go.
 */
void fixture_exit(struct kunit *test)
{
	struct fixture *fixture = test->priv;
	struct espah_net *en;

	if (!fixture)
		return;
	en = &fixture->en;
	mutex_lock(&en->lock);
	espah_spd_flush(en, -1);
	espah_sad_flush(en, 0);
	mutex_unlock(&en->lock);
	espah_queue_exit(en);
	espah_term_net_exit(en);
	fixture_wait_freed(en, 0);
	espah_lifetime_net_exit(en);
	espah_sa_net_exit(en);

	KUNIT_EXPECT_EQ(test, fixture->hooks, 0);
	KUNIT_EXPECT_EQ(test, fixture->en.encapsulated, 0);
	KUNIT_EXPECT_EQ(test, fixture->en.early, 0);
	KUNIT_EXPECT_EQ(test, fixture->en.early6, 0);
	KUNIT_EXPECT_EQ(test, en->sad.count, 0);
	KUNIT_EXPECT_EQ(test, en->narrowness.selectors, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&en->sad.slots.nelems), 0);
	espah_drops_free(en);
	espah_sent_free(en);
	espah_sad_exit(&en->sad);
	espah_spd_exit(&en->spd);
	espah_mark_free(en->stub);
	free_percpu(en->counters);
}

/**
 * fixture_net() - the namespace of a test case
 * @test: its priv is from fixture_init()
 *
 * Return: the namespace.
 */
struct espah_net *fixture_net(struct kunit *test)
{
	struct fixture *fixture = test->priv;

	return &fixture->en;
}

/**
 * fixture_sa_config() - an SA like any other
 * @spi: its SPI
 *
 * Return: a tunnel from A to B with reqid 1.
 */
struct espah_sa_config fixture_sa_config(u32 spi)
{
	static const u8 key[20] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 };
	struct espah_sa_config config = {
		.id	= {
			.dst	= espah_addr4(htonl(FIXTURE_B)),
			.spi	= htonl(spi),
			.family	= AF_INET,
			.proto	= IPPROTO_ESP,
		},
		.src	= espah_addr4(htonl(FIXTURE_A)),
		.mode	= ESPAH_MODE_TUNNEL,
		.reqid	= 1,
		.window	= 64,
		.alg	= espah_alg_find(ESPAH_ALG_AEAD,
					  "rfc4106(gcm(aes))"),
		.alg_name = "rfc4106(gcm(aes))",
		.key	= key,
		.key_len = sizeof(key),
		.icv_bits = 128,
	};

	return config;
}

/**
 * fixture_chacha_config() - an SA with ChaCha20-Poly1305
 * @spi: its SPI
 * @keymat: key and salt, which outlive what is returned
 *
 * Return: fixture_sa_config() otherwise.
 */
struct espah_sa_config fixture_chacha_config(u32 spi, const u8 keymat[36])
{
	struct espah_sa_config config = fixture_sa_config(spi);

	config.alg_name = "rfc7539esp(chacha20,poly1305)";
	config.alg = espah_alg_find(ESPAH_ALG_AEAD, config.alg_name);
	config.key = keymat;
	config.key_len = 36;
	return config;
}

static int blank_init(struct kunit_resource *resource, void *context)
{
	struct espah_sa *sa = kzalloc(sizeof(*sa), GFP_KERNEL);

	resource->data = sa;
	return sa ? 0 : -ENOMEM;
}

static void blank_free(struct kunit_resource *resource)
{
	struct espah_sa *sa = resource->data;

	espah_tally_free(&sa->tally);
	kfree(sa);
}

/**
 * fixture_blank_sa() - an SA that is in no table, for what looks at some of its fields
 * @test: it goes with the test, and what it has counted with it
 *
 * Return: all zero, or NULL.
 */
struct espah_sa *fixture_blank_sa(struct kunit *test)
{
	return kunit_alloc_resource(test, blank_init, blank_free, GFP_KERNEL,
				    NULL);
}

/**
 * fixture_sa_add() - make an SA and let it be found
 * @en: namespace
 * @config: what it shall be
 *
 * Return: the SA or an ERR_PTR().
 */
struct espah_sa *fixture_sa_add(struct espah_net *en,
				const struct espah_sa_config *config)
{
	struct espah_sa *sa;
	int err;

	mutex_lock(&en->lock);
	sa = espah_sa_create(en, config, NULL);
	if (!IS_ERR(sa)) {
		err = espah_sad_insert(en, sa);
		if (err) {
			espah_sa_put(sa);
			sa = ERR_PTR(err);
		}
	}
	mutex_unlock(&en->lock);
	return sa;
}

/**
 * fixture_slot_key() - what names the slot of an SA
 * @config: the SA
 * @reqid: its reqid, or 0 as who asks for any has it
 *
 * Return: the key.
 */
struct espah_slot_key fixture_slot_key(const struct espah_sa_config *config,
				       u32 reqid)
{
	struct espah_slot_key key = {
		.src	= config->src,
		.dst	= config->id.dst,
		.reqid	= reqid,
		.if_id	= config->if_id,
		.family	= config->id.family,
		.proto	= config->id.proto,
		.mode	= config->mode,
	};

	return key;
}

/**
 * fixture_slot() - the slot of an SA
 * @en: namespace
 * @config: the SA
 * @reqid: as fixture_slot_key() wants it
 *
 * Return: the slot or NULL.
 */
struct espah_slot *fixture_slot(struct espah_net *en,
				const struct espah_sa_config *config, u32 reqid)
{
	struct espah_slot_key key = fixture_slot_key(config, reqid);
	struct espah_slot *slot;

	rcu_read_lock();
	slot = espah_slot_find(en, &key);
	rcu_read_unlock();
	return slot;
}

/**
 * fixture_sa_find() - as a packet finds its SA
 * @en: namespace
 * @id: SA's name
 *
 * Return: the SA, which the caller has to know to be there still, or NULL.
 */
struct espah_sa *fixture_sa_find(struct espah_net *en,
				 const struct espah_sa_id *id)
{
	struct espah_sa *sa;

	rcu_read_lock();
	sa = espah_sad_find(en, id);
	rcu_read_unlock();
	return sa;
}

/**
 * fixture_sa_use() - as a packet counts against the SA's lifetime
 * @sa: SA
 * @bytes: octets of the packet
 *
 * Return: false if it must not pass.
 */
bool fixture_sa_use(struct espah_sa *sa, unsigned int bytes)
{
	bool passes;

	local_bh_disable();
	rcu_read_lock();
	passes = espah_sa_use(sa, bytes);
	rcu_read_unlock();
	local_bh_enable();
	return passes;
}

/**
 * fixture_sa_remove() - take an SA out again
 * @en: namespace
 * @sa: SA in it
 */
void fixture_sa_remove(struct espah_net *en, struct espah_sa *sa)
{
	mutex_lock(&en->lock);
	espah_sad_remove(en, sa);
	mutex_unlock(&en->lock);
}

/**
 * fixture_wait_freed() - until the memory of SAs is given back
 * @en: namespace
 * @left: so many are to stay
 */
void fixture_wait_freed(struct espah_net *en, int left)
{
	/* reap() wakes nobody before the last one. */
	if (!left) {
		wait_var_event(&en->sas, !atomic_read(&en->sas));
		return;
	}
	while (atomic_read(&en->sas) > left)
		schedule_timeout_uninterruptible(1);
}

/**
 * fixture_flow() - an IPv4 flow
 * @src: source address
 * @dst: destination address
 * @proto: IP protocol
 *
 * Return: the flow.
 */
struct espah_flow fixture_flow(u32 src, u32 dst, u8 proto)
{
	struct espah_flow flow = {
		.src	= espah_addr4(htonl(src)),
		.dst	= espah_addr4(htonl(dst)),
		.family	= AF_INET,
		.proto	= proto,
	};

	return flow;
}
