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
#include <linux/ip.h>
#include <linux/jiffies.h>
#include <net/icmp.h>
#include <net/ip.h>

#include "ah.h"
#include "compat.h"
#include "esp.h"
#include "pmtu.h"
#include "sa.h"

/* As the IP layer has it: the smallest size that a router is believed. */
#define PMTU_MIN	552
#define PMTU_LIFE	(10 * 60 * HZ)
/* So many packets back, a router may still be speaking of. */
#define PMTU_RECENT	65536

static unsigned int outer_mtu(const struct espah_sa *sa,
			      const struct dst_entry *dst)
{
	unsigned int mtu = ip_dst_mtu_maybe_forward(dst, true);
	u32 learnt = READ_ONCE(sa->pmtu);

	if (learnt && time_before(jiffies, READ_ONCE(sa->pmtu_expires)))
		mtu = min(mtu, learnt);
	return mtu;
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
 * @ip_len: octets of the packet's own IP header
 *
 * Return: octets of the longest IP packet in clear.
 */
unsigned int espah_pmtu_inner(const struct espah_sa *sa, unsigned int outer,
			      unsigned int ip_len)
{
	bool tunnel = sa->mode == ESPAH_MODE_TUNNEL;
	unsigned int header = tunnel ? sizeof(struct iphdr) : ip_len;
	unsigned int room = outer > header ? outer - header : 0;
	unsigned int payload;

	payload = unlikely(sa->id.proto == IPPROTO_AH) ?
		  ah_payload_max(sa, room) : esp_payload_max(sa, room);
	return tunnel ? payload : payload + ip_len;
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

/**
 * espah_pmtu_fits() - does the packet still fit with its protection on?
 * @sa: SA
 * @skb: packet in clear, perhaps a large one to be segmented
 * @outer: route of the protected packet
 *
 * Where it does not, and does not want to be fragmented, its sender is told the
 * size that would (RFC 4301 section 8.2.1).
 *
 * Return: true if the packet can go on, perhaps without its DF.
 */
bool espah_pmtu_fits(struct espah_sa *sa, struct sk_buff *skb,
		     const struct dst_entry *outer)
{
	unsigned int ip_len = ip_hdrlen(skb);
	unsigned int mtu;

	mtu = espah_pmtu_inner(sa, outer_mtu(sa, outer), ip_len);
	if (likely(fits(skb, mtu)))
		return true;
	if (ip_hdr(skb)->frag_off & htons(IP_DF)) {
		tell_sender(skb, mtu);
		if (!skb->ignore_df || !clear_df(skb))
			return false;
	}
	/* Fragmented afterwards, if one header can still name it all. */
	return fits(skb, espah_pmtu_inner(sa, IP_MAX_MTU, ip_len));
}

/**
 * espah_pmtu_learn() - a router says that a protected packet was too large
 * @sa: SA that the packet was sent with
 * @seq: low half of the sequence number of that packet, as the router quotes it
 * @mtu: size that would have fitted
 *
 * Anybody can send such a message (RFC 4301 section 8.2). It must quote a
 * packet that was sent not long ago, it cannot push the size below what the IP
 * layer believes, and it is forgotten after ten minutes.
 */
void espah_pmtu_learn(struct espah_sa *sa, u32 seq, unsigned int mtu)
{
	u64 sent = atomic64_read(&sa->oseq);
	u32 since = lower_32_bits(sent) - seq;

	/* Routers older than RFC 1191 say 0: they do not know either. */
	if (!mtu || since >= sent || since >= PMTU_RECENT)
		return;
	WRITE_ONCE(sa->pmtu_expires, jiffies + PMTU_LIFE);
	WRITE_ONCE(sa->pmtu, max_t(unsigned int, mtu, PMTU_MIN));
}
