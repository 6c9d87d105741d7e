// SPDX-License-Identifier: GPL-2.0-only
/* How large a packet may be so that it still fits with its protection on, and
 * who is told when it does not.
 *
 * In transport mode, and wherever the tunnel's end is also the flow's, the
 * inner and the outer packet share one route. What the sender is told of the
 * inner size is then stored in that route, and would shrink the outer size
 * with every round. So the outer size never comes from what the route has
 * learnt, but from its device, its configuration, and from what the SA itself
 * has learnt. (With net.ipv4.ip_forward_use_pmtu=1 the IP layer insists on the
 * route's, and so must we.)
 */

#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/jiffies.h>
#include <net/icmp.h>
#include <net/ip.h>
#include <net/ip6_route.h>

#include "ah.h"
#include "beet.h"
#include "bundle.h"
#include "compat.h"
#include "encap.h"
#include "esp.h"
#include "netns.h"
#include "pmtu.h"

/* So many packets back, a router may still be speaking of. */
#define PMTU_RECENT	65536

/* What routers have said of the SA's packets. */
static unsigned int learnt(const struct espah_sa *sa)
{
	u32 pmtu = READ_ONCE(sa->pmtu);

	if (pmtu && time_before(jiffies, READ_ONCE(sa->pmtu_expires)))
		return pmtu;
	return UINT_MAX;
}

static __always_inline unsigned int outer_mtu(const struct espah_sa *sa,
					      const struct dst_entry *dst)
{
	unsigned int mtu = likely(sa->id.family == AF_INET) ?
			   ip_dst_mtu_maybe_forward(dst, true) :
			   ip6_dst_mtu_maybe_forward(dst, true);

	return min(mtu, learnt(sa));
}

/**
 * espah_pmtu_outer() - the longest protected packet
 * @sa: SA
 * @dst: its route
 *
 * Return: octets that go through in one piece, as far as is known.
 */
unsigned int espah_pmtu_outer(const struct espah_sa *sa,
			      const struct dst_entry *dst)
{
	return outer_mtu(sa, dst);
}

/* The longest payload that AH leaves room for; it needs no padding. */
static unsigned int ah_payload_max(const struct espah_sa *sa, unsigned int room)
{
	unsigned int header = espah_ah_len(sa);

	return room > header ? room - header : 0;
}

static unsigned int esp_payload_max(const struct espah_sa *sa, unsigned int room)
{
	unsigned int fixed = sa->encap_len + espah_esp_header_len(sa) +
			     sa->icv_len;

	return room > fixed ? espah_esp_payload_max(sa, room - fixed) : 0;
}

/**
 * espah_pmtu_inner() - the longest packet that fits
 * @sa: SA
 * @outer: octets that the protected packet may have
 * @front: octets of IP header in front of the protection
 *
 * Return: octets of the longest IP packet in clear; in BEET mode, without those that
 * espah_beet_own() says.
 */
unsigned int espah_pmtu_inner(const struct espah_sa *sa, unsigned int outer,
			      unsigned int front)
{
	bool transport = sa->mode == ESPAH_MODE_TRANSPORT;
	unsigned int room = outer > front ? outer - front : 0;
	unsigned int payload;

	payload = unlikely(sa->id.proto == IPPROTO_AH) ?
		  ah_payload_max(sa, room) : esp_payload_max(sa, room);
	return transport ? payload + front : payload;
}

/* The longest packet like this one that fits into an outer one of so many octets, @front
 * of which are those of espah_encap_front().
 */
static __always_inline unsigned int
longest_like(const struct espah_sa *sa, const struct sk_buff *skb,
	     unsigned int outer, unsigned int front)
{
	unsigned int len = espah_pmtu_inner(sa, outer, front);

	if (unlikely(sa->mode == ESPAH_MODE_BEET))
		len += espah_beet_own(skb);
	return len;
}

static const struct espah_sa *outermost(const struct espah_layer *layer)
{
	while (layer[1].sa)
		layer++;
	return layer->sa;
}

/* The longest packet that goes under a bundle from the layer @next on, where the one that
 * leaves may have @outer octets; @front octets of IP header are in front of it. What the
 * packets of a layer may have at the most, @most says.
 */
static unsigned int
limit_under(const struct espah_layer *next, unsigned int front,
	    unsigned int outer, unsigned int (*most)(const struct espah_sa *sa))
{
	unsigned int fronts[ESPAH_TMPLS_MAX];
	const struct espah_layer *layer;
	unsigned int n = 0;

	for (layer = next; layer->sa; layer++) {
		if (layer->sa->mode == ESPAH_MODE_TUNNEL)
			front = espah_encap_outer(layer->sa);
		fronts[n++] = front;
	}
	while (n-- > 0) {
		layer = next + n;
		outer = min(outer, most(layer->sa));
		outer = espah_pmtu_inner(layer->sa, outer, fronts[n]);
	}
	return outer;
}

