// SPDX-License-Identifier: GPL-2.0-only
/* What the suites share: a namespace of their own, SAs in it, packets. */

#include <kunit/resource.h>
#include <linux/slab.h>
#include <linux/wait_bit.h>
#include <net/ip.h>
#include <net/net_namespace.h>
#include <net/route.h>

#include "../direct.h"
#include "../early.h"
#include "../ends.h"
#include "../flowtable.h"
#include "../hooks.h"
#include "../lifetime.h"
#include "../mark.h"
#include "../natt.h"
#include "../netlink.h"
#include "../notify.h"
#include "../output.h"
#include "../protect.h"
#include "../sent.h"
#include "fixture.h"

static struct fixture *fixture_of(struct espah_net *en)
{
	return container_of(en, struct fixture, en);
}

/**
 * espah_flowtable_empty() - in the place of net/flowtable.c: nothing is forwarded here
 */
void espah_flowtable_empty(void)
{
}

/**
 * espah_direct_prepare() - in the place of net/direct.c: nothing goes on from here
 * @en: namespace of a test case
 */
void espah_direct_prepare(struct espah_net *en)
{
}

/**
 * espah_early_prepare() - in the place of net/early.c: nothing comes
 * @en: namespace of a test case
 */
void espah_early_prepare(struct espah_net *en)
{
}

/**
 * espah_early6_prepare() - in the place of net/early6.c
 * @en: namespace of a test case
 */
void espah_early6_prepare(struct espah_net *en)
{
}

/**
 * espah_hooks_get() - in the place of net/hooks.c: no packet is to come here
 * @en: namespace of a test case
 *
 * Return: what the test case wants.
 */
int espah_hooks_get(struct espah_net *en)
{
	struct fixture *fixture = fixture_of(en);

	if (fixture->hooks_err)
		return fixture->hooks_err;
	fixture->hooks++;
	return 0;
}

/**
 * espah_hooks_put() - in the place of net/hooks.c
 * @en: namespace of a test case
 */
void espah_hooks_put(struct espah_net *en)
{
	fixture_of(en)->hooks--;
}

/**
 * espah_hooks_icmp_get() - in the place of net/hooks.c
 * @en: namespace of a test case
 *
 * Return: what the test case wants.
 */
int espah_hooks_icmp_get(struct espah_net *en)
{
	struct fixture *fixture = fixture_of(en);

	if (fixture->hooks_err)
		return fixture->hooks_err;
	en->encapsulated++;
	return 0;
}

/**
 * espah_hooks_icmp_put() - in the place of net/hooks.c
 * @en: namespace of a test case
 */
void espah_hooks_icmp_put(struct espah_net *en)
{
	en->encapsulated--;
}

/**
 * espah_hooks_early_get() - in the place of net/hooks.c
 * @en: namespace of a test case
 * @family: of an SA
 *
 * Return: 0.
 */
int espah_hooks_early_get(struct espah_net *en, u16 family)
{
	(*(family == AF_INET6 ? &en->early6 : &en->early))++;
	return 0;
}

/**
 * espah_hooks_early_put() - in the place of net/hooks.c
 * @en: namespace of a test case
 * @family: of an SA
 */
void espah_hooks_early_put(struct espah_net *en, u16 family)
{
	(*(family == AF_INET6 ? &en->early6 : &en->early))--;
}

/**
 * espah_natt_keepalive() - in the place of net/natt.c: counts
 * @sa: SA in the namespace of a test case
 */
void espah_natt_keepalive(struct espah_sa *sa)
{
	struct fixture *fixture = fixture_of(sa->en);

	WRITE_ONCE(fixture->keepalives, fixture->keepalives + 1);
}

/**
 * espah_ends_route() - in the place of net/ends.c: counts
 * @sa: SA in the namespace of a test case
 * @mark: unused
 *
 * Return: NULL, so that nothing is sent.
 */
struct dst_entry *espah_ends_route(struct espah_sa *sa, u32 mark)
{
	struct fixture *fixture = fixture_of(sa->en);

	WRITE_ONCE(fixture->dummies, fixture->dummies + 1);
	return NULL;
}

/**
 * espah_ends_header() - in the place of net/ends.c: nothing is sent
 * @skb: unused
 * @sa: unused
 * @proto: unused
 */
