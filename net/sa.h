/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_SA_H
#define _ESPAH_SA_H

#include <linux/atomic.h>
#include <linux/llist.h>
#include <linux/netlink.h>
#include <linux/refcount.h>
#include <linux/rhashtable-types.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "addr.h"
#include "algs.h"
#include "fwmark.h"
#include "header.h"
#include "limits.h"
#include "progress.h"
#include "replay.h"
#include "selector.h"
#include "stats.h"

struct crypto_aead;
struct crypto_ahash;
struct espah_dummy;
struct espah_keepalive;
struct espah_net;
struct espah_route;
struct espah_sa_timer;
struct espah_slot;

/**
 * enum espah_sa_slot - the slots that an SA is in
 * @ESPAH_SLOT_REQID: of who asks for its reqid, where it has one
 * @ESPAH_SLOT_ANY: of who asks for any, where policies have
 * @ESPAH_SLOT_LINK: that of its virtual interface, where it has one
 * @ESPAH_SLOTS: how many there are
 */
enum espah_sa_slot {
	ESPAH_SLOT_REQID,
	ESPAH_SLOT_ANY,
	ESPAH_SLOT_LINK,
	ESPAH_SLOTS,
};

/**
 * struct espah_sa_id - what names an SA on the wire (RFC 4301 section 4.1)
 * @dst: destination address
 * @spi: security parameters index
 * @family: of @dst
 * @proto: %IPPROTO_ESP or %IPPROTO_AH
 * @pad: zero; the id is hashed and compared whole
 */
struct espah_sa_id {
	union espah_addr	dst;
	__be32			spi;
	u16			family;
	u8			proto;
	u8			pad;
};

/**
 * struct espah_sa_config - an SA as asked for
 * @id: its name
 * @src: outer source address, of the same family as the destination
 * @mode: ESPAH_MODE_*
 * @reqid: joins it to policies
 * @if_id: virtual interface that its packets come and go by, or 0
 * @window: replay window in packets
 * @sel: selector, or NULL for any packet
 * @limits: lifetime, or NULL for no end
 * @thresholds: when to tell how far it has got
 * @alg: what encrypts, or NULL; of AH, what is keyed as a cipher (GMAC)
 * @auth: what protects the integrity, NULL where @alg does; without both it is a
 *	larval SA
 * @alg_name: as it was asked for, which may say how to run it; where @auth_name
 *	is another, that of the encryption
 * @key: key and salt, in the request's memory
 * @key_len: octets at @key
 * @auth_name: name of @auth, or NULL
 * @auth_key: its key, in the request's memory
 * @auth_key_len: octets at @auth_key
 * @icv_bits: length of the ICV
 * @encap_sport: source port of UDP encapsulation (RFC 3948), or 0
 * @encap_dport: destination port of UDP encapsulation, or 0
 * @encap_oaddr: the peer's address before NAT, all zero where it is not known
 * @encap_odst: this host's address as the peer knows it, likewise
 * @keepalive: seconds of silence after which NAT is reminded, or 0
 * @dummy: milliseconds of silence after which a dummy is sent, or 0
 * @flags: ESPAH_SA_FLAG_*
 * @esn: sequence numbers have 64 bits (RFC 4303 section 2.2.1), as @flags have it
 * @outer: how the outer header is made
 * @no_in: it is for output only
 * @no_out: it is for input only
 * @mark: only for packets with this mark
 * @output_mark: what its packets are marked with, protected or in clear
 * @align4: the AH header over IPv4 is no longer than RFC 4302 section 2.6 has it
 * @oseq: last sequence number that was sent under these keys before
 * @seq: highest that was received
 */
