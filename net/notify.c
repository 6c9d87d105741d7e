// SPDX-License-Identifier: GPL-2.0-only
/* Events: who listens to a multicast group hears what changed, or which packets end. */

#include "compat.h"
#include "drops.h"
#include "netlink.h"
#include "netlink_attr.h"
#include "netns.h"
#include "notify.h"
#include "sa.h"
#include "trace.h"

/* The groups' places in the array. Packets that end may be many: whoever wants to hear
 * what changes does not get them as well.
 */
enum { EVENTS, DROPS };

/* Events name peers, and what is said to whom: only for who may ask as well. */
const struct genl_multicast_group espah_notify_groups[ESPAH_NOTIFY_GROUPS] = {
	[EVENTS] = {
		.name	= ESPAH_MCGRP_EVENTS,
		.flags	= ESPAH_GENL_MCAST_NET_ADMIN,
	},
	[DROPS] = {
		.name	= ESPAH_MCGRP_DROPS,
		.flags	= ESPAH_GENL_MCAST_NET_ADMIN,
	},
};

static struct sk_buff *build(u8 cmd, espah_notify_put put, const void *what,
			     gfp_t gfp)
{
	struct sk_buff *msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, gfp);
	void *header;
	int err;

	if (!msg)
		return NULL;
	header = genlmsg_put(msg, 0, 0, &espah_genl_family, 0, cmd);
	rcu_read_lock();
	err = header ? put(msg, what) : -EMSGSIZE;
	rcu_read_unlock();
	if (err) {
		nlmsg_free(msg);
		return NULL;
	}
	genlmsg_end(msg, header);
	return msg;
}

/**
 * espah_notify_heard() - does anybody listen in the namespace?
 * @en: namespace
 *
 * Generic netlink has one list of listeners for all namespaces: one in another
 * is enough for a yes.
 *
 * Return: false if nobody would hear an event.
 */
bool espah_notify_heard(const struct espah_net *en)
{
	return genl_has_listeners(&espah_genl_family, en->net, EVENTS);
}

/* What is not told for want of memory, or by the queue of a listener that does not keep
 * up, that listener knows of: it reads ENOBUFS.
 */
static void tell(const struct espah_net *en, unsigned int group, u8 cmd,
		 espah_notify_put put, const void *what, gfp_t gfp)
{
	struct sk_buff *msg = build(cmd, put, what, gfp);

	if (!msg) {
		genl_set_err(&espah_genl_family, en->net, 0, group, -ENOBUFS);
		return;
	}
	/* It fails for listeners, who are told, or for want of any. */
	genlmsg_multicast_netns(&espah_genl_family, en->net, msg, 0, group,
				gfp);
}

/**
 * espah_notify() - tell an event to who listens in the namespace
 * @en: namespace
 * @cmd: ESPAH_CMD_*_NTF
 * @put: writes its attributes
 * @what: what it is about, handed to @put
 * @gfp: how to allocate the message
 *
 * Nothing is built where nobody listens. An event may be lost for want of
 * memory, here or in the queue of a listener that does not keep up: such a
 * listener reads ENOBUFS in its place, and has to look for itself. Nothing else
 * depends on it.
 *
 * Whoever changes the configuration tells it before it lets go of
 * &espah_net.lock, so that events come in the order of the changes.
 */
void espah_notify(const struct espah_net *en, u8 cmd, espah_notify_put put,
		  const void *what, gfp_t gfp)
{
	if (espah_notify_heard(en))
		tell(en, EVENTS, cmd, put, what, gfp);
}

/**
 * espah_notify_drops_heard() - does anybody want to hear of packets that end?
 * @en: namespace
 *
 * Return: as espah_notify_heard().
 */
bool espah_notify_drops_heard(const struct espah_net *en)
{
	return genl_has_listeners(&espah_genl_family, en->net, DROPS);
}

static int put_dropped(struct sk_buff *msg, const void *what)
{
	return espah_nl_put_dropped(msg, what);
}

/**
 * espah_notify_dropped() - a packet has ended
 * @en: namespace
 * @dropped: packet
 *
 * May be called from anywhere but hard interrupts.
 */
