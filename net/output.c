// SPDX-License-Identifier: GPL-2.0-only
/* The send path, in order: policy, SA, size, then for each segment reserve a
 * number, transform, send. These three share no stack; what they need travels
 * in struct espah_packet.
 */

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <net/ip.h>
#include <net/route.h>
#include <net/xfrm.h>

#include "acquire.h"
#include "ah.h"
#include "bypass.h"
#include "compat.h"
#include "conntrack.h"
#include "crypto.h"
#include "encap.h"
#include "esp.h"
#include "ext6.h"
#include "flow.h"
#include "fragment.h"
#include "icv.h"
#include "lifetime.h"
#include "natt.h"
#include "netns.h"
#include "notify.h"
#include "output.h"
#include "output6.h"
#include "packet.h"
#include "pmtu.h"
#include "tfc.h"

/* TRANSFORMED keeps it out of the policies, ours and xfrm's. FORWARDED makes the IP
 * layer take the device's MTU, as espah_pmtu_fits() did.
 */
static int send4(struct espah_net *en, struct sk_buff *skb)
{
	IPCB(skb)->flags |= IPSKB_XFRM_TRANSFORMED | IPSKB_FORWARDED;
	return ip_local_out(en->net, skb->sk, skb);
}

/* Send: the packet is protected, and the IP layer takes it. */
static void send(struct sk_buff *skb)
{
	struct espah_sa *sa = espah_packet(skb)->sa;
	struct espah_net *en = sa->en;
	int err;

	err = likely(sa->id.family == AF_INET) ? send4(en, skb) :
						 espah_output6_send(skb);
	if (unlikely(net_xmit_eval(err)))
		espah_count_drop(en, sa, NULL, ESPAH_A_CNT_OUT_SEND);
	else
		espah_count(en, ESPAH_A_CNT_OUT_OK);
}