struct espah_sa_config {
	struct espah_sa_id		id;
	union espah_addr		src;
	u8				mode;
	u32				reqid;
	u32				if_id;
	u32				window;
	const struct espah_selector	*sel;
	const struct espah_limits	*limits;
	struct espah_thresholds		thresholds;
	const struct espah_alg		*alg;
	const struct espah_alg		*auth;
	const char			*alg_name;
	const u8			*key;
	unsigned int			key_len;
	const char			*auth_name;
	const u8			*auth_key;
	unsigned int			auth_key_len;
	unsigned int			icv_bits;
	__be16				encap_sport;
	__be16				encap_dport;
	union espah_addr		encap_oaddr;
	union espah_addr		encap_odst;
	u32				keepalive;
	u32				dummy;
	u32				flags;
	bool				esn;
	bool				no_in;
	bool				no_out;
	struct espah_fwmark		mark;
	struct espah_fwmark		output_mark;
	struct espah_outer		outer;
	bool				align4;
	u64				oseq;
	u64				seq;
};

/**
 * struct espah_mapping - what NAT has made of the peer's address
 * @addr: source address of its last packet
 * @port: source port of its last packet; 0 where both are what the SA says
 * @news: that was not told yet
 * @told: jiffies when something was told last, or 0
 */
struct espah_mapping {
	union espah_addr	addr;
	__be16			port;
	bool			news;
	unsigned long		told;
};

/**
 * struct espah_nat - what an SA with encapsulation knows of NAT
 * @oaddr: the peer's address before NAT, all zero where it is not known; constant
 * @odst: this host's address as the peer knows it, likewise
 * @keepalive: reminds it, or NULL; constant; see net/keepalive.c
 * @mapped: where the peer was seen elsewhere last, and when that was told; see
 *	net/natt.c; under &espah_sa.replay_lock, but that @port is read without it to
 *	leave early
 */
struct espah_nat {
	union espah_addr	oaddr;
	union espah_addr	odst;
	struct espah_keepalive	*keepalive;
	struct espah_mapping	mapped;
};

/**
 * struct espah_selector_rcu - a selector that can be replaced under traffic
 * @sel: constant
 * @rcu: frees it
 */
struct espah_selector_rcu {
	struct espah_selector	sel;
	struct rcu_head		rcu;
};

/**
 * struct espah_limits_rcu - a lifetime and thresholds that can be replaced under traffic
 * @limits: constant
 * @counts: do packets have to be counted? constant
 * @soft: a packet has reached a soft limit; single word, never false again
 * @hard: a packet was refused for a hard limit; as @soft
 * @progress: what is to be told on the way; see there
 * @rcu: frees it
 */
struct espah_limits_rcu {
	struct espah_limits	limits;
	bool			counts;
	bool			soft;
	bool			hard;
	struct espah_progress	progress;
	struct rcu_head		rcu;
};

