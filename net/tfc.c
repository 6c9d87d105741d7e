// SPDX-License-Identifier: GPL-2.0-only
/* Padding for traffic flow confidentiality: nobody on the way sees how long a packet is.
 * RFC 4303 section 2.7.
 */

#include <linux/skbuff.h>

#include "pmtu.h"
#include "sa.h"
#include "tfc.h"

/**
 * espah_tfc_pad() - hide how long a packet is
 * @skb: whole packet in clear, with no checksum left to be filled in and the outer route
 *	as its dst; it may grow
 * @sa: SA in tunnel mode, with padding
 * @next: layer of a bundle that goes over it, or NULL
 *
 * It gets no longer than what fits. The receiver knows its length from its IP header. The
 * octets are zeros, which are encrypted.
 *
 * Return: 0 or a negative errno.
 */
int espah_tfc_pad(struct sk_buff *skb, const struct espah_sa *sa,
		  const struct espah_layer *next)
{
	unsigned int goal = min_t(unsigned int, sa->tfcpad,
				  espah_pmtu_limit(sa, next, skb));
	struct sk_buff *last;
	unsigned int len;
	int frags;

	if (goal <= skb->len)
		return 0;
	len = goal - skb->len;
	frags = skb_cow_data(skb, len, &last);
	if (frags < 0)
		return frags;
	memset(pskb_put(skb, last, len), 0, len);
	return 0;
}