void espah_notify_dropped(const struct espah_net *en,
			  const struct espah_dropped *dropped)
{
	tell(en, DROPS, ESPAH_CMD_DROP_NTF, put_dropped, dropped, GFP_ATOMIC);
}

static int put_sa(struct sk_buff *msg, const void *what)
{
	return espah_nl_put_sa(msg, what, false);
}

static void trace_sa(const struct espah_sa *sa, u8 cmd)
{
	switch (cmd) {
	case ESPAH_CMD_SA_ADD_NTF:
		trace_espah_sa_add(sa);
		break;
	case ESPAH_CMD_SA_UPDATE_NTF:
		trace_espah_sa_update(sa);
		break;
	default:
		trace_espah_sa_delete(sa);
	}
}

/**
 * espah_notify_sa() - an SA came, changed or went
 * @sa: SA; the caller holds &espah_net.lock
 * @cmd: %ESPAH_CMD_SA_ADD_NTF, %ESPAH_CMD_SA_UPDATE_NTF or
 *	%ESPAH_CMD_SA_DEL_NTF
 */
void espah_notify_sa(const struct espah_sa *sa, u8 cmd)
{
	lockdep_assert_held(&sa->en->lock);

	trace_sa(sa, cmd);
	espah_notify(sa->en, cmd, put_sa, sa, GFP_KERNEL);
}

/**
 * struct expiry - what an expire event says
 * @sa: SA
 * @hard: it has ended
 */
struct expiry {
	const struct espah_sa	*sa;
	bool			hard;
};

static int put_expiry(struct sk_buff *msg, const void *what)
{
	const struct expiry *expiry = what;
	int err = espah_nl_put_sa(msg, expiry->sa, false);

	if (err)
		return err;
	return nla_put_u8(msg, ESPAH_A_SA_EXPIRED,
			  expiry->hard ? ESPAH_EXPIRED_HARD :
					 ESPAH_EXPIRED_SOFT);
}

/**
 * espah_notify_expire() - an SA has reached a limit of its lifetime
 * @sa: SA; the caller holds &espah_net.lock
 * @hard: it is gone; otherwise somebody should bring a new one
 */
void espah_notify_expire(const struct espah_sa *sa, bool hard)
{
	const struct expiry expiry = { .sa = sa, .hard = hard };

	lockdep_assert_held(&sa->en->lock);

	if (hard)
		trace_espah_sa_expire_hard(sa);
	else
		trace_espah_sa_expire_soft(sa);
	espah_notify(sa->en, ESPAH_CMD_SA_EXPIRE_NTF, put_expiry, &expiry,
		     GFP_KERNEL);
}

/**
 * struct progress - what an event says of how far an SA has got
 * @sa: SA
 * @news: why it is told
 */
struct progress {
	const struct espah_sa		*sa;
	enum espah_progress_news	news;
};

static int put_progress(struct sk_buff *msg, const void *what)
{
	const struct progress *progress = what;
	u8 due = progress->news == ESPAH_PROGRESS_PACKETS ?
		 ESPAH_REPLAY_DUE_PACKETS : ESPAH_REPLAY_DUE_TIME;
	int err = espah_nl_put_progress(msg, progress->sa);

	return err ?: nla_put_u8(msg, ESPAH_A_SA_REPLAY_DUE, due);
}

/**
 * espah_notify_progress() - an SA has got so far
 * @sa: SA; the caller holds &espah_net.lock
 * @news: why it is told now
 */
void espah_notify_progress(const struct espah_sa *sa,
			   enum espah_progress_news news)
{
	const struct progress progress = { .sa = sa, .news = news };

	lockdep_assert_held(&sa->en->lock);

	espah_notify(sa->en, ESPAH_CMD_SA_REPLAY_NTF, put_progress, &progress,
		     GFP_KERNEL);
}

static int put_sa_flush(struct sk_buff *msg, const void *what)
{
	const u8 *proto = what;

	return *proto ? nla_put_u8(msg, ESPAH_A_SA_PROTO, *proto) : 0;
}

