// SPDX-License-Identifier: GPL-2.0-only
/* The receive path, in order: find the SA, cheap replay check, decrypt (of AH:
 * authenticate), replay update, take the protection off, selector and policy, deliver.
 */

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <net/ip.h>

#include "admit.h"
#include "ah.h"
#include "beet.h"
#include "chapoly.h"
#include "compat.h"
#include "crypto.h"
#include "deliver.h"
#include "direct.h"
#include "early.h"
#include "encap.h"
#include "esp.h"
#include "heir.h"
#include "icv.h"
#include "input.h"
#include "mark.h"
#include "natt.h"
#include "nested.h"
#include "netns.h"
#include "packet.h"
#include "path.h"
#include "repair.h"

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
	struct espah_sa *heir;

	spin_lock(&sa->replay_lock);
	/* Where it has moved since it was found, its window is there. */
	while (unlikely((heir = sa->heir))) {
		spin_unlock(&sa->replay_lock);
		sa = heir;
		spin_lock(&sa->replay_lock);
	}
	verdict = espah_replay_advance(&sa->replay, seq);
	spin_unlock(&sa->replay_lock);
	return replay_cause(verdict);
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

/* The packet has proved itself. Takes the protection off. Returns 0 with the data at the
 * clear IP header, or the counter that says why not.
 */
static __always_inline unsigned int open_up(struct espah_sa *sa,
					    struct sk_buff *skb)
{
	unsigned int cause;
	u8 next;

	/* Removed meanwhile: it must not speak for anybody any more. */
	if (espah_sa_gone(sa))
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
	return cause;
}

/* Notes that this layer is off, unless nobody will ask, and counts it against the SA's
 * lifetime. Returns 0 or the counter that says why not.
 */
static __always_inline unsigned int account(struct espah_sa *sa,
					    struct sk_buff *skb, bool marked)
{
	unsigned int cause = marked ? espah_mark_set(sa->en, skb) : 0;

	if (!cause && !espah_sa_use(sa, skb->len))
		cause = ESPAH_A_CNT_IN_EXPIRED;
	return cause;
}

/**
 * enum onward - what has become of a packet that looked protected once more
 * @CLEAR: nothing that is ours to take off
 * @WHOLE: the same, and its parts have been accounted for
 * @GONE: it is in other hands
 */
enum onward { CLEAR, WHOLE, GONE };

/* Checks what came out, behind which there is no more protection of ours. Returns 0 or
 * the counter that says why not.
 */
static __always_inline unsigned int accept(struct espah_sa *sa,
					   struct sk_buff *skb,
					   struct espah_path *path,
					   enum onward onward,
					   struct espah_onwards *onwards)
{
	unsigned int cause;

	cause = espah_admit(sa, skb, path, onward == WHOLE, onwards);
	return cause || unlikely(onward == WHOLE) ?
		       cause : account(sa, skb, !onwards->direct);
}

static unsigned int receive_inside(struct espah_sa *sa, struct sk_buff *skb,
				   struct espah_path *path, int encap_type);

static noinline void drop(struct espah_sa *sa, struct sk_buff *skb,
			  struct espah_path *path, unsigned int cause)
{
	espah_drop(sa->en, sa, skb, cause);
	espah_path_free(path);
}

/* Accounts for a layer where that is not the end. Returns false where it is. */
static bool go_further(struct espah_sa *sa, struct sk_buff *skb,
		       struct espah_path *path)
{
	unsigned int cause = account(sa, skb, true);

	if (cause)
		drop(sa, skb, path, cause);
	return !cause;
}

/* This layer is off and accounted for. What may be in UDP is ESP. */
static void enter(struct espah_sa *sa, struct espah_sa *inside,
		  struct sk_buff *skb, struct espah_path *path, int encap_type)
{
	unsigned int cause = espah_path_add(&path, sa);

	if (!cause) {
		espah_nested_enter(sa, skb, encap_type ?
				   sizeof(struct udphdr) : 0);
		sa = inside;
		cause = receive_inside(sa, skb, path, encap_type);
	}
	if (cause)
		drop(sa, skb, path, cause);
}

/* What came out is protected once more. Policies are asked when all of that is off, and
 * not about what is in between.
 */
static noinline enum onward go_on(struct espah_sa *sa, struct sk_buff *skb,
				  struct espah_path *path)
{
	bool part = espah_nested_part(sa, skb);
	struct espah_sa *inside = NULL;

