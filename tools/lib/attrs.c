// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include <linux/espah.h>

#include "addr.h"
#include "attrs.h"
#include "wire.h"

/* The names are those of Documentation/netlink/espah.yaml. */
static const struct espah_attr alg_attrs[ESPAH_A_ALG_MAX + 1] = {
	[ESPAH_A_ALG_NAME] = { "name", ESPAH_KIND_TEXT, NULL },
	[ESPAH_A_ALG_KEY] = { "key", ESPAH_KIND_SECRET, NULL },
	[ESPAH_A_ALG_ICV_BITS] = { "icv-bits", ESPAH_KIND_NUMBER, NULL },
};

static const struct espah_attr_set alg_set = { ESPAH_A_ALG_MAX, alg_attrs };

static const struct espah_attr limit_attrs[ESPAH_A_LIMIT_MAX + 1] = {
	[ESPAH_A_LIMIT_PAD] = { "pad", ESPAH_KIND_OTHER, NULL },
	[ESPAH_A_LIMIT_TIME_SOFT] = { "time-soft", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_LIMIT_TIME_HARD] = { "time-hard", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_LIMIT_TIME_USE_SOFT] = { "time-use-soft", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_LIMIT_TIME_USE_HARD] = { "time-use-hard", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_LIMIT_BYTE_SOFT] = { "byte-soft", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_LIMIT_BYTE_HARD] = { "byte-hard", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_LIMIT_PACKET_SOFT] = { "packet-soft", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_LIMIT_PACKET_HARD] = { "packet-hard", ESPAH_KIND_NUMBER, NULL },
};

static const struct espah_attr_set limit_set = { ESPAH_A_LIMIT_MAX, limit_attrs };

static const struct espah_attr sel_attrs[ESPAH_A_SEL_MAX + 1] = {
	[ESPAH_A_SEL_SRC_MIN] = { "src-min", ESPAH_KIND_ADDR, NULL },
	[ESPAH_A_SEL_SRC_MAX] = { "src-max", ESPAH_KIND_ADDR, NULL },
	[ESPAH_A_SEL_DST_MIN] = { "dst-min", ESPAH_KIND_ADDR, NULL },
	[ESPAH_A_SEL_DST_MAX] = { "dst-max", ESPAH_KIND_ADDR, NULL },
	[ESPAH_A_SEL_PROTO] = { "proto", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_SEL_SPORT_MIN] = { "sport-min", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_SEL_SPORT_MAX] = { "sport-max", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_SEL_DPORT_MIN] = { "dport-min", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_SEL_DPORT_MAX] = { "dport-max", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_SEL_TYPE_MIN] = { "type-min", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_SEL_TYPE_MAX] = { "type-max", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_SEL_CODE_MIN] = { "code-min", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_SEL_CODE_MAX] = { "code-max", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_SEL_KEY] = { "key", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_SEL_OPAQUE] = { "opaque", ESPAH_KIND_OTHER, NULL },
	[ESPAH_A_SEL_IFINDEX] = { "ifindex", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_SEL_DSCP] = { "dscp", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_SEL_PAD] = { "pad", ESPAH_KIND_OTHER, NULL },
};

static const struct espah_attr_set sel_set = { ESPAH_A_SEL_MAX, sel_attrs };

static const struct espah_attr tmpl_attrs[ESPAH_A_TMPL_MAX + 1] = {
	[ESPAH_A_TMPL_SRC] = { "src", ESPAH_KIND_ADDR, NULL },
	[ESPAH_A_TMPL_DST] = { "dst", ESPAH_KIND_ADDR, NULL },
	[ESPAH_A_TMPL_PROTO] = { "proto", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_TMPL_SPI] = { "spi", ESPAH_KIND_SPI, NULL },
	[ESPAH_A_TMPL_MODE] = { "mode", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_TMPL_REQID] = { "reqid", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_TMPL_LEVEL] = { "level", ESPAH_KIND_NUMBER, NULL },
};

static const struct espah_attr_set tmpl_set = { ESPAH_A_TMPL_MAX, tmpl_attrs };

