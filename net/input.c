// SPDX-License-Identifier: GPL-2.0-only
/* The receive path, in order: find the SA, cheap replay check, decrypt, replay
 * update, take the protection off, selector and policy, deliver.
 */

#include <linux/icmp.h>
#include <linux/ip.h>
#include <linux/netfilter.h>
#include <net/gro_cells.h>
#include <net/ip.h>
#include <net/route.h>
#include <net/xfrm.h>

#include "compat.h"
#include "crypto.h"
#include "encap.h"
#include "esp.h"
#include "flow.h"
#include "input.h"
#include "mark.h"
#include "natt.h"
#include "netns.h"
#include "packet.h"
#include "pmtu.h"

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

static bool to_this_host(const struct sk_buff *skb, const struct espah_sa *sa,
			 const struct espah_flow *flow)
{
	if (sa->mode == ESPAH_MODE_TRANSPORT)
		return true;
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
static unsigned int admit(const struct espah_sa *sa, const struct sk_buff *skb)
{
	const struct espah_policy *policy;
	struct espah_flow flow;
	u8 dir;

	espah_flow_of(skb, &flow);
	if (!espah_sa_covers(sa, &flow))
		return ESPAH_A_CNT_IN_SELECTOR;

	dir = to_this_host(skb, sa, &flow) ? ESPAH_DIR_IN : ESPAH_DIR_FWD;
	policy = espah_spd_lookup(sa->en, dir, &flow);
	return espah_policy_admits(policy, sa);
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

/* The firewall sees the packet again, now in clear: in transport mode from
 * PRE_ROUTING on, with the route that it came by; in tunnel mode as a packet
 * that has just arrived.
 */
static void deliver(struct espah_sa *sa, struct sk_buff *skb)
{
	struct espah_net *en = sa->en;

	nf_reset_ct(skb);
	if (sa->mode == ESPAH_MODE_TRANSPORT) {
		espah_count(en, ESPAH_A_CNT_IN_OK);
		NF_HOOK(NFPROTO_IPV4, NF_INET_PRE_ROUTING, en->net, NULL, skb,
			skb->dev, NULL, transport_finish);
		return;
	}
	skb_dst_drop(skb);
	if (gro_cells_receive(&cells, skb) == NET_RX_DROP)
		espah_count_drop(en, sa, NULL, ESPAH_A_CNT_IN_BACKLOG);
	else
		espah_count(en, ESPAH_A_CNT_IN_OK);
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

	cause = espah_esp_strip(skb, sa, &next);
	if (cause)
		return cause;
	/* RFC 4303 section 2.6: a dummy, to be discarded without prejudice. */
	if (next == IPPROTO_NONE)
		return ESPAH_A_CNT_IN_DUMMY;

	if (sa->mode == ESPAH_MODE_TUNNEL)
		cause = espah_decap_tunnel4(skb, next);
	else
		espah_decap_transport4(skb, next);
	/* RFC 3948 section 3.1.2: NAT has changed what the checksum covers. */
	if (sa->encap_len && sa->mode == ESPAH_MODE_TRANSPORT)
		skb->ip_summed = CHECKSUM_UNNECESSARY;
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

/* The cipher finished later: outside of the RCU section that began it. */
static void decrypt_done(espah_completion *done, int err)
{
	struct sk_buff *skb = espah_completion_data(done);
	struct espah_sa *sa = espah_packet(skb)->sa;
	struct net_device *dev = skb->dev;

	/* Only says that a request left the backlog, which we do not use. */
	if (err == -EINPROGRESS)
		return;

	rcu_read_lock();
	decrypted(skb, err);
	rcu_read_unlock();
	dev_put(dev);
	espah_sa_put(sa);
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

	/* What decrypt_done() gives back; afterwards it would be too late. */
	if (unlikely(!espah_sa_hold(sa))) {
		espah_crypto_request_free(req);
		return ESPAH_A_CNT_IN_SA_DEAD;
	}
	dev_hold(dev);
	skb_dst_force(skb);

	err = crypto_aead_decrypt(req);
	if (err == -EINPROGRESS)
		return 0;
	decrypted(skb, err);
	dev_put(dev);
	espah_sa_put(sa);
	return 0;
}

/* A packet of this SA. Returns 0 or the counter that says why not. */
static unsigned int receive(struct espah_sa *sa, struct sk_buff *skb)
{
	struct espah_packet *packet = espah_packet(skb);
	unsigned int header = espah_esp_header_len(sa);
	const struct ip_esp_hdr *esp;
	unsigned int cause;

	if (skb->len < header + ESPAH_ESP_TRAILER + sa->icv_len)
		return ESPAH_A_CNT_IN_TRUNCATED;
	if (!pskb_may_pull(skb, header))
		return ESPAH_A_CNT_IN_NOMEM;

	esp = (const struct ip_esp_hdr *)skb->data;
	packet->sa = sa;
	packet->seq = ntohl(esp->seq_no);
	if (unlikely(sa->esn))
		packet->seq = espah_replay_extend(&sa->replay, packet->seq);
	/* Not decisive, but it saves the decryption of what is surely old. */
	cause = replay_cause(espah_replay_check(&sa->replay, packet->seq));
	if (cause)
		return cause;
	return decrypt(sa, skb);
}

/* An ESP packet for this host. Answers -EINVAL, with the packet untouched, if
 * its SPI is not ours, or not with its mark: then it may be xfrm's.
 */
static int rcv(struct sk_buff *skb, int encap_type)
{
	struct espah_net *en = espah_net(dev_net(skb->dev));
	struct espah_sa_id id = {
		.family	= AF_INET,
		.proto	= IPPROTO_ESP,
	};
	unsigned int cause = 0;
	struct espah_sa *sa = NULL;

	if (!READ_ONCE(en->live))
		return -EINVAL;

	if (skb->len < sizeof(struct ip_esp_hdr)) {
		cause = ESPAH_A_CNT_IN_TRUNCATED;
		goto drop;
	}
	if (!pskb_may_pull(skb, sizeof(struct ip_esp_hdr))) {
		cause = ESPAH_A_CNT_IN_NOMEM;
		goto drop;
	}
	id.dst = espah_addr4(ip_hdr(skb)->daddr);
	id.spi = ((const struct ip_esp_hdr *)skb->data)->spi;
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
	cause = unlikely(sa->larval) ? ESPAH_A_CNT_IN_LARVAL :
				       espah_natt_admits(sa, skb, encap_type);
	if (!cause)
		cause = receive(sa, skb);
	if (!cause)
		return 0;
drop:
	espah_drop(en, sa, skb, cause);
	return 0;
}

static int esp4_rcv(struct sk_buff *skb)
{
	return rcv(skb, 0);
}

/* Without its UDP header, which is still there in front of the data. */
static int esp4_input(struct sk_buff *skb, int nexthdr, __be32 spi,
		      int encap_type)
{
	return rcv(skb, encap_type);
}

/* Asked for xfrm's packets too: those go on. */
static int esp4_cb(struct sk_buff *skb, int err)
{
	return 1;
}

/* An ICMP error about a packet of ours; non-zero if it was not ours. */
static int esp4_err(struct sk_buff *skb, u32 info)
{
	const struct iphdr *iph = (const struct iphdr *)skb->data;
	const struct ip_esp_hdr *esp;
	struct espah_sa_id id = {
		.dst	= espah_addr4(iph->daddr),
		.family	= AF_INET,
		.proto	= IPPROTO_ESP,
	};
	struct espah_net *en = espah_net(dev_net(skb->dev));
	struct espah_sa *sa;

	if (!READ_ONCE(en->live))
		return -ENOENT;
	esp = (const struct ip_esp_hdr *)(skb->data + iph->ihl * 4);
	id.spi = esp->spi;
	sa = espah_sad_find(en, &id);
	if (!sa)
		return -ENOENT;

	if (icmp_hdr(skb)->type == ICMP_DEST_UNREACH &&
	    icmp_hdr(skb)->code == ICMP_FRAG_NEEDED)
		espah_pmtu_learn(sa, ntohl(esp->seq_no), info);
	return 0;
}

static struct xfrm4_protocol esp4_protocol = {
	.handler	= esp4_rcv,
	.input_handler	= esp4_input,
	.cb_handler	= esp4_cb,
	.err_handler	= esp4_err,
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
	xfrm4_protocol_deregister(&esp4_protocol, IPPROTO_ESP);
	gro_cells_destroy(&cells);
}
