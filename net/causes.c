// SPDX-License-Identifier: GPL-2.0-only
/* The counters by name, and which of the kernel's own reasons to drop a packet is nearest
 * to each. A module can register none of its own: the kernel has a fixed number of places
 * for those who do, and all of them have names.
 */

#include <uapi/linux/espah.h>

#include "causes.h"

/* The names are those of Documentation/netlink/espah.yaml. A reason that is not given is
 * one that the kernel has none for: there espah_drop, the tracepoint, says more.
 */
static const struct {
	const char		*name;
	enum skb_drop_reason	reason;
} causes[ESPAH_A_CNT_MAX + 1] = {
	[ESPAH_A_CNT_IN_OK] = { "in-ok" },
	[ESPAH_A_CNT_IN_UNKNOWN_SPI] = { "in-unknown-spi" },
	[ESPAH_A_CNT_IN_SPI_ZERO] = { "in-spi-zero", SKB_DROP_REASON_IP_INHDR },
	[ESPAH_A_CNT_IN_TRUNCATED] = { "in-truncated",
		SKB_DROP_REASON_HDR_TRUNC },
	[ESPAH_A_CNT_IN_SEQ_ZERO] = { "in-seq-zero" },
	[ESPAH_A_CNT_IN_REPLAY_OLD] = { "in-replay-old" },
	[ESPAH_A_CNT_IN_REPLAY_DUP] = { "in-replay-dup" },
	[ESPAH_A_CNT_IN_ICV] = { "in-icv" },
	[ESPAH_A_CNT_IN_CRYPTO] = { "in-crypto" },
	[ESPAH_A_CNT_IN_NOMEM] = { "in-nomem", SKB_DROP_REASON_NOMEM },
	[ESPAH_A_CNT_IN_SA_DEAD] = { "in-sa-dead" },
	[ESPAH_A_CNT_IN_PADDING] = { "in-padding" },
	[ESPAH_A_CNT_IN_NEXT_HEADER] = { "in-next-header",
		SKB_DROP_REASON_IP_NOPROTO },
	[ESPAH_A_CNT_IN_DUMMY] = { "in-dummy" },
	[ESPAH_A_CNT_IN_INNER_HEADER] = { "in-inner-header",
		SKB_DROP_REASON_IP_INHDR },
	[ESPAH_A_CNT_IN_ECN] = { "in-ecn", SKB_DROP_REASON_IP_INHDR },
	[ESPAH_A_CNT_IN_SELECTOR] = { "in-selector",
		SKB_DROP_REASON_XFRM_POLICY },
	[ESPAH_A_CNT_IN_NO_POLICY] = { "in-no-policy",
		SKB_DROP_REASON_XFRM_POLICY },
	[ESPAH_A_CNT_IN_POLICY_MISMATCH] = { "in-policy-mismatch",
		SKB_DROP_REASON_XFRM_POLICY },
	[ESPAH_A_CNT_IN_POLICY_DISCARD] = { "in-policy-discard",
		SKB_DROP_REASON_XFRM_POLICY },
	[ESPAH_A_CNT_IN_NESTED] = { "in-nested" },
	[ESPAH_A_CNT_IN_NO_ROUTE] = { "in-no-route",
		SKB_DROP_REASON_IP_INNOROUTES },
	[ESPAH_A_CNT_IN_BACKLOG] = { "in-backlog" },
	[ESPAH_A_CNT_IN_CLEAR] = { "in-clear", SKB_DROP_REASON_XFRM_POLICY },
	[ESPAH_A_CNT_IN_CLEAR_DISCARD] = { "in-clear-discard",
		SKB_DROP_REASON_XFRM_POLICY },
	[ESPAH_A_CNT_FWD_CLEAR] = { "fwd-clear", SKB_DROP_REASON_XFRM_POLICY },
	[ESPAH_A_CNT_FWD_CLEAR_DISCARD] = { "fwd-clear-discard",
		SKB_DROP_REASON_XFRM_POLICY },
	[ESPAH_A_CNT_OUT_OK] = { "out-ok" },
	[ESPAH_A_CNT_OUT_POLICY_DISCARD] = { "out-policy-discard",
		SKB_DROP_REASON_XFRM_POLICY },
	[ESPAH_A_CNT_OUT_NO_SA] = { "out-no-sa", SKB_DROP_REASON_XFRM_POLICY },
	[ESPAH_A_CNT_OUT_SELECTOR] = { "out-selector",
		SKB_DROP_REASON_XFRM_POLICY },
	[ESPAH_A_CNT_OUT_SEQ_EXHAUSTED] = { "out-seq-exhausted" },
	[ESPAH_A_CNT_OUT_NO_ROUTE] = { "out-no-route",
		SKB_DROP_REASON_IP_OUTNOROUTES },
	[ESPAH_A_CNT_OUT_TOO_BIG] = { "out-too-big",
		SKB_DROP_REASON_PKT_TOO_BIG },
	[ESPAH_A_CNT_OUT_SEGMENT] = { "out-segment",
		SKB_DROP_REASON_SKB_GSO_SEG },
	[ESPAH_A_CNT_OUT_FRAGMENT] = { "out-fragment" },
	[ESPAH_A_CNT_OUT_MULTICAST] = { "out-multicast" },
	[ESPAH_A_CNT_OUT_CRYPTO] = { "out-crypto" },
	[ESPAH_A_CNT_OUT_NOMEM] = { "out-nomem", SKB_DROP_REASON_NOMEM },
	[ESPAH_A_CNT_OUT_CONNTRACK] = { "out-conntrack" },
	[ESPAH_A_CNT_OUT_SEND] = { "out-send" },
	[ESPAH_A_CNT_IN_ENCAP] = { "in-encap" },
	[ESPAH_A_CNT_IN_LARVAL] = { "in-larval" },
	[ESPAH_A_CNT_IN_EXPIRED] = { "in-expired" },
	[ESPAH_A_CNT_OUT_EXPIRED] = { "out-expired" },
	[ESPAH_A_CNT_OUT_QUEUE_FULL] = { "out-queue-full",
		SKB_DROP_REASON_FULL_RING },
	[ESPAH_A_CNT_OUT_QUEUE_POLICY] = { "out-queue-policy",
		SKB_DROP_REASON_XFRM_POLICY },
	[ESPAH_A_CNT_OUT_ACQUIRE_TIMEOUT] = { "out-acquire-timeout" },
	[ESPAH_A_CNT_IN_MARK] = { "in-mark" },
	[ESPAH_A_CNT_IN_AH_LENGTH] = { "in-ah-length",
		SKB_DROP_REASON_IP_INHDR },
	[ESPAH_A_CNT_IN_AH_COVER] = { "in-ah-cover", SKB_DROP_REASON_IP_INHDR },
	[ESPAH_A_CNT_OUT_AH_COVER] = { "out-ah-cover",
		SKB_DROP_REASON_IP_INHDR },
	[ESPAH_A_CNT_IN_ECN_MARKED] = { "in-ecn-marked" },
	[ESPAH_A_CNT_IN_ECN_UNUSED] = { "in-ecn-unused" },
	[ESPAH_A_CNT_IN_FRAGMENT] = { "in-fragment", SKB_DROP_REASON_IP_INHDR },
	[ESPAH_A_CNT_OUT_KEEPALIVE] = { "out-keepalive" },
	[ESPAH_A_CNT_IN_BEET_HEADER] = { "in-beet-header",
		SKB_DROP_REASON_IP_INHDR },
	[ESPAH_A_CNT_ICMP_UNREACHABLE] = { "icmp-unreachable" },
	[ESPAH_A_CNT_ICMP_REFUSED] = { "icmp-refused" },
	[ESPAH_A_CNT_ICMP_PROHIBITED] = { "icmp-prohibited" },
	[ESPAH_A_CNT_ICMP_EXPIRED] = { "icmp-expired" },
	[ESPAH_A_CNT_ICMP_HEADER] = { "icmp-header" },
	[ESPAH_A_CNT_ICMP_UNKNOWN_SPI] = { "icmp-unknown-spi" },
	[ESPAH_A_CNT_OUT_DUMMY] = { "out-dummy" },
	[ESPAH_A_CNT_IN_LINK] = { "in-link", SKB_DROP_REASON_DEV_READY },
	[ESPAH_A_CNT_OUT_LINK_HEADER] = { "out-link-header",
		SKB_DROP_REASON_IP_INHDR },
	[ESPAH_A_CNT_OUT_LINK_LOOP] = { "out-link-loop" },
	[ESPAH_A_CNT_OUT_NO_POLICY] = { "out-no-policy",
		SKB_DROP_REASON_XFRM_POLICY },
	[ESPAH_A_CNT_IN_CLEAR_NO_POLICY] = { "in-clear-no-policy",
		SKB_DROP_REASON_XFRM_POLICY },
	[ESPAH_A_CNT_FWD_CLEAR_NO_POLICY] = { "fwd-clear-no-policy",
		SKB_DROP_REASON_XFRM_POLICY },
	[ESPAH_A_CNT_SA_UNCOUNTED] = { "sa-uncounted" },
	[ESPAH_A_CNT_IN_DIR] = { "in-dir" },
};

/**
 * espah_cause_name() - what a counter is called
 * @cause: ESPAH_A_CNT_*
 *
 * Return: its name, which tools and Documentation/netlink/espah.yaml have, too.
 */
const char *espah_cause_name(unsigned int cause)
{
	return causes[cause].name;
}

/**
 * espah_cause_reason() - why the kernel would say that a packet ends
 * @cause: ESPAH_A_CNT_*
 *
 * Return: the reason that is nearest.
 */
enum skb_drop_reason espah_cause_reason(unsigned int cause)
{
	return causes[cause].reason ?: SKB_DROP_REASON_NOT_SPECIFIED;
}