	if (!part) {
		inside = espah_nested_find(sa, skb);
		if (!inside)
			return CLEAR;
	}
	if (!go_further(sa, skb, path))
		return GONE;
	if (part) {
		if (!espah_nested_gather(sa, skb, path))
			return GONE;
		inside = espah_nested_find(sa, skb);
		if (!inside)
			return WHOLE;
	}
	enter(sa, inside, skb, path, 0);
	return GONE;
}

/* What the policies would not let the socket have may be one more protection all the same,
 * in UDP, which the socket would only take off. Returns false where it is not.
 */
static noinline bool go_on_in_udp(struct espah_sa *sa, struct sk_buff *skb,
				  struct espah_path *path, unsigned int why)
{
	struct espah_sa *inside;

	if (why != ESPAH_A_CNT_IN_NO_POLICY &&
	    why != ESPAH_A_CNT_IN_POLICY_MISMATCH &&
	    why != ESPAH_A_CNT_IN_SELECTOR)
		return false;
	inside = espah_nested_find_in_udp(sa, skb);
	if (!inside)
		return false;
	if (go_further(sa, skb, path))
		enter(sa, inside, skb, path, UDP_ENCAP_ESPINUDP);
	return true;
}

/* What came out goes on where it may, when that has been found out. */
static noinline void find_out(struct espah_sa *sa, struct sk_buff *skb,
			      struct espah_path *path)
{
	struct espah_onwards onwards = {};
	enum onward onward = CLEAR;
	unsigned int cause;

	if (espah_nested(sa, skb))
		onward = go_on(sa, skb, path);
	if (onward == GONE)
		return;
	cause = accept(sa, skb, path, onward, &onwards);
	if (unlikely(cause) && go_on_in_udp(sa, skb, path, cause))
		return;

	if (unlikely(cause))
		espah_drop(sa->en, sa, skb, cause);
	else if (onwards.direct)
		espah_direct_deliver(sa, skb, onwards.rt);
	else
		espah_deliver(sa, skb, espah_path_in_tunnel(sa, path));
	espah_path_free(path);
}

