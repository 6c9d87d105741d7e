// SPDX-License-Identifier: GPL-2.0-only
/* The receive path, in order: find the SA, cheap replay check, decrypt (of AH:
 * authenticate), replay update, take the protection off, selector and policy, deliver.
 */

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <net/gro_cells.h>
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/route.h>
#include <net/xfrm.h>

#include "ah.h"
#include "beet.h"
#include "compat.h"
#include "crypto.h"
#include "encap.h"
#include "esp.h"
#include "flow.h"
#include "gather.h"
#include "icmp.h"
#include "icv.h"
#include "input.h"
#include "mark.h"
#include "natt.h"
#include "netns.h"
#include "packet.h"
#include "quoted.h"
#include "repair.h"

/* vti has 100: ours is asked first, and passes on what is not ours. */
#define PRIORITY	200

/* Tunnelled packets enter the stack here, where TCP is coalesced. */
static struct gro_cells cells;
static struct net_device cells_dev;

static unsigned int replay_cause(enum espah_replay_verdict verdict)
{
	switch (verdict) {
	case ESPAH_REPLAY_NEW:
		return 0;
	case ESPAH_REPLAY_ZERO:
		return ESPAH_A_CNT_IN_SEQ_ZERO;
	case ESPAH_REPLAY_OLD:
		return ESPAH_A_CNT_IN_REPLAY_OLD;
	default:
		return ESPAH_A_CNT_IN_REPLAY_DUP;
	}
}

/* RFC 4303 section 3.4.3: only after the packet has proved itself. */
static unsigned int replay_update(struct espah_sa *sa, u64 seq)
{
	enum espah_replay_verdict verdict;

	spin_lock(&sa->replay_lock);
	verdict = espah_replay_advance(&sa->replay, seq);
	spin_unlock(&sa->replay_lock);
	return replay_cause(verdict);
}

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

static bool to_this_host(struct sk_buff *skb, const struct espah_sa *sa,
			 const struct espah_flow *flow)
{
	if (sa->mode == ESPAH_MODE_TRANSPORT)
		return true;
	if (unlikely(flow->family == AF_INET6))
		return to_this_host6(sa->en->net, skb);
	switch (inet_addr_type_dev_table(sa->en->net, skb->dev, flow->dst.v4)) {
	case RTN_LOCAL:
	case RTN_BROADCAST:
	case RTN_MULTICAST:
		return true;
	default:
		return false;
	}
}

/* RFC 4301 section 5.2 step 4: the SA's selector, then the policy. */
static __always_inline unsigned int judge(const struct espah_sa *sa, u8 dir,
					  const struct espah_flow *flow)
{
	if (!espah_sa_covers(sa, flow))
		return ESPAH_A_CNT_IN_SELECTOR;
	return espah_policy_admits(espah_spd_lookup(sa->en, dir, flow), sa);
}

/* RFC 4301 section 6.2: an ICMP error that may not pass by its own ends may if it quotes a
 * packet whose answer may. A policy that discards it means it.
 */
static noinline unsigned int judge_error(const struct espah_sa *sa,
					 const struct sk_buff *skb, u8 dir,
					 const struct espah_flow *flow,
					 unsigned int cause)
{
	struct espah_flow back;

	if (cause == ESPAH_A_CNT_IN_POLICY_DISCARD ||
	    !espah_quoted_back(skb, flow, &back) || judge(sa, dir, &back))
		return cause;
	return 0;
}