/**
 * espah_notify_sa_flush() - SAs were removed, all of them or those of a protocol
 * @en: namespace; the caller holds its lock
 * @proto: IP protocol, or 0 for all
 */
void espah_notify_sa_flush(const struct espah_net *en, u8 proto)
{
	lockdep_assert_held(&en->lock);

	trace_espah_sa_flush(en, proto);
	espah_notify(en, ESPAH_CMD_SA_FLUSH_NTF, put_sa_flush, &proto,
		     GFP_KERNEL);
}

static int put_policy(struct sk_buff *msg, const void *what)
{
	return espah_nl_put_policy(msg, what);
}

/**
 * espah_notify_policy() - a policy came, changed or went
 * @en: namespace; the caller holds its lock
 * @policy: policy
 * @cmd: %ESPAH_CMD_POLICY_ADD_NTF, %ESPAH_CMD_POLICY_UPDATE_NTF or
 *	%ESPAH_CMD_POLICY_DEL_NTF
 */
void espah_notify_policy(const struct espah_net *en,
			 const struct espah_policy *policy, u8 cmd)
{
	lockdep_assert_held(&en->lock);

	espah_notify(en, cmd, put_policy, policy, GFP_KERNEL);
}

/**
 * struct policy_expiry - what an expire event says of a policy
 * @en: namespace
 * @policy: policy
 * @hard: it ends
 */
struct policy_expiry {
	const struct espah_net		*en;
	const struct espah_policy	*policy;
	bool				hard;
};

static int put_policy_expiry(struct sk_buff *msg, const void *what)
{
	const struct policy_expiry *expiry = what;
	u8 dir = expiry->policy->config.dir;
	int err = espah_nl_put_policy(msg, expiry->policy);

	if (err)
		return err;
	if (nla_put_u8(msg, ESPAH_A_POLICY_DEFAULT,
		       espah_default_blocks(expiry->en, dir) ?
		       ESPAH_ACTION_DISCARD : ESPAH_ACTION_BYPASS))
		return -EMSGSIZE;
	return nla_put_u8(msg, ESPAH_A_POLICY_EXPIRED,
			  expiry->hard ? ESPAH_EXPIRED_HARD :
					 ESPAH_EXPIRED_SOFT);
}

/**
 * espah_notify_policy_expire() - a policy has reached a limit of its lifetime
 * @en: namespace; the caller holds its lock
 * @policy: policy
 * @hard: it ends now; otherwise somebody should bring a new one
 */
void espah_notify_policy_expire(const struct espah_net *en,
				const struct espah_policy *policy, bool hard)
{
	const struct policy_expiry expiry = {
		.en	= en,
		.policy	= policy,
		.hard	= hard,
	};

	lockdep_assert_held(&en->lock);

	espah_notify(en, ESPAH_CMD_POLICY_EXPIRE_NTF, put_policy_expiry,
		     &expiry, GFP_KERNEL);
}

static int put_policy_flush(struct sk_buff *msg, const void *what)
{
	const int *dir = what;

	return *dir < 0 ? 0 : nla_put_u8(msg, ESPAH_A_POLICY_DIR, *dir);
}

/**
 * espah_notify_policy_flush() - policies were removed, all of them or those of
 * a direction
 * @en: namespace; the caller holds its lock
 * @dir: ESPAH_DIR_*, or -1 for all
 */
void espah_notify_policy_flush(const struct espah_net *en, int dir)
{
	lockdep_assert_held(&en->lock);

	espah_notify(en, ESPAH_CMD_POLICY_FLUSH_NTF, put_policy_flush, &dir,
		     GFP_KERNEL);
}

static int put_default(struct sk_buff *msg, const void *what)
{
	return espah_nl_put_default(msg, what);
}

/**
 * espah_notify_default() - it was said what becomes of packets that no policy speaks of
 * @en: namespace; the caller holds its lock
 */
void espah_notify_default(const struct espah_net *en)
{
	lockdep_assert_held(&en->lock);

	espah_notify(en, ESPAH_CMD_DEFAULT_NTF, put_default, en, GFP_KERNEL);
}
