// SPDX-License-Identifier: GPL-2.0-only
/* Packets with an SPI that nobody has: who listens is told, within bounds. RFC 4303 section
 * 3.4.2 wants that to be audited; a peer who sends so has lost his SAs, or we have.
 */

#include <linux/ip.h>
#include <linux/ipv6.h>

#include "netlink_attr.h"
#include "netns.h"
#include "notify.h"
#include "stranger.h"

/**
 * espah_stranger_init() - nobody was told of yet
 * @strangers: zeroed
 */
void espah_stranger_init(struct espah_strangers *strangers)
{
	spin_lock_init(&strangers->lock);
	strangers->since = jiffies;
}

static bool told(const struct espah_strangers *strangers,
		 const struct espah_stranger *stranger)
{
	unsigned int i;

	for (i = 0; i < strangers->count; i++)
		if (!memcmp(&strangers->told[i], stranger, sizeof(*stranger)))
			return true;
	return false;
}

/**
 * espah_stranger_claim() - may this one be told of?
 * @strangers: those of the namespace
 * @stranger: who sends
 *
 * The caller has softirqs off.
 *
 * Return: false if he was within this second, or as many as may be were.
 */
bool espah_stranger_claim(struct espah_strangers *strangers,
			  const struct espah_stranger *stranger)
{
	bool may = false;

	spin_lock(&strangers->lock);
	if (time_after_eq(jiffies, strangers->since + HZ)) {
		strangers->since = jiffies;
		strangers->count = 0;
	}
	if (strangers->count < ESPAH_STRANGERS && !told(strangers, stranger)) {
		strangers->told[strangers->count++] = *stranger;
		may = true;
	}
	spin_unlock(&strangers->lock);
	return may;
}

static int put_stranger(struct sk_buff *msg, const void *what)
{
	const struct espah_stranger *stranger = what;
	const struct espah_sa_id *id = &stranger->id;

	if (espah_nl_put_addr(msg, ESPAH_A_SA_SRC, &stranger->src,
			      id->family) ||
	    espah_nl_put_addr(msg, ESPAH_A_SA_DST, &id->dst, id->family) ||
	    nla_put_u8(msg, ESPAH_A_SA_PROTO, id->proto) ||
	    nla_put_be32(msg, ESPAH_A_SA_SPI, id->spi))
		return -EMSGSIZE;
	return 0;
}

/**
 * espah_stranger_seen() - a packet has come whose SPI none of our SAs has
 * @en: namespace
 * @skb: packet, with its IP header
 * @id: what it says of an SA
 *
 * The caller holds RCU, and has softirqs off. Nothing is done where nobody listens.
 */
void espah_stranger_seen(struct espah_net *en, const struct sk_buff *skb,
			 const struct espah_sa_id *id)
{
	struct espah_stranger stranger = { .id = *id };

	if (!espah_notify_heard(en) ||
	    espah_sad_is_xfrms(en->net, skb->mark, id))
		return;
	stranger.src = id->family == AF_INET ?
		       espah_addr4(ip_hdr(skb)->saddr) :
		       espah_addr6(&ipv6_hdr(skb)->saddr);
	if (espah_stranger_claim(&en->strangers, &stranger))
		espah_notify(en, ESPAH_CMD_UNKNOWN_SPI_NTF, put_stranger,
			     &stranger, GFP_ATOMIC);
}
