// SPDX-License-Identifier: GPL-2.0-or-later
#include "../lib/macros.h"
#include "bad.h"

static const char * const names[] = {
	[IKE_GOOD] = "good",
	[IKE_BAD_SHORT] = "short",
	[IKE_BAD_LENGTH] = "length",
	[IKE_BAD_VERSION] = "version",
	[IKE_BAD_EXCHANGE] = "exchange",
	[IKE_BAD_FLAGS] = "flags",
	[IKE_BAD_SPI] = "spi",
	[IKE_BAD_PAYLOAD_LENGTH] = "payload-length",
	[IKE_BAD_PAYLOAD_COUNT] = "payload-count",
	[IKE_BAD_CHAIN_REST] = "chain-rest",
	[IKE_BAD_CRITICAL] = "critical",
	[IKE_BAD_MISSING] = "missing",
	[IKE_BAD_TWICE] = "twice",
	[IKE_BAD_UNEXPECTED] = "unexpected",
	[IKE_BAD_BODY_SHORT] = "body-short",
	[IKE_BAD_BODY_VALUE] = "body-value",
	[IKE_BAD_PROPOSAL] = "proposal",
	[IKE_BAD_TRANSFORM] = "transform",
	[IKE_BAD_ATTRIBUTE] = "attribute",
	[IKE_BAD_SELECTOR] = "selector",
	[IKE_BAD_NONCE] = "nonce",
	[IKE_BAD_KE] = "ke",
	[IKE_BAD_INTEGRITY] = "integrity",
	[IKE_BAD_PADDING] = "padding",
	[IKE_BAD_MESSAGE_ID] = "message-id",
	[IKE_BAD_UNKNOWN_SPI] = "unknown-spi",
	[IKE_BAD_COOKIE] = "cookie",
	[IKE_BAD_LIMIT] = "limit",
	[IKE_BAD_NO_MEMORY] = "no-memory",
};

const char *ike_bad_name(enum ike_bad bad)
{
	if ((unsigned int)bad >= ARRAY_SIZE(names) || !names[bad])
		return "unknown";
	return names[bad];
}
