// SPDX-License-Identifier: GPL-2.0-only
/* SAs as answers: one of them, or all. */

#include <net/sock.h>

#include "dummy.h"
#include "heir.h"
#include "keepalive.h"
#include "lifetime.h"
#include "natt.h"
#include "netlink.h"
#include "netlink_attr.h"
#include "netns.h"
#include "notify.h"
#include "sa.h"
#include "sad.h"

static int put_encap(struct sk_buff *skb, const struct espah_sa *sa)
{
	union espah_addr addr;
	__be16 port;

	if (!sa->encap_len)
		return 0;
	if (nla_put_be16(skb, ESPAH_A_SA_ENCAP_SPORT, sa->encap_sport) ||
	    nla_put_be16(skb, ESPAH_A_SA_ENCAP_DPORT, sa->encap_dport) ||
	    espah_nl_put_addr(skb, ESPAH_A_SA_ENCAP_OADDR, &sa->nat->oaddr,
			      sa->id.family))
		return -EMSGSIZE;
	if (sa->nat->keepalive &&
	    nla_put_u32(skb, ESPAH_A_SA_NAT_KEEPALIVE,
			espah_keepalive_interval(sa)))
		return -EMSGSIZE;
	port = espah_natt_mapped(sa, &addr);
	if (port && (espah_nl_put_addr(skb, ESPAH_A_SA_MAPPED_SRC, &addr,
				       sa->id.family) ||
		     nla_put_be16(skb, ESPAH_A_SA_MAPPED_SPORT, port)))
		return -EMSGSIZE;
	if (espah_addr_any(&sa->nat->odst))
		return 0;
	return espah_nl_put_addr(skb, ESPAH_A_SA_ENCAP_ODST, &sa->nat->odst,
				 sa->id.family);
}

