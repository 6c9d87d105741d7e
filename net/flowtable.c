// SPDX-License-Identifier: GPL-2.0-only
/* nf_tables' flowtables take connections that were seen to be forwarded, and send their
 * packets past all of netfilter's hooks but the first: past ours, too. So they may not have
 * what a policy speaks of.
 *
 * They take no connection that a helper could want to read. One that is protected
 * gets the place where a helper would be noted, with none in it, before it is confirmed;
 * later it cannot get it any more. One that is older than the policy is forgotten,
 * and connection tracking begins it anew with its next packet.
 *
 * Flowtables are in a module that may be absent, and is not to be loaded because this one
 * is; so is connection tracking. Without the first nobody pays for any of this.
 */

#include <linux/module.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_helper.h>
#include <net/netfilter/nf_flow_table.h>

#include "flow.h"
#include "flowtable.h"
#include "mark.h"
#include "netns.h"
#include "packet.h"
#include "spd.h"

bool espah_flowtable_possible __read_mostly;

static int module_changed(struct notifier_block *nb, unsigned long state,
			  void *data)
{
	const struct module *module = data;

	if (state == MODULE_STATE_COMING &&
	    !strcmp(module->name, "nf_flow_table"))
		WRITE_ONCE(espah_flowtable_possible, true);
	return NOTIFY_OK;
}

static struct notifier_block module_notifier = {
	.notifier_call = module_changed,
};

/**
 * espah_flowtable_init() - before there are policies
 *
 * Return: 0 or a negative errno.
 */
int espah_flowtable_init(void)
{
	int err = register_module_notifier(&module_notifier);

	if (err)
		return err;
	if (symbol_get(nf_flow_table_cleanup)) {
		WRITE_ONCE(espah_flowtable_possible, true);
		symbol_put(nf_flow_table_cleanup);
	}
	return 0;
}

/**
 * espah_flowtable_exit() - when there are none any more
 */
void espah_flowtable_exit(void)
{
	unregister_module_notifier(&module_notifier);
}

/* No flowtable takes it. */
static bool is_barred(const struct nf_conn *ct)
{
	return nf_ct_ext_exist(ct, NF_CT_EXT_HELPER);
}

/**
 * espah_flowtable_bar() - keep a connection out of flowtables
 * @ct: connection, of a packet in the hands of the caller
 *
 * Return: false if there was no memory for it.
 */
bool espah_flowtable_bar(struct nf_conn *ct)
{
	typeof(nf_ct_helper_ext_add) *add;
	bool barred;

	if (nf_ct_is_confirmed(ct) || is_barred(ct))
		return true;
	add = symbol_get(nf_ct_helper_ext_add);
	/* There is a connection, but its module is about to go. */
	if (!add)
		return true;
	barred = add(ct, GFP_ATOMIC);
	symbol_put(nf_ct_helper_ext_add);
	return barred;
}

static void forget(struct nf_conn *ct)
{
	typeof(nf_ct_delete) *delete = symbol_get(nf_ct_delete);

	if (!delete)
		return;
	delete(ct, 0, 0);
	symbol_put(nf_ct_delete);
}

/* What leaves in this direction of a connection, after NAT; of what the connection does not
 * know, as much as this packet shows.
 */
static void flow_of_connection(const struct nf_conn *ct,
			       enum ip_conntrack_dir dir,
			       const struct sk_buff *skb,
			       const struct net_device *dev,
			       struct espah_flow *flow)
{
	const struct nf_conntrack_tuple *back = &ct->tuplehash[!dir].tuple;

	espah_flow_of(skb, flow);
	if (espah_packet_is6(skb)) {
		flow->src.v6 = back->dst.u3.in6;
		flow->dst.v6 = back->src.u3.in6;
	} else {
		flow->src = espah_addr4(back->dst.u3.ip);
		flow->dst = espah_addr4(back->src.u3.ip);
	}
	flow->proto = back->dst.protonum;
	flow->upper.src = ntohs(back->dst.u.all);
	flow->upper.dst = ntohs(back->src.u.all);
	flow->has_upper = espah_upper_kind(flow->proto) == ESPAH_UPPER_PORTS;
	flow->ifindex = dev->ifindex;
	flow->classes = ~0ULL;
}

static bool is_spoken_of(const struct espah_net *en, const struct nf_conn *ct,
			 enum ip_conntrack_dir dir, const struct sk_buff *skb,
			 const struct net_device *dev)
{
	const struct espah_policy *policy;
	struct espah_flow flow;

	flow_of_connection(ct, dir, skb, dev, &flow);
	policy = espah_spd_lookup(en, ESPAH_DIR_OUT, &flow);
	return policy ? policy->config.action != ESPAH_ACTION_BYPASS :
			espah_default_blocks(en, ESPAH_DIR_OUT);
}

/**
 * espah_flowtable_forward() - a packet is about to be forwarded
 * @en: namespace
 * @skb: packet at the beginning of FORWARD, for which espah_flowtable_worth() is true
 *
 * If its connection has to be forgotten, it goes on without one. The caller holds RCU.
 */
void espah_flowtable_forward(const struct espah_net *en, struct sk_buff *skb)
{
	const struct net_device *out = skb_dst(skb)->dev;
	enum ip_conntrack_dir dir;
	enum ip_conntrack_info info;
	struct nf_conn *ct;

	ct = nf_ct_get(skb, &info);
	if (!ct || !nf_ct_is_confirmed(ct) || is_barred(ct))
		return;
	dir = CTINFO2DIR(info);
	if (!espah_mark_seen(en, skb) &&
	    !is_spoken_of(en, ct, dir, skb, out) &&
	    !is_spoken_of(en, ct, !dir, skb, skb->dev))
		return;
	forget(ct);
	nf_reset_ct(skb);
}

/**
 * espah_flowtable_leave() - a packet leaves in clear
 * @en: namespace
 * @skb: packet at POST_ROUTING, for which espah_flowtable_worth() is true
 *
 * What has come protected may have an answer that is to be.
 *
 * Return: false if it must not go on, for want of memory.
 */
bool espah_flowtable_leave(const struct espah_net *en, struct sk_buff *skb)
{
	enum ip_conntrack_info info;
	struct nf_conn *ct = nf_ct_get(skb, &info);

	return !ct || !espah_mark_seen(en, skb) || espah_flowtable_bar(ct);
}

/**
 * espah_flowtable_empty() - after a policy has come into force, or a default to block
 *
 * All flowtables begin anew. The caller may sleep, and packets that are under way may
 * not have seen the policy.
 */
void espah_flowtable_empty(void)
{
	typeof(nf_flow_table_cleanup) *cleanup;

	if (!READ_ONCE(espah_flowtable_possible))
		return;
	cleanup = symbol_get(nf_flow_table_cleanup);
	if (!cleanup)
		return;
	synchronize_rcu_expedited();
	cleanup(NULL);
	symbol_put(nf_flow_table_cleanup);
}
