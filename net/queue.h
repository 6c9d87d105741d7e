/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_QUEUE_H
#define _ESPAH_QUEUE_H

#include <linux/list.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

struct espah_flow;
struct espah_net;
struct espah_policy;
struct espah_sa;

/* Enough for the first packets of some connections, and for the one full window
 * of a flow whose SA ended; octets are those of memory.
 */
#define ESPAH_QUEUE_PACKETS	64
#define ESPAH_QUEUE_OCTETS	(256 * 1024)
#define ESPAH_WAITING_PACKETS	1024
#define ESPAH_WAITING_OCTETS	(4 * 1024 * 1024)

/* Long enough for a key exchange that has to repeat a message, and short enough
 * for whoever waits for an answer.
 */
#define ESPAH_QUEUE_TIME	(10 * HZ)

/**
 * struct espah_load - what waits, all of it or on one policy
 * @packets: how many packets
 * @octets: their memory
 */
struct espah_load {
	unsigned int	packets;
	unsigned int	octets;
};

/**
 * struct espah_queue - the packets that wait for an SA of one policy
 * @policy: outbound policy
 * @packets: oldest first
 * @load: of @packets, and of those that espah_queue_release() has in hand
 * @turn: so many of @packets have had their turn to ask for an SA again, and
 *	the next ones are next
 * @node: in &espah_waiting.queues
 *
 * All of it is under &espah_waiting.lock. It is there from the first packet
 * that waits until none is left, or until its policy ends.
 */
struct espah_queue {
	struct espah_policy	*policy;
	struct sk_buff_head	packets;
	struct espah_load	load;
	unsigned int		turn;
	struct list_head	node;
};

/**
 * struct espah_waiting - what waits for SAs in one namespace
 * @lock: covers all here, the queues and their packets; taken with softirqs off
 * @queues: those that there are; the first one is the first to ask again
 * @load: of all queues
 * @held: an SA comes into force: packets with an SA line up too, behind those
 *	that wait already. Written under @lock, while &espah_net.lock is held;
 *	read locklessly to leave early
 * @sending: espah_queue_release() is at work, and queues stay
 * @late: something has lined up since it began a round
 * @work: as long as something waits: asks again for what does, and drops what
 *	has waited long enough
 */
struct espah_waiting {
	spinlock_t		lock;	/* all of this, and the queues */
	struct list_head	queues;
	struct espah_load	load;
	bool			held;
	bool			sending;
	bool			late;
	struct delayed_work	work;
};

/**
 * enum espah_queue_verdict - what becomes of a packet
 * @ESPAH_QUEUE_TAKEN: it waits, and is no longer the caller's
 * @ESPAH_QUEUE_GO: there is an SA for it
 * @ESPAH_QUEUE_FULL: there is no room
 * @ESPAH_QUEUE_ENDED: its policy is no longer in force
 * @ESPAH_QUEUE_NOMEM: there is no memory for a queue
 */
enum espah_queue_verdict {
	ESPAH_QUEUE_TAKEN,
	ESPAH_QUEUE_GO,
	ESPAH_QUEUE_FULL,
	ESPAH_QUEUE_ENDED,
	ESPAH_QUEUE_NOMEM,
};

/**
 * espah_load_fits() - is there room for one packet more?
 * @load: what is there
 * @most: what may be there
 * @octets: memory of the packet
 *
 * Return: true if it fits.
 */
static inline bool espah_load_fits(const struct espah_load *load,
				   const struct espah_load *most,
				   unsigned int octets)
{
	return load->packets < most->packets && octets <= most->octets &&
	       load->octets <= most->octets - octets;
}

void espah_queue_init(struct espah_net *en);
void espah_queue_exit(struct espah_net *en);
unsigned int espah_queue_waiting(struct espah_net *en,
				 const struct espah_policy *policy);
bool espah_queue_has_room(struct espah_net *en,
			  const struct espah_policy *policy,
			  const struct sk_buff *skb);
enum espah_queue_verdict espah_queue_add(struct espah_net *en,
					 struct espah_policy *policy,
					 const struct espah_flow *flow,
					 struct sk_buff *skb,
					 struct espah_sa **sa);
bool espah_queue_behind(struct espah_net *en, const struct espah_policy *policy,
			struct sk_buff *skb);
void espah_queue_hold(struct espah_net *en);
void espah_queue_release(struct espah_net *en);
void espah_queue_move(struct espah_net *en, struct espah_policy *policy,
		      struct espah_policy *heir);
void espah_queue_end(struct espah_net *en, struct espah_policy *policy);

#endif /* _ESPAH_QUEUE_H */