static int put_drops(struct sk_buff *skb, const struct espah_sa *sa)
{
	struct nlattr *nest = nla_nest_start(skb, ESPAH_A_SA_COUNTERS);
	int i;

	if (!nest)
		return -EMSGSIZE;
	for (i = ESPAH_A_CNT_PAD + 1; i <= ESPAH_A_CNT_MAX; i++) {
		u64 drops = espah_tally_read(&sa->tally, i);

		if (drops && nla_put_u64_64bit(skb, i, drops, ESPAH_A_CNT_PAD))
			return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int put_u64(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, ESPAH_A_SA_PAD);
}

/* How far it has got, in both directions; 64 bits wherever there are so many. Of the direction
 * that it is not for there is no number, or 0 where @both are asked for.
 */
static int put_reached(struct sk_buff *skb, const struct espah_sa *sa,
		       bool both)
{
	time64_t used = READ_ONCE(sa->used);
	u64 packets, bytes;

	espah_sa_usage(sa, &packets, &bytes);
	if ((both || !sa->no_out) &&
	    put_u64(skb, ESPAH_A_SA_OSEQ, espah_lifetime_sent(sa)))
		return -EMSGSIZE;
	if ((both || !sa->no_in) &&
	    put_u64(skb, ESPAH_A_SA_SEQ, READ_ONCE(sa->replay.top)))
		return -EMSGSIZE;
	if (put_u64(skb, ESPAH_A_SA_PACKETS, packets) ||
	    put_u64(skb, ESPAH_A_SA_BYTES, bytes) ||
	    put_u64(skb, ESPAH_A_SA_ADD_TIME, sa->added))
		return -EMSGSIZE;
	if (used && put_u64(skb, ESPAH_A_SA_USE_TIME, used))
		return -EMSGSIZE;
	return 0;
}

static int put_thresholds(struct sk_buff *skb, const struct espah_sa *sa)
{
	struct espah_thresholds thresholds = espah_sa_thresholds(sa);

	if (thresholds.packets && nla_put_u32(skb, ESPAH_A_SA_REPLAY_THRESH,
					      thresholds.packets))
		return -EMSGSIZE;
	if (thresholds.interval && nla_put_u32(skb, ESPAH_A_SA_REPLAY_TIMER,
					       thresholds.interval))
		return -EMSGSIZE;
	return 0;
}

/**
 * espah_nl_put_sa_names() - write what names an SA, on the wire and here
 * @skb: message, or a nest that has the attributes of an SA
 * @sa: SA, under RCU or &espah_net.lock
 *
 * Return: 0 or -EMSGSIZE.
 */
int espah_nl_put_sa_names(struct sk_buff *skb, const struct espah_sa *sa)
{
	if (espah_nl_put_addr(skb, ESPAH_A_SA_SRC, &sa->src, sa->id.family) ||
	    espah_nl_put_addr(skb, ESPAH_A_SA_DST, &sa->id.dst,
			      sa->id.family) ||
	    nla_put_u8(skb, ESPAH_A_SA_PROTO, sa->id.proto) ||
	    nla_put_be32(skb, ESPAH_A_SA_SPI, sa->id.spi) ||
	    nla_put_u8(skb, ESPAH_A_SA_MODE, sa->mode) ||
	    nla_put_u32(skb, ESPAH_A_SA_REQID, sa->reqid) ||
	    nla_put_u32(skb, ESPAH_A_SA_ID, sa->index))
		return -EMSGSIZE;
	return 0;
}

static int put_names(struct sk_buff *skb, const struct espah_sa *sa)
{
	return espah_nl_put_sa_names(skb, sa) ?:
	       espah_nl_put_fwmark(skb, ESPAH_A_SA_MARK, &sa->mark);
}

/**
 * espah_nl_put_progress() - write how far an SA has got
 * @skb: message
 * @sa: SA, under RCU
 *
 * Return: 0 or -EMSGSIZE.
 */
int espah_nl_put_progress(struct sk_buff *skb, const struct espah_sa *sa)
{
	return put_names(skb, sa) || put_reached(skb, sa, true) ||
	       put_thresholds(skb, sa) ? -EMSGSIZE : 0;
}

/**
 * espah_nl_put_sa() - write all there is to say about an SA
 * @skb: message
 * @sa: SA, under RCU
 * @show_keys: with its key
 *
 * Return: 0 or -EMSGSIZE.
 */
int espah_nl_put_sa(struct sk_buff *skb, const struct espah_sa *sa,
		    bool show_keys)
{
	const struct espah_limits_rcu *limits = rcu_dereference(sa->limits);
	const struct espah_selector_rcu *sel = rcu_dereference(sa->sel);
	u32 dummy = espah_dummy_interval(sa);

	if (put_names(skb, sa) ||
	    nla_put_u32(skb, ESPAH_A_SA_REPLAY_WINDOW, sa->replay.window) ||
	    nla_put_u8(skb, ESPAH_A_SA_STATE,
		       sa->larval ? ESPAH_SA_STATE_LARVAL :
				    ESPAH_SA_STATE_MATURE))
		return -EMSGSIZE;
	if (sa->flags && nla_put_u32(skb, ESPAH_A_SA_FLAGS, sa->flags))
		return -EMSGSIZE;
	if (sa->if_id && nla_put_u32(skb, ESPAH_A_SA_IF_ID, sa->if_id))
		return -EMSGSIZE;
	if (espah_nl_put_fwmark(skb, ESPAH_A_SA_OUTPUT_MARK, &sa->output_mark))
		return -EMSGSIZE;
	if (sel && espah_nl_put_selector(skb, ESPAH_A_SA_SEL, &sel->sel))
		return -EMSGSIZE;
	if (limits && espah_limits_any(&limits->limits) &&
	    espah_nl_put_limits(skb, ESPAH_A_SA_LIMITS, &limits->limits))
		return -EMSGSIZE;
	if (!sa->larval && espah_nl_put_cipher(skb, sa, show_keys))
		return -EMSGSIZE;
	if (dummy && nla_put_u32(skb, ESPAH_A_SA_DUMMY_INTERVAL, dummy))
		return -EMSGSIZE;
	if (put_encap(skb, sa) || espah_nl_put_sa_dir(skb, sa) ||
	    espah_nl_put_header(skb, sa))
		return -EMSGSIZE;
	if (put_thresholds(skb, sa) || put_reached(skb, sa, false))
		return -EMSGSIZE;
	return put_drops(skb, sa);
}

/* Sends the message, or frees it. */
static int send_sa(struct sk_buff *msg, struct genl_info *info,
		   const struct espah_sa *sa, bool show_keys)
{
	void *header;
	int err;

	header = genlmsg_put_reply(msg, info, &espah_genl_family, 0,
				   ESPAH_CMD_SA_GET);
	rcu_read_lock();
	err = header ? espah_nl_put_sa(msg, sa, show_keys) : -EMSGSIZE;
	rcu_read_unlock();
	return espah_nl_finish(info, msg, header, err);
}

/**
 * espah_nl_sa_reply() - answer with one SA
 * @info: request
 * @sa: SA; the caller holds &espah_net.lock
 * @show_keys: with its key
 *
 * Return: 0 or a negative errno.
 */
int espah_nl_sa_reply(struct genl_info *info, const struct espah_sa *sa,
		      bool show_keys)
{
	struct sk_buff *msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);

	return msg ? send_sa(msg, info, sa, show_keys) : -ENOMEM;
}

