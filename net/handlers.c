// SPDX-License-Identifier: GPL-2.0-only
/* How ESP and AH come here: what the kernel calls for them. */

#include <net/xfrm.h>

#include "deliver.h"
#include "handlers.h"
#include "icmp.h"
#include "input.h"

/* vti has 100: ours is asked first, and passes on what is not ours. */
#define PRIORITY	200

static int esp4_rcv(struct sk_buff *skb)
{
	return espah_input_esp4(skb, 0);
}

/* Without its UDP header, which is still there in front of the data. */
static int esp4_input(struct sk_buff *skb, int nexthdr, __be32 spi,
		      int encap_type)
{
	return espah_input_esp4(skb, encap_type);
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

static int esp6_rcv(struct sk_buff *skb)
{
	return espah_input_esp6(skb, 0);
}

static int esp6_input(struct sk_buff *skb, int nexthdr, __be32 spi,
		      int encap_type)
{
	return espah_input_esp6(skb, encap_type);
}

static int esp6_err(struct sk_buff *skb, struct inet6_skb_parm *opt, u8 type,
		    u8 code, int offset, __be32 info)
{
	return espah_icmp_err6(skb, type, code, offset, info);
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
	.handler	= espah_input_ah4,
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
	.handler	= espah_input_ah6,
	.input_handler	= ah_input,
	.cb_handler	= cb,
	.err_handler	= ah6_err,
	.priority	= PRIORITY,
};

/**
 * espah_handlers_init() - begin to receive
 *
 * Return: 0 or a negative errno.
 */
int espah_handlers_init(void)
{
	int err;

	err = espah_deliver_init();
	if (err)
		return err;
	err = xfrm4_protocol_register(&esp4_protocol, IPPROTO_ESP);
	if (err)
		goto exit_deliver;
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
exit_deliver:
	espah_deliver_exit();
	return err;
}

/**
 * espah_handlers_exit() - receive no more
 *
 * No SA exists any more, so that nothing is inside the crypto layer.
 */
void espah_handlers_exit(void)
{
	xfrm6_protocol_deregister(&ah6_protocol, IPPROTO_AH);
	xfrm6_protocol_deregister(&esp6_protocol, IPPROTO_ESP);
	xfrm4_protocol_deregister(&ah4_protocol, IPPROTO_AH);
	xfrm4_protocol_deregister(&esp4_protocol, IPPROTO_ESP);
	espah_deliver_exit();
}