/* As espah_pmtu_outer(), where other layers may go over it. */
static noinline unsigned int
bundled_outer(const struct espah_sa *sa, const struct espah_layer *next,
	      const struct dst_entry *dst, unsigned int front)
{
	unsigned int outer = espah_pmtu_outer(outermost(next), dst);

	return min(learnt(sa), limit_under(next, front, outer, learnt));
}

static __always_inline unsigned int
outer_under(const struct espah_sa *sa, const struct espah_layer *next,
	    const struct dst_entry *dst, unsigned int front)
{
	return likely(!next) ? outer_mtu(sa, dst) :
			       bundled_outer(sa, next, dst, front);
}

/**
 * espah_pmtu_limit() - the longest packet of this kind that fits now
 * @sa: SA
 * @next: layer of a bundle that goes over it, or NULL
 * @skb: packet in clear, with the outer route as its dst
 *
 * Return: octets of the longest IP packet in clear.
 */
unsigned int espah_pmtu_limit(const struct espah_sa *sa,
			      const struct espah_layer *next,
			      const struct sk_buff *skb)
{
	unsigned int front = espah_encap_front(sa, skb);

	return longest_like(sa, skb, outer_under(sa, next, skb_dst(skb), front),
			    front);
}

/* A local sender gets -EMSGSIZE, and finds the size in its route: TCP cuts its
 * segments by it, and a datagram socket is told at its next send.
 */
static void tell_sender(struct sk_buff *skb, unsigned int mtu)
{
	if (IPCB(skb)->flags & IPSKB_FORWARDED || !skb->sk)
		icmp_send(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, htonl(mtu));
	else
		skb_dst_update_pmtu_no_confirm(skb, mtu);
}

static bool fits(const struct sk_buff *skb, unsigned int mtu)
{
	return skb_is_gso(skb) ? skb_gso_validate_network_len(skb, mtu) :
				 skb->len <= mtu;
}

/* A datagram socket that only wants to learn the path MTU sets DF and still
 * leaves the packet to be fragmented here (IP_PMTUDISC_WANT). Without DF it gets
 * through, also where only a router further on knows the limit.
 */
static bool clear_df(struct sk_buff *skb)
{
	struct iphdr *iph;

	if (skb_ensure_writable(skb, ip_hdrlen(skb)))
		return false;
	iph = ip_hdr(skb);
	iph->frag_off &= ~htons(IP_DF);
	ip_send_check(iph);
	return true;
}

static void tell_sender6(struct sk_buff *skb, unsigned int mtu)
{
	if (IP6CB(skb)->flags & IP6SKB_FORWARDED || !skb->sk)
		icmpv6_send(skb, ICMPV6_PKT_TOOBIG, 0, mtu);
	else
		skb_dst_update_pmtu_no_confirm(skb, mtu);
}

/* Conntrack has put it together, and it goes on in fragments as it came. Returns the
 * longest of those, or 0 where it came in one piece.
 */
static unsigned int came_in_parts(const struct sk_buff *skb)
{
	return espah_packet_is6(skb) ? IP6CB(skb)->frag_max_size :
				       IPCB(skb)->frag_max_size;
}

/* An IPv6 link carries 1280 octets, and so does a tunnel (RFC 2473 section 7.1). Returns
 * false where the packet ends here.
 */
static bool may_be_fragmented6(struct sk_buff *skb, unsigned int mtu)
{
	unsigned int part = came_in_parts(skb);

	mtu = max_t(unsigned int, mtu, IPV6_MIN_MTU);
	if (fits(skb, mtu) || (part && part <= mtu))
		return true;
	tell_sender6(skb, mtu);
	return skb->ignore_df && !part;
}

static bool may_be_fragmented(struct sk_buff *skb, unsigned int mtu)
{
	unsigned int part = came_in_parts(skb);

	if (espah_packet_is6(skb))
		return may_be_fragmented6(skb, mtu);
	if (!(ip_hdr(skb)->frag_off & htons(IP_DF)))
		return true;
	if (part && part <= mtu)
		return clear_df(skb);
	tell_sender(skb, mtu);
	return skb->ignore_df && !part && clear_df(skb);
}

/* One header must be able to name the whole. */
static unsigned int longest(const struct espah_sa *sa)
{
	return sa->id.family == AF_INET ? IP_MAX_MTU : IP6_MAX_MTU;
}