static const struct espah_attr sa_attrs[ESPAH_A_SA_MAX + 1] = {
	[ESPAH_A_SA_SRC] = { "src", ESPAH_KIND_ADDR, NULL },
	[ESPAH_A_SA_DST] = { "dst", ESPAH_KIND_ADDR, NULL },
	[ESPAH_A_SA_PROTO] = { "proto", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_SA_SPI] = { "spi", ESPAH_KIND_SPI, NULL },
	[ESPAH_A_SA_MODE] = { "mode", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_SA_REQID] = { "reqid", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_SA_REPLAY_WINDOW] = { "replay-window", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_SA_SEL] = { "sel", ESPAH_KIND_OTHER, &sel_set },
	[ESPAH_A_SA_AEAD] = { "aead", ESPAH_KIND_OTHER, &alg_set },
	[ESPAH_A_SA_SHOW_KEYS] = { "show-keys", ESPAH_KIND_OTHER, NULL },
	[ESPAH_A_SA_ID] = { "id", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_SA_OSEQ] = { "oseq", ESPAH_KIND_OTHER, NULL },
	[ESPAH_A_SA_SEQ] = { "seq", ESPAH_KIND_OTHER, NULL },
	[ESPAH_A_SA_PACKETS] = { "packets", ESPAH_KIND_OTHER, NULL },
	[ESPAH_A_SA_BYTES] = { "bytes", ESPAH_KIND_OTHER, NULL },
	[ESPAH_A_SA_ADD_TIME] = { "add-time", ESPAH_KIND_OTHER, NULL },
	[ESPAH_A_SA_USE_TIME] = { "use-time", ESPAH_KIND_OTHER, NULL },
	[ESPAH_A_SA_COUNTERS] = { "counters", ESPAH_KIND_OTHER, NULL },
	[ESPAH_A_SA_PAD] = { "pad", ESPAH_KIND_OTHER, NULL },
	[ESPAH_A_SA_ENC] = { "enc", ESPAH_KIND_OTHER, &alg_set },
	[ESPAH_A_SA_AUTH] = { "auth", ESPAH_KIND_OTHER, &alg_set },
	[ESPAH_A_SA_ENCAP_SPORT] = { "encap-sport", ESPAH_KIND_OTHER, NULL },
	[ESPAH_A_SA_ENCAP_DPORT] = { "encap-dport", ESPAH_KIND_OTHER, NULL },
	[ESPAH_A_SA_ENCAP_OADDR] = { "encap-oaddr", ESPAH_KIND_ADDR, NULL },
	[ESPAH_A_SA_ENCAP_ODST] = { "encap-odst", ESPAH_KIND_ADDR, NULL },
	[ESPAH_A_SA_LIMITS] = { "limits", ESPAH_KIND_OTHER, &limit_set },
	[ESPAH_A_SA_STATE] = { "state", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_SA_EXPIRED] = { "expired", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_SA_SPI_MIN] = { "spi-min", ESPAH_KIND_SPI, NULL },
	[ESPAH_A_SA_SPI_MAX] = { "spi-max", ESPAH_KIND_SPI, NULL },
	[ESPAH_A_SA_TIMEOUT] = { "timeout", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_SA_FLAGS] = { "flags", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_SA_MARK] = { "mark", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_SA_MARK_MASK] = { "mark-mask", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_SA_OUTPUT_MARK] = { "output-mark", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_SA_OUTPUT_MARK_MASK] = { "output-mark-mask", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_SA_TTL] = { "ttl", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_SA_DSCP] = { "dscp", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_SA_FLOWLABEL] = { "flowlabel", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_SA_TFCPAD] = { "tfcpad", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_SA_NAT_KEEPALIVE] = { "nat-keepalive", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_SA_DUMMY_INTERVAL] = { "dummy-interval", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_SA_MAPPED_SRC] = { "mapped-src", ESPAH_KIND_ADDR, NULL },
	[ESPAH_A_SA_MAPPED_SPORT] = { "mapped-sport", ESPAH_KIND_OTHER, NULL },
	[ESPAH_A_SA_IF_ID] = { "if-id", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_SA_REPLAY_THRESH] = { "replay-thresh", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_SA_REPLAY_TIMER] = { "replay-timer", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_SA_REPLAY_DUE] = { "replay-due", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_SA_DIR] = { "dir", ESPAH_KIND_NUMBER, NULL },
};

