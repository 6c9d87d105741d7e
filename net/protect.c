// SPDX-License-Identifier: GPL-2.0-only
/* Protecting a packet, once its SA and its route are known: for each segment reserve a
 * number, transform, send. These three share no stack; what they need travels in
 * struct espah_packet. Under a bundle, reserve and transform come again for each layer
 * before the packet is sent.
 */

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/ip.h>

#include "ah.h"
#include "beet.h"
#include "bundle.h"
#include "chapoly.h"
#include "compat.h"
#include "crypto.h"
#include "encap.h"
#include "esp.h"
#include "ext6.h"
#include "fragment.h"
#include "icv.h"
#include "lifetime.h"
#include "natt.h"
#include "netns.h"
#include "output6.h"
#include "packet.h"
#include "pmtu.h"
#include "protect.h"
#include "segment.h"
#include "tfc.h"
#include "trace.h"

/* TRANSFORMED keeps it out of the policies, ours and xfrm's. FORWARDED makes the IP
 * layer take the device's MTU, as espah_pmtu_fits() did.
 */
static int send4(struct espah_net *en, struct sk_buff *skb)
{
	struct net *net = en->net;

	IPCB(skb)->flags |= IPSKB_XFRM_TRANSFORMED | IPSKB_FORWARDED;
	if (unlikely(rcu_access_pointer(net->nf.hooks_ipv4[NF_INET_LOCAL_OUT]) ||
		     netif_is_l3_slave(skb_dst(skb)->dev)))
		return ip_local_out(net, skb->sk, skb);
	/* What that does where nobody hooks in, and there is no VRF. */
	espah_count_request4(net);
	skb->protocol = htons(ETH_P_IP);
	ip_hdr(skb)->tot_len = htons(skb->len);
	ip_send_check(ip_hdr(skb));
	return dst_output(net, skb->sk, skb);
}

/* Send: the packet is protected, and the IP layer takes it. */
static void send(struct sk_buff *skb)
{
	struct espah_sa *sa = espah_packet(skb)->sa;
	struct espah_net *en = sa->en;
	int err;

	trace_espah_output(sa, skb);
	err = likely(sa->id.family == AF_INET) ? send4(en, skb) :
						 espah_output6_send(skb);
	if (unlikely(net_xmit_eval(err)))
		espah_count_drop(en, sa, NULL, ESPAH_A_CNT_OUT_SEND);
	else
		espah_count(en, ESPAH_A_CNT_OUT_OK);
}

static void protect_one(struct espah_sa *sa, struct espah_layer *next,
			struct sk_buff *skb);

/* What the IP layer writes into the header of a packet that is sent. */
static void finish_header(const struct espah_sa *sa, struct sk_buff *skb)
{
	struct iphdr *iph = ip_hdr(skb);

	if (sa->id.family == AF_INET) {
		skb->protocol = htons(ETH_P_IP);
		iph->tot_len = htons(skb->len);
		ip_send_check(iph);
		return;
	}
	skb->protocol = htons(ETH_P_IPV6);
	ipv6_hdr(skb)->payload_len = htons(skb->len - sizeof(struct ipv6hdr));
	if (sa->encap_len)
		espah_natt_write_checksum6(skb);
}

/* The packet is protected, and goes under the next SA of its bundle. Its hold of the
 * bundle ends here; by then the next layer has its own, where it needs one.
 */
static noinline void go_on(struct espah_sa *sa, struct espah_layer *next,
			   struct sk_buff *skb)
{
	struct espah_sa *over;

	rcu_read_lock();
	over = espah_layer_sa(next);
	if (unlikely(!over)) {
		/* Removed since it was found, and nothing has come in its place. */
		espah_drop(sa->en, NULL, skb, ESPAH_A_CNT_OUT_NO_SA);
	} else {
		finish_header(sa, skb);
		protect_one(over, espah_layer_next(next), skb);
	}
	rcu_read_unlock();
	espah_bundle_put(espah_layer_bundle(next));
}

/* Whether the cipher finished at once or later, this comes after it. */
static void transformed(struct sk_buff *skb, int err)
{
	struct espah_packet *packet = espah_packet(skb);
	struct espah_layer *next = packet->next;
	struct espah_sa *sa = packet->sa;

	espah_crypto_request_free(packet->req);
	if (unlikely(err)) {
		espah_drop(sa->en, sa, skb, ESPAH_A_CNT_OUT_CRYPTO);
		if (next)
			espah_bundle_put(espah_layer_bundle(next));
	} else {
		__skb_push(skb, -skb_network_offset(skb));
		if (unlikely(next))
			go_on(sa, next, skb);
		else
			send(skb);
	}
	espah_sa_put(sa);
}

