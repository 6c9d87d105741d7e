// SPDX-License-Identifier: GPL-2.0-only
/* The packets that wait for an SA: bounded in number, memory and time, gone with
 * their policy, and sent in the order in which they came. Nothing ever leaves
 * from here but under an SA.
 */

#include <linux/jiffies.h>
#include <linux/slab.h>
#include <net/dst.h>
#include <net/ip6_fib.h>

#include "acquire.h"
#include "flow.h"
#include "netns.h"
#include "output.h"
#include "packet.h"
#include "queue.h"

static const struct espah_load queue_most = {
	.packets	= ESPAH_QUEUE_PACKETS,
	.octets		= ESPAH_QUEUE_OCTETS,
};

static const struct espah_load waiting_most = {
	.packets	= ESPAH_WAITING_PACKETS,
	.octets		= ESPAH_WAITING_OCTETS,
};

/* What waits a little longer ends with others, and not each by itself. */
#define EXPIRE_EVERY	(HZ / 4)

/* While an SA comes into force, others line up so many times at the most. */
#define ROUNDS_MAX	8

static void load_add(struct espah_load *load, unsigned int octets)
{
	load->packets++;
	load->octets += octets;
}

static void load_sub(struct espah_load *load, unsigned int octets)
{
	load->packets--;
	load->octets -= octets;
}

/* What the packet weighed when it came: its memory may be another by now. */
static void forget(struct espah_net *en, struct espah_queue *queue,
		   unsigned int octets)
{
	lockdep_assert_held(&en->waiting.lock);

	load_sub(&queue->load, octets);
	load_sub(&en->waiting.load, octets);
}

static bool has_room(const struct espah_net *en,
		     const struct espah_policy *policy, unsigned int octets)
{
	static const struct espah_load none;
	const struct espah_load *load;

	lockdep_assert_held(&en->waiting.lock);

	load = policy->queue ? &policy->queue->load : &none;
	return espah_load_fits(load, &queue_most, octets) &&
	       espah_load_fits(&en->waiting.load, &waiting_most, octets);
}

static void line_up(struct espah_net *en, struct espah_queue *queue,
		    struct sk_buff *skb)
{
	struct espah_packet *packet = espah_packet(skb);

	en->waiting.late = true;
	packet->until = jiffies + ESPAH_QUEUE_TIME;
	packet->octets = skb->truesize;
	if (espah_packet_is6(skb))
		packet->cookie = rt6_get_cookie((struct rt6_info *)skb_dst(skb));
	/* Nothing keeps the device: it may go while the packet waits. */
	skb->dev = NULL;
	load_add(&queue->load, packet->octets);
	load_add(&en->waiting.load, packet->octets);
	__skb_queue_tail(&queue->packets, skb);
}

static struct espah_queue *queue_get(struct espah_net *en,
				     struct espah_policy *policy)
{
	struct espah_queue *queue = policy->queue;

	lockdep_assert_held(&en->waiting.lock);

	if (queue)
		return queue;
	queue = kzalloc(sizeof(*queue),
			GFP_ATOMIC | __GFP_ACCOUNT | __GFP_NOWARN);
	if (!queue)
		return NULL;
	queue->policy = policy;
	__skb_queue_head_init(&queue->packets);
	list_add_tail(&queue->node, &en->waiting.queues);
	WRITE_ONCE(policy->queue, queue);
	return queue;
}

static void queue_free(struct espah_net *en, struct espah_queue *queue)
{
	lockdep_assert_held(&en->waiting.lock);

	WRITE_ONCE(queue->policy->queue, NULL);
	list_del(&queue->node);
	kfree(queue);
}

/* The SA is looked for once more: it may have come since, and who brought it
 * will not come again.
 */
static enum espah_queue_verdict add(struct espah_net *en,
				    struct espah_policy *policy,
				    const struct espah_flow *flow,
				    struct sk_buff *skb, struct espah_sa **sa)
{
	struct espah_queue *queue;
	bool excluded;

	lockdep_assert_held(&en->waiting.lock);

	policy = policy->heir ?: policy;
	if (policy->ended)
		return ESPAH_QUEUE_ENDED;
	*sa = en->waiting.held ? NULL :
				 espah_policy_sa(en, policy, flow, &excluded);
	if (*sa)
		return ESPAH_QUEUE_GO;
	if (!has_room(en, policy, skb->truesize))
		return ESPAH_QUEUE_FULL;
	queue = queue_get(en, policy);
	if (!queue)
		return ESPAH_QUEUE_NOMEM;
	line_up(en, queue, skb);
	return ESPAH_QUEUE_TAKEN;
}