static const struct espah_attr_set sa_set = { ESPAH_A_SA_MAX, sa_attrs };

static const struct espah_attr policy_attrs[ESPAH_A_POLICY_MAX + 1] = {
	[ESPAH_A_POLICY_DIR] = { "dir", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_POLICY_PRIORITY] = { "priority", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_POLICY_INDEX] = { "index", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_POLICY_ACTION] = { "action", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_POLICY_SEL] = { "sel", ESPAH_KIND_OTHER, &sel_set },
	[ESPAH_A_POLICY_TMPL] = { "tmpl", ESPAH_KIND_OTHER, &tmpl_set },
	[ESPAH_A_POLICY_MARK] = { "mark", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_POLICY_MARK_MASK] = { "mark-mask", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_POLICY_IF_ID] = { "if-id", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_POLICY_WAITING] = { "waiting", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_POLICY_NAME] = { "name", ESPAH_KIND_TEXT, NULL },
	[ESPAH_A_POLICY_PAD] = { "pad", ESPAH_KIND_OTHER, NULL },
	[ESPAH_A_POLICY_PACKETS] = { "packets", ESPAH_KIND_OTHER, NULL },
	[ESPAH_A_POLICY_BYTES] = { "bytes", ESPAH_KIND_OTHER, NULL },
	[ESPAH_A_POLICY_ADD_TIME] = { "add-time", ESPAH_KIND_OTHER, NULL },
	[ESPAH_A_POLICY_USE_TIME] = { "use-time", ESPAH_KIND_OTHER, NULL },
	[ESPAH_A_POLICY_LIMITS] = { "limits", ESPAH_KIND_OTHER, &limit_set },
	[ESPAH_A_POLICY_EXPIRED] = { "expired", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_POLICY_DEFAULT] = { "default", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_POLICY_INDEX_CHOSEN] = { "index-chosen", ESPAH_KIND_OTHER, NULL },
};

static const struct espah_attr_set policy_set = { ESPAH_A_POLICY_MAX, policy_attrs };

static const struct espah_attr move_attrs[ESPAH_A_MOVE_MAX + 1] = {
	[ESPAH_A_MOVE_OLD_SRC] = { "old-src", ESPAH_KIND_ADDR, NULL },
	[ESPAH_A_MOVE_OLD_DST] = { "old-dst", ESPAH_KIND_ADDR, NULL },
	[ESPAH_A_MOVE_NEW_SRC] = { "new-src", ESPAH_KIND_ADDR, NULL },
	[ESPAH_A_MOVE_NEW_DST] = { "new-dst", ESPAH_KIND_ADDR, NULL },
	[ESPAH_A_MOVE_PROTO] = { "proto", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_MOVE_MODE] = { "mode", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_MOVE_REQID] = { "reqid", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_MOVE_ENCAP_SPORT] = { "encap-sport", ESPAH_KIND_OTHER, NULL },
	[ESPAH_A_MOVE_ENCAP_DPORT] = { "encap-dport", ESPAH_KIND_OTHER, NULL },
};

static const struct espah_attr_set move_set = { ESPAH_A_MOVE_MAX, move_attrs };

static const struct espah_attr migrate_attrs[ESPAH_A_MIGRATE_MAX + 1] = {
	[ESPAH_A_MIGRATE_MOVE] = { "move", ESPAH_KIND_OTHER, &move_set },
	[ESPAH_A_MIGRATE_IF_ID] = { "if-id", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_MIGRATE_SAS] = { "sas", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_MIGRATE_POLICIES] = { "policies", ESPAH_KIND_NUMBER, NULL },
};

static const struct espah_attr_set migrate_set = { ESPAH_A_MIGRATE_MAX, migrate_attrs };

static const struct espah_attr default_attrs[ESPAH_A_DEFAULT_MAX + 1] = {
	[ESPAH_A_DEFAULT_IN] = { "in", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_DEFAULT_OUT] = { "out", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_DEFAULT_FWD] = { "fwd", ESPAH_KIND_NUMBER, NULL },
};

static const struct espah_attr_set default_set = { ESPAH_A_DEFAULT_MAX, default_attrs };

