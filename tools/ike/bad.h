/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why a message of the network is not taken: one word for each cause, which is
 * counted under its name. No sentence is made of what a stranger sends.
 */
#ifndef _IKE_BAD_H
#define _IKE_BAD_H

enum ike_bad {
	IKE_GOOD,
	/* The header (RFC 7296 section 3.1). */
	IKE_BAD_SHORT,
	IKE_BAD_LENGTH,
	IKE_BAD_VERSION,
	IKE_BAD_EXCHANGE,
	IKE_BAD_FLAGS,
	IKE_BAD_SPI,
	/* The chain of payloads (section 3.2). */
	IKE_BAD_PAYLOAD_LENGTH,
	IKE_BAD_PAYLOAD_COUNT,
	IKE_BAD_CHAIN_REST,
	IKE_BAD_CRITICAL,
	/* What a message must carry. */
	IKE_BAD_MISSING,
	IKE_BAD_TWICE,
	IKE_BAD_UNEXPECTED,
	/* The body of a payload. */
	IKE_BAD_BODY_SHORT,
	IKE_BAD_BODY_VALUE,
	IKE_BAD_PROPOSAL,
	IKE_BAD_TRANSFORM,
	IKE_BAD_ATTRIBUTE,
	IKE_BAD_SELECTOR,
	IKE_BAD_NONCE,
	IKE_BAD_KE,
	/* Protection and order. */
	IKE_BAD_INTEGRITY,
	IKE_BAD_PADDING,
	IKE_BAD_MESSAGE_ID,
	IKE_BAD_UNKNOWN_SPI,
	IKE_BAD_COOKIE,
	IKE_BAD_LIMIT,
	IKE_BAD_NO_MEMORY,

	IKE_BAD_MAX
};

/* For instance "payload-length". */
const char *ike_bad_name(enum ike_bad bad);

#endif /* _IKE_BAD_H */