/* From here on the packet may be anywhere. Nothing keeps the device that it was about to
 * leave by; it is this host's own. Its number has been written.
 */
static __always_inline void let_go(struct sk_buff *skb,
				   struct espah_layer *next)
{
	skb->dev = NULL;
	espah_packet(skb)->next = next;
	if (unlikely(next))
		refcount_inc(&espah_layer_bundle(next)->refs);
}

static void transform_done(espah_completion *done, int err)
{
	/* Only says that a request left the backlog, which we do not use. */
	if (err == -EINPROGRESS)
		return;
	transformed(espah_completion_data(done), err);
}

/* A datagram is born with little room in front and some behind. Moving it within
 * its buffer is cheaper by far than a new one.
 */
static bool shift(struct sk_buff *skb, unsigned int by, unsigned int tail)
{
	if (skb_tailroom(skb) < by + tail)
		return false;
	memmove(skb->data + by, skb->data, skb->len);
	skb_reserve(skb, by);
	skb_headers_offset_update(skb, by);
	return true;
}

/* Room around what is in one piece that is this packet's alone; false where that would take
 * new memory.
 */
static __always_inline bool make_room_within(struct sk_buff *skb,
					     unsigned int head,
					     unsigned int tail)
{
	unsigned int have = skb_headroom(skb);

	return !skb_cloned(skb) && !skb_is_nonlinear(skb) &&
	       skb_tailroom(skb) >= tail &&
	       (have >= head || shift(skb, head - have, tail));
}

/* Room for header and trailer, in memory that is this packet's alone. Pages
 * that somebody else may read (page cache, sendfile) are copied.
 *
 * Returns the number of scatterlist entries that the packet needs, or a
 * negative errno; *last is where the tail goes.
 */
static int make_room(struct sk_buff *skb, unsigned int head, unsigned int tail,
		     struct sk_buff **last)
{
	int err;

	/* The link layer will want room of its own, and would make it anew. */
	head += LL_RESERVED_SPACE(skb_dst(skb)->dev);

	if (likely(make_room_within(skb, head, tail))) {
		*last = skb;
		return 1;
	}
	if (skb_headroom(skb) < head || skb_header_cloned(skb)) {
		err = pskb_expand_head(skb, SKB_DATA_ALIGN(head),
				       skb_is_nonlinear(skb) ? 0 : tail,
				       GFP_ATOMIC);
		if (err)
			return err;
	}
	return skb_cow_data(skb, tail, last);
}

static __always_inline u8 write_front(struct sk_buff *skb,
				      const struct espah_sa *sa, u8 mode,
				      unsigned int header)
{
	bool is6 = unlikely(sa->id.family == AF_INET6);
	struct net *net = sa->en->net;

	if (mode == ESPAH_MODE_TUNNEL)
		return is6 ? espah_encap_tunnel6(skb, sa, header) :
			     espah_encap_tunnel4(net, skb, sa, header);
	if (unlikely(mode == ESPAH_MODE_BEET))
		return espah_beet_encap(net, skb, sa, header);
	return is6 ? espah_encap_transport6(skb, sa, header) :
		     espah_encap_transport4(net, skb, sa, header);
}

/* @front octets of IP header are in front of ESP, and @own of the packet's are no payload. */
static __always_inline int assemble_as(struct sk_buff *skb, u8 mode,
				       unsigned int front, unsigned int own)
{
	struct espah_packet *packet = espah_packet(skb);
	const struct espah_sa *sa = packet->sa;
	unsigned int header = espah_esp_header_len(sa) + sa->encap_len;
	unsigned int pad_len = espah_esp_pad_len(sa, skb->len - own);
	unsigned int tail = pad_len + ESPAH_ESP_TRAILER + sa->icv_len;
	struct sk_buff *last;
	int frags;
	u8 *at;
	u8 next;

	/* In BEET mode, the outer header may be the shorter one. */
	frags = make_room(skb, header + front - min(front, own), tail, &last);
	if (unlikely(frags < 0))
		return frags;
	at = likely(last == skb && !skb_is_nonlinear(skb)) ?
	     __skb_put(skb, tail) : pskb_put(skb, last, tail);

	next = write_front(skb, sa, mode, header);
	if (sa->encap_len)
		espah_natt_write_header(skb, sa);
	espah_esp_write_header(skb->data, sa, packet->seq);
	espah_esp_write_trailer(at, pad_len, next);
	return frags;
}