/**
 * espah_queue_waiting() - how many packets wait on a policy?
 * @en: namespace
 * @policy: outbound policy
 *
 * Return: how many, with those that are about to be sent.
 */
unsigned int espah_queue_waiting(struct espah_net *en,
				 const struct espah_policy *policy)
{
	unsigned int waiting;

	spin_lock_bh(&en->waiting.lock);
	waiting = policy->queue ? policy->queue->load.packets : 0;
	spin_unlock_bh(&en->waiting.lock);
	return waiting;
}

/**
 * espah_queue_has_room() - could a packet wait?
 * @en: namespace
 * @policy: outbound policy that it would wait on
 * @skb: packet
 *
 * Softirqs are off. Others may be quicker: espah_queue_add() has the last word.
 *
 * Return: true if there is room for it.
 */
bool espah_queue_has_room(struct espah_net *en,
			  const struct espah_policy *policy,
			  const struct sk_buff *skb)
{
	bool room;

	spin_lock(&en->waiting.lock);
	room = has_room(en, policy, skb->truesize);
	spin_unlock(&en->waiting.lock);
	return room;
}

/**
 * espah_queue_add() - have a packet wait for an SA
 * @en: namespace
 * @policy: outbound policy that wants one; the caller holds RCU
 * @flow: flow of the packet
 * @skb: packet, with a dst that it holds, and without a connection
 * @sa: the SA, where it came in this moment
 *
 * Softirqs are off.
 *
 * Return: whether the packet was taken; it is the caller's still if it was not.
 */
enum espah_queue_verdict espah_queue_add(struct espah_net *en,
					 struct espah_policy *policy,
					 const struct espah_flow *flow,
					 struct sk_buff *skb,
					 struct espah_sa **sa)
{
	enum espah_queue_verdict verdict;

	spin_lock(&en->waiting.lock);
	verdict = add(en, policy, flow, skb, sa);
	spin_unlock(&en->waiting.lock);

	/* Where others wait it is due already, and earlier. */
	if (verdict == ESPAH_QUEUE_TAKEN)
		schedule_delayed_work(&en->waiting.work, ESPAH_ASK_EVERY);
	return verdict;
}

/**
 * espah_queue_behind() - a packet has an SA: do others wait to go first?
 * @en: namespace
 * @policy: outbound policy of the packet, which has a queue
 * @skb: packet, with a dst that it holds, and without a connection
 *
 * They do while an SA comes into force, for a moment. Where there is no room it
 * goes first: order is a courtesy. Softirqs are off.
 *
 * Return: true if the packet was taken, and goes after them.
 */
bool espah_queue_behind(struct espah_net *en, const struct espah_policy *policy,
			struct sk_buff *skb)
{
	struct espah_waiting *waiting = &en->waiting;
	bool taken;

	spin_lock(&waiting->lock);
	taken = waiting->held && policy->queue &&
		has_room(en, policy, skb->truesize);
	if (taken)
		line_up(en, policy->queue, skb);
	spin_unlock(&waiting->lock);
	return taken;
}

/**
 * espah_queue_hold() - an SA is about to come into force, or to cover more
 * @en: namespace; the caller holds its lock, and calls espah_queue_release()
 *	afterwards, whether the SA came or not
 */
void espah_queue_hold(struct espah_net *en)
{
	struct espah_waiting *waiting = &en->waiting;

	lockdep_assert_held(&en->lock);

	spin_lock_bh(&waiting->lock);
	WRITE_ONCE(waiting->held, !list_empty(&waiting->queues));
	spin_unlock_bh(&waiting->lock);
}

/* Each packet that has an SA now is sent; the others stay in the list. No lock
 * is held meanwhile: a packet that is sent may come by here again, when another
 * tunnel carries it.
 */
static void send_some(struct espah_net *en, struct espah_queue *queue,
		      struct sk_buff_head *packets)
{
	struct sk_buff_head still;
	struct sk_buff *skb;
	unsigned int octets;

	__skb_queue_head_init(&still);
	while ((skb = __skb_dequeue(packets))) {
		octets = espah_packet(skb)->octets;
		if (!espah_output_resume(en, queue->policy, skb)) {
			__skb_queue_tail(&still, skb);
			continue;
		}
		spin_lock_bh(&en->waiting.lock);
		forget(en, queue, octets);
		spin_unlock_bh(&en->waiting.lock);
	}
	skb_queue_splice_init(&still, packets);
}

/* Once through all queues. &espah_net.lock keeps the policies, and @sending the
 * queues; new ones may come at the end.
 */