/**
 * struct espah_sa - one security association
 *
 * Constant once it can be found:
 * @id: its name, key of the SPI table
 * @src: outer source address
 * @en: namespace
 * @mode: ESPAH_MODE_*
 * @iv_len: octets of IV in the packet
 * @icv_len: octets of ICV in the packet
 * @align: what is encrypted is a multiple of so many octets
 * @iv: what it is, as ESPAH_IV_*
 * @aad_apart: what is authenticated in front of the payload is not as the packet
 *	has it; see net/crypto.c
 * @encap_len: octets of UDP header in front of ESP, 0 without encapsulation
 * @encap_sport: source port of packets of this SA, where there is a UDP header
 * @encap_dport: destination port, likewise
 * @header: how outer and inner header depend on each other; of its DF, transport
 *	mode knows whether there may be any
 * @nat: what it knows of NAT, NULL without encapsulation
 * @tfcpad: so many octets a packet inside shall have at least, where they fit; or 0
 * @dummy: sends dummies, or NULL: nobody has asked for them yet; written once, under
 *	&espah_net.lock; see net/dummy.c
 * @mark: only for packets with this mark, inbound as they come, outbound in clear
 * @output_mark: what its packets are marked with when they are protected, or in
 *	clear again
 * @outer: what @header is made of, noted for who asks
 * @flags: as @outer
 * @tfm: the keyed cipher, or NULL where there is @mac
 * @chapoly: the parts of @tfm, for packets in one piece; or NULL
 * @mac: of AH, the keyed hash, or NULL where there is @tfm (GMAC)
 * @reqid: joins it to policies
 * @if_id: virtual interface that its packets come and go by, or 0
 * @index: number that the namespace names it by
 * @added: when it was added, seconds since 1970
 * @born: when it was added, by the clock since boot
 * @esn: sequence numbers have 64 bits (RFC 4303 section 2.2.1)
 * @align4: the AH header over IPv4 is a multiple of 4 octets long, not of 8
 * @seq_few: from this sequence number on there are few left
 * @no_in: it is for output only, and takes no packet that arrives
 * @no_out: it is for input only, and in no slot
 * @larval: has an SPI and no key yet: passes no packet, and another SA takes its
 *	place (espah_sad_replace())
 * @alg_name: as it was asked for, or NULL
 * @key_len: octets at @key
 * @key: key and salt; kept to answer who asks for them, wiped with the SA
 * @auth_name: as it was asked for, or NULL
 * @auth_key_len: octets of the integrity's key, which lies behind that at @key
 * @iv_mask: random; see espah_crypto_iv()
 *
 * Changed under traffic, each by its own rule:
 * @oseq: last sequence number handed out; atomic
 * @refs: the SAD holds one and every packet outside of RCU holds one
 * @dead: true once it is out of the SAD; written under &espah_net.lock
 * @heir: the SA that has taken its place, elsewhere, with a reference, or NULL; written
 *	once, under @replay_lock; see net/heir.c
 * @shut: @larval or @no_in, which is one question for each packet (espah_sa_shut()); of an SA
 *	that takes another's place, true until it has all that was the other's
 * @sel: selector or NULL; written under &espah_net.lock, read under RCU; in BEET mode never
 *	NULL, with the addresses of the packet inside
 * @pmtu: outer path MTU learnt from ICMP, 0 for none; single words, races
 *	between two ICMP messages are as good as their order
 * @pmtu_expires: jiffies when @pmtu is forgotten; as @pmtu
 * @used: when it was last used, seconds since 1970; single word, any writer
 * @first_used: when it was first used, by the clock since boot, 0 for never;
 *	single word, any writer
 * @limits: lifetime and thresholds, or NULL for neither; written under &espah_net.lock,
 *	read under RCU
 * @packets: packets protected or accepted; atomic, as @bytes: not per CPU, since whoever counts
 *	has taken a number or the window of this SA before
 * @bytes: their octets in clear
 * @timer: NULL until there are limits; waits for the next one in time; started under
 *	&espah_net.lock while the SA is in the SAD, and stopped when it leaves
 * @told: listeners know of a soft limit, of @limits or of sequence numbers; under
 *	&espah_net.lock
 * @asked: 1 from when somebody asks for the judge until he looks; atomic
 * @judge_node: in &espah_reaper.sas when nobody sees it any more, and before
 *	in &espah_judge.sas, with a reference; whoever has set @asked to 1
 *	enters it, and the judge takes it out before he sets it to 0
 * @tally: what became of packets otherwise
 * @route: outer route, or NULL: no packet has needed one yet; written once, by the packet
 *	path; see net/route.c
 *
 * In the tables, under &espah_net.lock, read under RCU:
 * @spi_node: in &espah_sad.by_spi
 * @slot_node: in &espah_slot.sas of those that it is in, by enum espah_sa_slot, whose keys it
 *	shows itself; the others' are zero
 *
 * @rcu: from when it has left the tables, and again from its last reference on
 * @replay_lock: covers writing @replay, &espah_nat.mapped and @heir; softirqs are off
 *	wherever it is taken: packets arrive so, and the crypto API completes requests so
 * @replay: receive window; last, for its ring of words, behind which keys and names are
 */