/* As outer_under(), but only as far as headers can name lengths. */
static unsigned int longest_under(const struct espah_sa *sa,
				  const struct espah_layer *next,
				  unsigned int front)
{
	if (!next)
		return longest(sa);
	return min(longest(sa), limit_under(next, front,
					    longest(outermost(next)), longest));
}

/* Most are so short that they fit with the longest padding there is. */
static __always_inline bool surely_fits(const struct espah_sa *sa,
					const struct sk_buff *skb,
					unsigned int front, unsigned int mtu)
{
	unsigned int more = front + sa->encap_len + espah_esp_header_len(sa) +
			    ESPAH_ESP_TRAILER + sa->align - 1 + sa->icv_len;

	return sa->id.proto == IPPROTO_ESP && !skb_is_gso(skb) &&
	       skb->len + more <= mtu;
}

/* As espah_pmtu_fits(), where it takes a closer look. */
static noinline bool fits_exactly(const struct espah_sa *sa,
				  const struct espah_layer *next,
				  struct sk_buff *skb,
				  const struct dst_entry *outer,
				  unsigned int front)
{
	unsigned int mtu;

	mtu = longest_like(sa, skb, outer_under(sa, next, outer, front), front);
	if (likely(fits(skb, mtu))) {
		skb->ignore_df = 0;
		return true;
	}
	if (!may_be_fragmented(skb, mtu))
		return false;
	skb->ignore_df = 1;
	return sa->mode == ESPAH_MODE_TUNNEL ||
	       fits(skb, longest_like(sa, skb, longest_under(sa, next, front),
				      front));
}

/**
 * espah_pmtu_fits() - does the packet still fit with its protection on?
 * @sa: SA
 * @next: layer of a bundle that goes over it, or NULL
 * @skb: packet in clear, perhaps a large one to be segmented
 * @outer: route of the protected packet
 *
 * Where it does not, and does not want to be fragmented, its sender is told the
 * size that would (RFC 4301 section 8.2.1). From here on ignore_df says that it has to
 * be fragmented: before it is protected in tunnel mode, and after that in the others,
 * which are for whole packets.
 *
 * Return: true if the packet can go on, perhaps without its DF.
 */
bool espah_pmtu_fits(const struct espah_sa *sa, const struct espah_layer *next,
		     struct sk_buff *skb, const struct dst_entry *outer)
{
	unsigned int front = espah_encap_front(sa, skb);

	if (likely(!next && surely_fits(sa, skb, front, outer_mtu(sa, outer)))) {
		skb->ignore_df = 0;
		return true;
	}
	return fits_exactly(sa, next, skb, outer, front);
}

/* How long a router is believed, in jiffies: as long as by the IP layer. */
static int lifetime(const struct espah_sa *sa)
{
	const struct net *net = sa->en->net;

	return sa->id.family == AF_INET ?
	       READ_ONCE(net->ipv4.ip_rt_mtu_expires) :
	       READ_ONCE(net->ipv6.sysctl.ip6_rt_mtu_expires);
}

/* The smallest size that it is believed, likewise. IPv6 has no links that carry less
 * (RFC 8201 section 4).
 */
static unsigned int least(const struct espah_sa *sa)
{
	return sa->id.family == AF_INET ?
	       READ_ONCE(sa->en->net->ipv4.ip_rt_min_pmtu) : IPV6_MIN_MTU;
}

/**
 * espah_pmtu_learn() - a router says that a protected packet was too large
 * @sa: SA that the packet was sent with
 * @seq: low half of the sequence number of that packet, as the router quotes it
 * @mtu: size that would have fitted
 *
 * Anybody can send such a message (RFC 4301 section 8.2). It must quote a
 * packet that was sent not long ago, it cannot push the size below what the IP
 * layer believes, and it is forgotten after as long as there: the administrator says
 * both (sections 6.1.1 and 8.2.2) with min_pmtu and mtu_expires of net.ipv4.route, and
 * mtu_expires of net.ipv6.route.
 */
void espah_pmtu_learn(struct espah_sa *sa, u32 seq, unsigned int mtu)
{
	u64 sent = atomic64_read(&sa->oseq);
	u32 since = lower_32_bits(sent) - seq;

	/* Routers older than RFC 1191 say 0: they do not know either. */
	if (!mtu || since >= sent || since >= PMTU_RECENT)
		return;
	if (sa->id.family == AF_INET6 && mtu < least(sa))
		return;
	WRITE_ONCE(sa->pmtu_expires, jiffies + lifetime(sa));
	WRITE_ONCE(sa->pmtu, max(mtu, least(sa)));
}