/* Whether the cipher finished at once or later, this comes after it. */
static void transformed(struct sk_buff *skb, int err)
{
	struct espah_packet *packet = espah_packet(skb);
	struct espah_sa *sa = packet->sa;

	espah_crypto_request_free(packet->req);
	if (unlikely(err)) {
		espah_drop(sa->en, sa, skb, ESPAH_A_CNT_OUT_CRYPTO);
	} else {
		__skb_push(skb, -skb_network_offset(skb));
		send(skb);
	}
	espah_sa_put(sa);
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

/* Room for header and trailer, in memory that is this packet's alone. Pages
 * that somebody else may read (page cache, sendfile) are copied.
 *
 * Returns the number of scatterlist entries that the packet needs, or a
 * negative errno; *last is where the tail goes.
 */
static int make_room(struct sk_buff *skb, unsigned int head, unsigned int tail,
		     struct sk_buff **last)
{
	bool simple = !skb_cloned(skb) && !skb_is_nonlinear(skb);
	unsigned int have = skb_headroom(skb);
	int err;

	/* The link layer will want room of its own, and would make it anew. */
	head += LL_RESERVED_SPACE(skb_dst(skb)->dev);

	if (likely(simple && skb_tailroom(skb) >= tail &&
		   (have >= head || shift(skb, head - have, tail)))) {
		*last = skb;
		return 1;
	}
	if (have < head || skb_header_cloned(skb)) {
		err = pskb_expand_head(skb, SKB_DATA_ALIGN(head),
				       skb_is_nonlinear(skb) ? 0 : tail,
				       GFP_ATOMIC);
		if (err)
			return err;
	}
	return skb_cow_data(skb, tail, last);
}

static __always_inline u8 write_front(struct sk_buff *skb,
				      const struct espah_sa *sa,
				      unsigned int header)
{
	bool tunnel = sa->mode == ESPAH_MODE_TUNNEL;
	struct net *net = sa->en->net;

	if (unlikely(sa->id.family == AF_INET6))
		return tunnel ? espah_encap_tunnel6(skb, sa, header) :
				espah_encap_transport6(skb, sa, header);
	return tunnel ? espah_encap_tunnel4(net, skb, sa, header) :
			espah_encap_transport4(net, skb, sa, header);
}

/* Everything but the encryption: the packet with header, padding and room for
 * the ICV, its data at the ESP header. Returns as make_room() does.
 */
static int assemble(struct sk_buff *skb)
{
	struct espah_packet *packet = espah_packet(skb);
	const struct espah_sa *sa = packet->sa;
	bool tunnel = sa->mode == ESPAH_MODE_TUNNEL;
	unsigned int header = espah_esp_header_len(sa);
	unsigned int front = espah_encap_front(sa, skb);
	unsigned int payload = tunnel ? skb->len : skb->len - front;
	unsigned int pad_len = espah_esp_pad_len(sa, payload);
	unsigned int tail = pad_len + ESPAH_ESP_TRAILER + sa->icv_len;
	struct sk_buff *last;
	int frags;
	u8 *at;
	u8 next;

	header += sa->encap_len;
	frags = make_room(skb, header + (tunnel ? front : 0), tail, &last);
	if (unlikely(frags < 0))
		return frags;
	at = pskb_put(skb, last, tail);

	next = write_front(skb, sa, header);
	if (sa->encap_len)
		espah_natt_write_header(skb, sa);
	espah_esp_write_header(skb->data, sa, packet->seq);
	espah_esp_write_trailer(at, pad_len, next);
	return frags;
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
	int err;
	u8 next;

	err = skb_cow_head(skb, header +
			   (tunnel ? espah_encap_front(sa, skb) : 0) +
			   LL_RESERVED_SPACE(skb_dst(skb)->dev));
	if (err)
		return err;
	next = write_front(skb, sa, header);
	espah_ah_write_header(skb->data, sa, packet->seq, next);
	return 0;
}

/* Transform, of AH: compute the ICV. */
static noinline void authenticate(struct sk_buff *skb)
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
	/* As in transform(). */
	skb->dev = NULL;
	err = espah_icv_make(icv);
	if (err != -EINPROGRESS)
		authenticated(skb, err);
	return;

drop:
	espah_drop(sa->en, sa, skb, err == -EINVAL ?
		   ESPAH_A_CNT_OUT_AH_COVER : ESPAH_A_CNT_OUT_NOMEM);
	espah_sa_put(sa);
}

