// SPDX-License-Identifier: GPL-2.0-or-later
/* Traffic selectors as the module has them, and back. Pure. */
#include <errno.h>

#include "kernel_own.h"

static struct espah_span *give(struct espah_selector *sel, uint16_t attr, struct espah_span *span)
{
	sel->given |= espah_bit(attr);
	return span;
}

static void give_ports(struct espah_selector *sel, const struct ike_ts *src,
		       const struct ike_ts *dst)
{
	if (ike_ts_is_opaque(src) || ike_ts_is_opaque(dst)) {
		sel->given |= espah_bit(ESPAH_A_SEL_OPAQUE);
		return;
	}
	if (ike_ts_has_ports(src))
		*give(sel, ESPAH_A_SEL_SPORT_MIN, &sel->sport) =
			(struct espah_span){ src->port_min, src->port_max };
	if (ike_ts_has_ports(dst))
		*give(sel, ESPAH_A_SEL_DPORT_MIN, &sel->dport) =
			(struct espah_span){ dst->port_min, dst->port_max };
}

/* RFC 4301 section 4.4.1.3: each side has the types that it sends, OPAQUE for none. */
static void give_types(struct espah_selector *sel, const struct ike_ts *src,
		       enum ike_ts_kind kind)
{
	if (ike_ts_is_opaque(src)) {
		sel->given |= espah_bit(ESPAH_A_SEL_OPAQUE);
		return;
	}
	if (!ike_ts_has_ports(src))
		return;
	*give(sel, ESPAH_A_SEL_TYPE_MIN, &sel->type) =
		(struct espah_span){ src->port_min >> 8, src->port_max >> 8 };
	if (kind == IKE_TS_ICMP)
		*give(sel, ESPAH_A_SEL_CODE_MIN, &sel->code) =
			(struct espah_span){ src->port_min & 0xff, src->port_max & 0xff };
}

int ike_kernel_selector(struct espah_selector *sel, const struct ike_ts *src,
			const struct ike_ts *dst, struct espah_err *err)
{
	enum ike_ts_kind kind = ike_ts_kind(src->proto);
	char text[128];

	*sel = (struct espah_selector){
		.src = src->addr,
		.dst = dst->addr,
		.proto = src->proto,
	};
	if (src->proto != dst->proto || !ike_ts_told_apart(src) || !ike_ts_told_apart(dst)) {
		ike_ts_print(ike_ts_told_apart(src) ? dst : src, text, sizeof(text));
		return espah_err_kernel(err, EOPNOTSUPP,
					"EOPNOTSUPP: the kernel module has no selector for this: %s; expected one protocol on both sides, and ports of such as have any",
					text);
	}
	if (kind == IKE_TS_PORTS)
		give_ports(sel, src, dst);
	else if (kind != IKE_TS_NONE)
		give_types(sel, src, kind);
	return 0;
}

static struct ike_ts side(const struct espah_range *addr, uint8_t proto)
{
	return (struct ike_ts){ .addr = *addr, .proto = proto, .port_max = UINT16_MAX };
}

void ike_kernel_flow(const struct espah_selector *sel, struct ike_ts *src, struct ike_ts *dst)
{
	*src = side(&sel->src, sel->proto);
	*dst = side(&sel->dst, sel->proto);
	if (espah_given(sel->given, ESPAH_A_SEL_SPORT_MIN)) {
		src->port_min = sel->sport.min;
		src->port_max = sel->sport.max;
	}
	if (espah_given(sel->given, ESPAH_A_SEL_DPORT_MIN)) {
		dst->port_min = sel->dport.min;
		dst->port_max = sel->dport.max;
	}
	if (espah_given(sel->given, ESPAH_A_SEL_TYPE_MIN)) {
		bool codes = espah_given(sel->given, ESPAH_A_SEL_CODE_MIN);

		src->port_min = sel->type.min << 8 | (codes ? sel->code.min : 0);
		src->port_max = sel->type.max << 8 | (codes ? sel->code.max : 0xff);
	}
}