static unsigned int admit(const struct espah_sa *sa, struct sk_buff *skb)
{
	struct espah_flow flow;
	unsigned int cause;
	u8 dir;

	espah_flow_of(skb, &flow);
	dir = to_this_host(skb, sa, &flow) ? ESPAH_DIR_IN : ESPAH_DIR_FWD;
	cause = judge(sa, dir, &flow);
	if (unlikely(cause) && espah_quoted_worth(&flow))
		cause = judge_error(sa, skb, dir, &flow, cause);
	return cause;
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

/* A tunnel carries fragments. What is for this host is put together here, of what came
 * out of tunnels and nothing else. Returns false where the packet has gone.
 */
static noinline bool put_together(struct espah_sa *sa, struct sk_buff *skb)
{
	struct espah_net *en = sa->en;
	struct espah_flow flow;
	int err;

	espah_flow_of(skb, &flow);
	if (!to_this_host(skb, sa, &flow))
		return true;
	err = espah_gather_protected(en->net, skb);
	if (!err)
		return true;
	if (err == -EINPROGRESS)
		espah_count(en, ESPAH_A_CNT_IN_OK);
	else
		espah_count_drop(en, sa, NULL, err == -ENOMEM ?
				 ESPAH_A_CNT_IN_NOMEM :
				 ESPAH_A_CNT_IN_FRAGMENT);
	return false;
}

/* The firewall sees the packet again, now in clear: in transport mode from
 * PRE_ROUTING on, with the route that it came by; otherwise as a packet that has
 * just arrived.
 */
static void deliver(struct espah_sa *sa, struct sk_buff *skb)
{
	struct espah_net *en = sa->en;

	nf_reset_ct(skb);
	if (sa->mode == ESPAH_MODE_TRANSPORT) {
		deliver_transport(en, skb, sa->id.family);
		return;
	}
	skb_dst_drop(skb);
	if (unlikely(is_part(skb)) && !put_together(sa, skb))
		return;
	if (gro_cells_receive(&cells, skb) == NET_RX_DROP)
		espah_count_drop(en, sa, NULL, ESPAH_A_CNT_IN_BACKLOG);
	else
		espah_count(en, ESPAH_A_CNT_IN_OK);
}

/* Takes ESP or AH off. Returns 0 with the data at the payload, or the counter that
 * says why not.
 */
static __always_inline unsigned int strip(const struct espah_sa *sa,
					  struct sk_buff *skb, u8 *next)
{
	unsigned int cause;

	if (unlikely(sa->id.proto == IPPROTO_AH)) {
		espah_ah_strip(skb, next);
		return 0;
	}
	cause = espah_esp_strip(skb, sa, next);
	/* RFC 4303 section 2.6: a dummy, to be discarded without prejudice. */
	if (!cause && *next == IPPROTO_NONE)
		cause = ESPAH_A_CNT_IN_DUMMY;
	return cause;
}

/* The packet has proved itself. Takes the protection off and checks what comes
 * out. Returns 0 with the data at the clear IP header, or the counter that
 * says why not.
 */
static unsigned int accept(struct espah_sa *sa, struct sk_buff *skb)
{
	unsigned int cause;
	u8 next;

	/* Removed meanwhile: it must not speak for anybody any more. */
	if (READ_ONCE(sa->dead))
		return ESPAH_A_CNT_IN_SA_DEAD;
	cause = replay_update(sa, espah_packet(skb)->seq);
	if (cause)
		return cause;
	if (sa->encap_len)
		espah_natt_learn(sa, skb);

	cause = strip(sa, skb, &next);
	if (cause)
		return cause;

	if (sa->mode == ESPAH_MODE_TUNNEL)
		cause = espah_decap_tunnel(skb, sa, next);
	else if (unlikely(sa->mode == ESPAH_MODE_BEET))
		cause = espah_beet_decap(skb, sa, next);
	else if (likely(sa->id.family == AF_INET))
		espah_decap_transport4(skb, next);
	else
		espah_decap_transport6(skb, sa, next);
	/* RFC 3948 section 3.1.2: NAT has changed what the checksum covers. */
	if (sa->encap_len && sa->mode == ESPAH_MODE_TRANSPORT) {
		espah_repair_checksum(skb, sa);
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	}
	skb->mark = espah_fwmark_apply(&sa->output_mark, skb->mark);
	if (!cause)
		cause = admit(sa, skb);
	if (!cause)
		cause = espah_mark_set(sa->en, skb);
	if (!cause && !espah_sa_use(sa, skb->len))
		cause = ESPAH_A_CNT_IN_EXPIRED;
	return cause;
}

/* Whether the cipher finished at once or later, this comes after it. */
static void decrypted(struct sk_buff *skb, int err)
{
	struct espah_packet *packet = espah_packet(skb);
	struct espah_sa *sa = packet->sa;
	unsigned int cause;

	espah_crypto_request_free(packet->req);
	if (unlikely(err))
		cause = err == -EBADMSG ? ESPAH_A_CNT_IN_ICV :
					  ESPAH_A_CNT_IN_CRYPTO;
	else
		cause = accept(sa, skb);

	if (unlikely(cause))
		espah_drop(sa->en, sa, skb, cause);
	else
		deliver(sa, skb);
}

/* What a packet keeps while it is with the crypto API, which may finish outside of
 * the RCU section that it began in.
 */
static __always_inline bool hold(struct espah_sa *sa, struct sk_buff *skb)
{
	if (unlikely(!espah_sa_hold(sa)))
		return false;
	dev_hold(skb->dev);
	skb_dst_force(skb);
	return true;
}

static __always_inline void release(struct espah_sa *sa, struct net_device *dev)
{
	dev_put(dev);
	espah_sa_put(sa);
}

/* It has finished later. */
static __always_inline void later(struct sk_buff *skb, int err,
				  void (*next)(struct sk_buff *skb, int err))
{
	struct espah_sa *sa = espah_packet(skb)->sa;
	struct net_device *dev = skb->dev;

	rcu_read_lock();
	next(skb, err);
	rcu_read_unlock();
	release(sa, dev);
}

static void decrypt_done(espah_completion *done, int err)
{
	/* Only says that a request left the backlog, which we do not use. */
	if (err != -EINPROGRESS)
		later(espah_completion_data(done), err, decrypted);
}

/* Memory that is this packet's alone. Returns the number of scatterlist
 * entries that it needs, or a negative errno.
 */
static int make_private(struct sk_buff *skb)
{
	struct sk_buff *last;

	if (likely(!skb_cloned(skb) && !skb_is_nonlinear(skb)))
		return 1;
	return skb_cow_data(skb, 0, &last);
}

/* Decrypt in place. Returns 0 or the counter that says why not. */
static unsigned int decrypt(struct espah_sa *sa, struct sk_buff *skb)
{
	struct espah_packet *packet = espah_packet(skb);
	unsigned int header = espah_esp_header_len(sa);
	struct net_device *dev = skb->dev;
	struct aead_request *req;
	int frags, err;

	frags = make_private(skb);
	if (unlikely(frags < 0))
		return ESPAH_A_CNT_IN_NOMEM;
	req = espah_crypto_request(sa, skb, frags, header, decrypt_done);
	if (unlikely(!req))
		return ESPAH_A_CNT_IN_NOMEM;
	packet->req = req;
	aead_request_set_crypt(req, req->src, req->dst, skb->len - header,
			       req->iv);

	if (unlikely(!hold(sa, skb))) {
		espah_crypto_request_free(req);
		return ESPAH_A_CNT_IN_SA_DEAD;
	}
	err = crypto_aead_decrypt(req);
	if (err == -EINPROGRESS)
		return 0;
	decrypted(skb, err);
	release(sa, dev);
	return 0;
}

/* Takes the SA and the number of its packet down. Returns 0, or the counter that
 * says why the number is not to come: not decisive yet, but it saves the
 * computation for what is surely old.
 */
static __always_inline unsigned int expect(struct espah_sa *sa,
					   struct sk_buff *skb, __be32 seq_no)
{
	struct espah_packet *packet = espah_packet(skb);

	packet->sa = sa;
	packet->seq = ntohl(seq_no);
	if (unlikely(sa->esn))
		packet->seq = espah_replay_extend(&sa->replay, packet->seq);
	return replay_cause(espah_replay_check(&sa->replay, packet->seq));
}

/* An ESP packet of this SA. Returns 0 or the counter that says why not. */
static unsigned int receive(struct espah_sa *sa, struct sk_buff *skb)
{
	unsigned int header = espah_esp_header_len(sa);
	unsigned int cause;

	if (skb->len < header + ESPAH_ESP_TRAILER + sa->icv_len)
		return ESPAH_A_CNT_IN_TRUNCATED;
	if (!pskb_may_pull(skb, header))
		return ESPAH_A_CNT_IN_NOMEM;

	cause = expect(sa, skb, ((struct ip_esp_hdr *)skb->data)->seq_no);
	if (cause)
		return cause;
	return decrypt(sa, skb);
}

/* Whether the ICV was there at once or later, this comes after it. */
static void authenticated(struct sk_buff *skb, int err)
{
	struct espah_packet *packet = espah_packet(skb);

	if (!err)
		err = espah_icv_compare(packet->icv);
	espah_icv_free(packet->icv);
	packet->req = NULL;
	decrypted(skb, err);
}

static void authenticate_done(espah_completion *done, int err)
{
	if (err != -EINPROGRESS)
		later(espah_completion_data(done), err, authenticated);
}

/* What was said in front of the payload is written anew afterwards, and the payload
 * is read only. Returns 0 or the counter that says why not.
 */
static unsigned int authenticate(struct espah_sa *sa, struct sk_buff *skb,
				 unsigned int ah_len)
{
	struct net_device *dev = skb->dev;
	struct espah_icv *icv;
	int err;

	if (skb_unclone(skb, GFP_ATOMIC))
		return ESPAH_A_CNT_IN_NOMEM;
	icv = espah_icv_prepare(sa, skb, ah_len, authenticate_done);
	if (IS_ERR(icv))
		return icv == ERR_PTR(-EINVAL) ? ESPAH_A_CNT_IN_AH_COVER :
						 ESPAH_A_CNT_IN_NOMEM;
	espah_packet(skb)->icv = icv;
	if (!hold(sa, skb)) {
		espah_icv_free(icv);
		return ESPAH_A_CNT_IN_SA_DEAD;
	}
	err = espah_icv_check(icv);
	if (err == -EINPROGRESS)
		return 0;
	authenticated(skb, err);
	release(sa, dev);
	return 0;
}

/* An AH packet of this SA. Returns 0 or the counter that says why not. */
static noinline unsigned int receive_ah(struct espah_sa *sa,
					struct sk_buff *skb)
{
	unsigned int ah_len, cause;

	ah_len = espah_ah_len_said((struct ip_auth_hdr *)skb->data);
	if (!espah_ah_len_fits(sa, ah_len))
		return ESPAH_A_CNT_IN_AH_LENGTH;
	if (skb->len < ah_len)
		return ESPAH_A_CNT_IN_TRUNCATED;
	if (!pskb_may_pull(skb, ah_len))
		return ESPAH_A_CNT_IN_NOMEM;

	cause = expect(sa, skb, ((struct ip_auth_hdr *)skb->data)->seq_no);
	if (cause)
		return cause;
	return authenticate(sa, skb, ah_len);
}

/* An ESP or AH packet for this host. Answers -EINVAL, with the packet untouched, if
 * its SPI is not ours, or not with its mark: then it may be xfrm's.
 */
static __always_inline int rcv(struct sk_buff *skb, u16 family, u8 proto,
			       int encap_type)
{
	struct espah_net *en = espah_net(dev_net(skb->dev));
	struct espah_sa_id id = {
		.family	= family,
		.proto	= proto,
	};
	unsigned int cause = 0;
	struct espah_sa *sa = NULL;

	if (!READ_ONCE(en->live))
		return -EINVAL;

	if (unlikely(!pskb_may_pull(skb, espah_packet_fixed(proto)))) {
		cause = skb->len < espah_packet_fixed(proto) ?
			ESPAH_A_CNT_IN_TRUNCATED : ESPAH_A_CNT_IN_NOMEM;
		goto drop;
	}
	id.dst = family == AF_INET ? espah_addr4(ip_hdr(skb)->daddr) :
				     espah_addr6(&ipv6_hdr(skb)->daddr);
	id.spi = espah_packet_spi(skb->data, proto);
	if (!id.spi) {
		cause = ESPAH_A_CNT_IN_SPI_ZERO;
		goto drop;
	}
	sa = espah_sad_find(en, &id);
	if (!sa) {
		espah_count(en, ESPAH_A_CNT_IN_UNKNOWN_SPI);
		return -EINVAL;
	}
	/* The kernel's xfrm may have the same SPI for packets with this mark. */
	if (unlikely(!espah_fwmark_match(&sa->mark, skb->mark))) {
		espah_count(en, ESPAH_A_CNT_IN_MARK);
		return -EINVAL;
	}
	/* What it will be like is not said before it has its keys. */
	if (unlikely(sa->larval))
		cause = ESPAH_A_CNT_IN_LARVAL;
	else if (unlikely(espah_packet_is_fragment(skb, family)))
		cause = ESPAH_A_CNT_IN_FRAGMENT;
	else
		cause = espah_natt_admits(sa, skb, encap_type);
	if (!cause)
		cause = proto == IPPROTO_AH ? receive_ah(sa, skb) :
					      receive(sa, skb);
	if (!cause)
		return 0;
drop:
	espah_drop(en, sa, skb, cause);
	return 0;
}

/* Once, so that what it calls is called from one place and becomes part of it. */
static noinline int esp4_any(struct sk_buff *skb, int encap_type)
{
	return rcv(skb, AF_INET, IPPROTO_ESP, encap_type);
}

static int esp4_rcv(struct sk_buff *skb)
{
	return esp4_any(skb, 0);
}

/* Without its UDP header, which is still there in front of the data. */
static int esp4_input(struct sk_buff *skb, int nexthdr, __be32 spi,
		      int encap_type)
{
	return esp4_any(skb, encap_type);
}

static int ah4_rcv(struct sk_buff *skb)
{
	return rcv(skb, AF_INET, IPPROTO_AH, 0);
}

static int ah6_rcv(struct sk_buff *skb)
{
	return rcv(skb, AF_INET6, IPPROTO_AH, 0);
}

/* Nothing takes AH out of anything. */
static int ah_input(struct sk_buff *skb, int nexthdr, __be32 spi,
		    int encap_type)
{
	return -EINVAL;
}

/* Asked for xfrm's packets too: those go on. */
static int cb(struct sk_buff *skb, int err)
{
	return 1;
}

static int esp4_err(struct sk_buff *skb, u32 info)
{
	return espah_icmp_err4(skb, info, IPPROTO_ESP);
}

static int ah4_err(struct sk_buff *skb, u32 info)
{
	return espah_icmp_err4(skb, info, IPPROTO_AH);
}

static noinline int esp6_any(struct sk_buff *skb, int encap_type)
{
	return rcv(skb, AF_INET6, IPPROTO_ESP, encap_type);
}

static int esp6_rcv(struct sk_buff *skb)
{
	return esp6_any(skb, 0);
}

static int esp6_input(struct sk_buff *skb, int nexthdr, __be32 spi,
		      int encap_type)
{
	return esp6_any(skb, encap_type);
}

static int esp6_err(struct sk_buff *skb, struct inet6_skb_parm *opt, u8 type,
		    u8 code, int offset, __be32 info)
{
	return espah_icmp_err6(skb, type, offset, info);
}

/* The IP layer does not ask: see espah_icmp_in6_hook(). */
static int ah6_err(struct sk_buff *skb, struct inet6_skb_parm *opt, u8 type,
		   u8 code, int offset, __be32 info)
{
	return -ENOENT;
}

static struct xfrm4_protocol esp4_protocol = {
	.handler	= esp4_rcv,
	.input_handler	= esp4_input,
	.cb_handler	= cb,
	.err_handler	= esp4_err,
	.priority	= PRIORITY,
};

static struct xfrm4_protocol ah4_protocol = {
	.handler	= ah4_rcv,
	.input_handler	= ah_input,
	.cb_handler	= cb,
	.err_handler	= ah4_err,
	.priority	= PRIORITY,
};

static struct xfrm6_protocol esp6_protocol = {
	.handler	= esp6_rcv,
	.input_handler	= esp6_input,
	.cb_handler	= cb,
	.err_handler	= esp6_err,
	.priority	= PRIORITY,
};

static struct xfrm6_protocol ah6_protocol = {
	.handler	= ah6_rcv,
	.input_handler	= ah_input,
	.cb_handler	= cb,
	.err_handler	= ah6_err,
	.priority	= PRIORITY,
};

/**
 * espah_input_init() - begin to receive
 *
 * Return: 0 or a negative errno.
 */
int espah_input_init(void)
{
	int err;

	init_dummy_netdev(&cells_dev);
	err = gro_cells_init(&cells, &cells_dev);
	if (err)
		return err;
	err = xfrm4_protocol_register(&esp4_protocol, IPPROTO_ESP);
	if (err)
		goto destroy_cells;
	err = xfrm4_protocol_register(&ah4_protocol, IPPROTO_AH);
	if (err)
		goto deregister_esp4;
	err = xfrm6_protocol_register(&esp6_protocol, IPPROTO_ESP);
	if (err)
		goto deregister_ah4;
	err = xfrm6_protocol_register(&ah6_protocol, IPPROTO_AH);
	if (err)
		goto deregister_esp6;
	return 0;

deregister_esp6:
	xfrm6_protocol_deregister(&esp6_protocol, IPPROTO_ESP);
deregister_ah4:
	xfrm4_protocol_deregister(&ah4_protocol, IPPROTO_AH);
deregister_esp4:
	xfrm4_protocol_deregister(&esp4_protocol, IPPROTO_ESP);
destroy_cells:
	gro_cells_destroy(&cells);
	return err;
}

/**
 * espah_input_exit() - receive no more
 *
 * No SA exists any more, so that nothing is inside the crypto layer.
 */
void espah_input_exit(void)
{
	xfrm6_protocol_deregister(&ah6_protocol, IPPROTO_AH);
	xfrm6_protocol_deregister(&esp6_protocol, IPPROTO_ESP);
	xfrm4_protocol_deregister(&ah4_protocol, IPPROTO_AH);
	xfrm4_protocol_deregister(&esp4_protocol, IPPROTO_ESP);
	gro_cells_destroy(&cells);
}
