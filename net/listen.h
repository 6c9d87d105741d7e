/* SPDX-License-Identifier: GPL-2.0-only */
/* Who else has a say in what arrives, or wants to see it. */
#ifndef _ESPAH_LISTEN_H
#define _ESPAH_LISTEN_H

#include <linux/netfilter.h>
#include <net/net_namespace.h>
#include <net/raw.h>
#include <net/rawv6.h>
#include <net/xfrm.h>

/**
 * espah_listen_hooks() - does somebody else hook in over IPv4?
 * @net: namespace
 * @hook: NF_INET_*
 * @ours: how many hooks there are ours
 *
 * The caller holds RCU.
 *
 * Return: true if there are more.
 */
static __always_inline bool espah_listen_hooks(const struct net *net,
					       unsigned int hook,
					       unsigned int ours)
{
	const struct nf_hook_entries *entries =
		rcu_dereference(net->nf.hooks_ipv4[hook]);

	return entries && entries->num_hook_entries != ours;
}

/**
 * espah_listen_hooks6() - does somebody else hook in over IPv6?
 * @net: namespace
 * @hook: NF_INET_*
 * @ours: how many hooks there are ours
 *
 * The caller holds RCU.
 *
 * Return: true if there are more.
 */
static __always_inline bool espah_listen_hooks6(const struct net *net,
						unsigned int hook,
						unsigned int ours)
{
	const struct nf_hook_entries *entries =
		rcu_dereference(net->nf.hooks_ipv6[hook]);

	return entries && entries->num_hook_entries != ours;
}

/**
 * espah_listen_raw() - may a raw socket want a copy of what comes over IPv4?
 * @net: namespace
 * @proto: IP protocol
 *
 * Return: false if there is no such socket.
 */
static __always_inline bool espah_listen_raw(const struct net *net, u8 proto)
{
	return !hlist_empty(&raw_v4_hashinfo.ht[raw_hashfunc(net, proto)]);
}

/**
 * espah_listen_raw6() - may a raw socket want a copy of what comes over IPv6?
 * @net: namespace
 * @proto: IP protocol
 *
 * Return: false if there is no such socket.
 */
static __always_inline bool espah_listen_raw6(const struct net *net, u8 proto)
{
	return !hlist_empty(&raw_v6_hashinfo.ht[raw_hashfunc(net, proto)]);
}

/**
 * espah_listen_xfrm() - does xfrm have policies for what arrives?
 * @net: namespace
 *
 * They want to see the mark of what came through IPsec.
 *
 * Return: false if there is none, but for those of sockets, and nothing is blocked without.
 */
static __always_inline bool espah_listen_xfrm(const struct net *net)
{
	const struct netns_xfrm *xfrm = &net->xfrm;

	return xfrm->policy_count[XFRM_POLICY_IN] |
	       xfrm->policy_count[XFRM_POLICY_FWD] ||
	       xfrm->policy_default[XFRM_POLICY_IN] != XFRM_USERPOLICY_ACCEPT ||
	       xfrm->policy_default[XFRM_POLICY_FWD] != XFRM_USERPOLICY_ACCEPT;
}

/**
 * espah_listen_sockets() - do sockets have policies of their own for what arrives?
 * @net: namespace
 *
 * Return: false if none has.
 */
static __always_inline bool espah_listen_sockets(const struct net *net)
{
	return net->xfrm.policy_count[XFRM_POLICY_MAX + XFRM_POLICY_IN];
}

#endif /* _ESPAH_LISTEN_H */
