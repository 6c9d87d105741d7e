// SPDX-License-Identifier: GPL-2.0-only
/* Fragments, put together where a policy has to be asked about the whole, and so that
 * what was protected and what was not never become one datagram.
 *
 * Where the IP layer puts IPv6 fragments together, netfilter has seen each by itself,
 * and what is in a part does not say which socket it is for, nor whether ESP will be
 * found in it. And where it puts together fragments of either family, it keeps the mark
 * of the first: whoever guesses the identification could slip a part in clear behind one
 * that was protected.
 */

#include <linux/bits.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/limits.h>
#include <linux/string.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/ipv6_frag.h>
#include <net/netfilter/ipv6/nf_defrag_ipv6.h>

#include "gather.h"
#include "netns.h"
#include "packet.h"
#include "sa.h"

/* Each has a queue of its own: these are nobody else's numbers. */
#define PROTECTED4	((u32)IP_DEFRAG_MACVLAN + 1)
#define CLEAR6		((u32)__IP6_DEFRAG_CONNTRACK_BRIDGE_IN + 1)
#define PROTECTED6	((u32)__IP6_DEFRAG_CONNTRACK_BRIDGE_IN + 2)
/* And each path by which parts of one protection come inside of another. */
#define NESTED		BIT(31)

/* The IP layer goes on behind the headers that it has read: the IPv6 header, and
 * hop-by-hop options where it names them as the last that it has seen.
 */
static void go_on_behind(struct sk_buff *skb)
{
	unsigned int at = sizeof(struct ipv6hdr);

	if (IP6CB(skb)->nhoff == at)
		at += ipv6_optlen((struct ipv6_opt_hdr *)(ipv6_hdr(skb) + 1));
	skb_set_transport_header(skb, at);
}

static int gather6(struct net *net, struct sk_buff *skb, u32 user)
{
	int err = nf_ct_frag6_gather(net, skb, user);

	if (err && err != -EINPROGRESS)
		kfree_skb(skb);
	return err;
}

/**
 * espah_gather_clear6() - wait for the other fragments of a datagram in clear
 * @net: namespace
 * @skb: IPv6 fragment for this host, as LOCAL_IN has it
 *
 * What is malformed is left to the IP layer, which refuses it with a message to its
 * sender. What waits is bounded, in memory and in time, by the sysctls
 * net.netfilter.nf_conntrack_frag6_*.
 *
 * Return: 0 if the packet may go on: the whole datagram, if this was the last that was
 * missing. Otherwise it is gone: -EINPROGRESS if it waits, or another negative errno.
 */
int espah_gather_clear6(struct net *net, struct sk_buff *skb)
{
	int err = gather6(net, skb, CLEAR6);

	if (!err)
		go_on_behind(skb);
	return err;
}

static int gather(struct net *net, struct sk_buff *skb, u32 user4, u32 user6)
{
	if (!espah_packet_is6(skb)) {
		memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
		return ip_defrag(net, skb, user4);
	}
	memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));
	return gather6(net, skb, user6);
}

/* Counts what has become of a fragment. Returns true where the packet may go on. */
static bool gathered(struct espah_sa *sa, int err)
{
	if (!err)
		return true;
	if (err == -EINPROGRESS)
		espah_count(sa->en, ESPAH_A_CNT_IN_OK);
	else
		espah_count_drop(sa->en, sa, NULL, espah_gather_cause(err));
	return false;
}

/**
 * espah_gather_protected() - wait for the other fragments of a datagram that came
 * out of a tunnel
 * @sa: SA that this one came under
 * @skb: fragment of either family, with its data at its IP header and nothing behind it
 *
 * What waits is bounded as by the IP layer, or for IPv6 as by espah_gather_clear6().
 *
 * Return: true if the packet may go on: the whole datagram. Otherwise it is gone, and was
 * counted.
 */
bool espah_gather_protected(struct espah_sa *sa, struct sk_buff *skb)
{
	return gathered(sa, gather(sa->en->net, skb, PROTECTED4, PROTECTED6));
}

/**
 * espah_gather_nested() - wait for the other fragments of a packet that is protected
 * once more
 * @sa: SA that this one came under last
 * @skb: fragment for this host, as espah_gather_protected() has it
 * @path: number of the path that it came by, from espah_path_number(); what came by another
 *	is no part of this packet
 *
 * What waits is bounded as by espah_gather_protected().
 *
 * Return: as espah_gather_protected().
 */
bool espah_gather_nested(struct espah_sa *sa, struct sk_buff *skb, u32 path)
{
	return gathered(sa, gather(sa->en->net, skb, path | NESTED,
				   path | NESTED));
}
