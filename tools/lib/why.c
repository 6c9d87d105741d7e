// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "policy.h"
#include "selector.h"
#include "why.h"
#include "wire.h"

static bool take_sa_part(const struct nlattr *attr, struct espah_tmpl *sa)
{
	switch (mnl_attr_get_type(attr)) {
	case ESPAH_A_SA_SRC:
		return espah_take_addr(attr, &sa->src);
	case ESPAH_A_SA_DST:
		return espah_take_addr(attr, &sa->dst);
	case ESPAH_A_SA_PROTO:
		return espah_take_u8(attr, &sa->proto);
	case ESPAH_A_SA_SPI:
		return espah_take_spi(attr, &sa->spi);
	case ESPAH_A_SA_MODE:
		return espah_take_u8(attr, &sa->mode);
	case ESPAH_A_SA_REQID:
		return espah_take_u32(attr, &sa->reqid);
	default:
		return true;
	}
}

static bool take_sa(const struct nlattr *attr, struct espah_why *why)
{
	const struct nlattr *part;

	if (why->sas == ESPAH_TMPLS_MAX)
		return false;
	mnl_attr_for_each_nested(part, attr) {
		if (!take_sa_part(part, &why->sa[why->sas]))
			return false;
	}
	why->sas++;
	return true;
}

static bool take_attr(const struct nlattr *attr, struct espah_why *why)
{
	switch (mnl_attr_get_type(attr)) {
	case ESPAH_A_WHY_DIR:
		return espah_take_u8(attr, &why->dir);
	case ESPAH_A_WHY_VERDICT:
		return espah_take_u8(attr, &why->verdict);
	case ESPAH_A_WHY_CAUSE:
		return espah_take_u32(attr, &why->cause);
	case ESPAH_A_WHY_POLICY:
		return espah_take_policy(attr, &why->policy);
	case ESPAH_A_WHY_SA:
		return take_sa(attr, why);
	case ESPAH_A_WHY_LACKS:
		return espah_take_u8(attr, &why->lacks);
	case ESPAH_A_WHY_OIF:
		return espah_take_u32(attr, &why->oif);
	case ESPAH_A_WHY_OUTER:
		return espah_take_u32(attr, &why->outer);
	case ESPAH_A_WHY_INNER:
		return espah_take_u32(attr, &why->inner);
	default:
		return true;
	}
}

/**
 * espah_why_take() - read the kernel's answer
 * @nlh: the answer
 * @why: filled in
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int espah_why_take(const struct nlmsghdr *nlh, struct espah_why *why, struct espah_err *err)
{
	const struct nlattr *attr;

	memset(why, 0, sizeof(*why));
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		uint16_t type = mnl_attr_get_type(attr);

		if (!take_attr(attr, why))
			return espah_wire_malformed(err, "what would become of it", attr);
		if (type <= ESPAH_A_WHY_MAX)
			why->given |= espah_bit(type);
	}
	return 0;
}

static int take_one(const struct nlmsghdr *nlh, void *to, struct espah_err *err)
{
	return espah_why_take(nlh, to, err);
}

/**
 * espah_why_get() - ask what would become of a packet
 * @nl: the way to the kernel
 * @probe: the packet
 * @dir: ESPAH_DIR_*
 * @why: filled in
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int espah_why_get(struct espah_nl *nl, const struct espah_probe *probe, uint8_t dir,
		  struct espah_why *why, struct espah_err *err)
{
	const struct espah_nl_sink sink = { .item = take_one, .to = why };
	struct nlmsghdr *nlh = espah_nl_request(nl, ESPAH_CMD_WHY_GET);

	if (!espah_put_u8(nlh, ESPAH_A_WHY_DIR, dir) ||
	    !espah_put_selector(nlh, ESPAH_A_WHY_SEL, &probe->flow) ||
	    !espah_put_u32(nlh, ESPAH_A_WHY_MARK, probe->mark) ||
	    !espah_put_u32(nlh, ESPAH_A_WHY_IF_ID, probe->if_id))
		return espah_wire_too_long(err);
	return espah_nl_transact(nl, &sink, err);
}
