// SPDX-License-Identifier: GPL-2.0-only
/* Dummy packets, which hide when there is traffic (RFC 4303 section 2.6). */

#include <linux/netdevice.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "dummy.h"
#include "encap.h"
#include "ends.h"
#include "netns.h"
#include "pmtu.h"
#include "protect.h"
#include "sa.h"

/* Room in front of a dummy for UDP, ESP and an IV, and behind it for the rest. */
#define AROUND	128

/**
 * struct espah_dummy - of an SA that has asked for dummies
 * @sa: the SA; the work ends before it does
 * @interval: milliseconds, or 0: none any more; written under &espah_net.lock, while
 *	the work does not run
 * @seen: last sequence number that was there when the work looked; its own, and written
 *	before it starts
 * @work: looks whether something was sent; started under &espah_net.lock while the SA is
 *	in the SAD, and stopped when it leaves
 */
struct espah_dummy {
	struct espah_sa		*sa;
	u32			interval;
	u64			seen;
	struct delayed_work	work;
};

/**
 * espah_dummy_len() - how long a dummy's payload is
 * @sa: SA
 * @room: octets that fit
 * @random: any number
 *
 * As long as the other packets, where these are padded to a length; else any length.
 *
 * Return: octets, no more than @room.
 */
unsigned int espah_dummy_len(const struct espah_sa *sa, unsigned int room,
			     u32 random)
{
	return sa->tfcpad ? min_t(unsigned int, sa->tfcpad, room) :
			    reciprocal_scale(random, room + 1);
}

static unsigned int payload_len(const struct espah_sa *sa,
				const struct dst_entry *dst)
{
	unsigned int front = espah_encap_outer(sa);
	unsigned int room;

	room = espah_pmtu_inner(sa, espah_pmtu_outer(sa, dst), front);
	if (sa->mode == ESPAH_MODE_TRANSPORT)
		room -= front;
	return espah_dummy_len(sa, room, get_random_u32());
}

/* An IP packet whose payload is nothing, between the ends of the SA. It takes @dst over. */
static struct sk_buff *make(const struct espah_sa *sa, struct dst_entry *dst)
{
	unsigned int head = LL_RESERVED_SPACE(dst->dev) + AROUND +
			    espah_encap_outer(sa);
	unsigned int len = payload_len(sa, dst);
	struct sk_buff *skb = alloc_skb(head + len + AROUND, GFP_ATOMIC);

	if (!skb) {
		dst_release(dst);
		return NULL;
	}
	skb_reserve(skb, head);
	get_random_bytes(skb_put(skb, len), len);
	skb_dst_set(skb, dst);
	espah_ends_header(skb, sa, IPPROTO_NONE);
	return skb;
}

/* It need not wait for its turn: where one cannot be sent, the next one is tried. */
static void send(struct espah_sa *sa)
{
	u32 mark = espah_fwmark_apply(&sa->output_mark, 0);
	struct dst_entry *dst = espah_ends_route(sa, mark);
	struct sk_buff *skb;

	if (!dst) {
		espah_count_drop(sa->en, sa, NULL, ESPAH_A_CNT_OUT_NO_ROUTE);
		return;
	}
	skb = make(sa, dst);
	if (!skb) {
		espah_count_drop(sa->en, sa, NULL, ESPAH_A_CNT_OUT_NOMEM);
		return;
	}
	skb->mark = mark;
	espah_protect_dummy(sa, skb);
}

/* Whoever asks for many keeps no queue busy that the packet path's own work waits in. */
static void wait(struct espah_dummy *dummy)
{
	queue_delayed_work(system_unbound_wq, &dummy->work,
			   max(msecs_to_jiffies(dummy->interval), 1ul));
}

static void look(struct work_struct *work)
{
	struct espah_dummy *dummy = container_of(to_delayed_work(work),
						 struct espah_dummy, work);
	struct espah_sa *sa = dummy->sa;

	if (atomic64_read(&sa->oseq) == dummy->seen) {
		rcu_read_lock();
		local_bh_disable();
		send(sa);
		local_bh_enable();
		rcu_read_unlock();
	}
	dummy->seen = atomic64_read(&sa->oseq);
	wait(dummy);
}

/**
 * espah_dummy_setup() - an SA may want dummies
 * @sa: SA; the caller holds &espah_net.lock
 * @interval: of espah_dummy_set(), which comes next and cannot fail then
 *
 * What is allocated goes by kfree() with the SA.
 *
 * Return: 0 or -ENOMEM.
 */
int espah_dummy_setup(struct espah_sa *sa, u32 interval)
{
	struct espah_dummy *dummy;

	lockdep_assert_held(&sa->en->lock);

	if (!interval || sa->dummy)
		return 0;
	dummy = kzalloc(sizeof(*dummy), GFP_KERNEL_ACCOUNT);
	if (!dummy)
		return -ENOMEM;
	dummy->sa = sa;
	INIT_DELAYED_WORK(&dummy->work, look);
	/* Pairs with espah_dummy_interval(). */
	smp_store_release(&sa->dummy, dummy);
	return 0;
}

/**
 * espah_dummy_set() - give an SA another interval
 * @sa: SA after espah_dummy_setup(); the caller holds &espah_net.lock
 * @interval: milliseconds in each of which something is sent, or 0: it sends no dummies
 *
 * In the SAD, espah_dummy_start() comes next.
 */
void espah_dummy_set(struct espah_sa *sa, u32 interval)
{
	if (!sa->dummy)
		return;
	espah_dummy_stop(sa);
	WRITE_ONCE(sa->dummy->interval, interval);
}

/**
 * espah_dummy_start() - send something from now on, whether there is something or not
 * @sa: SA in the SAD, whose work does not run; the caller holds &espah_net.lock
 */
void espah_dummy_start(struct espah_sa *sa)
{
	lockdep_assert_held(&sa->en->lock);

	if (!sa->dummy || !sa->dummy->interval)
		return;
	sa->dummy->seen = atomic64_read(&sa->oseq);
	wait(sa->dummy);
}

/**
 * espah_dummy_stop() - send no more
 * @sa: SA; the caller holds &espah_net.lock
 *
 * No dummy is made from here on. The work takes no lock of ours.
 */
void espah_dummy_stop(struct espah_sa *sa)
{
	lockdep_assert_held(&sa->en->lock);

	if (sa->dummy)
		cancel_delayed_work_sync(&sa->dummy->work);
}

/**
 * espah_dummy_interval() - what was asked for
 * @sa: SA
 *
 * Return: milliseconds, or 0: it sends no dummies.
 */
u32 espah_dummy_interval(const struct espah_sa *sa)
{
	/* Pairs with espah_dummy_setup(): a dump holds no lock. */
	const struct espah_dummy *dummy = smp_load_acquire(&sa->dummy);

	return dummy ? READ_ONCE(dummy->interval) : 0;
}