/* Whether the cipher finished at once or later, this comes after it. */
static void decrypted(struct sk_buff *skb, int err, struct espah_path *path)
{
	struct espah_packet *packet = espah_packet(skb);
	struct espah_sa *sa = packet->sa;
	int cause;

	espah_crypto_request_free(packet->req);
	if (unlikely(err))
		cause = err == -EBADMSG ? ESPAH_A_CNT_IN_ICV :
					  ESPAH_A_CNT_IN_CRYPTO;
	else
		cause = open_up(sa, skb);
	if (likely(!cause))
		cause = likely(!path && !espah_nested(sa, skb)) ?
			espah_direct_again(sa, skb) : -ENOENT;
	if (likely(!cause))
		return;
	if (cause == -ENOENT)
		find_out(sa, skb, path);
	else
		drop(sa, skb, path, cause);
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

/* The path travels with the packet, and keeps what it takes the place of. */
static __always_inline void path_along(struct sk_buff *skb,
				       struct espah_path *path)
{
	struct espah_packet *packet = espah_packet(skb);

	if (likely(!path))
		return;
	path->work = packet->req;
	packet->path = path;
}

/* As it was before path_along(). */
static __always_inline void path_back(struct sk_buff *skb,
				      struct espah_path *path)
{
	if (unlikely(path))
		espah_packet(skb)->req = path->work;
}

/* It has finished later. */
static __always_inline void later(struct sk_buff *skb, int err,
				  struct espah_path *path,
				  void (*next)(struct sk_buff *skb, int err,
					       struct espah_path *path))
{
	struct espah_sa *sa = espah_packet(skb)->sa;
	struct net_device *dev = skb->dev;

	path_back(skb, path);
	rcu_read_lock();
	next(skb, err, path);
	rcu_read_unlock();
	release(sa, dev);
}

static void decrypt_done(espah_completion *done, int err)
{
	/* Only says that a request left the backlog, which we do not use. */
	if (err != -EINPROGRESS)
		later(espah_completion_data(done), err, NULL, decrypted);
}

static void decrypt_inside_done(espah_completion *done, int err)
{
	struct sk_buff *skb = espah_completion_data(done);

	if (err != -EINPROGRESS)
		later(skb, err, espah_packet(skb)->path, decrypted);
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

/* In one piece, decrypted at once. Returns 0 or the counter that says why not. */
static noinline unsigned int open_piece(struct espah_sa *sa,
					struct sk_buff *skb,
					struct espah_path *path)
{
	struct net_device *dev = skb->dev;
	int err;

	if (unlikely(!hold(sa, skb)))
		return ESPAH_A_CNT_IN_SA_DEAD;
	err = espah_chapoly_open(sa, skb);
	if (likely(err != -ENOMEM)) {
		espah_packet(skb)->req = NULL;
		decrypted(skb, err, path);
	}
	release(sa, dev);
	return likely(err != -ENOMEM) ? 0 : ESPAH_A_CNT_IN_NOMEM;
}

/* Decrypt in place. Returns 0 or the counter that says why not. */
static unsigned int decrypt(struct espah_sa *sa, struct sk_buff *skb,
			    struct espah_path *path)
{
	struct espah_packet *packet = espah_packet(skb);
	unsigned int header = espah_esp_header_len(sa);
	struct net_device *dev = skb->dev;
	struct aead_request *req;
	int frags, err;

	frags = make_private(skb);
	if (unlikely(frags < 0))
		return ESPAH_A_CNT_IN_NOMEM;
	if (espah_chapoly_takes(sa, skb, frags))
		return open_piece(sa, skb, path);
	req = espah_crypto_request(sa, skb, frags, header,
				   likely(!path) ? decrypt_done :
						   decrypt_inside_done);
	if (unlikely(!req))
		return ESPAH_A_CNT_IN_NOMEM;
	packet->req = req;
	aead_request_set_crypt(req, req->src, req->dst, skb->len - header,
			       req->iv);

	if (unlikely(!hold(sa, skb))) {
		espah_crypto_request_free(req);
		return ESPAH_A_CNT_IN_SA_DEAD;
	}
	path_along(skb, path);
	err = crypto_aead_decrypt(req);
	if (err == -EINPROGRESS)
		return 0;
	path_back(skb, path);
	decrypted(skb, err, path);
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
static unsigned int receive(struct espah_sa *sa, struct sk_buff *skb,
			    struct espah_path *path)
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
	return decrypt(sa, skb, path);
}

/* Whether the ICV was there at once or later, this comes after it. */
static void authenticated(struct sk_buff *skb, int err, struct espah_path *path)
{
	struct espah_packet *packet = espah_packet(skb);

	if (!err)
		err = espah_icv_compare(packet->icv);
	espah_icv_free(packet->icv);
	packet->req = NULL;
	decrypted(skb, err, path);
}

static void authenticate_done(espah_completion *done, int err)
{
	if (err != -EINPROGRESS)
		later(espah_completion_data(done), err, NULL, authenticated);
}

static void authenticate_inside_done(espah_completion *done, int err)
{
	struct sk_buff *skb = espah_completion_data(done);

	if (err != -EINPROGRESS)
		later(skb, err, espah_packet(skb)->path, authenticated);
}

/* What was said in front of the payload is written anew afterwards, and the payload
 * is read only. Returns 0 or the counter that says why not.
 */
static unsigned int authenticate(struct espah_sa *sa, struct sk_buff *skb,
				 unsigned int ah_len, struct espah_path *path)
{
	struct net_device *dev = skb->dev;
	struct espah_icv *icv;
	int err;

	if (skb_unclone(skb, GFP_ATOMIC))
		return ESPAH_A_CNT_IN_NOMEM;
	icv = espah_icv_prepare(sa, skb, ah_len, path ?
				authenticate_inside_done : authenticate_done);
	if (IS_ERR(icv))
		return icv == ERR_PTR(-EINVAL) ? ESPAH_A_CNT_IN_AH_COVER :
						 ESPAH_A_CNT_IN_NOMEM;
	espah_packet(skb)->icv = icv;
	if (!hold(sa, skb)) {
		espah_icv_free(icv);
		return ESPAH_A_CNT_IN_SA_DEAD;
	}
	path_along(skb, path);
	err = espah_icv_check(icv);
	if (err == -EINPROGRESS)
		return 0;
	path_back(skb, path);
	authenticated(skb, err, path);
	release(sa, dev);
	return 0;
}

/* An AH packet of this SA. Returns 0 or the counter that says why not. */
static noinline unsigned int receive_ah(struct espah_sa *sa,
					struct sk_buff *skb,
					struct espah_path *path)
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
	return authenticate(sa, skb, ah_len, path);
}

/* Why the SA takes no packet that arrives. */
static unsigned int shut_cause(const struct espah_sa *sa)
{
	return sa->larval ? ESPAH_A_CNT_IN_LARVAL : ESPAH_A_CNT_IN_DIR;
}

/* As rcv(), where it was inside of another protection. Returns 0 or the counter that says
 * why not.
 */
static unsigned int receive_inside(struct espah_sa *sa, struct sk_buff *skb,
				   struct espah_path *path, int encap_type)
{
	unsigned int cause;

	if (espah_sa_shut(sa))
		return shut_cause(sa);
	cause = espah_natt_admits(sa, skb, encap_type);
	if (cause)
		return cause;
	return sa->id.proto == IPPROTO_AH ? receive_ah(sa, skb, path) :
					    receive(sa, skb, path);
}

/* An ESP or AH packet for this host. Answers -EINVAL, with the packet untouched, if
 * its SPI is not ours, or not with its mark: then it may be xfrm's.
 */
static __always_inline int rcv(struct sk_buff *skb, u16 family, u8 proto,
			       int encap_type)
{
	struct espah_net *en = espah_net(dev_net(skb->dev));
	unsigned long generation = espah_net_generation(en);
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
		espah_stranger_seen(en, skb, &id);
		return -EINVAL;
	}
	/* The kernel's xfrm may have the same SPI for packets with this mark. */
	if (unlikely(!espah_fwmark_match(&sa->mark, skb->mark))) {
		espah_count(en, ESPAH_A_CNT_IN_MARK);
		return -EINVAL;
	}
	/* What it will be like is not said before it has its keys. */
	if (unlikely(espah_sa_shut(sa)))
		cause = shut_cause(sa);
	else if (unlikely(espah_packet_is_fragment(skb, family)))
		cause = ESPAH_A_CNT_IN_FRAGMENT;
	else
		cause = espah_natt_admits(sa, skb, encap_type);
	if (!cause) {
		if (family == AF_INET && proto == IPPROTO_ESP)
			espah_early_learn(sa, skb, generation);
		else if (proto == IPPROTO_ESP && !encap_type &&
			 sa->mode == ESPAH_MODE_TUNNEL)
			espah_early6_learn(sa, skb, generation);
		cause = proto == IPPROTO_AH ? receive_ah(sa, skb, NULL) :
					      receive(sa, skb, NULL);
	}
	if (!cause)
		return 0;
drop:
	espah_drop(en, sa, skb, cause);
	return 0;
}

