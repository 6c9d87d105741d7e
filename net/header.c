// SPDX-License-Identifier: GPL-2.0-only
/* What a tunnel's outer header takes from the inner one, and gives to it: RFC 4301
 * section 5.1.2, RFC 2983 and RFC 6040.
 */

#include <linux/kernel.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <uapi/linux/espah.h>

#include "header.h"

/* One field of figure 4. */
struct egress {
	u8	ecn;
	u8	verdict;
};

#define IS(codepoint, said)	{ INET_ECN_##codepoint, ESPAH_ECN_##said }

/* RFC 6040 figure 4, by the inner and then the outer field. "(!)" and "(!!!)" are
 * UNUSED here.
 */
static const struct egress figure4[4][4] = {
	[INET_ECN_NOT_ECT] = {
		[INET_ECN_NOT_ECT]	= IS(NOT_ECT, FINE),
		[INET_ECN_ECT_0]	= IS(NOT_ECT, UNUSED),
		[INET_ECN_ECT_1]	= IS(NOT_ECT, UNUSED),
		[INET_ECN_CE]		= IS(NOT_ECT, DROP),
	},
	[INET_ECN_ECT_0] = {
		[INET_ECN_NOT_ECT]	= IS(ECT_0, FINE),
		[INET_ECN_ECT_0]	= IS(ECT_0, FINE),
		[INET_ECN_ECT_1]	= IS(ECT_1, FINE),
		[INET_ECN_CE]		= IS(CE, MARKED),
	},
	[INET_ECN_ECT_1] = {
		[INET_ECN_NOT_ECT]	= IS(ECT_1, FINE),
		[INET_ECN_ECT_0]	= IS(ECT_1, UNUSED),
		[INET_ECN_ECT_1]	= IS(ECT_1, FINE),
		[INET_ECN_CE]		= IS(CE, MARKED),
	},
	[INET_ECN_CE] = {
		[INET_ECN_NOT_ECT]	= IS(CE, FINE),
		[INET_ECN_ECT_0]	= IS(CE, FINE),
		[INET_ECN_ECT_1]	= IS(CE, UNUSED),
		[INET_ECN_CE]		= IS(CE, FINE),
	},
};

/**
 * espah_header_make() - the rules of an SA's headers
 * @outer: how it wants them
 * @flags: ESPAH_SA_FLAG_*, likewise
 * @copy_df: may DF be the inner packet's to ask for?
 *
 * Without ECN, the outer field is Not-ECT (RFC 6040 section 4.3, compatibility mode).
 *
 * Return: the rules.
 */
struct espah_header espah_header_make(const struct espah_outer *outer, u32 flags,
				      bool copy_df)
{
	struct espah_header header = {
		.tos_mask	= U8_MAX,
		.noecn		= flags & ESPAH_SA_FLAG_NOECN,
		.decap_dscp	= flags & ESPAH_SA_FLAG_DECAP_DSCP,
	};

	if (header.noecn)
		header.tos_mask &= ~INET_ECN_MASK;
	if (outer->has_dscp || flags & ESPAH_SA_FLAG_DONT_ENCAP_DSCP)
		header.tos_mask &= INET_ECN_MASK;
	if (outer->has_dscp)
		header.tos = outer->dscp << 2;

	if (outer->has_ttl && !outer->ttl)
		header.ttl_mask = U8_MAX;
	else if (outer->has_ttl)
		header.ttl = outer->ttl;

	header.label_auto = outer->has_label &&
			    outer->label == ESPAH_FLOWLABEL_AUTO;
	if (!outer->has_label)
		header.label_mask = IPV6_FLOWLABEL_MASK;
	else if (!header.label_auto)
		header.label = htonl(outer->label);

	if (copy_df && !(flags & ESPAH_SA_FLAG_NOPMTUDISC))
		header.df_mask = htons(IP_DF);
	if (flags & ESPAH_SA_FLAG_SET_DF)
		header.df = htons(IP_DF);
	return header;
}

/**
 * espah_header_decap() - what the inner packet learns of the outer header
 * @header: rules of the SA
 * @outer: TOS or traffic class of the outer header
 * @inner: that of the inner one; set to what it shall be
 *
 * Return: what is to be said of it, ESPAH_ECN_*.
 */
enum espah_ecn espah_header_decap(const struct espah_header *header, u8 outer,
				  u8 *inner)
{
	const struct egress *egress = &figure4[*inner & INET_ECN_MASK]
					      [outer & INET_ECN_MASK];
	u8 dscp = header->decap_dscp ? outer : *inner;
	u8 ecn = header->noecn ? *inner : egress->ecn;

	*inner = (dscp & ~INET_ECN_MASK) | (ecn & INET_ECN_MASK);
	return header->noecn ? ESPAH_ECN_FINE : egress->verdict;
}