void espah_ends_header(struct sk_buff *skb, const struct espah_sa *sa, u8 proto)
{
}

/**
 * espah_protect_dummy() - in the place of net/protect.c: nothing is sent
 * @sa: unused
 * @skb: unused
 */
void espah_protect_dummy(struct espah_sa *sa, struct sk_buff *skb)
{
}

/**
 * espah_notify_expire() - in the place of net/notify.c: counts
 * @sa: SA in the namespace of a test case
 * @hard: it is gone
 */
void espah_notify_expire(const struct espah_sa *sa, bool hard)
{
	struct fixture *fixture = fixture_of(sa->en);
	int kind = hard ? ESPAH_EXPIRY_HARD : ESPAH_EXPIRY_SOFT;

	lockdep_assert_held(&sa->en->lock);

	WRITE_ONCE(fixture->expired[kind], fixture->expired[kind] + 1);
}

/**
 * espah_notify_policy_expire() - in the place of net/notify.c: counts
 * @en: namespace of a test case
 * @policy: unused
 * @hard: it ends
 */
void espah_notify_policy_expire(const struct espah_net *en,
				const struct espah_policy *policy, bool hard)
{
	struct fixture *fixture = container_of(en, struct fixture, en);
	int kind = hard ? ESPAH_EXPIRY_HARD : ESPAH_EXPIRY_SOFT;

	lockdep_assert_held(&en->lock);

	WRITE_ONCE(fixture->policies_expired[kind],
		   fixture->policies_expired[kind] + 1);
}

/**
 * espah_notify_progress() - in the place of net/notify.c: counts
 * @sa: SA in the namespace of a test case
 * @news: unused
 */
void espah_notify_progress(const struct espah_sa *sa,
			   enum espah_progress_news news)
{
	struct fixture *fixture = fixture_of(sa->en);

	lockdep_assert_held(&sa->en->lock);

	WRITE_ONCE(fixture->progress, fixture->progress + 1);
}

/**
 * espah_nl_put_tmpl() - in the place of net/netlink_tmpl.c: not called
 * @skb: message
 * @tmpl: template
 *
 * Return: 0.
 */
int espah_nl_put_tmpl(struct sk_buff *skb, const struct espah_tmpl *tmpl)
{
	return 0;
}

/**
 * espah_notify() - in the place of net/notify.c: counts
 * @en: namespace of a test case
 * @cmd: %ESPAH_CMD_ACQUIRE_NTF
 * @put: would write the attributes
 * @what: what they are about
 * @gfp: unused
 */
void espah_notify(const struct espah_net *en, u8 cmd, espah_notify_put put,
		  const void *what, gfp_t gfp)
{
	struct fixture *fixture = container_of(en, struct fixture, en);

	WRITE_ONCE(fixture->acquires, fixture->acquires + 1);
}

/**
 * espah_notify_heard() - in the place of net/notify.c: somebody listens
 * @en: unused
 *
 * Return: true.
 */
bool espah_notify_heard(const struct espah_net *en)
{
	return true;
}

/**
 * espah_notify_drops_heard() - in the place of net/notify.c: somebody listens
 * @en: unused
 *
 * Return: true.
 */
bool espah_notify_drops_heard(const struct espah_net *en)
{
	return true;
}

/**
 * espah_notify_dropped() - in the place of net/notify.c: remembers
 * @en: namespace of a test case
 * @dropped: what was told
 */
void espah_notify_dropped(const struct espah_net *en,
			  const struct espah_dropped *dropped)
{
	struct fixture *fixture = container_of(en, struct fixture, en);

	fixture->told++;
	fixture->told_last = *dropped;
}

static void follow(struct espah_net *en, const struct espah_policy *policy)
{
	struct fixture *fixture = fixture_of(en);
	struct sk_buff *skb = __skb_dequeue(&fixture->followers);

	if (!skb)
		return;
	local_bh_disable();
	if (!espah_queue_behind(en, policy, skb)) {
		fixture->overtook++;
		kfree_skb(skb);
	}
	local_bh_enable();
}

/**
 * espah_output_resume() - in the place of net/output.c: notes the packet
 * @en: namespace of a test case
 * @policy: policy that it waits on
 * @skb: packet, freed if it finds an SA
 *
 * Return: whether it does, as the test case wants.
 */