/**
 * espah_input_known() - an ESP packet for this host, of an SA that was found before
 * @sa: SA, which takes it as it comes
 * @skb: packet, with its data at the ESP header; taken over
 *
 * The caller holds RCU, and has softirqs off.
 */
void espah_input_known(struct espah_sa *sa, struct sk_buff *skb)
{
	unsigned int cause = receive(sa, skb, NULL);

	if (unlikely(cause))
		espah_drop(sa->en, sa, skb, cause);
}

/* Each once, so that what it calls is called from one place and becomes part of it. */

/**
 * espah_input_esp4() - an ESP packet over IPv4 for this host
 * @skb: packet, with its data at the ESP header
 * @encap_type: how it was encapsulated in UDP, whose header is still in front; or 0
 *
 * The caller holds RCU, and has softirqs off.
 *
 * Return: 0 where it was taken, or -EINVAL with the packet untouched.
 */
int espah_input_esp4(struct sk_buff *skb, int encap_type)
{
	return rcv(skb, AF_INET, IPPROTO_ESP, encap_type);
}

/**
 * espah_input_esp6() - an ESP packet over IPv6 for this host
 * @skb: packet
 * @encap_type: as in espah_input_esp4()
 *
 * Return: as espah_input_esp4().
 */
int espah_input_esp6(struct sk_buff *skb, int encap_type)
{
	return rcv(skb, AF_INET6, IPPROTO_ESP, encap_type);
}

/**
 * espah_input_ah4() - an AH packet over IPv4 for this host
 * @skb: packet, with its data at the AH header
 *
 * Return: as espah_input_esp4().
 */
int espah_input_ah4(struct sk_buff *skb)
{
	return rcv(skb, AF_INET, IPPROTO_AH, 0);
}

/**
 * espah_input_ah6() - an AH packet over IPv6 for this host
 * @skb: packet, with its data at the AH header
 *
 * Return: as espah_input_esp4().
 */
int espah_input_ah6(struct sk_buff *skb)
{
	return rcv(skb, AF_INET6, IPPROTO_AH, 0);
}