/* Transform: encrypt in place. */
static void transform(struct sk_buff *skb)
{
	struct espah_packet *packet = espah_packet(skb);
	struct espah_sa *sa = packet->sa;
	unsigned int header = espah_esp_header_len(sa);
	struct aead_request *req;
	int frags, err;

	/* No device can fill a checksum in once it is encrypted. */
	if (skb->ip_summed == CHECKSUM_PARTIAL &&
	    skb_csum_hwoffload_help(skb, 0))
		goto nomem;
	if (unlikely(sa->id.proto == IPPROTO_AH)) {
		authenticate(skb);
		return;
	}
	if (unlikely(sa->tfcpad) && espah_tfc_pad(skb, sa))
		goto nomem;
	frags = assemble(skb);
	if (unlikely(frags < 0))
		goto nomem;
	req = espah_crypto_request(sa, skb, frags, header, transform_done);
	if (unlikely(!req))
		goto nomem;

	packet->req = req;
	aead_request_set_crypt(req, req->src, req->dst,
			       skb->len - header - sa->icv_len, req->iv);
	/* From here on the packet may be anywhere, and nothing keeps the device
	 * that it was about to leave by. It is this host's own.
	 */
	skb->dev = NULL;
	err = crypto_aead_encrypt(req);
	if (err != -EINPROGRESS)
		transformed(skb, err);
	return;

nomem:
	espah_drop(sa->en, sa, skb, ESPAH_A_CNT_OUT_NOMEM);
	espah_sa_put(sa);
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
	/* Removed since it was found: the packet came too late for it. */
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

/* RFC 4303 section 3.1.1: transport mode is for whole datagrams. Returns 0 or the
 * counter that says why not.
 */
static unsigned int suits_transport(struct sk_buff *skb)
{
	if (unlikely(espah_packet_is6(skb)))
		return suits_transport6(skb);
	return ip_is_fragment(ip_hdr(skb)) ? ESPAH_A_CNT_OUT_FRAGMENT : 0;
}

static void protect_one(struct espah_sa *sa, struct sk_buff *skb)
{
	unsigned int cause = sa->mode == ESPAH_MODE_TRANSPORT ?
			     suits_transport(skb) : 0;

	if (unlikely(cause))
		espah_drop(sa->en, sa, skb, cause);
	else if (reserve(sa, skb))
		transform(skb);
}

/* A fragment that is longer than the limit all the same is fragmented again, outside. */
static void protect_part(struct espah_sa *sa, struct sk_buff *skb,
			 unsigned int limit)
{
	skb->ignore_df = skb->len > limit;
	protect_one(sa, skb);
}

/* IPv6 promises 1280 octets and IPv4 68: nothing is made smaller than that. */
static unsigned int part_limit(const struct sk_buff *skb, unsigned int limit)
{
	return max_t(unsigned int, limit, espah_packet_is6(skb) ?
		     IPV6_MIN_MTU : IPV4_MIN_MTU);
}

/* What may be fragmented and has to be is fragmented inside of a tunnel (RFC 4301 section
 * 8.2.1), so that nobody puts together what has not proved itself. All fragments go
 * under the SA that was found for the whole: they have no ports to ask again by.
 */
static noinline void protect_in_parts(struct espah_sa *sa, struct sk_buff *skb)
{
	unsigned int limit = espah_pmtu_limit(sa, skb);
	unsigned int most = part_limit(skb, limit);
	struct sk_buff *fragments, *next;

	if (skb->len <= most) {
		protect_part(sa, skb, limit);
		return;
	}
	fragments = espah_fragment(sa->en->net, skb, most);
	if (IS_ERR_OR_NULL(fragments)) {
		espah_drop(sa->en, sa, skb, fragments == ERR_PTR(-EMSGSIZE) ?
			   ESPAH_A_CNT_OUT_TOO_BIG : ESPAH_A_CNT_OUT_NOMEM);
		return;
	}
	consume_skb(skb);
	skb_list_walk_safe(fragments, skb, next) {
		skb_mark_not_on_list(skb);
		protect_part(sa, skb, limit);
	}
}

static __always_inline void protect_packet(struct espah_sa *sa,
					   struct sk_buff *skb)
{
	if (unlikely(skb->ignore_df) && sa->mode == ESPAH_MODE_TUNNEL)
		protect_in_parts(sa, skb);
	else
		protect_one(sa, skb);
}

static __always_inline void protect(struct espah_sa *sa, struct sk_buff *skb)
{
	struct sk_buff *segs, *next;

	if (!skb_is_gso(skb)) {
		protect_packet(sa, skb);
		return;
	}
	/* Every segment is a packet of its own, with a number of its own. */
	segs = skb_gso_segment(skb, 0);
	if (IS_ERR_OR_NULL(segs)) {
		espah_drop(sa->en, sa, skb, ESPAH_A_CNT_OUT_SEGMENT);
		return;
	}
	consume_skb(skb);
	skb_list_walk_safe(segs, skb, next) {
		skb_mark_not_on_list(skb);
		protect_packet(sa, skb);
	}
}

/* The route of the protected packet, which has this mark. In tunnel mode it is
 * looked up without a protocol, which keeps xfrm's policies out of it.
 *
 * Returns a route to be given back with dst_release(), or NULL.
 */
static __always_inline struct dst_entry *
outer_route(struct espah_sa *sa, struct sk_buff *skb, u32 mark)
{
	struct flowi4 fl4 = {
		.daddr		= sa->id.dst.v4,
		.saddr		= sa->src.v4,
		.flowi4_mark	= mark,
	};
	struct rtable *rt = NULL;
	__be32 saddr;

	if (sa->mode == ESPAH_MODE_TRANSPORT)
		return skb_dst_force(skb) ? dst_clone(skb_dst(skb)) : NULL;
	if (unlikely(sa->id.family == AF_INET6))
		return espah_output6_route(sa, mark);

	if (likely(this_cpu_read(sa->usage->route_mark) == mark))
		rt = dst_cache_get_ip4(&sa->route, &saddr);
	if (likely(rt))
		return &rt->dst;
	rt = ip_route_output_key(sa->en->net, &fl4);
	if (IS_ERR(rt))
		return NULL;
	dst_cache_set_ip4(&sa->route, &rt->dst, fl4.saddr);
	this_cpu_write(sa->usage->route_mark, mark);
	return &rt->dst;
}

static unsigned int refuse(struct espah_net *en, struct espah_sa *sa,
			   struct sk_buff *skb, unsigned int cause)
{
	espah_count_drop(en, sa, skb, cause);
	return cause == ESPAH_A_CNT_OUT_TOO_BIG ? NF_DROP_ERR(-EMSGSIZE) :
						  NF_DROP;
}

/* The IP layer hands each over twice, one for this host's own ears. */
static bool is_multicast(const struct sk_buff *skb)
{
	if (unlikely(espah_packet_is6(skb)))
		return ipv6_addr_is_multicast(&ipv6_hdr(skb)->daddr);
	return skb_rtable(skb)->rt_flags & (RTCF_MULTICAST | RTCF_BROADCAST);
}

/* The SA is known. Takes the packet over, or says what to do with it.
 *
 * This and what it consists of is inlined into espah_output_hook(): the calls
 * would be some 50 instructions for each packet.
 */
static __always_inline unsigned int take(struct espah_net *en,
					 struct espah_sa *sa,
					 struct sk_buff *skb,
					 const struct nf_hook_state *state)
{
	u32 mark = espah_fwmark_apply(&sa->output_mark, skb->mark);
	struct dst_entry *route;

	if (is_multicast(skb))
		return refuse(en, sa, skb, ESPAH_A_CNT_OUT_MULTICAST);
	route = outer_route(sa, skb, mark);
	if (!route)
		return refuse(en, sa, skb, ESPAH_A_CNT_OUT_NO_ROUTE);
	/* What helpers write may make it longer; and what is said of a packet that is
	 * too big finds its way back by its connection.
	 */
	if (!espah_conntrack_leave(skb, state)) {
		dst_release(route);
		return refuse(en, sa, skb, ESPAH_A_CNT_OUT_CONNTRACK);
	}
	if (!espah_pmtu_fits(sa, skb, route)) {
		dst_release(route);
		return refuse(en, sa, skb, ESPAH_A_CNT_OUT_TOO_BIG);
	}

	skb_dst_drop(skb);
	skb_dst_set(skb, route);
	skb->mark = mark;
	protect(sa, skb);
	return NF_STOLEN;
}

/* For those that wait or might have to, who need no haste, and have left
 * netfilter before.
 */
static noinline unsigned int take_late(struct espah_net *en,
				       struct espah_sa *sa, struct sk_buff *skb)
{
	return take(en, sa, skb, NULL);
}

/* The packet will stay for a while. It keeps its route and its socket; what else
 * it refers to may go meanwhile, a port of a bridge for one. Returns 0 or the
 * counter that says why not.
 */
static noinline unsigned int settle(struct sk_buff *skb,
				    const struct nf_hook_state *state)
{
	if (!skb_dst_force(skb))
		return ESPAH_A_CNT_OUT_NO_ROUTE;
	if (!espah_conntrack_leave(skb, state))
		return ESPAH_A_CNT_OUT_CONNTRACK;
	skb_ext_reset(skb);
	return 0;
}

/* There is no SA. Where nobody can be asked for one, nobody will bring it. */
static noinline unsigned int take_without(struct espah_net *en,
					  struct espah_policy *policy,
					  const struct espah_flow *flow,
					  struct sk_buff *skb,
					  const struct nf_hook_state *state,
					  bool excluded)
{
	struct espah_sa *sa;
	unsigned int cause;

	if (!espah_notify_heard(en))
		return refuse(en, NULL, skb, excluded ?
			      ESPAH_A_CNT_OUT_SELECTOR : ESPAH_A_CNT_OUT_NO_SA);
	if (is_multicast(skb))
		return refuse(en, NULL, skb, ESPAH_A_CNT_OUT_MULTICAST);
	espah_acquire(en, policy, flow);
	/* Conntrack need not enter connections of what is dropped. */
	if (!espah_queue_has_room(en, policy, skb))
		return refuse(en, NULL, skb, ESPAH_A_CNT_OUT_QUEUE_FULL);
	cause = settle(skb, state);
	if (cause)
		return refuse(en, NULL, skb, cause);

	switch (espah_queue_add(en, policy, flow, skb, &sa)) {
	case ESPAH_QUEUE_TAKEN:
		return NF_STOLEN;
	case ESPAH_QUEUE_GO:
		return take_late(en, sa, skb);
	case ESPAH_QUEUE_FULL:
		return refuse(en, NULL, skb, ESPAH_A_CNT_OUT_QUEUE_FULL);
	case ESPAH_QUEUE_ENDED:
		return refuse(en, NULL, skb, ESPAH_A_CNT_OUT_QUEUE_POLICY);
	default:
		return refuse(en, NULL, skb, ESPAH_A_CNT_OUT_NOMEM);
	}
}

/* The SA is new, and packets that waited for it have not gone yet. */
static noinline unsigned int take_behind(struct espah_net *en,
					 const struct espah_policy *policy,
					 struct espah_sa *sa,
					 struct sk_buff *skb,
					 const struct nf_hook_state *state)
{
	unsigned int cause = settle(skb, state);

	if (cause)
		return refuse(en, sa, skb, cause);
	if (espah_queue_behind(en, policy, skb))
		return NF_STOLEN;
	return take_late(en, sa, skb);
}

/* The packet is as good as protected, which keeps xfrm's policies out of the new
 * route.
 */
static bool refresh4(struct net *net, struct sk_buff *skb)
{
	struct dst_entry *dst = skb_dst(skb);

	IPCB(skb)->flags |= IPSKB_XFRM_TRANSFORMED;
	return (dst->dev != blackhole_netdev && dst_check(dst, 0)) ||
	       !ip_route_me_harder(net, skb->sk, skb, RTN_UNSPEC);
}

/* Routes change while a packet waits. One whose device went away has the black
 * hole for a device, which is another namespace's.
 */
static bool refresh_route(struct espah_net *en, struct sk_buff *skb)
{
	bool routed = espah_packet_is6(skb) ?
		      espah_output6_refresh(en->net, skb) :
		      refresh4(en->net, skb);

	if (routed)
		skb->dev = skb_dst(skb)->dev;
	return routed;
}

static void resume(struct espah_net *en, struct espah_sa *sa,
		   struct sk_buff *skb)
{
	if (!refresh_route(en, skb))
		espah_drop(en, sa, skb, ESPAH_A_CNT_OUT_NO_ROUTE);
	else if (take_late(en, sa, skb) != NF_STOLEN)
		kfree_skb(skb);
}

/**
 * espah_output_resume() - a packet that waited for an SA may go on
 * @en: namespace
 * @policy: outbound policy that it waits on, kept by the caller
 * @skb: packet
 *
 * It is sent under an SA of this policy or not at all. If another speaks of the
 * packet by now, even one that would let it pass in clear, then it is dropped:
 * it came when the policy was this one.
 *
 * Return: false if there is no SA for it; then it is the caller's still.
 */
bool espah_output_resume(struct espah_net *en,
			 const struct espah_policy *policy, struct sk_buff *skb)
{
	bool excluded, gone = true;
	struct espah_flow flow;
	struct espah_sa *sa;

	espah_flow_of(skb, &flow);
	rcu_read_lock();
	local_bh_disable();
	if (espah_spd_lookup(en, ESPAH_DIR_OUT, &flow) != policy) {
		espah_drop(en, NULL, skb, ESPAH_A_CNT_OUT_QUEUE_POLICY);
	} else {
		sa = espah_policy_sa(en, policy, &flow, &excluded);
		if (sa)
			resume(en, sa, skb);
		else
			gone = false;
	}
	local_bh_enable();
	rcu_read_unlock();
	return gone;
}

/* As not_ours(). Loopback has no disable_xfrm for IPv6. Neighbour discovery is what ARP
 * is for IPv4: without it no protected packet finds its way.
 */
static noinline bool not_ours6(const struct sk_buff *skb)
{
	const struct dst_entry *dst = skb_dst(skb);

	return IP6CB(skb)->flags & IP6SKB_XFRM_TRANSFORMED ||
	       (dst && (dst_xfrm(dst) || dst->flags & DST_NOXFRM ||
			dst->dev->flags & IFF_LOOPBACK)) ||
	       espah_ext6_neighbour(skb);
}

/* xfrm's packets on their way to xfrm, what is protected already, and what
 * leaves by an interface that the administrator (or, for loopback, the kernel)
 * has set disable_xfrm for.
 */
static bool not_ours(struct sk_buff *skb)
{
	const struct dst_entry *dst = skb_dst(skb);

	if (unlikely(espah_packet_is6(skb)))
		return not_ours6(skb);
	return IPCB(skb)->flags & IPSKB_XFRM_TRANSFORMED ||
	       (dst && (dst_xfrm(dst) || dst->flags & DST_NOXFRM));
}

/**
 * espah_output_hook() - a packet is about to leave
 * @priv: unused
 * @skb: packet, routed, with its header in the linear part
 * @state: namespace
 *
 * Return: %NF_ACCEPT if no policy wants it protected, %NF_STOLEN if it was
 * taken, or a drop verdict.
 */
unsigned int espah_output_hook(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	struct espah_net *en = espah_net(state->net);
	struct espah_policy *policy;
	bool excluded = false;
	struct espah_flow flow;
	struct espah_sa *sa;
	unsigned int verdict;

	if (!READ_ONCE(en->spd.count[ESPAH_DIR_OUT]) || not_ours(skb))
		return NF_ACCEPT;

	espah_flow_of(skb, &flow);
	policy = espah_spd_lookup(en, ESPAH_DIR_OUT, &flow);
	if (!policy || policy->config.action == ESPAH_ACTION_BYPASS ||
	    espah_bypass_out(state->sk))
		return NF_ACCEPT;
	if (policy->config.action == ESPAH_ACTION_DISCARD)
		return refuse(en, NULL, skb, ESPAH_A_CNT_OUT_POLICY_DISCARD);

	sa = espah_policy_sa(en, policy, &flow, &excluded);
	if (!sa && policy->config.tmpl.optional)
		return NF_ACCEPT;
	if (!skb_dst(skb))
		return refuse(en, sa, skb, ESPAH_A_CNT_OUT_NO_ROUTE);

	/* A process may be sending; the per-CPU data wants softirqs off. */
	local_bh_disable();
	if (unlikely(!sa))
		verdict = take_without(en, policy, &flow, skb, state,
				       excluded);
	else if (unlikely(READ_ONCE(policy->queue) &&
			  READ_ONCE(en->waiting.held)))
		verdict = take_behind(en, policy, sa, skb, state);
	else
		verdict = take(en, sa, skb, state);
	local_bh_enable();
	return verdict;
}