/**
 * espah_nl_sa_farewell() - remove an SA, and answer with what it was in the end
 * @info: request
 * @sa: SA in the SAD; the caller holds &espah_net.lock
 *
 * Whoever makes it anew from this answer, with its key, goes on where it ended: no
 * number is used twice, nor taken twice.
 *
 * Return: 0 or a negative errno; nothing has changed after -ENOMEM.
 */
int espah_nl_sa_farewell(struct genl_info *info, struct espah_sa *sa)
{
	struct sk_buff *msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	int err;

	lockdep_assert_held(&sa->en->lock);

	if (!msg)
		return -ENOMEM;
	/* It is in the SAD, which has a reference of its own. */
	WARN_ON_ONCE(!espah_sa_hold(sa));
	espah_notify_sa(sa, ESPAH_CMD_SA_DEL_NTF);
	espah_sad_remove(sa->en, sa);
	/* Who found it before that still takes numbers. What is with a cipher has its
	 * number already, or is dropped when it comes back.
	 */
	synchronize_rcu_expedited();
	err = send_sa(msg, info, sa, true);
	espah_sa_put(sa);
	return err;
}

/**
 * struct sa_dump - where a dump has got to
 * @next: index of the SA to go on with
 * @show_keys: the request asked for them
 */
struct sa_dump {
	unsigned long	next;
	bool		show_keys;
};

static const struct nla_policy dump_policy[ESPAH_A_SA_MAX + 1] = {
	[ESPAH_A_SA_SHOW_KEYS]	= { .type = NLA_FLAG },
};

static const struct espah_nl_set dump_set = {
	.max	= ESPAH_A_SA_MAX,
	.policy	= dump_policy,
	.wants	= espah_nl_sa_wants,
	.strays	= espah_nl_sa_strays,
};

/**
 * espah_nl_sa_dump_start() - begin to list the SAs
 * @cb: the dump
 *
 * Return: 0 or a negative errno.
 */
int espah_nl_sa_dump_start(struct netlink_callback *cb)
{
	struct sa_dump *dump = (struct sa_dump *)cb->ctx;
	struct nlattr *tb[ESPAH_A_SA_MAX + 1];
	int err;

	BUILD_BUG_ON(sizeof(*dump) > sizeof(cb->ctx));
	err = espah_nl_parse(tb, &dump_set, cb->nlh, cb->extack);
	if (err)
		return err;
	dump->next = 0;
	dump->show_keys = tb[ESPAH_A_SA_SHOW_KEYS];
	return 0;
}

/**
 * espah_nl_sa_dump() - list some more of the SAs
 * @skb: message to fill
 * @cb: the dump
 *
 * Return: octets in the message, 0 after the last SA.
 */
int espah_nl_sa_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct espah_net *en = espah_net(sock_net(skb->sk));
	struct sa_dump *dump = (struct sa_dump *)cb->ctx;
	unsigned long index;
	struct espah_sa *sa;
	void *header;

	rcu_read_lock();
	cb->seq = READ_ONCE(en->sad.generation);
	xa_for_each_start(&en->sad.by_index, index, sa, dump->next) {
		dump->next = index;
		header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				     cb->nlh->nlmsg_seq, &espah_genl_family,
				     NLM_F_MULTI, ESPAH_CMD_SA_GET);
		if (!header)
			break;
		genl_dump_check_consistent(cb, header);
		sa = espah_heir_whole(sa);
		if (espah_nl_put_sa(skb, sa, dump->show_keys)) {
			genlmsg_cancel(skb, header);
			break;
		}
		genlmsg_end(skb, header);
		dump->next = index + 1;
	}
	rcu_read_unlock();
	return skb->len;
}