static const struct espah_attr info_attrs[ESPAH_A_INFO_MAX + 1] = {
	[ESPAH_A_INFO_SA_COUNT] = { "sa-count", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_INFO_POLICIES_IN] = { "policies-in", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_INFO_POLICIES_OUT] = { "policies-out", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_INFO_POLICIES_FWD] = { "policies-fwd", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_INFO_COUNTERS] = { "counters", ESPAH_KIND_OTHER, NULL },
};

static const struct espah_attr_set info_set = { ESPAH_A_INFO_MAX, info_attrs };

static const struct espah_attr drop_attrs[ESPAH_A_DROP_MAX + 1] = {
	[ESPAH_A_DROP_PAD] = { "pad", ESPAH_KIND_OTHER, NULL },
	[ESPAH_A_DROP_CAUSE] = { "cause", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_DROP_TIME] = { "time", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_DROP_NUMBER] = { "number", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_DROP_SUPPRESSED] = { "suppressed", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_DROP_FLOW] = { "flow", ESPAH_KIND_OTHER, &sel_set },
	[ESPAH_A_DROP_MARK] = { "mark", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_DROP_LENGTH] = { "length", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_DROP_IIF] = { "iif", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_DROP_OIF] = { "oif", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_DROP_SA_DST] = { "sa-dst", ESPAH_KIND_ADDR, NULL },
	[ESPAH_A_DROP_SA_PROTO] = { "sa-proto", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_DROP_SA_SPI] = { "sa-spi", ESPAH_KIND_SPI, NULL },
	[ESPAH_A_DROP_SA_ID] = { "sa-id", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_DROP_SA_REQID] = { "sa-reqid", ESPAH_KIND_NUMBER, NULL },
};

static const struct espah_attr_set drop_set = { ESPAH_A_DROP_MAX, drop_attrs };

static const struct espah_attr why_attrs[ESPAH_A_WHY_MAX + 1] = {
	[ESPAH_A_WHY_DIR] = { "dir", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_WHY_SEL] = { "sel", ESPAH_KIND_OTHER, &sel_set },
	[ESPAH_A_WHY_MARK] = { "mark", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_WHY_VERDICT] = { "verdict", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_WHY_CAUSE] = { "cause", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_WHY_POLICY] = { "policy", ESPAH_KIND_OTHER, &policy_set },
	[ESPAH_A_WHY_SA] = { "sa", ESPAH_KIND_OTHER, &sa_set },
	[ESPAH_A_WHY_LACKS] = { "lacks", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_WHY_EXCLUDED] = { "excluded", ESPAH_KIND_OTHER, NULL },
	[ESPAH_A_WHY_HEARD] = { "heard", ESPAH_KIND_OTHER, NULL },
	[ESPAH_A_WHY_OIF] = { "oif", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_WHY_OUTER] = { "outer", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_WHY_INNER] = { "inner", ESPAH_KIND_NUMBER, NULL },
	[ESPAH_A_WHY_IF_ID] = { "if-id", ESPAH_KIND_NUMBER, NULL },
};

static const struct espah_attr_set why_set = { ESPAH_A_WHY_MAX, why_attrs };

/**
 * espah_attr_set() - the attributes that a command speaks in
 * @cmd: ESPAH_CMD_*
 *
 * Return: the set.
 */
const struct espah_attr_set *espah_attr_set(uint8_t cmd)
{
	switch (cmd) {
	case ESPAH_CMD_POLICY_ADD ... ESPAH_CMD_POLICY_FLUSH:
		return &policy_set;
	case ESPAH_CMD_DEFAULT_SET:
	case ESPAH_CMD_DEFAULT_GET:
	case ESPAH_CMD_DEFAULT_NTF:
		return &default_set;
	case ESPAH_CMD_MIGRATE:
	case ESPAH_CMD_MIGRATE_NTF:
		return &migrate_set;
	case ESPAH_CMD_INFO_GET:
		return &info_set;
	case ESPAH_CMD_DROP_GET:
		return &drop_set;
	case ESPAH_CMD_WHY_GET:
		return &why_set;
	default:
		return &sa_set;
	}
}

static const struct espah_attr *desc_of(const struct espah_attr_set *set, uint16_t type)
{
	return set && type <= set->max && set->attrs[type].name ? &set->attrs[type] : NULL;
}

