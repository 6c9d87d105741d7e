// SPDX-License-Identifier: GPL-2.0-or-later
#include <stddef.h>
#include <string.h>

#include <linux/espah.h>

#include "counters.h"

/* The names are those of Documentation/netlink/espah.yaml. */
static const struct espah_counter_text texts[ESPAH_A_CNT_MAX + 1] = {
	[ESPAH_A_CNT_IN_OK] = { "in-ok", "accepted" },
	[ESPAH_A_CNT_IN_UNKNOWN_SPI] = { "in-unknown-spi", "no SA here has this SPI; handed on" },
	[ESPAH_A_CNT_IN_SPI_ZERO] = { "in-spi-zero", "SPI 0" },
	[ESPAH_A_CNT_IN_TRUNCATED] = { "in-truncated", "too short" },
	[ESPAH_A_CNT_IN_SEQ_ZERO] = { "in-seq-zero", "sequence number 0" },
	[ESPAH_A_CNT_IN_REPLAY_OLD] = { "in-replay-old", "older than the replay window" },
	[ESPAH_A_CNT_IN_REPLAY_DUP] = { "in-replay-dup", "received before" },
	[ESPAH_A_CNT_IN_ICV] = { "in-icv", "integrity check failed" },
	[ESPAH_A_CNT_IN_CRYPTO] = { "in-crypto", "decryption not possible" },
	[ESPAH_A_CNT_IN_NOMEM] = { "in-nomem", "no memory on the way in" },
	[ESPAH_A_CNT_IN_SA_DEAD] = { "in-sa-dead", "SA removed during decryption" },
	[ESPAH_A_CNT_IN_PADDING] = { "in-padding", "padding too long, or not 1, 2, 3 .." },
	[ESPAH_A_CNT_IN_NEXT_HEADER] = { "in-next-header", "next header does not fit the mode" },
	[ESPAH_A_CNT_IN_DUMMY] = { "in-dummy", "dummy packet" },
	[ESPAH_A_CNT_IN_INNER_HEADER] = { "in-inner-header", "inner IP header malformed" },
	[ESPAH_A_CNT_IN_ECN] = { "in-ecn", "congestion mark on a flow without ECN" },
	[ESPAH_A_CNT_IN_SELECTOR] = { "in-selector", "not what the SA's selector lets in" },
	[ESPAH_A_CNT_IN_NO_POLICY] = { "in-no-policy", "protected, and no inbound policy for it" },
	[ESPAH_A_CNT_IN_POLICY_MISMATCH] = { "in-policy-mismatch",
					     "inbound policy wants another SA" },
	[ESPAH_A_CNT_IN_POLICY_DISCARD] = { "in-policy-discard", "inbound policy says block" },
	[ESPAH_A_CNT_IN_NESTED] = { "in-nested", "nested too deep" },
	[ESPAH_A_CNT_IN_NO_ROUTE] = { "in-no-route", "no route where destination NAT sent it" },
	[ESPAH_A_CNT_IN_BACKLOG] = { "in-backlog", "queue to the upper layers full" },
	[ESPAH_A_CNT_IN_CLEAR] = { "in-clear", "arrived in clear, policy wants protection" },
	[ESPAH_A_CNT_IN_CLEAR_DISCARD] = { "in-clear-discard",
					   "arrived in clear, policy says block" },
	[ESPAH_A_CNT_FWD_CLEAR] = { "fwd-clear", "to forward, in clear, policy wants protection" },
	[ESPAH_A_CNT_FWD_CLEAR_DISCARD] = { "fwd-clear-discard",
					    "to forward, in clear, policy says block" },
	[ESPAH_A_CNT_OUT_OK] = { "out-ok", "protected and sent" },
	[ESPAH_A_CNT_OUT_POLICY_DISCARD] = { "out-policy-discard", "outbound policy says block" },
	[ESPAH_A_CNT_OUT_NO_SA] = { "out-no-sa", "outbound policy without an SA" },
	[ESPAH_A_CNT_OUT_SELECTOR] = { "out-selector", "not what the SA's selector lets out" },
	[ESPAH_A_CNT_OUT_SEQ_EXHAUSTED] = { "out-seq-exhausted", "sequence numbers used up" },
	[ESPAH_A_CNT_OUT_NO_ROUTE] = { "out-no-route", "no route to the other end" },
	[ESPAH_A_CNT_OUT_TOO_BIG] = { "out-too-big", "too big once protected; sender told" },
	[ESPAH_A_CNT_OUT_SEGMENT] = { "out-segment", "segmentation failed" },
	[ESPAH_A_CNT_OUT_FRAGMENT] = { "out-fragment", "a fragment in transport mode" },
	[ESPAH_A_CNT_OUT_MULTICAST] = { "out-multicast", "multicast or broadcast" },
	[ESPAH_A_CNT_OUT_CRYPTO] = { "out-crypto", "encryption not possible" },
	[ESPAH_A_CNT_OUT_NOMEM] = { "out-nomem", "no memory on the way out" },
	[ESPAH_A_CNT_OUT_CONNTRACK] = { "out-conntrack", "connection tracking refused" },
	[ESPAH_A_CNT_OUT_SEND] = { "out-send", "IP layer or firewall refused" },
	[ESPAH_A_CNT_IN_ENCAP] = { "in-encap", "in UDP or not, unlike its SA" },
	[ESPAH_A_CNT_IN_LARVAL] = { "in-larval", "SA without keys" },
	[ESPAH_A_CNT_IN_EXPIRED] = { "in-expired", "SA at the end of its lifetime" },
	[ESPAH_A_CNT_OUT_EXPIRED] = { "out-expired", "SA at the end of its lifetime" },
	[ESPAH_A_CNT_OUT_QUEUE_FULL] = { "out-queue-full", "too many wait for an SA already" },
	[ESPAH_A_CNT_OUT_QUEUE_POLICY] = { "out-queue-policy", "its policy ended while it waited" },
	[ESPAH_A_CNT_OUT_ACQUIRE_TIMEOUT] = { "out-acquire-timeout", "no SA came while it waited" },
	[ESPAH_A_CNT_IN_MARK] = { "in-mark", "SA of packets with another mark; handed on" },
	[ESPAH_A_CNT_IN_AH_LENGTH] = { "in-ah-length", "AH header of another length" },
	[ESPAH_A_CNT_IN_AH_COVER] = { "in-ah-cover", "headers in front of AH malformed" },
	[ESPAH_A_CNT_OUT_AH_COVER] = { "out-ah-cover", "headers to be covered by AH malformed" },
	[ESPAH_A_CNT_IN_ECN_MARKED] = { "in-ecn-marked",
					"congestion met on the way; passed on inside" },
	[ESPAH_A_CNT_IN_ECN_UNUSED] = { "in-ecn-unused",
					"ECN inside and outside that nobody should send" },
	[ESPAH_A_CNT_IN_FRAGMENT] = { "in-fragment", "a fragment that is not put together" },
	[ESPAH_A_CNT_OUT_KEEPALIVE] = { "out-keepalive", "keepalive for NAT sent" },
	[ESPAH_A_CNT_IN_BEET_HEADER] = { "in-beet-header",
					 "what BEET mode carries has no header that can be made" },
	[ESPAH_A_CNT_ICMP_UNREACHABLE] = { "icmp-unreachable",
					   "ICMP: no way to the other end" },
	[ESPAH_A_CNT_ICMP_REFUSED] = { "icmp-refused",
				       "ICMP: the other end has no use for it" },
	[ESPAH_A_CNT_ICMP_PROHIBITED] = { "icmp-prohibited",
					  "ICMP: a filter is on the way" },
	[ESPAH_A_CNT_ICMP_EXPIRED] = { "icmp-expired", "ICMP: TTL used up, or a part missing" },
	[ESPAH_A_CNT_ICMP_HEADER] = { "icmp-header", "ICMP: IP header not right" },
	[ESPAH_A_CNT_ICMP_UNKNOWN_SPI] = { "icmp-unknown-spi",
					   "ICMP: no SA here has the SPI; handed on" },
	[ESPAH_A_CNT_OUT_DUMMY] = { "out-dummy", "dummy packet made" },
	[ESPAH_A_CNT_IN_LINK] = { "in-link", "the SA's virtual interface is not there, or down" },
	[ESPAH_A_CNT_OUT_LINK_HEADER] = { "out-link-header",
					  "no IP packet, on a virtual interface" },
	[ESPAH_A_CNT_OUT_LINK_LOOP] = { "out-link-loop",
					"its virtual interface is the way to the other end" },
	[ESPAH_A_CNT_OUT_NO_POLICY] = { "out-no-policy",
					"no policy: virtual interface, or default block" },
	[ESPAH_A_CNT_IN_CLEAR_NO_POLICY] = { "in-clear-no-policy",
					     "for this host, in clear, no policy; default block" },
	[ESPAH_A_CNT_FWD_CLEAR_NO_POLICY] = { "fwd-clear-no-policy",
					      "to forward, in clear, no policy; default block" },
	[ESPAH_A_CNT_SA_UNCOUNTED] = { "sa-uncounted",
				       "counted, but by its SA, for lack of memory" },
	[ESPAH_A_CNT_IN_DIR] = { "in-dir", "SA for output only" },
};

/**
 * espah_counter_text() - what a counter is called
 * @counter: ESPAH_A_CNT_*
 *
 * Return: its name and words, or NULL where the number is no counter's.
 */
const struct espah_counter_text *espah_counter_text(unsigned int counter)
{
	if (counter > ESPAH_A_CNT_MAX || !texts[counter].name)
		return NULL;
	return &texts[counter];
}

/**
 * espah_counter_find() - the counter of a name
 * @name: the name
 *
 * Return: ESPAH_A_CNT_*, or 0 if there is none.
 */
unsigned int espah_counter_find(const char *name)
{
	unsigned int i;

	for (i = 0; i <= ESPAH_A_CNT_MAX; i++) {
		if (texts[i].name && !strcmp(texts[i].name, name))
			return i;
	}
	return 0;
}
