// SPDX-License-Identifier: GPL-2.0-only
/* Packets that have ended, as answers and as events. */

#include <net/sock.h>

#include "drops.h"
#include "netlink.h"
#include "netlink_attr.h"
#include "netns.h"

/* The request has no attributes; these are the answer's. */
static const struct nla_policy drop_policy[ESPAH_A_DROP_MAX + 1];

static const char *const drop_strays[ESPAH_A_DROP_MAX + 1] = {
	[ESPAH_A_DROP_CAUSE] = "cause: this request does not take it",
	[ESPAH_A_DROP_TIME] = "time: this request does not take it",
	[ESPAH_A_DROP_NUMBER] = "number: this request does not take it",
	[ESPAH_A_DROP_SUPPRESSED] = "suppressed: this request does not take it",
	[ESPAH_A_DROP_FLOW] = "flow: this request does not take it",
	[ESPAH_A_DROP_MARK] = "mark: this request does not take it",
	[ESPAH_A_DROP_LENGTH] = "length: this request does not take it",
	[ESPAH_A_DROP_IIF] = "iif: this request does not take it",
	[ESPAH_A_DROP_OIF] = "oif: this request does not take it",
	[ESPAH_A_DROP_SA_DST] = "sa-dst: this request does not take it",
	[ESPAH_A_DROP_SA_PROTO] = "sa-proto: this request does not take it",
	[ESPAH_A_DROP_SA_SPI] = "sa-spi: this request does not take it",
	[ESPAH_A_DROP_SA_ID] = "sa-id: this request does not take it",
	[ESPAH_A_DROP_SA_REQID] = "sa-reqid: this request does not take it",
};

static const struct espah_nl_set drop_set = {
	.max	= ESPAH_A_DROP_MAX,
	.policy	= drop_policy,
	.strays	= drop_strays,
};

static int put_flow(struct sk_buff *skb, const struct espah_dropped *dropped)
{
	struct espah_selector sel = espah_selector_of(&dropped->flow);

	if (!dropped->flow.family)
		return 0;
	return espah_nl_put_selector(skb, ESPAH_A_DROP_FLOW, &sel);
}

static int put_sa(struct sk_buff *skb, const struct espah_dropped *dropped)
{
	const struct espah_sa_id *id = &dropped->sa;

	if (!id->family)
		return 0;
	if (espah_nl_put_addr(skb, ESPAH_A_DROP_SA_DST, &id->dst, id->family) ||
	    nla_put_u8(skb, ESPAH_A_DROP_SA_PROTO, id->proto) ||
	    nla_put_be32(skb, ESPAH_A_DROP_SA_SPI, id->spi) ||
	    nla_put_u32(skb, ESPAH_A_DROP_SA_ID, dropped->sa_index) ||
	    nla_put_u32(skb, ESPAH_A_DROP_SA_REQID, dropped->reqid))
		return -EMSGSIZE;
	return 0;
}

/**
 * espah_nl_put_dropped() - write all there is to say about a packet that has ended
 * @skb: message
 * @dropped: packet
 *
 * Return: 0 or -EMSGSIZE.
 */
int espah_nl_put_dropped(struct sk_buff *skb,
			 const struct espah_dropped *dropped)
{
	if (nla_put_u32(skb, ESPAH_A_DROP_CAUSE, dropped->cause) ||
	    nla_put_u64_64bit(skb, ESPAH_A_DROP_TIME, dropped->time,
			      ESPAH_A_DROP_PAD) ||
	    nla_put_u64_64bit(skb, ESPAH_A_DROP_NUMBER, dropped->number,
			      ESPAH_A_DROP_PAD) ||
	    nla_put_u64_64bit(skb, ESPAH_A_DROP_SUPPRESSED, dropped->suppressed,
			      ESPAH_A_DROP_PAD) ||
	    put_flow(skb, dropped) ||
	    nla_put_u32(skb, ESPAH_A_DROP_MARK, dropped->flow.mark) ||
	    nla_put_u32(skb, ESPAH_A_DROP_LENGTH, dropped->len) ||
	    nla_put_s32(skb, ESPAH_A_DROP_IIF, dropped->iif) ||
	    nla_put_s32(skb, ESPAH_A_DROP_OIF, dropped->oif))
		return -EMSGSIZE;
	return put_sa(skb, dropped);
}

/**
 * struct drop_dump - how far a dump has come
 * @number: &espah_dropped.number to go on with
 * @end: the first that is not listed: those that end meanwhile are not waited for
 */
struct drop_dump {
	u64	number;
	u64	end;
};

static struct drop_dump *drop_dump(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct drop_dump) > sizeof(cb->ctx));
	return (struct drop_dump *)cb->ctx;
}

/**
 * espah_nl_drop_dump_start() - begin to list the last packets that have ended
 * @cb: the dump
 *
 * Return: 0 or a negative errno.
 */
int espah_nl_drop_dump_start(struct netlink_callback *cb)
{
	struct espah_net *en = espah_net(sock_net(cb->skb->sk));
	struct nlattr *tb[ESPAH_A_DROP_MAX + 1];

	*drop_dump(cb) = (struct drop_dump){ .end = espah_drops_next(en) };
	return espah_nl_parse(tb, &drop_set, cb->nlh, cb->extack);
}

static int put_one(struct sk_buff *skb, struct netlink_callback *cb,
		   const struct espah_dropped *dropped)
{
	void *header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				   cb->nlh->nlmsg_seq, &espah_genl_family,
				   NLM_F_MULTI, ESPAH_CMD_DROP_GET);

	if (!header)
		return -EMSGSIZE;
	if (espah_nl_put_dropped(skb, dropped)) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return 0;
}

/**
 * espah_nl_drop_dump() - list some more of them, the oldest first
 * @skb: message to fill
 * @cb: the dump
 *
 * Return: octets in the message, 0 after the last one.
 */
int espah_nl_drop_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct espah_net *en = espah_net(sock_net(skb->sk));
	struct drop_dump *dump = drop_dump(cb);
	struct espah_dropped dropped;

	while (dump->number < dump->end &&
	       espah_drops_read(en, dump->number, &dropped)) {
		dump->number = dropped.number;
		if (dump->number >= dump->end || put_one(skb, cb, &dropped))
			break;
		dump->number++;
	}
	return skb->len;
}
