/* SPDX-License-Identifier: GPL-2.0-only */
/* Tracepoints. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM espah

#if !defined(_ESPAH_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _ESPAH_TRACE_H

#include <linux/skbuff.h>
#include <linux/tracepoint.h>
#include <uapi/linux/espah.h>

/* A packet ended. SPI 0: before an SA was found for it. */
TRACE_EVENT(espah_drop,
	TP_PROTO(unsigned int netns, u32 spi, const struct sk_buff *skb,
		 unsigned int cause),
	TP_ARGS(netns, spi, skb, cause),

	TP_STRUCT__entry(
		__field(const void *,	skb)
		__field(unsigned int,	netns)
		__field(u32,		spi)
		__field(unsigned int,	len)
		__field(unsigned int,	cause)
	),

	TP_fast_assign(
		__entry->skb = skb;
		__entry->netns = netns;
		__entry->spi = spi;
		__entry->len = skb ? skb->len : 0;
		__entry->cause = cause;
	),

	TP_printk("netns=%u spi=0x%08x skb=%p len=%u cause=%s",
		  __entry->netns, __entry->spi, __entry->skb, __entry->len,
		  __print_symbolic(__entry->cause,
			{ ESPAH_A_CNT_IN_SPI_ZERO, "in-spi-zero" },
			{ ESPAH_A_CNT_IN_TRUNCATED, "in-truncated" },
			{ ESPAH_A_CNT_IN_SEQ_ZERO, "in-seq-zero" },
			{ ESPAH_A_CNT_IN_REPLAY_OLD, "in-replay-old" },
			{ ESPAH_A_CNT_IN_REPLAY_DUP, "in-replay-dup" },
			{ ESPAH_A_CNT_IN_ICV, "in-icv" },
			{ ESPAH_A_CNT_IN_CRYPTO, "in-crypto" },
			{ ESPAH_A_CNT_IN_NOMEM, "in-nomem" },
			{ ESPAH_A_CNT_IN_SA_DEAD, "in-sa-dead" },
			{ ESPAH_A_CNT_IN_PADDING, "in-padding" },
			{ ESPAH_A_CNT_IN_NEXT_HEADER, "in-next-header" },
			{ ESPAH_A_CNT_IN_DUMMY, "in-dummy" },
			{ ESPAH_A_CNT_IN_INNER_HEADER, "in-inner-header" },
			{ ESPAH_A_CNT_IN_ECN, "in-ecn" },
			{ ESPAH_A_CNT_IN_SELECTOR, "in-selector" },
			{ ESPAH_A_CNT_IN_NO_POLICY, "in-no-policy" },
			{ ESPAH_A_CNT_IN_POLICY_MISMATCH, "in-policy-mismatch" },
			{ ESPAH_A_CNT_IN_POLICY_DISCARD, "in-policy-discard" },
			{ ESPAH_A_CNT_IN_NESTED, "in-nested" },
			{ ESPAH_A_CNT_IN_NO_ROUTE, "in-no-route" },
			{ ESPAH_A_CNT_IN_BACKLOG, "in-backlog" },
			{ ESPAH_A_CNT_IN_CLEAR, "in-clear" },
			{ ESPAH_A_CNT_IN_CLEAR_DISCARD, "in-clear-discard" },
			{ ESPAH_A_CNT_FWD_CLEAR, "fwd-clear" },
			{ ESPAH_A_CNT_FWD_CLEAR_DISCARD, "fwd-clear-discard" },
			{ ESPAH_A_CNT_OUT_POLICY_DISCARD, "out-policy-discard" },
			{ ESPAH_A_CNT_OUT_NO_SA, "out-no-sa" },
			{ ESPAH_A_CNT_OUT_SELECTOR, "out-selector" },
			{ ESPAH_A_CNT_OUT_SEQ_EXHAUSTED, "out-seq-exhausted" },
			{ ESPAH_A_CNT_OUT_NO_ROUTE, "out-no-route" },
			{ ESPAH_A_CNT_OUT_TOO_BIG, "out-too-big" },
			{ ESPAH_A_CNT_OUT_SEGMENT, "out-segment" },
			{ ESPAH_A_CNT_OUT_FRAGMENT, "out-fragment" },
			{ ESPAH_A_CNT_OUT_MULTICAST, "out-multicast" },
			{ ESPAH_A_CNT_OUT_CRYPTO, "out-crypto" },
			{ ESPAH_A_CNT_OUT_NOMEM, "out-nomem" },
			{ ESPAH_A_CNT_OUT_CONNTRACK, "out-conntrack" },
			{ ESPAH_A_CNT_OUT_SEND, "out-send" },
			{ ESPAH_A_CNT_IN_ENCAP, "in-encap" },
			{ ESPAH_A_CNT_IN_LARVAL, "in-larval" },
			{ ESPAH_A_CNT_IN_EXPIRED, "in-expired" },
			{ ESPAH_A_CNT_OUT_EXPIRED, "out-expired" },
			{ ESPAH_A_CNT_OUT_QUEUE_FULL, "out-queue-full" },
			{ ESPAH_A_CNT_OUT_QUEUE_POLICY, "out-queue-policy" },
			{ ESPAH_A_CNT_OUT_ACQUIRE_TIMEOUT, "out-acquire-timeout" },
			{ ESPAH_A_CNT_IN_AH_LENGTH, "in-ah-length" },
			{ ESPAH_A_CNT_IN_AH_COVER, "in-ah-cover" },
			{ ESPAH_A_CNT_OUT_AH_COVER, "out-ah-cover" },
			{ ESPAH_A_CNT_IN_FRAGMENT, "in-fragment" },
			{ ESPAH_A_CNT_IN_BEET_HEADER, "in-beet-header" }))
);

#endif /* _ESPAH_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