/* Everything but the encryption: the packet with header, padding and room for
 * the ICV, its data at the ESP header. Returns as make_room() does.
 */
static __always_inline int assemble(struct sk_buff *skb)
{
	const struct espah_sa *sa = espah_packet(skb)->sa;
	unsigned int front = espah_encap_front(sa, skb);

	return assemble_as(skb, sa->mode, front,
			   espah_encap_own(sa, skb, front));
}

/* The same of a dummy, whose own header is the outer one in any mode. */
static int assemble_dummy(struct sk_buff *skb)
{
	unsigned int front = espah_encap_outer(espah_packet(skb)->sa);

	return assemble_as(skb, ESPAH_MODE_TRANSPORT, front, front);
}

/* There is no memory for it, and the packet has its number already. */
static noinline void end(struct sk_buff *skb)
{
	struct espah_sa *sa = espah_packet(skb)->sa;

	espah_drop(sa->en, sa, skb, ESPAH_A_CNT_OUT_NOMEM);
	espah_sa_put(sa);
}

/* Whether the ICV was there at once or later, this comes after it. */
static void authenticated(struct sk_buff *skb, int err)
{
	struct espah_packet *packet = espah_packet(skb);

	if (!err)
		espah_icv_write(packet->icv);
	espah_icv_free(packet->icv);
	packet->req = NULL;
	transformed(skb, err);
}

static void authenticate_done(espah_completion *done, int err)
{
	if (err != -EINPROGRESS)
		authenticated(espah_completion_data(done), err);
}

/* The packet with an AH header, but for its ICV, and its data there. Nothing behind
 * it is written to. Returns 0 or a negative errno.
 */
static int assemble_ah(struct sk_buff *skb)
{
	struct espah_packet *packet = espah_packet(skb);
	const struct espah_sa *sa = packet->sa;
	bool tunnel = sa->mode == ESPAH_MODE_TUNNEL;
	unsigned int header = espah_ah_len(sa);
	unsigned int head = header + (tunnel ? espah_encap_front(sa, skb) : 0) +
			    LL_RESERVED_SPACE(skb_dst(skb)->dev);
	int err;
	u8 next;

	if (unlikely(!make_room_within(skb, head, 0))) {
		err = skb_cow_head(skb, head);
		if (err)
			return err;
	}
	next = write_front(skb, sa, sa->mode, header);
	espah_ah_write_header(skb->data, sa, packet->seq, next);
	return 0;
}

/* Transform, of AH: compute the ICV. */
static noinline void authenticate(struct sk_buff *skb, struct espah_layer *next)
{
	struct espah_packet *packet = espah_packet(skb);
	struct espah_sa *sa = packet->sa;
	struct espah_icv *icv;
	int err;

	err = assemble_ah(skb);
	if (err)
		goto drop;
	icv = espah_icv_prepare(sa, skb, espah_ah_len(sa), authenticate_done);
	err = PTR_ERR_OR_ZERO(icv);
	if (err)
		goto drop;

	packet->icv = icv;
	let_go(skb, next);
	err = espah_icv_make(icv);
	if (err != -EINPROGRESS)
		authenticated(skb, err);
	return;

drop:
	espah_drop(sa->en, sa, skb, err == -EINVAL ?
		   ESPAH_A_CNT_OUT_AH_COVER : ESPAH_A_CNT_OUT_NOMEM);
	espah_sa_put(sa);
}

/* In one piece, what is assembled is encrypted at once. */
static noinline void seal(struct sk_buff *skb, struct espah_layer *next)
{
	struct espah_packet *packet = espah_packet(skb);
	int err = espah_chapoly_seal(packet->sa, skb);

	if (unlikely(err == -ENOMEM)) {
		end(skb);
		return;
	}
	packet->req = NULL;
	let_go(skb, next);
	transformed(skb, err);
}

/* What is assembled, of so many fragments, is encrypted in place. */
static __always_inline void encrypt(struct sk_buff *skb, struct espah_layer *next,
				    int frags)
{
	struct espah_packet *packet = espah_packet(skb);
	struct espah_sa *sa = packet->sa;
	unsigned int clear = espah_esp_clear_len(sa);
	struct aead_request *req;
	int err;

	if (espah_chapoly_takes(sa, skb, frags)) {
		seal(skb, next);
		return;
	}
	req = unlikely(frags < 0) ? NULL :
	      espah_crypto_request(sa, skb, frags, clear, transform_done);
	if (unlikely(!req)) {
		end(skb);
		return;
	}
	packet->req = req;
	aead_request_set_crypt(req, req->src, req->dst,
			       skb->len - clear - sa->icv_len, req->iv);
	let_go(skb, next);
	err = crypto_aead_encrypt(req);
	if (err != -EINPROGRESS)
		transformed(skb, err);
}

