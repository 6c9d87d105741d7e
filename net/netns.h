/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_NETNS_H
#define _ESPAH_NETNS_H

#include <linux/mutex.h>
#include <net/netns/generic.h>

#include "acquire.h"
#include "default.h"
#include "lifetime.h"
#include "narrow.h"
#include "queue.h"
#include "sad.h"
#include "spd.h"
#include "stats.h"
#include "stranger.h"

struct espah_arrivals;
struct espah_arrivals6;
struct espah_drops;
struct espah_sents;
struct espah_ways;
struct xfrm_state;

/* Where it cannot help, the allocator of per-CPU memory writes a stack trace to
 * the log, unless it is asked not to. Who wanted the SA or the namespace is told.
 */
#define ESPAH_GFP_PERCPU	(GFP_KERNEL_ACCOUNT | __GFP_NOWARN)

/**
 * struct espah_net - what one network namespace owns
 * @net: the namespace; constant
 * @lock: serialises every change of configuration
 * @live: false once the namespace is being taken down; then packets are left
 *	to others. Written once, before a grace period, and read locklessly
 * @sad: the SAs
 * @spd: the policies
 * @links: the virtual interfaces that were made here, by their id; written under RTNL,
 *	read under RCU
 * @defaults: what becomes of packets that they do not speak of
 * @narrowness: the selectors that ask for more than most do
 * @waiting: the packets that wait for SAs
 * @asking: the SAs that were asked for last
 * @strangers: those who sent with SPIs that nobody has
 * @judge: ends SAs that have reached a limit
 * @terms: ends policies that have
 * @reaper: frees SAs
 * @stub: what a decapsulated packet carries to tell the rest of the kernel
 *	that it came through IPsec; constant
 * @mark: what those share that carry @stub and nothing else, or NULL; as @ways
 * @counters: per CPU
 * @drops: the last packets that have ended, or NULL where nobody uses espah; written once,
 *	under @lock, and read locklessly
 * @ways: per CPU, where packets that came out of tunnels have gone, or NULL; written once,
 *	under @lock, and read locklessly; see net/direct.c
 * @arrivals: per CPU, what was found for ESP packets that arrived, or NULL; as @ways; see
 *	net/early.c
 * @arrivals6: likewise, over IPv6; see net/early6.c
 * @sents: per CPU, what was found for packets that left, or NULL; as @ways; see net/sent.c
 * @hooked_in: how many of netfilter's hooks at LOCAL_IN over IPv4 are ours; written under
 *	@lock, never before they are there, nor when they have gone; read locklessly
 * @hooked_in6: likewise, over IPv6
 * @hooked_fwd: as @hooked_in, at FORWARD
 * @hooked_pre: likewise, at PRE_ROUTING
 * @encapsulated: number of SAs with encapsulation over IPv4; written under @lock, read locklessly
 * @early: number of SAs whose packets may be taken early; under @lock
 * @early6: likewise, over IPv6
 * @generation: of what packets find here; see espah_net_changed()
 * @sas: number of SAs whose memory is not given back yet, and of those that see to it
 */
struct espah_net {
	struct net			*net;
	struct mutex			lock;	/* all configuration */
	bool				live;
	struct espah_sad		sad;
	struct espah_spd		spd;
	struct xarray			links;
	struct espah_defaults		defaults;
	struct espah_narrowness		narrowness;
	struct espah_waiting		waiting;
	struct espah_asking		asking;
	struct espah_strangers		strangers;
	struct espah_judge		judge;
	struct espah_reaper		reaper;
	struct espah_terms		terms;
	struct xfrm_state		*stub;
	struct skb_ext			*mark;
	struct espah_counters __percpu	*counters;
	struct espah_drops		*drops;
	struct espah_ways __percpu	*ways;
	struct espah_arrivals __percpu	*arrivals;
	struct espah_arrivals6 __percpu	*arrivals6;
	struct espah_sents __percpu	*sents;
	u8				hooked_in;
	u8				hooked_in6;
	u8				hooked_fwd;
	u8				hooked_pre;
	unsigned int			encapsulated;
	unsigned int			early;
	unsigned int			early6;
	unsigned long			generation;
	atomic_t			sas;
};

extern unsigned int espah_net_id;

/**
 * espah_net() - espah's part of a network namespace
 * @net: namespace
 *
 * Return: never NULL while the module is loaded.
 */
static inline struct espah_net *espah_net(const struct net *net)
{
	return net_generic(net, espah_net_id);
}

/**
 * espah_net_changed() - packets may find something else from here on
 * @en: namespace; the caller holds its lock
 *
 * What came can be found already, and what went can not; whoever may have found it before
 * holds RCU, and it is given back a grace period later than this.
 */
static inline void espah_net_changed(struct espah_net *en)
{
	lockdep_assert_held(&en->lock);

	/* After all that it is about; espah_net_generation() reads it before. */
	smp_store_release(&en->generation, en->generation + 1);
}

/**
 * espah_net_generation() - of what is found from here on
 * @en: namespace
 *
 * What was found under RCU is what would be found now, as long as this answers what it did
 * before that.
 *
 * Return: a number that is another one after each change.
 */
static inline unsigned long espah_net_generation(const struct espah_net *en)
{
	/* Before all that is looked for; espah_net_changed() writes it after. */
	return smp_load_acquire(&en->generation);
}

/**
 * espah_narrow() - do selectors here ask for more than most do?
 * @en: namespace
 *
 * The caller holds RCU, and finds no such selector where the answer is no.
 *
 * Return: true if packets have to be looked at more closely.
 */
static inline bool espah_narrow(const struct espah_net *en)
{
	return READ_ONCE(en->narrowness.selectors);
}

/**
 * espah_default_blocks() - do packets end that no policy speaks of?
 * @en: namespace
 * @dir: ESPAH_DIR_*
 *
 * Return: false if they pass.
 */
static inline bool espah_default_blocks(const struct espah_net *en, u8 dir)
{
	return READ_ONCE(en->defaults.block[dir]);
}

int espah_netns_init(void);
void espah_netns_exit(void);

#endif /* _ESPAH_NETNS_H */
