// SPDX-License-Identifier: GPL-2.0-only
/* Sockets that speak in clear whatever the policies say: a key daemon's.
 *
 * The kernel has a word for it, which charon and pluto use as well: a policy
 * of the socket's own (the option IP_XFRM_POLICY, for who has CAP_NET_ADMIN)
 * that allows everything and asks for nothing. It ends with the socket, and
 * xfrm's policies let the socket pass at the same time.
 */

#include <net/xfrm.h>

#include "bypass.h"
#include "listen.h"
#include "natt.h"

/* Whoever wants only some of a socket's packets to pass means xfrm. */
static bool allows_all(const struct xfrm_policy *policy)
{
	const struct xfrm_selector *sel = &policy->selector;

	return policy->action == XFRM_POLICY_ALLOW && !policy->xfrm_nr &&
	       !sel->prefixlen_s && !sel->prefixlen_d && !sel->proto &&
	       !sel->sport_mask && !sel->dport_mask && !sel->ifindex;
}

static bool bypasses(const struct sock *sk, int dir)
{
	const struct xfrm_policy *policy;

	if (!sk || !sk_fullsock(sk))
		return false;
	policy = rcu_dereference(sk->sk_policy[dir]);
	return unlikely(policy) && allows_all(policy);
}

/**
 * espah_bypass_out() - may the socket send in clear?
 * @sk: socket that a packet comes from, or NULL
 *
 * The caller holds RCU.
 *
 * Return: true if somebody with the right to has asked for it.
 */
bool espah_bypass_out(const struct sock *sk)
{
	return bypasses(sk, XFRM_POLICY_OUT);
}

/**
 * espah_bypass_in() - is the packet for a socket that listens in clear?
 * @net: namespace
 * @skb: packet for this host, with a checked IP header in the linear part
 *
 * Key daemons speak UDP. The socket is the one that the packet would be
 * delivered to. The caller holds RCU.
 *
 * Return: true if somebody with the right to has asked for it.
 */
bool espah_bypass_in(struct net *net, const struct sk_buff *skb)
{
	/* No socket in this namespace has a policy of its own. */
	if (!espah_listen_sockets(net))
		return false;
	return bypasses(espah_natt_socket(net, skb), XFRM_POLICY_IN);
}

/**
 * espah_bypass_takes() - does a socket take a packet however it came?
 * @sk: socket that the packet would be delivered to
 *
 * The caller holds RCU.
 *
 * Return: false where it may ask.
 */
bool espah_bypass_takes(const struct sock *sk)
{
	return sk_fullsock(sk) &&
	       (!rcu_access_pointer(sk->sk_policy[XFRM_POLICY_IN]) ||
		bypasses(sk, XFRM_POLICY_IN));
}

/**
 * espah_bypass_unasked() - does the socket that a packet is for take it however it came?
 * @net: namespace
 * @skb: packet for this host, with its data at its checked IP header
 *
 * Only sockets of UDP are looked for. The caller holds RCU.
 *
 * Return: false where there may be one that asks.
 */
bool espah_bypass_unasked(struct net *net, const struct sk_buff *skb)
{
	const struct sock *sk = espah_natt_socket(net, skb);

	return sk && espah_bypass_takes(sk);
}