/* No device can fill a checksum in once it is encrypted. In memory that is this packet's alone,
 * it takes no more than to compute it. Returns 0 or a negative errno.
 */
static __always_inline int finish_checksum(struct sk_buff *skb)
{
	u8 *start = skb->head + skb->csum_start;
	__sum16 *sum = (__sum16 *)(start + skb->csum_offset);

	if (unlikely(skb_cloned(skb) || skb_is_nonlinear(skb) ||
		     skb_csum_is_sctp(skb)))
		return skb_csum_hwoffload_help(skb, 0);
	*sum = csum_fold(csum_partial(start, skb_tail_pointer(skb) - start, 0));
	/* What UDP would take for none (RFC 768). */
	if (unlikely(!*sum))
		*sum = CSUM_MANGLED_0;
	skb->ip_summed = CHECKSUM_NONE;
	return 0;
}

/* Transform. */
static void transform(struct sk_buff *skb, struct espah_layer *next)
{
	struct espah_sa *sa = espah_packet(skb)->sa;

	if (skb->ip_summed == CHECKSUM_PARTIAL && finish_checksum(skb))
		end(skb);
	else if (unlikely(sa->id.proto == IPPROTO_AH))
		authenticate(skb, next);
	else if (unlikely(sa->tfcpad) && espah_tfc_pad(skb, sa, next))
		end(skb);
	else
		encrypt(skb, next, assemble(skb));
}

/* Reserve: a sequence number, which the packet owns from here on. The SA keeps
 * the packet's hold until transformed().
 *
 * RFC 4303 section 3.3.3: the counter never cycles. The SA ends with its last number,
 * and until it is gone it says no.
 */
static bool reserve(struct espah_sa *sa, struct sk_buff *skb)
{
	struct espah_packet *packet = espah_packet(skb);
	u64 seq = espah_lifetime_seq(sa);

	if (unlikely(!seq)) {
		espah_drop(sa->en, sa, skb, ESPAH_A_CNT_OUT_SEQ_EXHAUSTED);
		return false;
	}
	/* It never was in the tables for good: see espah_sad_insert(). */
	if (unlikely(!espah_sa_hold(sa))) {
		espah_drop(sa->en, NULL, skb, ESPAH_A_CNT_OUT_NO_SA);
		return false;
	}
	if (unlikely(!espah_sa_use(sa, skb->len))) {
		espah_drop(sa->en, sa, skb, ESPAH_A_CNT_OUT_EXPIRED);
		espah_sa_put(sa);
		return false;
	}
	packet->sa = sa;
	packet->seq = seq;
	return true;
}

static noinline unsigned int suits_transport6(struct sk_buff *skb)
{
	struct espah_ext6 ext;

	espah_ext6_walk(skb, &ext);
	if (ext.fragment)
		return ESPAH_A_CNT_OUT_FRAGMENT;
	/* What stays in front is moved. */
	return pskb_may_pull(skb, ext.front) ? 0 : ESPAH_A_CNT_OUT_NOMEM;
}

/* RFC 4303 section 3.1.1: transport mode is for whole datagrams. In BEET mode, there is no
 * room for what an IPv4 fragment is known by. Returns 0 or the counter that says why not.
 */
static unsigned int suits_header(const struct espah_sa *sa, struct sk_buff *skb)
{
	if (unlikely(espah_packet_is6(skb)))
		return sa->mode == ESPAH_MODE_TRANSPORT ?
		       suits_transport6(skb) : 0;
	return ip_is_fragment(ip_hdr(skb)) ? ESPAH_A_CNT_OUT_FRAGMENT : 0;
}

static void protect_one(struct espah_sa *sa, struct espah_layer *next,
			struct sk_buff *skb)
{
	unsigned int cause = sa->mode == ESPAH_MODE_TUNNEL ?
			     0 : suits_header(sa, skb);

	if (unlikely(cause))
		espah_drop(sa->en, sa, skb, cause);
	else if (reserve(sa, skb))
		transform(skb, next);
}

/* A fragment that is longer than the limit all the same is fragmented again, outside. */
static void protect_part(struct espah_sa *sa, struct espah_layer *next,
			 struct sk_buff *skb, unsigned int limit)
{
	skb->ignore_df = skb->len > limit;
	protect_one(sa, next, skb);
}

