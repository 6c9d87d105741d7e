/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_ESP_H
#define _ESPAH_ESP_H

#include <linux/ip.h>
#include <linux/types.h>

#include "crypto.h"
#include "sa.h"

struct sk_buff;

/* Pad length and next header, the fixed part of the trailer. */
#define ESPAH_ESP_TRAILER	2

/**
 * espah_esp_header_len() - octets before the payload
 * @sa: SA
 *
 * Return: length of SPI, sequence number and IV.
 */
static __always_inline unsigned int
espah_esp_header_len(const struct espah_sa *sa)
{
	return sizeof(struct ip_esp_hdr) + sa->iv_len;
}

/**
 * espah_esp_clear_len() - octets that the cipher leaves as they are
 * @sa: SA
 *
 * Return: length of SPI, sequence number and an IV that the cipher does not make.
 */
static __always_inline unsigned int
espah_esp_clear_len(const struct espah_sa *sa)
{
	return unlikely(sa->iv == ESPAH_IV_ENCRYPTED) ?
	       sizeof(struct ip_esp_hdr) : espah_esp_header_len(sa);
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
static __always_inline unsigned int
espah_esp_pad_len(const struct espah_sa *sa, unsigned int payload)
{
	return -(payload + ESPAH_ESP_TRAILER) & (sa->align - 1u);
}

/**
 * espah_esp_write_header() - SPI, sequence number and IV
 * @at: where they go
 * @sa: SA
 * @seq: sequence number; the packet carries its low half (section 2.2)
 */
static __always_inline void
espah_esp_write_header(u8 *at, const struct espah_sa *sa, u64 seq)
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
static __always_inline void
espah_esp_write_trailer(u8 *at, unsigned int pad_len, u8 next)
{
	unsigned int i;

	for (i = 0; i < pad_len; i++)
		at[i] = i + 1;
	at[pad_len] = pad_len;
	at[pad_len + 1] = next;
}

unsigned int espah_esp_payload_max(const struct espah_sa *sa,
				   unsigned int room);
unsigned int espah_esp_strip(struct sk_buff *skb, const struct espah_sa *sa,
			     u8 *next);

#endif /* _ESPAH_ESP_H */
