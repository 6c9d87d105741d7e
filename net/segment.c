// SPDX-License-Identifier: GPL-2.0-only
/* A large packet of TCP becomes segments that have room for what protection adds.
 *
 * The kernel makes segments that are as long as they are; each would have to be copied once
 * more, into a larger buffer.
 */

#include <linux/ip.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <net/ip.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "compat.h"
#include "segment.h"

/* The memory of TCP's own packets is charged to the socket as long as it is in a queue below,
 * and so is that of their segments. Of others, only what nobody has charged is cut here.
 */
static bool charged_by_tcp(const struct sk_buff *skb)
{
	const struct sock *sk = skb->sk;

	return sk && sk_fullsock(sk) && sk->sk_protocol == IPPROTO_TCP &&
	       skb->destructor != sock_wfree && skb->destructor != sock_rfree &&
	       skb->destructor != sock_efree && skb->destructor != sock_edemux &&
	       skb->destructor != sock_pfree;
}

/* TCP over IPv4, and nothing about it is unusual. */
static bool usual(const struct sk_buff *skb)
{
	const struct skb_shared_info *shared = skb_shinfo(skb);
	unsigned int at = skb_transport_offset(skb);

	return shared->gso_type == SKB_GSO_TCPV4 && !shared->frag_list &&
	       !shared->tx_flags && !skb->encapsulation &&
	       skb->ip_summed == CHECKSUM_PARTIAL && !skb_network_offset(skb) &&
	       ip_hdr(skb)->version == IPVERSION && at == ip_hdrlen(skb) &&
	       skb_headlen(skb) >= at + sizeof(struct tcphdr) &&
	       skb_headlen(skb) >= at + tcp_hdrlen(skb) &&
	       (!skb->destructor || charged_by_tcp(skb));
}

static void charge(struct sk_buff *seg, const struct sk_buff *skb)
{
	if (!skb->destructor)
		return;
	seg->sk = skb->sk;
	seg->destructor = skb->destructor;
	refcount_add(seg->truesize, &skb->sk->sk_wmem_alloc);
}

/* Segment @number, of @len octets of payload from @from on; its headers, of the large packet,
 * become its own. @sum is that of the payload.
 */
static void write_headers(struct sk_buff *seg, const struct sk_buff *skb,
			  unsigned int number, unsigned int from,
			  unsigned int len, __wsum sum)
{
	unsigned int tcp_len = tcp_hdrlen(skb);
	struct iphdr *iph = ip_hdr(seg);
	struct tcphdr *th = tcp_hdr(seg);

	iph->tot_len = htons(seg->len);
	iph->id = htons(ntohs(iph->id) + number);
	ip_send_check(iph);

	th->seq = htonl(ntohl(th->seq) + from);
	if (from)
		th->cwr = 0;
	if (seg->len + from < skb->len) {
		th->fin = 0;
		th->psh = 0;
	}
	th->check = 0;
	th->check = tcp_v4_check(tcp_len + len, iph->saddr, iph->daddr,
				 csum_partial(th, tcp_len, sum));
	seg->ip_summed = CHECKSUM_NONE;
}

/* The one that begins @from octets behind the headers, which are @headers long. */
static struct sk_buff *segment(const struct sk_buff *skb, unsigned int headers,
			       unsigned int number, unsigned int from,
			       unsigned int head, unsigned int tail)
{
	unsigned int len = min_t(unsigned int, skb_shinfo(skb)->gso_size,
				 skb->len - headers - from);
	struct sk_buff *seg = alloc_skb(head + headers + len + tail, GFP_ATOMIC);
	__wsum sum;

	if (unlikely(!seg))
		return NULL;
	skb_reserve(seg, head);
	skb_copy_header(seg, skb);
	skb_headers_offset_update(seg, (int)head - (int)skb_headroom(skb));
	skb_shinfo(seg)->gso_size = 0;
	skb_shinfo(seg)->gso_segs = 0;
	skb_shinfo(seg)->gso_type = 0;
	if (number)
		seg->ooo_okay = 0;

	skb_copy_from_linear_data(skb, __skb_put(seg, headers), headers);
	sum = skb_copy_and_csum_bits(skb, headers + from, __skb_put(seg, len), len);
	write_headers(seg, skb, number, from, len, sum);
	charge(seg, skb);
	return seg;
}

static struct sk_buff *cut(const struct sk_buff *skb, unsigned int head,
			   unsigned int tail)
{
	unsigned int headers = skb_transport_offset(skb) + tcp_hdrlen(skb);
	struct sk_buff *first = NULL, **next = &first;
	unsigned int from, number = 0;

	for (from = 0; headers + from < skb->len;
	     from += skb_shinfo(skb)->gso_size) {
		*next = segment(skb, headers, number++, from, head, tail);
		if (unlikely(!*next)) {
			kfree_skb_list(first);
			return ERR_PTR(-ENOMEM);
		}
		next = &(*next)->next;
	}
	return first;
}

/**
 * espah_segment() - cut a large packet into segments
 * @skb: large packet, with its data at its IP header; stays the caller's
 * @head: room that each is to have in front
 * @tail: room that each is to have behind
 *
 * Where there is something unusual about it, the kernel does it, and they have what room they have.
 *
 * Return: the segments, a list by &sk_buff.next; or NULL or an error, as skb_gso_segment().
 */
struct sk_buff *espah_segment(struct sk_buff *skb, unsigned int head,
			      unsigned int tail)
{
	return likely(usual(skb)) ? cut(skb, head, tail) : skb_gso_segment(skb, 0);
}
