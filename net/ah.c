// SPDX-License-Identifier: GPL-2.0-only
/* The layout of an AH packet: RFC 4302 section 2. */

#include <linux/ip.h>
#include <linux/skbuff.h>
#include <linux/socket.h>

#include "ah.h"
#include "crypto.h"

/* Section 2.6: its length is a multiple of so many octets. */
#define ALIGN_IPV4	4
#define ALIGN_IPV6	8

static unsigned int unpadded(const struct espah_sa *sa)
{
	return sizeof(struct ip_auth_hdr) + sa->iv_len + sa->icv_len;
}

/* xfrm pads as for IPv6 unless it is told otherwise, and so do we, since the
 * peer may be older than the habit of taking both. What has an IV is GMAC, which
 * xfrm does not know, and RFC 4543 section 4 wants no padding.
 */
static unsigned int alignment(const struct espah_sa *sa)
{
	if (sa->id.family == AF_INET && (sa->align4 || sa->iv_len))
		return ALIGN_IPV4;
	return ALIGN_IPV6;
}

/**
 * espah_ah_len() - octets of the AH header, ICV and padding included
 * @sa: SA
 *
 * Return: the length that we send.
 */
unsigned int espah_ah_len(const struct espah_sa *sa)
{
	return ALIGN(unpadded(sa), alignment(sa));
}

/**
 * espah_ah_len_said() - how long a packet says that its AH header is
 * @ah: header
 *
 * Return: octets (section 2.2).
 */
unsigned int espah_ah_len_said(const struct ip_auth_hdr *ah)
{
	return (ah->hdrlen + 2) * 4;
}

/**
 * espah_ah_len_fits() - may a packet of this SA have such an AH header?
 * @sa: SA
 * @len: octets of the header, ICV and padding included
 *
 * Over IPv4 there are two kinds of senders, and no more padding than theirs.
 *
 * Return: true if it may.
 */
bool espah_ah_len_fits(const struct espah_sa *sa, unsigned int len)
{
	return len == ALIGN(unpadded(sa), ALIGN_IPV6) ||
	       (sa->id.family == AF_INET &&
		len == ALIGN(unpadded(sa), ALIGN_IPV4));
}

/**
 * espah_ah_write_header() - all but the ICV, which is zero, as it covers itself
 * @at: where it goes
 * @sa: SA
 * @seq: sequence number; the packet carries its low half (section 2.5.1)
 * @next: protocol of the payload
 */
void espah_ah_write_header(u8 *at, const struct espah_sa *sa, u64 seq, u8 next)
{
	struct ip_auth_hdr *ah = (struct ip_auth_hdr *)at;
	unsigned int len = espah_ah_len(sa);

	memset(at, 0, len);
	ah->nexthdr = next;
	ah->hdrlen = len / 4 - 2;
	ah->spi = sa->id.spi;
	ah->seq_no = htonl(lower_32_bits(seq));
	if (sa->iv_len)
		espah_crypto_iv(sa, seq, ah->auth_data);
}

/**
 * espah_ah_icv() - where the ICV is
 * @at: the AH header
 * @sa: SA
 *
 * Return: the place, behind the IV where there is one (RFC 4543 section 4).
 */
u8 *espah_ah_icv(u8 *at, const struct espah_sa *sa)
{
	return at + sizeof(struct ip_auth_hdr) + sa->iv_len;
}

/**
 * espah_ah_strip() - take the AH header off
 * @skb: authentic packet, with its data at the AH header, which is linear
 * @next: set to the protocol of the payload
 *
 * Leaves the data at the payload.
 */
void espah_ah_strip(struct sk_buff *skb, u8 *next)
{
	const struct ip_auth_hdr *ah = (const struct ip_auth_hdr *)skb->data;

	*next = ah->nexthdr;
	/* A checksum over the protected packet says nothing of what is in it. */
	skb->ip_summed = CHECKSUM_NONE;
	__skb_pull(skb, espah_ah_len_said(ah));
}
