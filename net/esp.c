// SPDX-License-Identifier: GPL-2.0-only
/* The layout of an ESP packet: RFC 4303 section 2. */

#include <linux/ip.h>
#include <linux/skbuff.h>

#include "crypto.h"
#include "esp.h"

/**
 * espah_esp_header_len() - octets before the payload
 * @sa: SA
 *
 * Return: length of SPI, sequence number and IV.
 */
unsigned int espah_esp_header_len(const struct espah_sa *sa)
{
	return sizeof(struct ip_esp_hdr) + sa->iv_len;
}

/**
 * espah_esp_pad_len() - how much padding a payload needs
 * @sa: SA
 * @payload: octets of payload
 *
 * Pad length and next header end where a block of the cipher does, and on a
 * boundary of 4 octets always (section 2.4).
 *
 * Return: octets of padding, without the fixed part of the trailer.
 */
unsigned int espah_esp_pad_len(const struct espah_sa *sa, unsigned int payload)
{
	return -(payload + ESPAH_ESP_TRAILER) & (sa->align - 1u);
}

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

/**
 * espah_esp_write_header() - SPI, sequence number and IV
 * @at: where they go
 * @sa: SA
 * @seq: sequence number; the packet carries its low half (section 2.2)
 */
void espah_esp_write_header(u8 *at, const struct espah_sa *sa, u64 seq)
{
	struct ip_esp_hdr *esp = (struct ip_esp_hdr *)at;

	esp->spi = sa->id.spi;
	esp->seq_no = htonl(lower_32_bits(seq));
	espah_crypto_iv(sa, seq, esp->enc_data);
}

/**
 * espah_esp_write_trailer() - padding, pad length and next header
 * @at: where the payload ends
 * @pad_len: octets of padding
 * @next: protocol of the payload
 *
 * The padding counts 1, 2, 3 and so on (section 2.4).
 */
void espah_esp_write_trailer(u8 *at, unsigned int pad_len, u8 next)
{
	unsigned int i;

	for (i = 0; i < pad_len; i++)
		at[i] = i + 1;
	at[pad_len] = pad_len;
	at[pad_len + 1] = next;
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