/* One step deeper. */
static void path_add(struct espah_attr_hit *hit, const struct espah_attr_set *set, uint16_t type)
{
	size_t len = strlen(hit->path);
	const char *dot = len ? "." : "";

	hit->desc = desc_of(set, type);
	if (hit->desc)
		snprintf(hit->path + len, sizeof(hit->path) - len, "%s%s", dot, hit->desc->name);
	else
		snprintf(hit->path + len, sizeof(hit->path) - len, "%s%u", dot, type);
}

static bool covers(const struct nlattr *attr, const char *target)
{
	const char *start = (const char *)attr;

	return target >= start && target < start + mnl_attr_get_len(attr);
}

/**
 * espah_attr_find() - the attribute at an offset of a request
 * @set: the request's attributes
 * @nlh: the request
 * @offset: where the kernel found fault
 * @hit: filled in; one level of nesting is all there is
 */
void espah_attr_find(const struct espah_attr_set *set, const struct nlmsghdr *nlh, size_t offset,
		     struct espah_attr_hit *hit)
{
	const char *target = (const char *)nlh + offset;
	const struct nlattr *attr, *inner;

	memset(hit, 0, sizeof(*hit));
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (!covers(attr, target))
			continue;
		hit->attr = attr;
		path_add(hit, set, mnl_attr_get_type(attr));
		if (target == (const char *)attr || !hit->desc || !hit->desc->nest)
			return;
		set = hit->desc->nest;
		mnl_attr_for_each_nested(inner, attr) {
			if (!covers(inner, target))
				continue;
			hit->attr = inner;
			path_add(hit, set, mnl_attr_get_type(inner));
			return;
		}
		return;
	}
}

/**
 * espah_attr_missing() - the name of an attribute that is not in a request
 * @set: the request's attributes
 * @nlh: the request
 * @nest: offset of the attribute that it should be nested in, 0 for none
 * @type: which it is
 * @hit: filled in
 */
void espah_attr_missing(const struct espah_attr_set *set, const struct nlmsghdr *nlh, size_t nest,
			uint16_t type, struct espah_attr_hit *hit)
{
	memset(hit, 0, sizeof(*hit));
	if (nest) {
		espah_attr_find(set, nlh, nest, hit);
		set = hit->desc ? hit->desc->nest : NULL;
	}
	hit->attr = NULL;
	path_add(hit, set, type);
}

static void print_number(const struct nlattr *attr, char *buf, size_t size)
{
	uint64_t large;
	uint32_t number;
	uint8_t small;

	if (espah_take_u64(attr, &large))
		snprintf(buf, size, "%llu", (unsigned long long)large);
	else if (espah_take_u32(attr, &number))
		snprintf(buf, size, "%u", number);
	else if (espah_take_u8(attr, &small))
		snprintf(buf, size, "%u", small);
}

/**
 * espah_attr_print() - what the request says there
 * @hit: from espah_attr_find(), which found one
 * @buf: filled in; empty where it is not worth showing
 * @size: of @buf
 */
void espah_attr_print(const struct espah_attr_hit *hit, char *buf, size_t size)
{
	enum espah_attr_kind kind = hit->desc ? hit->desc->kind : ESPAH_KIND_OTHER;
	char text[ESPAH_ADDR_STRLEN];
	struct espah_addr addr;
	uint32_t spi;

	buf[0] = '\0';
	if (kind == ESPAH_KIND_NUMBER)
		print_number(hit->attr, buf, size);
	else if (kind == ESPAH_KIND_SPI && espah_take_spi(hit->attr, &spi))
		snprintf(buf, size, "0x%08x", spi);
	else if (kind == ESPAH_KIND_ADDR && espah_take_addr(hit->attr, &addr))
		snprintf(buf, size, "%s", espah_addr_print(&addr, text));
	else if (kind == ESPAH_KIND_TEXT)
		snprintf(buf, size, "%.*s", mnl_attr_get_payload_len(hit->attr),
			 mnl_attr_get_str(hit->attr));
	else if (kind == ESPAH_KIND_SECRET)
		snprintf(buf, size, "%u octets", mnl_attr_get_payload_len(hit->attr));
}