bool espah_output_resume(struct espah_net *en,
			 const struct espah_policy *policy, struct sk_buff *skb)
{
	struct fixture *fixture = fixture_of(en);

	if (!fixture->resumes || fixture->resumed == FIXTURE_RESUMES)
		return false;
	fixture->resumes--;
	fixture->resumed_marks[fixture->resumed++] = skb->mark;
	consume_skb(skb);
	follow(en, policy);
	return true;
}

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

static void free_skb(struct kunit_resource *res)
{
	kfree_skb(res->data);
}

static int make_skb(struct kunit_resource *res, void *context)
{
	res->data = alloc_skb(*(unsigned int *)context, GFP_KERNEL);
	return res->data ? 0 : -ENOMEM;
}

/**
 * fixture_skb() - a packet, gone with its test case
 * @test: test case
 * @head: octets of room in front
 * @data: what is in it, or NULL for zeros
 * @len: octets of @data
 *
 * Return: the packet, with its network header at its data.
 */
struct sk_buff *fixture_skb(struct kunit *test, unsigned int head,
			    const void *data, unsigned int len)
{
	unsigned int size = head + len;
	struct sk_buff *skb;

	skb = kunit_alloc_resource(test, make_skb, free_skb, GFP_KERNEL, &size);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, head);
	if (data)
		skb_put_data(skb, data, len);
	else
		skb_put_zero(skb, len);
	skb_reset_mac_header(skb);
	skb_reset_network_header(skb);
	skb->protocol = htons(ETH_P_IP);
	return skb;
}

/**
 * fixture_skb_paged() - a packet whose end lies in a page
 * @test: test case
 * @data: what is in it
 * @len: octets of @data, no more than a page
 * @linear: so many of them in the linear part
 *
 * Return: the packet, with its network header at its data.
 */
struct sk_buff *fixture_skb_paged(struct kunit *test, const void *data,
				  unsigned int len, unsigned int linear)
{
	struct sk_buff *skb = fixture_skb(test, 0, data, linear);
	struct page *page = alloc_page(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	memcpy(page_address(page), data + linear, len - linear);
	skb_add_rx_frag(skb, 0, page, 0, len - linear, PAGE_SIZE);
	return skb;
}

/**
 * fixture_ip_header() - a header without options, from A to B
 * @iph: where it goes
 * @proto: protocol of what follows
 * @len: octets of the packet
 */
void fixture_ip_header(struct iphdr *iph, u8 proto, u16 len)
{
	memset(iph, 0, sizeof(*iph));
	iph->version = IPVERSION;
	iph->ihl = sizeof(*iph) / 4;
	iph->tot_len = htons(len);
	iph->ttl = 64;
	iph->protocol = proto;
	iph->saddr = htonl(FIXTURE_A);
	iph->daddr = htonl(FIXTURE_B);
	ip_send_check(iph);
}

static void free_route(struct kunit_resource *res)
{
	dst_release(res->data);
}

static int make_route(struct kunit_resource *res, void *context)
{
	struct dst_metrics *metrics = context;
	struct rtable *route;

	route = rt_dst_alloc(init_net.loopback_dev, 0, RTN_UNICAST, false);
	if (!route)
		return -ENOMEM;
	ip_dst_init_metrics(&route->dst, metrics);
	res->data = &route->dst;
	return 0;
}

/**
 * fixture_route() - a route that leads nowhere, gone with its test case
 * @test: test case
 * @hoplimit: its hop limit, or 0 for the default
 * @mtu: its MTU, or 0 for the device's
 *
 * Return: the route.
 */
struct dst_entry *fixture_route(struct kunit *test, u32 hoplimit, u32 mtu)
{
	struct dst_metrics *metrics = kzalloc(sizeof(*metrics), GFP_KERNEL);
	struct dst_entry *dst;

	KUNIT_ASSERT_NOT_NULL(test, metrics);
	refcount_set(&metrics->refcnt, 1);
	metrics->metrics[RTAX_HOPLIMIT - 1] = hoplimit;
	metrics->metrics[RTAX_MTU - 1] = mtu;
	dst = kunit_alloc_resource(test, make_route, free_route, GFP_KERNEL,
				   metrics);
	/* The route has a reference of its own, if there is one. */
	if (refcount_dec_and_test(&metrics->refcnt))
		kfree(metrics);
	KUNIT_ASSERT_NOT_NULL(test, dst);
	return dst;
}
