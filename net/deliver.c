// SPDX-License-Identifier: GPL-2.0-only
/* Where a packet goes when its protection is off: to this host's sockets, or on. */

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <net/gro_cells.h>
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/route.h>

#include "deliver.h"
#include "dev.h"
#include "ext6.h"
#include "gather.h"
#include "netns.h"
#include "packet.h"
#include "trace.h"

/* Tunnelled packets enter the stack here, where TCP is coalesced. */
static struct gro_cells cells;
static struct net_device cells_dev;

/* The way that an IPv6 packet goes from here. The caller holds RCU, and the answer is
 * good as long.
 */
static struct dst_entry *route6(struct net *net, struct sk_buff *skb)
{
	const struct ipv6hdr *iph = ipv6_hdr(skb);
	struct flowi6 fl6 = {
		.flowi6_iif	= skb->dev->ifindex,
		.daddr		= iph->daddr,
		.saddr		= iph->saddr,
		.flowlabel	= ip6_flowinfo(iph),
		.flowi6_mark	= skb->mark,
		.flowi6_proto	= iph->nexthdr,
	};

	return ip6_route_input_lookup(net, skb->dev, &fl6, skb,
				      RT6_LOOKUP_F_HAS_SADDR |
				      RT6_LOOKUP_F_DST_NOREF);
}

static noinline bool to_this_host6(struct net *net, struct sk_buff *skb)
{
	const struct rt6_info *rt;

	if (ipv6_addr_is_multicast(&ipv6_hdr(skb)->daddr))
		return true;
	rt = (const struct rt6_info *)route6(net, skb);
	return rt->rt6i_flags & (RTF_LOCAL | RTF_ANYCAST);
}

/**
 * espah_deliver_here() - is what came out of a tunnel for this host?
 * @net: namespace
 * @skb: packet in clear, with its data at its IP header, which is in the linear part
 *
 * The caller holds RCU.
 *
 * Return: false if it is to be forwarded.
 */
bool espah_deliver_here(struct net *net, struct sk_buff *skb)
{
	if (unlikely(espah_packet_is6(skb)))
		return to_this_host6(net, skb);
	switch (inet_addr_type_dev_table(net, skb->dev, ip_hdr(skb)->daddr)) {
	case RTN_LOCAL:
	case RTN_BROADCAST:
	case RTN_MULTICAST:
		return true;
	default:
		return false;
	}
}

static int transport_finish(struct net *net, struct sock *sk,
			    struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);

	/* Destination NAT has sent it elsewhere. */
	if (!skb_dst(skb) &&
	    ip_route_input_noref(skb, iph->daddr, iph->saddr, iph->tos,
				 skb->dev)) {
		espah_drop(espah_net(net), NULL, skb, ESPAH_A_CNT_IN_NO_ROUTE);
		return NET_RX_DROP;
	}
	return dst_input(skb);
}

static int transport_finish6(struct net *net, struct sock *sk,
			     struct sk_buff *skb)
{
	/* Destination NAT has sent it elsewhere. */
	if (!skb_dst(skb))
		skb_dst_set_noref(skb, route6(net, skb));
	return dst_input(skb);
}

static void deliver_transport(struct espah_net *en, struct sk_buff *skb,
			      u16 family)
{
	espah_count(en, ESPAH_A_CNT_IN_OK);
	if (likely(family == AF_INET))
		NF_HOOK(NFPROTO_IPV4, NF_INET_PRE_ROUTING, en->net, NULL, skb,
			skb->dev, NULL, transport_finish);
	else
		NF_HOOK(NFPROTO_IPV6, NF_INET_PRE_ROUTING, en->net, NULL, skb,
			skb->dev, NULL, transport_finish6);
}

static bool is_part(const struct sk_buff *skb)
{
	return likely(!espah_packet_is6(skb)) ? ip_is_fragment(ip_hdr(skb)) :
						espah_ext6_fragment(skb);
}

/* Connection tracking, and a selector of ports (net/narrow.c), have netfilter put fragments
 * together at PRE_ROUTING, where nothing tells what was protected from what was not.
 */
static bool joined_on_its_way(const struct net *net, const struct sk_buff *skb)
{
	return espah_packet_is6(skb) ? READ_ONCE(net->nf.defrag_ipv6_users) :
				       READ_ONCE(net->nf.defrag_ipv4_users);
}

/* A tunnel carries fragments. What is for this host is put together here, of what came
 * out of tunnels and nothing else; and so is what would be on its way to others. Returns
 * false where the packet has gone.
 */
static noinline bool put_together(struct espah_sa *sa, struct sk_buff *skb)
{
	struct net *net = sa->en->net;

	/* By a virtual interface it has gone elsewhere, where it is in clear. */
	if (unlikely(!net_eq(dev_net(skb->dev), net)))
		return true;
	if (!joined_on_its_way(net, skb) && !espah_deliver_here(net, skb))
		return true;
	return espah_gather_protected(sa, skb);
}

/* TCP is coalesced here. */
static void join(struct espah_sa *sa, struct sk_buff *skb)
{
	if (gro_cells_receive(&cells, skb) == NET_RX_DROP)
		espah_count_drop(sa->en, sa, NULL, ESPAH_A_CNT_IN_BACKLOG);
	else
		espah_count(sa->en, ESPAH_A_CNT_IN_OK);
}

/**
 * espah_deliver() - a packet goes on in clear
 * @sa: SA that it came under last, which counts it; the caller keeps it
 * @skb: packet, with its data at its IP header
 * @tunnel: a tunnel ended here, that of this SA or one around it
 *
 * The firewall sees the packet again, now in clear: in transport mode from PRE_ROUTING
 * on, with the route that it came by; in tunnel mode as a packet that has just arrived, by
 * the SA's virtual interface where it has one.
 * The caller holds RCU.
 */
void espah_deliver(struct espah_sa *sa, struct sk_buff *skb, bool tunnel)
{
	struct espah_net *en = sa->en;

	trace_espah_input(sa, skb);
	nf_reset_ct(skb);
	if (!tunnel) {
		deliver_transport(en, skb, sa->id.family);
		return;
	}
	skb_dst_drop(skb);
	/* Whoever listens looks in front of the header for the link's. */
	skb_mac_header_rebuild(skb);
	if (unlikely(is_part(skb)) && !put_together(sa, skb))
		return;
	if (unlikely(sa->if_id))
		espah_dev_deliver(sa, skb);
	else
		join(sa, skb);
}

/**
 * espah_deliver_arrived() - a packet enters the stack again as one that has just arrived
 * @sa: SA that it came under, which counts it; the caller keeps it
 * @skb: IPv4 packet, whole and marked, with its data at its IP header
 *
 * TCP is coalesced on its way. The caller holds RCU, and has softirqs off.
 */
void espah_deliver_arrived(struct espah_sa *sa, struct sk_buff *skb)
{
	skb_dst_drop(skb);
	skb_mac_header_rebuild(skb);
	join(sa, skb);
}

/**
 * espah_deliver_init() - make the door by which tunnelled packets enter the stack
 *
 * Return: 0 or a negative errno.
 */
int espah_deliver_init(void)
{
	init_dummy_netdev(&cells_dev);
	return gro_cells_init(&cells, &cells_dev);
}

/**
 * espah_deliver_exit() - no packet comes any more
 */
void espah_deliver_exit(void)
{
	gro_cells_destroy(&cells);
}
