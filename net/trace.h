/* SPDX-License-Identifier: GPL-2.0-only */
/* Tracepoints. Where nobody looks, each is an instruction that does nothing. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM espah

#if !defined(_ESPAH_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _ESPAH_TRACE_H

#include <linux/skbuff.h>
#include <linux/tracepoint.h>
#include <uapi/linux/espah.h>

#include "causes.h"
#include "drops.h"
#include "netns.h"
#include "sa.h"

void espah_trace_addr(u8 *to, const union espah_addr *addr, u16 family);

/* A packet ended. The cause is the counter's name, by which it can be filtered. SPI 0:
 * before an SA was found for it. What is not known is 0.
 */
TRACE_EVENT(espah_drop,
	TP_PROTO(const struct espah_net *en, const struct sk_buff *skb,
		 const struct espah_dropped *dropped),
	TP_ARGS(en, skb, dropped),

	TP_STRUCT__entry(
		__field(const void *,	skb)
		__field(unsigned int,	netns)
		__field(u32,		spi)
		__field(u32,		sa)
		__field(unsigned int,	len)
		__field(int,		iif)
		__field(int,		oif)
		__field(u16,		upper_src)
		__field(u16,		upper_dst)
		__field(u8,		proto)
		__array(char,		cause,	24)
		__array(u8,		src,	sizeof(struct sockaddr_in6))
		__array(u8,		dst,	sizeof(struct sockaddr_in6))
	),

	TP_fast_assign(
		const struct espah_flow *flow = &dropped->flow;

		__entry->skb = skb;
		__entry->netns = en->net->ns.inum;
		__entry->spi = ntohl(dropped->sa.spi);
		__entry->sa = dropped->sa_index;
		__entry->len = dropped->len;
		__entry->iif = dropped->iif;
		__entry->oif = dropped->oif;
		__entry->proto = flow->proto;
		__entry->upper_src = flow->has_upper ? flow->upper.src : 0;
		__entry->upper_dst = flow->has_upper ? flow->upper.dst : 0;
		strscpy(__entry->cause, espah_cause_name(dropped->cause),
			sizeof(__entry->cause));
		espah_trace_addr(__entry->src, &flow->src, flow->family);
		espah_trace_addr(__entry->dst, &flow->dst, flow->family);
	),

	TP_printk("netns=%u cause=%s spi=0x%08x sa=%u src=%pISc dst=%pISc proto=%u upper=%u,%u len=%u iif=%d oif=%d skb=%p",
		  __entry->netns, __entry->cause, __entry->spi, __entry->sa,
		  __entry->src, __entry->dst, __entry->proto,
		  __entry->upper_src, __entry->upper_dst, __entry->len,
		  __entry->iif, __entry->oif, __entry->skb)
);

/* A packet that an SA lets pass, and its length: in clear where it has come, protected
 * where it is about to leave.
 */
DECLARE_EVENT_CLASS(espah_packet_class,
	TP_PROTO(const struct espah_sa *sa, const struct sk_buff *skb),
	TP_ARGS(sa, skb),

	TP_STRUCT__entry(
		__field(const void *,	skb)
		__field(unsigned int,	netns)
		__field(u32,		spi)
		__field(u32,		sa)
		__field(u32,		reqid)
		__field(unsigned int,	len)
		__field(u8,		proto)
		__array(u8,		src,	sizeof(struct sockaddr_in6))
		__array(u8,		dst,	sizeof(struct sockaddr_in6))
	),

	TP_fast_assign(
		__entry->skb = skb;
		__entry->netns = sa->en->net->ns.inum;
		__entry->spi = ntohl(sa->id.spi);
		__entry->sa = sa->index;
		__entry->reqid = sa->reqid;
		__entry->len = skb->len;
		__entry->proto = sa->id.proto;
		espah_trace_addr(__entry->src, &sa->src, sa->id.family);
		espah_trace_addr(__entry->dst, &sa->id.dst, sa->id.family);
	),

	TP_printk("netns=%u src=%pISc dst=%pISc proto=%u spi=0x%08x sa=%u reqid=%u len=%u skb=%p",
		  __entry->netns, __entry->src, __entry->dst, __entry->proto,
		  __entry->spi, __entry->sa, __entry->reqid, __entry->len,
		  __entry->skb)
);

DEFINE_EVENT(espah_packet_class, espah_input,
	TP_PROTO(const struct espah_sa *sa, const struct sk_buff *skb),
	TP_ARGS(sa, skb)
);

DEFINE_EVENT(espah_packet_class, espah_output,
	TP_PROTO(const struct espah_sa *sa, const struct sk_buff *skb),
	TP_ARGS(sa, skb)
);

/* The life of an SA. */
DECLARE_EVENT_CLASS(espah_sa_class,
	TP_PROTO(const struct espah_sa *sa),
	TP_ARGS(sa),

	TP_STRUCT__entry(
		__field(unsigned int,	netns)
		__field(u32,		spi)
		__field(u32,		sa)
		__field(u32,		reqid)
		__field(u8,		proto)
		__field(u8,		mode)
		__array(u8,		src,	sizeof(struct sockaddr_in6))
		__array(u8,		dst,	sizeof(struct sockaddr_in6))
	),

	TP_fast_assign(
		__entry->netns = sa->en->net->ns.inum;
		__entry->spi = ntohl(sa->id.spi);
		__entry->sa = sa->index;
		__entry->reqid = sa->reqid;
		__entry->proto = sa->id.proto;
		__entry->mode = sa->mode;
		espah_trace_addr(__entry->src, &sa->src, sa->id.family);
		espah_trace_addr(__entry->dst, &sa->id.dst, sa->id.family);
	),

	TP_printk("netns=%u src=%pISc dst=%pISc proto=%u spi=0x%08x mode=%u sa=%u reqid=%u",
		  __entry->netns, __entry->src, __entry->dst, __entry->proto,
		  __entry->spi, __entry->mode, __entry->sa, __entry->reqid)
);

DEFINE_EVENT(espah_sa_class, espah_sa_add,
	TP_PROTO(const struct espah_sa *sa),
	TP_ARGS(sa)
);

DEFINE_EVENT(espah_sa_class, espah_sa_update,
	TP_PROTO(const struct espah_sa *sa),
	TP_ARGS(sa)
);

DEFINE_EVENT(espah_sa_class, espah_sa_delete,
	TP_PROTO(const struct espah_sa *sa),
	TP_ARGS(sa)
);

/* Somebody should bring a new one. */
DEFINE_EVENT(espah_sa_class, espah_sa_expire_soft,
	TP_PROTO(const struct espah_sa *sa),
	TP_ARGS(sa)
);

/* It is gone. */
DEFINE_EVENT(espah_sa_class, espah_sa_expire_hard,
	TP_PROTO(const struct espah_sa *sa),
	TP_ARGS(sa)
);

/* Many at once: those of a protocol, or all where that is 0. */
TRACE_EVENT(espah_sa_flush,
	TP_PROTO(const struct espah_net *en, u8 proto),
	TP_ARGS(en, proto),

	TP_STRUCT__entry(
		__field(unsigned int,	netns)
		__field(u8,		proto)
	),

	TP_fast_assign(
		__entry->netns = en->net->ns.inum;
		__entry->proto = proto;
	),

	TP_printk("netns=%u proto=%u", __entry->netns, __entry->proto)
);

#endif /* _ESPAH_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