/* IPv6 promises 1280 octets and IPv4 68: nothing is made smaller than that. */
static unsigned int part_limit(const struct sk_buff *skb, unsigned int limit)
{
	return max_t(unsigned int, limit, espah_packet_is6(skb) ?
		     IPV6_MIN_MTU : IPV4_MIN_MTU);
}

/* What may be fragmented and has to be is fragmented inside of a tunnel (RFC 4301 section
 * 8.2.1), so that nobody puts together what has not proved itself. All fragments go
 * under the SA that was found for the whole. But where the peer wants to see ports (section
 * 7.3), it is what is protected that is fragmented.
 */
static noinline void protect_in_parts(struct espah_sa *sa,
				      struct espah_layer *next,
				      struct sk_buff *skb)
{
	unsigned int limit = espah_pmtu_limit(sa, next, skb);
	unsigned int most = part_limit(skb, limit);
	struct sk_buff *fragments, *rest;

	if (espah_sa_wants_whole(sa)) {
		protect_one(sa, next, skb);
		return;
	}
	if (skb->len <= most) {
		protect_part(sa, next, skb, limit);
		return;
	}
	fragments = espah_fragment(sa->en->net, skb, most);
	if (IS_ERR_OR_NULL(fragments)) {
		espah_drop(sa->en, sa, skb, fragments == ERR_PTR(-EMSGSIZE) ?
			   ESPAH_A_CNT_OUT_TOO_BIG : ESPAH_A_CNT_OUT_NOMEM);
		return;
	}
	consume_skb(skb);
	skb_list_walk_safe(fragments, skb, rest) {
		skb_mark_not_on_list(skb);
		protect_part(sa, next, skb, limit);
	}
}

static __always_inline void protect_packet(struct espah_sa *sa,
					   struct espah_layer *next,
					   struct sk_buff *skb, bool whole)
{
	if (unlikely(skb->ignore_df) && sa->mode == ESPAH_MODE_TUNNEL && !whole)
		protect_in_parts(sa, next, skb);
	else
		protect_one(sa, next, skb);
}

/* More than one SA in front of and behind a packet takes as a rule. What takes more gets memory
 * of its own later.
 */
#define SEGMENT_HEAD	96
#define SEGMENT_TAIL	48

/* Every segment is a packet of its own, with a number of its own. */
static noinline void protect_segments(struct espah_sa *sa,
				      struct espah_layer *next,
				      struct sk_buff *skb, bool whole)
{
	struct sk_buff *segs, *rest;

	segs = espah_segment(skb, SEGMENT_HEAD + LL_RESERVED_SPACE(skb_dst(skb)->dev),
			     SEGMENT_TAIL);
	if (IS_ERR_OR_NULL(segs)) {
		espah_drop(sa->en, sa, skb, ESPAH_A_CNT_OUT_SEGMENT);
		return;
	}
	consume_skb(skb);
	skb_list_walk_safe(segs, skb, rest) {
		skb_mark_not_on_list(skb);
		protect_packet(sa, next, skb, whole);
	}
}

/**
 * espah_protect() - protect a packet and send it
 * @sa: SA that was found for it; its hold is taken here
 * @next: layer of a bundle that goes over it, or NULL; the caller holds the bundle
 * @skb: packet in clear, perhaps a large one to be segmented, which fits
 *	(espah_pmtu_fits()); its dst is the route of the protected packet
 * @whole: its policy speaks of ports, which its parts would not have
 *
 * Takes the packet over, and counts what becomes of it. The caller holds RCU and has
 * softirqs off.
 */
void espah_protect(struct espah_sa *sa, struct espah_layer *next,
		   struct sk_buff *skb, bool whole)
{
	if (unlikely(skb_is_gso(skb)))
		protect_segments(sa, next, skb, whole);
	else
		protect_packet(sa, next, skb, whole);
}

/**
 * espah_protect_dummy() - send a dummy
 * @sa: SA of ESP; the caller keeps it
 * @skb: packet of espah_ends_header(), between the ends of the SA; taken over
 *
 * It has a number as any other, and counts against the SA's lifetime: the key is used. An
 * SA that is at its end says no, and it is counted as any packet is. It goes under no
 * bundle: nobody has asked a policy. The caller holds RCU, with softirqs off.
 */
void espah_protect_dummy(struct espah_sa *sa, struct sk_buff *skb)
{
	if (!reserve(sa, skb))
		return;
	espah_count(sa->en, ESPAH_A_CNT_OUT_DUMMY);
	encrypt(skb, NULL, assemble_dummy(skb));
}
