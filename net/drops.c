// SPDX-License-Identifier: GPL-2.0-only
/* Packets that have ended: the last ones are kept, who listens is told, within bounds, and
 * the tracepoint sees all of them.
 */

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/jiffies.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <net/dst.h>

#include "drops.h"
#include "flow.h"
#include "netns.h"
#include "notify.h"
#include "packet.h"
#include "trace.h"

/**
 * espah_drops_prepare() - make room for the last packets that end
 * @en: namespace; the caller holds its lock
 *
 * Once for each namespace where somebody uses espah: others do not pay for it, and have
 * nothing to look up.
 *
 * Return: 0 or -ENOMEM.
 */
int espah_drops_prepare(struct espah_net *en)
{
	struct espah_drops *drops;

	lockdep_assert_held(&en->lock);

	if (en->drops)
		return 0;
	drops = kvzalloc(sizeof(*drops), GFP_KERNEL_ACCOUNT);
	if (!drops)
		return -ENOMEM;
	spin_lock_init(&drops->lock);
	drops->next = 1;
	/* Their first while is over. */
	drops->noting.since = jiffies - HZ;
	drops->telling.since = jiffies - HZ;
	/* Pairs with drops_of(). */
	smp_store_release(&en->drops, drops);
	return 0;
}

/**
 * espah_drops_free() - give back what espah_drops_prepare() has made
 * @en: namespace, where no packet ends any more
 */
void espah_drops_free(struct espah_net *en)
{
	kvfree(en->drops);
}

static struct espah_drops *drops_of(const struct espah_net *en)
{
	/* Pairs with espah_drops_prepare(). */
	return smp_load_acquire(&en->drops);
}

/* Is there one left in this while? In a flood, this is read and no more. */
static bool has_turn(struct espah_drop_rate *rate, int most, unsigned long every)
{
	unsigned long since = READ_ONCE(rate->since);

	if (jiffies - since >= every &&
	    cmpxchg(&rate->since, since, jiffies) == since)
		atomic_set(&rate->left, most);
	if (atomic_read(&rate->left) > 0 && atomic_dec_return(&rate->left) >= 0)
		return true;
	atomic_long_inc(&rate->missed);
	return false;
}

static u64 take_missed(struct espah_drop_rate *rate)
{
	return atomic_long_read(&rate->missed) ?
	       atomic_long_xchg(&rate->missed, 0) : 0;
}

/* Nobody has looked at some of the headers yet, and of others what they say is the reason
 * why the packet ends: is there an IP header at all, and in the linear part?
 */
static bool has_header(const struct sk_buff *skb)
{
	const unsigned char *at = skb_network_header(skb);
	const unsigned char *end = skb_tail_pointer(skb);
	const struct iphdr *iph = ip_hdr(skb);

	if (at < skb->head || at + sizeof(*iph) > end)
		return false;
	if (iph->version == 6)
		return at + sizeof(struct ipv6hdr) <= end;
	return iph->version == IPVERSION && iph->ihl >= 5 &&
	       at + iph->ihl * 4 <= end;
}

static int leaves_by(const struct sk_buff *skb)
{
	const struct dst_entry *dst;
	int oif = 0;

	rcu_read_lock();
	dst = skb_dst(skb);
	/* What is for this host leads to loopback. */
	if (dst && dst->dev && !(dst->dev->flags & IFF_LOOPBACK))
		oif = dst->dev->ifindex;
	rcu_read_unlock();
	return oif;
}

static void describe_packet(const struct sk_buff *skb,
			    struct espah_dropped *dropped)
{
	dropped->len = skb->len;
	dropped->iif = skb->skb_iif;
	dropped->oif = leaves_by(skb);
	if (!has_header(skb))
		return;
	dropped->len -= skb_network_offset(skb);
	espah_flow_of(skb, &dropped->flow);
	espah_flow_upper(skb, &dropped->flow);
}

static void describe_sa(const struct espah_sa *sa, struct espah_dropped *dropped)
{
	dropped->sa = sa->id;
	dropped->sa_index = sa->index;
	dropped->reqid = sa->reqid;
	if (dropped->flow.family)
		return;
	dropped->flow.src = sa->src;
	dropped->flow.dst = sa->id.dst;
	dropped->flow.family = sa->id.family;
	dropped->flow.proto = sa->id.proto;
}

static void keep(struct espah_drops *drops, struct espah_dropped *dropped)
{
	spin_lock_bh(&drops->lock);
	dropped->number = drops->next++;
	dropped->suppressed = take_missed(&drops->noting);
	drops->kept[dropped->number % ESPAH_DROPS_KEPT] = *dropped;
	spin_unlock_bh(&drops->lock);
}

static void tell(const struct espah_net *en, struct espah_drops *drops,
		 struct espah_dropped *dropped)
{
	dropped->suppressed = take_missed(&drops->telling);
	espah_notify_dropped(en, dropped);
}

/**
 * espah_drops_add() - a packet ends
 * @en: namespace
 * @sa: SA it belonged to, or NULL
 * @skb: packet, or NULL where it is gone already
 * @cause: ESPAH_A_CNT_*
 *
 * Allocates nothing but the event, and that only where somebody listens.
 */
void espah_drops_add(const struct espah_net *en, const struct espah_sa *sa,
		     const struct sk_buff *skb, unsigned int cause)
{
	struct espah_drops *drops = drops_of(en);
	struct espah_dropped dropped = {};
	bool noted, told;

	noted = drops && has_turn(&drops->noting, ESPAH_DROPS_NOTED, HZ / 8);
	told = drops && espah_notify_drops_heard(en) &&
	       has_turn(&drops->telling, ESPAH_DROPS_TOLD, HZ);
	if (!noted && !told && !trace_espah_drop_enabled())
		return;

	dropped.cause = cause;
	dropped.time = ktime_get_real_ns();
	if (skb)
		describe_packet(skb, &dropped);
	if (sa)
		describe_sa(sa, &dropped);
	trace_espah_drop(en, skb, &dropped);
	if (noted)
		keep(drops, &dropped);
	if (told)
		tell(en, drops, &dropped);
}

/**
 * espah_drops_next() - the end of what is kept
 * @en: namespace
 *
 * Return: &espah_dropped.number of the next packet that will end.
 */
u64 espah_drops_next(const struct espah_net *en)
{
	struct espah_drops *drops = drops_of(en);
	u64 next;

	if (!drops)
		return 1;
	spin_lock_bh(&drops->lock);
	next = drops->next;
	spin_unlock_bh(&drops->lock);
	return next;
}

/**
 * espah_drops_read() - one of the last packets that have ended
 * @en: namespace
 * @number: of the packet
 * @dropped: set to it, or to the oldest that is kept where it is not kept any more
 *
 * Return: false if there is none of this number yet.
 */
bool espah_drops_read(const struct espah_net *en, u64 number,
		      struct espah_dropped *dropped)
{
	struct espah_drops *drops = drops_of(en);
	u64 oldest;
	bool found;

	if (!drops)
		return false;
	spin_lock_bh(&drops->lock);
	oldest = drops->next > ESPAH_DROPS_KEPT ?
		 drops->next - ESPAH_DROPS_KEPT : 1;
	number = max(number, oldest);
	found = number < drops->next;
	if (found)
		*dropped = drops->kept[number % ESPAH_DROPS_KEPT];
	spin_unlock_bh(&drops->lock);
	return found;
}
