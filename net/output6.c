// SPDX-License-Identifier: GPL-2.0-only
/* What the send path does otherwise where the protected packet is IPv6: its route, and
 * how the IP layer takes it.
 */

#include <linux/netfilter.h>
#include <linux/netfilter_ipv6.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/neighbour.h>
#include <net/route.h>

#include "natt.h"
#include "netns.h"
#include "output6.h"
#include "packet.h"
#include "pmtu.h"
#include "route.h"

/**
 * espah_output6_route() - the route to the other end of a tunnel
 * @sa: SA in tunnel or BEET mode, between IPv6 addresses
 * @mark: of the protected packet
 *
 * It is looked up without a protocol, and xfrm is not asked. Softirqs are off.
 *
 * Return: a route to be given back with dst_release(), or NULL.
 */
struct dst_entry *espah_output6_route(struct espah_sa *sa, u32 mark)
{
	struct flowi6 fl6 = {
		.daddr		= sa->id.dst.v6,
		.saddr		= sa->src.v6,
		.flowi6_mark	= mark,
	};
	struct dst_entry *dst = ip6_route_output(sa->en->net, NULL, &fl6);

	if (dst->error) {
		dst_release(dst);
		return NULL;
	}
	espah_route_keep(sa, mark, dst,
			 rt6_get_cookie((const struct rt6_info *)dst));
	return dst;
}

/**
 * espah_output6_refresh() - routes have changed while an IPv6 packet waited
 * @net: namespace
 * @skb: packet in clear, with its old route
 *
 * The packet is as good as protected, which keeps xfrm's policies out of the new
 * route.
 *
 * Return: false if there is no route any more.
 */
bool espah_output6_refresh(struct net *net, struct sk_buff *skb)
{
	struct dst_entry *dst = skb_dst(skb);

	IP6CB(skb)->flags |= IP6SKB_XFRM_TRANSFORMED;
	return (dst->dev != blackhole_netdev &&
		dst_check(dst, espah_packet(skb)->cookie)) ||
	       !ip6_route_me_harder(net, skb->sk, skb);
}

/* What ip6_output() does in the end, for a packet that it would find too large. */
static int to_neighbour(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	struct rt6_info *rt = (struct rt6_info *)skb_dst(skb);
	struct neighbour *neigh;
	int err;

	/* Kernels differ in which of the two the neighbours are looked up under, and an
	 * asynchronous cipher finishes under neither.
	 */
	rcu_read_lock();
	rcu_read_lock_bh();
	neigh = ip_neigh_gw6(rt->dst.dev,
			     rt6_nexthop(rt, &ipv6_hdr(skb)->daddr));
	if (IS_ERR(neigh)) {
		kfree_skb(skb);
		err = PTR_ERR(neigh);
	} else {
		err = neigh_output(neigh, skb, false);
	}
	rcu_read_unlock_bh();
	rcu_read_unlock();
	return err;
}

static int whole_leaves(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	skb->dev = skb_dst(skb)->dev;
	return NF_HOOK(NFPROTO_IPV6, NF_INET_POST_ROUTING, net, sk, skb, NULL,
		       skb->dev, to_neighbour);
}

/* The packet fits, but the IP layer cannot see that: it knows what the sender was told of
 * the inner size, where both share the route (see net/pmtu.c).
 */
static noinline int send_whole(struct net *net, struct sk_buff *skb)
{
	ipv6_hdr(skb)->payload_len = htons(skb->len - sizeof(struct ipv6hdr));
	skb->protocol = htons(ETH_P_IPV6);
	return NF_HOOK(NFPROTO_IPV6, NF_INET_LOCAL_OUT, net, skb->sk, skb, NULL,
		       skb_dst(skb)->dev, whole_leaves);
}

/**
 * espah_output6_send() - hand a protected IPv6 packet to the IP layer
 * @skb: packet, with its data at the IPv6 header; it holds its route
 *
 * TRANSFORMED keeps it out of the policies, ours and xfrm's.
 *
 * Return: as ip6_local_out().
 */
int espah_output6_send(struct sk_buff *skb)
{
	struct espah_sa *sa = espah_packet(skb)->sa;
	const struct dst_entry *dst = skb_dst(skb);
	struct inet6_skb_parm *cb = IP6CB(skb);
	struct net *net = sa->en->net;

	if (sa->encap_len)
		espah_natt_write_checksum6(skb);
	cb->flags |= IP6SKB_XFRM_TRANSFORMED;
	cb->frag_max_size = 0;
	if (unlikely(skb->ignore_df))
		cb->frag_max_size = min(dst_mtu(dst), espah_pmtu_outer(sa, dst));
	else if (unlikely(skb->len > dst_mtu(dst)))
		return send_whole(net, skb);
	if (unlikely(rcu_access_pointer(net->nf.hooks_ipv6[NF_INET_LOCAL_OUT]) ||
		     netif_is_l3_slave(dst->dev) || skb->len > IPV6_MAXPLEN))
		return ip6_local_out(net, skb->sk, skb);
	/* What that does where nobody hooks in, and there is no VRF. */
	cb->nhoff = offsetof(struct ipv6hdr, nexthdr);
	ipv6_hdr(skb)->payload_len = htons(skb->len - sizeof(struct ipv6hdr));
	skb->protocol = htons(ETH_P_IPV6);
	return dst_output(net, skb->sk, skb);
}