struct espah_sa {
	struct espah_sa_id		id;
	struct rhash_head		spi_node;
	union espah_addr		src;
	struct espah_net		*en;
	struct crypto_aead		*tfm;
	struct espah_chapoly		*chapoly;
	struct crypto_ahash		*mac;
	u8				mode;
	u8				iv_len;
	u8				icv_len;
	bool				dead;
	u8				align;
	u8				iv;
	bool				larval;
	bool				no_in;
	bool				no_out;
	bool				shut;
	bool				esn;
	bool				align4;
	bool				aad_apart;
	u8				encap_len;
	bool				told;
	__be16				encap_sport;
	__be16				encap_dport;
	struct espah_header		header;
	u16				tfcpad;
	u16				key_len;
	u32				reqid;
	u32				if_id;
	struct espah_fwmark		mark;
	struct espah_fwmark		output_mark;
	u32				index;
	u32				flags;
	u64				iv_mask;
	u64				seq_few;
	atomic64_t			oseq;
	atomic64_t			packets;
	atomic64_t			bytes;
	u16				auth_key_len;
	refcount_t			refs;
	u32				pmtu;
	struct espah_outer		outer;
	unsigned long			pmtu_expires;
	struct espah_selector_rcu __rcu	*sel;
	struct espah_limits_rcu __rcu	*limits;
	time64_t			used;
	ktime_t				first_used;
	struct espah_route __percpu	*route;

	struct list_head		slot_node[ESPAH_SLOTS];
	time64_t			added;
	ktime_t				born;
	struct espah_sa_timer		*timer;
	struct llist_node		judge_node;
	struct rcu_head			rcu;
	const char			*alg_name;
	u8				*key;
	struct espah_nat		*nat;
	struct espah_dummy		*dummy;
	const char			*auth_name;
	struct espah_tally		tally;

	atomic_t			asked;
	spinlock_t			replay_lock;	/* replay, nat->mapped, heir */
	struct espah_sa			*heir;
	struct espah_replay		replay;
};

/**
 * struct espah_reaper - frees the SAs of a namespace, where sleeping is allowed
 * @sas: by &espah_sa.judge_node, those that nobody sees any more; lock-free, any writer,
 *	emptied by @work
 * @work: frees them
 */
struct espah_reaper {
	struct llist_head	sas;
	struct work_struct	work;
};

struct espah_sa *espah_sa_create(struct espah_net *en,
				 const struct espah_sa_config *config,
				 struct netlink_ext_ack *extack);
struct espah_sa *espah_sa_copy(const struct espah_sa *sa);
int espah_sa_begin(struct espah_sa *sa);
void espah_sa_put(struct espah_sa *sa);
int espah_sa_change(struct espah_sa *sa, const struct espah_selector *sel,
		    const struct espah_limits *limits,
		    const struct espah_thresholds *thresholds);
struct espah_thresholds espah_sa_thresholds(const struct espah_sa *sa);
bool espah_sa_covers(const struct espah_sa *sa, const struct espah_flow *flow);
bool espah_sa_wants_whole(const struct espah_sa *sa);
bool espah_sa_use(struct espah_sa *sa, unsigned int bytes);
void espah_sa_usage(const struct espah_sa *sa, u64 *packets, u64 *bytes);
void espah_sa_net_init(struct espah_net *en);
void espah_sa_net_exit(struct espah_net *en);
int espah_sa_init(void);
void espah_sa_exit(void);

/* The key of its integrity, of &espah_sa.auth_key_len octets. */
static inline const u8 *espah_sa_auth_key(const struct espah_sa *sa)
{
	return sa->key + sa->key_len;
}

/**
 * espah_sa_shut() - does an SA take no packet that arrives?
 * @sa: SA
 *
 * Who finds one open that takes another's place finds what it has of that, too.
 *
 * Return: true if it takes none: it has no key yet, or is for output only, or not ready.
 */
static __always_inline bool espah_sa_shut(const struct espah_sa *sa)
{
	/* Pairs with espah_heir_take(). */
	return smp_load_acquire(&sa->shut);
}

/**
 * espah_sa_hold() - keep an SA beyond the RCU section that found it
 * @sa: SA that the caller found under RCU and still looks at
 *
 * Ends with espah_sa_put().
 *
 * Return: false if the SA is on its way out and must not be used.
 */
static inline bool espah_sa_hold(struct espah_sa *sa)
{
	return refcount_inc_not_zero(&sa->refs);
}

#endif /* _ESPAH_SA_H */
