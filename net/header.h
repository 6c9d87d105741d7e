/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_HEADER_H
#define _ESPAH_HEADER_H

#include <linux/types.h>

/**
 * struct espah_outer - how a tunnel's outer header is asked for
 * @has_ttl: the TTL is said; otherwise it is the route's
 * @ttl: TTL, or 0: the inner one's
 * @has_dscp: the DSCP is said; otherwise it is the inner one's
 * @dscp: DSCP
 * @has_label: the flow label is said; otherwise it is the inner one's
 * @label: flow label in host byte order, or %ESPAH_FLOWLABEL_AUTO
 * @tfcpad: so many octets a packet inside shall have at least, with padding behind it, or 0
 */
struct espah_outer {
	bool	has_ttl;
	u8	ttl;
	bool	has_dscp;
	u8	dscp;
	bool	has_label;
	u16	tfcpad;
	u32	label;
};

/**
 * struct espah_header - how a tunnel's outer header and the inner one depend on
 * each other
 * @tos_mask: bits of the inner TOS that the outer one takes
 * @tos: bits that it has besides
 * @ttl_mask: bits of the inner TTL that the outer one takes: all or none
 * @ttl: bits that it has besides
 * @df_mask: %IP_DF where it is copied, or 0
 * @df: %IP_DF where it is set always, or 0
 * @label_mask: bits of the inner flow label that the outer one takes: all or none
 * @label: bits that it has besides
 * @label_auto: the outer flow label tells flows apart, whatever the inner one
 * @noecn: the outer ECN field is not looked at when a packet arrives
 * @decap_dscp: the outer DSCP goes inside when a packet arrives
 *
 * Each field is made of a mask and of what is set, so that nobody has to ask
 * which case it is. A TTL of 0 stands for the route's.
 */
struct espah_header {
	u8	tos_mask;
	u8	tos;
	u8	ttl_mask;
	u8	ttl;
	__be16	df_mask;
	__be16	df;
	__be32	label_mask;
	__be32	label;
	bool	label_auto;
	bool	noecn;
	bool	decap_dscp;
};

/**
 * enum espah_ecn - what RFC 6040 section 4.2 says of an inner and an outer ECN field
 * @ESPAH_ECN_FINE: nothing is said
 * @ESPAH_ECN_MARKED: congestion was met on the way, and the inner packet says so now
 * @ESPAH_ECN_UNUSED: no sender that follows any specification makes this; to be logged
 * @ESPAH_ECN_DROP: congestion, and the inner packet cannot say so
 */
enum espah_ecn {
	ESPAH_ECN_FINE,
	ESPAH_ECN_MARKED,
	ESPAH_ECN_UNUSED,
	ESPAH_ECN_DROP,
};

struct espah_header espah_header_make(const struct espah_outer *outer, u32 flags,
				      bool copy_df);
enum espah_ecn espah_header_decap(const struct espah_header *header, u8 outer,
				  u8 *inner);

static inline u8 espah_header_tos(const struct espah_header *header, u8 inner)
{
	return (inner & header->tos_mask) | header->tos;
}

/* 0 stands for the route's. */
static inline u8 espah_header_ttl(const struct espah_header *header, u8 inner)
{
	return (inner & header->ttl_mask) | header->ttl;
}

static inline __be16 espah_header_df(const struct espah_header *header,
				     __be16 frag_off)
{
	return (frag_off & header->df_mask) | header->df;
}

static inline __be32 espah_header_label(const struct espah_header *header,
					__be32 inner)
{
	return (inner & header->label_mask) | header->label;
}

#endif /* _ESPAH_HEADER_H */