static void send_waiting(struct espah_net *en)
{
	struct espah_waiting *waiting = &en->waiting;
	struct sk_buff_head packets;
	struct espah_queue *queue;

	__skb_queue_head_init(&packets);
	spin_lock_bh(&waiting->lock);
	list_for_each_entry(queue, &waiting->queues, node) {
		skb_queue_splice_init(&queue->packets, &packets);
		spin_unlock_bh(&waiting->lock);
		send_some(en, queue, &packets);
		cond_resched();
		spin_lock_bh(&waiting->lock);
		skb_queue_splice_init(&packets, &queue->packets);
	}
	spin_unlock_bh(&waiting->lock);
}

static void free_empty(struct espah_net *en)
{
	struct espah_queue *queue, *next;

	list_for_each_entry_safe(queue, next, &en->waiting.queues, node)
		if (!queue->load.packets)
			queue_free(en, queue);
}

/* One round, after which packets go their own way if nothing has lined up in it,
 * or if they are to. Return: do they?
 */
static bool last_round(struct espah_net *en, bool is_last)
{
	struct espah_waiting *waiting = &en->waiting;

	send_waiting(en);

	spin_lock_bh(&waiting->lock);
	is_last |= !waiting->late;
	waiting->late = false;
	if (is_last)
		WRITE_ONCE(waiting->held, false);
	spin_unlock_bh(&waiting->lock);
	return is_last;
}

/**
 * espah_queue_release() - an SA may have come: send what waited for it
 * @en: namespace; the caller holds its lock
 *
 * Other packets line up behind those that wait, and are sent in the next round. They
 * go their own way when none does any more, or after some rounds, so that it has
 * an end. Once more then, for who had looked for the SA before it came.
 */
void espah_queue_release(struct espah_net *en)
{
	struct espah_waiting *waiting = &en->waiting;
	unsigned int round = 0;
	bool any;

	lockdep_assert_held(&en->lock);

	spin_lock_bh(&waiting->lock);
	any = !list_empty(&waiting->queues);
	waiting->sending = any;
	waiting->late = false;
	/* Whoever waits from here on has looked for the SA before. */
	if (!any)
		WRITE_ONCE(waiting->held, false);
	spin_unlock_bh(&waiting->lock);
	if (!any)
		return;
	while (!last_round(en, ++round == ROUNDS_MAX))
		;
	send_waiting(en);

	spin_lock_bh(&waiting->lock);
	waiting->sending = false;
	free_empty(en);
	spin_unlock_bh(&waiting->lock);
}

static void drop_all(struct espah_net *en, struct sk_buff_head *packets,
		     unsigned int cause)
{
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(packets)))
		espah_drop(en, NULL, skb, cause);
}

/**
 * espah_queue_move() - what waits on a policy waits on its heir, which others find beside it
 * @en: namespace; the caller holds its lock
 * @policy: policy that ends. Whoever has found it and comes late waits on the heir, too
 * @heir: policy that nobody finds yet, for the same packets
 */
void espah_queue_move(struct espah_net *en, struct espah_policy *policy,
		      struct espah_policy *heir)
{
	struct espah_waiting *waiting = &en->waiting;
	struct espah_queue *queue;

	lockdep_assert_held(&en->lock);

	spin_lock_bh(&waiting->lock);
	WRITE_ONCE(policy->heir, heir);
	queue = policy->queue;
	if (queue) {
		queue->policy = heir;
		WRITE_ONCE(heir->queue, queue);
		WRITE_ONCE(policy->queue, NULL);
	}
	spin_unlock_bh(&waiting->lock);
}

/**
 * espah_queue_end() - a policy ends, and nothing waits on it any more
 * @en: namespace; the caller holds its lock
 * @policy: policy that nobody finds any more; who found it before may still try
 *	to have a packet wait
 *
 * What takes its place, or speaks of the flow next, has never seen these packets:
 * they are dropped, and not judged anew. Their senders repeat them.
 */
void espah_queue_end(struct espah_net *en, struct espah_policy *policy)
{
	struct espah_waiting *waiting = &en->waiting;
	struct espah_queue *queue;
	struct sk_buff_head packets;

	lockdep_assert_held(&en->lock);

	__skb_queue_head_init(&packets);
	spin_lock_bh(&waiting->lock);
	policy->ended = true;
	queue = policy->queue;
	if (queue) {
		skb_queue_splice_init(&queue->packets, &packets);
		waiting->load.packets -= queue->load.packets;
		waiting->load.octets -= queue->load.octets;
		queue_free(en, queue);
	}
	spin_unlock_bh(&waiting->lock);
	drop_all(en, &packets, ESPAH_A_CNT_OUT_QUEUE_POLICY);
}

/* Moves what has waited long enough, and says when the next one has: it is the
 * first of its queue. Returns jiffies, or 0 where nothing waits.
 */
static unsigned long take_expired(struct espah_net *en,
				  struct espah_queue *queue,
				  struct sk_buff_head *expired)
{
	struct sk_buff *skb;

