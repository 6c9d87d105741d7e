// SPDX-License-Identifier: GPL-2.0-only
/* The layout of an ESP packet: RFC 4303 section 2. */

#include <linux/ip.h>
#include <linux/skbuff.h>

#include "crypto.h"
#include "esp.h"

/**
 * espah_esp_payload_max() - how much payload goes into a room
 * @sa: SA
 * @room: octets between IV and ICV
 *
 * Return: the longest payload that fits with its trailer, or 0.
 */
unsigned int espah_esp_payload_max(const struct espah_sa *sa, unsigned int room)
{
	room &= ~(sa->align - 1u);
	return room > ESPAH_ESP_TRAILER ? room - ESPAH_ESP_TRAILER : 0;
}

static bool counts(const u8 *octets, unsigned int len)
{
	unsigned int i;

	for (i = 0; i < len; i++)
		if (octets[i] != i + 1)
			return false;
	return true;
}

/* Apart, for the sake of the stack. */
static noinline bool paged_padding_counts(const struct sk_buff *skb,
					  unsigned int at, unsigned int len)
{
	u8 copy[U8_MAX];
	const u8 *octets = skb_header_pointer(skb, at, len, copy);

	return octets && counts(octets, len);
}

/* RFC 4303 section 2.4: the padding is 1, 2, 3 and so on, and the receiver looks. */
static bool padding_counts(const struct sk_buff *skb, unsigned int at,
			   unsigned int len)
{
	if (unlikely(at + len > skb_headlen(skb)))
		return paged_padding_counts(skb, at, len);
	return counts(skb->data + at, len);
}

/**
 * espah_esp_strip() - take header, trailer and ICV off
 * @skb: decrypted packet; its data begins with the ESP header, which is linear
 * @sa: SA
 * @next: set to the protocol of the payload
 *
 * Return: 0 with the data at the payload, or the counter that says why not.
 */
unsigned int espah_esp_strip(struct sk_buff *skb, const struct espah_sa *sa,
			     u8 *next)
{
	unsigned int plain_end = skb->len - sa->icv_len;
	unsigned int header = espah_esp_header_len(sa);
	u8 copy[ESPAH_ESP_TRAILER];
	const u8 *trailer;
	unsigned int tail;

	/* The receive path has seen that the fixed part is there. */
	if (likely(!skb_is_nonlinear(skb)))
		trailer = skb->data + plain_end - sizeof(copy);
	else
		trailer = skb_header_pointer(skb, plain_end - sizeof(copy),
					     sizeof(copy), copy);
	if (unlikely(!trailer))
		return ESPAH_A_CNT_IN_TRUNCATED;

	tail = trailer[0] + sizeof(copy);
	if (header + tail > plain_end ||
	    !padding_counts(skb, plain_end - tail, trailer[0]))
		return ESPAH_A_CNT_IN_PADDING;
	*next = trailer[1];

	/* A checksum over the protected packet says nothing of what is in it. */
	skb->ip_summed = CHECKSUM_NONE;
	if (pskb_trim(skb, plain_end - tail))
		return ESPAH_A_CNT_IN_NOMEM;
	__skb_pull(skb, header);
	return 0;
}