	while ((skb = skb_peek(&queue->packets))) {
		const struct espah_packet *packet = espah_packet(skb);

		if (time_before(jiffies, packet->until))
			return packet->until ?: 1;
		forget(en, queue, packet->octets);
		queue->turn -= !!queue->turn;
		__skb_unlink(skb, &queue->packets);
		__skb_queue_tail(expired, skb);
	}
	return 0;
}

/* As take_expired(), for all queues. */
static unsigned long expire_all(struct espah_net *en,
				struct sk_buff_head *expired)
{
	struct espah_waiting *waiting = &en->waiting;
	unsigned long next = 0, until;
	struct espah_queue *queue;

	list_for_each_entry(queue, &waiting->queues, node) {
		until = take_expired(en, queue, expired);
		if (until && (!next || time_before(until, next)))
			next = until;
	}
	if (!waiting->sending)
		free_empty(en);
	return next;
}

/* Those that had no turn the last time come first. Returns false where the
 * namespace has asked for as many SAs as it may.
 */
static bool ask_again(struct espah_net *en, struct espah_queue *queue,
		      unsigned long *asks)
{
	enum espah_ask_verdict verdict;
	struct espah_flow flow;
	unsigned int at = 0;
	struct sk_buff *skb;

	if (queue->turn >= skb_queue_len(&queue->packets))
		queue->turn = 0;
	skb_queue_walk(&queue->packets, skb) {
		if (at++ < queue->turn)
			continue;
		espah_flow_leaving(skb, &flow);
		espah_flow_upper(skb, &flow);
		verdict = espah_acquire_again(en, queue->policy, &flow, asks);
		if (verdict == ESPAH_ASK_NOW || verdict == ESPAH_ASK_DONE)
			continue;
		queue->turn = at - 1;
		return verdict != ESPAH_ASK_ALL;
	}
	queue->turn = 0;
	return true;
}

/* An event may be lost, and whoever heard it may fail: nothing else asks for what
 * waits already, TCP does not even send another SYN.
 */
static void ask_again_all(struct espah_net *en, unsigned long *asks)
{
	struct espah_waiting *waiting = &en->waiting;
	struct espah_queue *queue;

	list_for_each_entry(queue, &waiting->queues, node) {
		if (ask_again(en, queue, asks))
			continue;
		/* Who walks along the queues without the lock needs the order. */
		if (!waiting->sending)
			list_rotate_to_front(&queue->node, &waiting->queues);
		return;
	}
}

/* When to look again: it is time to ask, or for the first to go. */
static unsigned long delay_until(unsigned long next)
{
	unsigned long now = jiffies;
	unsigned long left = time_after(next, now) ? next - now : 0;

	return clamp_t(unsigned long, left, EXPIRE_EVERY, ESPAH_ASK_EVERY);
}

static void look_after(struct work_struct *work)
{
	struct espah_net *en = container_of(to_delayed_work(work),
					    struct espah_net, waiting.work);
	struct espah_waiting *waiting = &en->waiting;
	DECLARE_BITMAP(asks, ESPAH_ASKS);
	struct sk_buff_head expired;
	unsigned long next;
	bool any;

	bitmap_zero(asks, ESPAH_ASKS);
	__skb_queue_head_init(&expired);
	/* Until all is told, policies stay. */
	rcu_read_lock();
	spin_lock_bh(&waiting->lock);
	next = expire_all(en, &expired);
	ask_again_all(en, asks);
	any = !list_empty(&waiting->queues);
	spin_unlock_bh(&waiting->lock);
	espah_acquire_tell(en, asks);
	rcu_read_unlock();

	drop_all(en, &expired, ESPAH_A_CNT_OUT_ACQUIRE_TIMEOUT);
	/* Whatever is about to be put back has not waited long yet, either. A
	 * packet that came meanwhile has put this off by its own time.
	 */
	if (any)
		mod_delayed_work(system_wq, &waiting->work,
				 next ? delay_until(next) : EXPIRE_EVERY);
}

/**
 * espah_queue_init() - nothing waits yet
 * @en: namespace
 */
void espah_queue_init(struct espah_net *en)
{
	struct espah_waiting *waiting = &en->waiting;

	spin_lock_init(&waiting->lock);
	INIT_LIST_HEAD(&waiting->queues);
	INIT_DELAYED_WORK(&waiting->work, look_after);
}

/**
 * espah_queue_exit() - nothing will wait any more
 * @en: namespace, without policies
 */
void espah_queue_exit(struct espah_net *en)
{
	WARN_ON_ONCE(!list_empty(&en->waiting.queues));
	cancel_delayed_work_sync(&en->waiting.work);
}
