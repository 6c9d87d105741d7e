// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include <linux/espah.h>

#include "attrs.h"

static const char * const alg_names[ESPAH_A_ALG_MAX + 1] = {
	[ESPAH_A_ALG_NAME] = "name",
	[ESPAH_A_ALG_KEY] = "key",
	[ESPAH_A_ALG_ICV_BITS] = "icv-bits",
};

static const struct espah_attr_set alg_set = {
	.max = ESPAH_A_ALG_MAX,
	.names = alg_names,
};

static const char * const sel_names[ESPAH_A_SEL_MAX + 1] = {
	[ESPAH_A_SEL_SRC_MIN] = "src-min",
	[ESPAH_A_SEL_SRC_MAX] = "src-max",
	[ESPAH_A_SEL_DST_MIN] = "dst-min",
	[ESPAH_A_SEL_DST_MAX] = "dst-max",
	[ESPAH_A_SEL_PROTO] = "proto",
};

static const struct espah_attr_set sel_set = {
	.max = ESPAH_A_SEL_MAX,
	.names = sel_names,
};

static const char * const tmpl_names[ESPAH_A_TMPL_MAX + 1] = {
	[ESPAH_A_TMPL_SRC] = "src",
	[ESPAH_A_TMPL_DST] = "dst",
	[ESPAH_A_TMPL_PROTO] = "proto",
	[ESPAH_A_TMPL_SPI] = "spi",
	[ESPAH_A_TMPL_MODE] = "mode",
	[ESPAH_A_TMPL_REQID] = "reqid",
	[ESPAH_A_TMPL_LEVEL] = "level",
};

static const struct espah_attr_set tmpl_set = {
	.max = ESPAH_A_TMPL_MAX,
	.names = tmpl_names,
};

static const char * const sa_names[ESPAH_A_SA_MAX + 1] = {
	[ESPAH_A_SA_SRC] = "src",
	[ESPAH_A_SA_DST] = "dst",
	[ESPAH_A_SA_PROTO] = "proto",
	[ESPAH_A_SA_SPI] = "spi",
	[ESPAH_A_SA_MODE] = "mode",
	[ESPAH_A_SA_REQID] = "reqid",
	[ESPAH_A_SA_REPLAY_WINDOW] = "replay-window",
	[ESPAH_A_SA_SEL] = "sel",
	[ESPAH_A_SA_AEAD] = "aead",
	[ESPAH_A_SA_SHOW_KEYS] = "show-keys",
	[ESPAH_A_SA_ID] = "id",
	[ESPAH_A_SA_OSEQ] = "oseq",
	[ESPAH_A_SA_SEQ] = "seq",
	[ESPAH_A_SA_PACKETS] = "packets",
	[ESPAH_A_SA_BYTES] = "bytes",
	[ESPAH_A_SA_ADD_TIME] = "add-time",
	[ESPAH_A_SA_USE_TIME] = "use-time",
	[ESPAH_A_SA_COUNTERS] = "counters",
	[ESPAH_A_SA_PAD] = "pad",
};

static const struct espah_attr_set * const sa_nests[ESPAH_A_SA_MAX + 1] = {
	[ESPAH_A_SA_SEL] = &sel_set,
	[ESPAH_A_SA_AEAD] = &alg_set,
};

static const struct espah_attr_set sa_set = {
	.max = ESPAH_A_SA_MAX,
	.names = sa_names,
	.nests = sa_nests,
};

static const char * const policy_names[ESPAH_A_POLICY_MAX + 1] = {
	[ESPAH_A_POLICY_DIR] = "dir",
	[ESPAH_A_POLICY_PRIORITY] = "priority",
	[ESPAH_A_POLICY_INDEX] = "index",
	[ESPAH_A_POLICY_ACTION] = "action",
	[ESPAH_A_POLICY_SEL] = "sel",
	[ESPAH_A_POLICY_TMPL] = "tmpl",
};

static const struct espah_attr_set * const policy_nests[ESPAH_A_POLICY_MAX + 1] = {
	[ESPAH_A_POLICY_SEL] = &sel_set,
	[ESPAH_A_POLICY_TMPL] = &tmpl_set,
};

static const struct espah_attr_set policy_set = {
	.max = ESPAH_A_POLICY_MAX,
	.names = policy_names,
	.nests = policy_nests,
};

static const char * const info_names[ESPAH_A_INFO_MAX + 1] = {
	[ESPAH_A_INFO_SA_COUNT] = "sa-count",
	[ESPAH_A_INFO_POLICIES_IN] = "policies-in",
	[ESPAH_A_INFO_POLICIES_OUT] = "policies-out",
	[ESPAH_A_INFO_POLICIES_FWD] = "policies-fwd",
	[ESPAH_A_INFO_COUNTERS] = "counters",
};

static const struct espah_attr_set info_set = {
	.max = ESPAH_A_INFO_MAX,
	.names = info_names,
};

/**
 * espah_attr_set() - the attributes that a command speaks in
 * @cmd: ESPAH_CMD_*
 *
 * Return: the set.
 */
const struct espah_attr_set *espah_attr_set(uint8_t cmd)
{
	if (cmd == ESPAH_CMD_INFO_GET)
		return &info_set;
	return cmd < ESPAH_CMD_POLICY_ADD ? &sa_set : &policy_set;
}

static size_t name_put(const struct espah_attr_set *set, uint16_t type, char *buf, size_t size)
{
	int len;

	if (set && type <= set->max && set->names[type])
		len = snprintf(buf, size, "%s", set->names[type]);
	else
		len = snprintf(buf, size, "%u", type);
	return len < (int)size ? len : 0;
}

static const struct espah_attr_set *nest_of(const struct espah_attr_set *set, uint16_t type)
{
	return set && set->nests && type <= set->max ? set->nests[type] : NULL;
}

/* Where in the request is it? One level of nesting is all there is. */
static const struct espah_attr_set *path_put(const struct espah_attr_set *set,
					     const struct nlmsghdr *nlh, size_t offset,
					     char *buf, size_t size)
{
	const char *target = (const char *)nlh + offset;
	const struct nlattr *attr, *inner;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		const char *start = (const char *)attr;
		uint16_t type = mnl_attr_get_type(attr);
		const struct espah_attr_set *nest = nest_of(set, type);
		size_t len;

		if (target < start || target >= start + mnl_attr_get_len(attr))
			continue;
		len = name_put(set, type, buf, size);
		if (target == start || !nest)
			return nest;
		mnl_attr_for_each_nested(inner, attr) {
			if ((const char *)inner != target || len + 1 >= size)
				continue;
			buf[len++] = '.';
			name_put(nest, mnl_attr_get_type(inner), buf + len, size - len);
			return NULL;
		}
		return NULL;
	}
	return NULL;
}

/**
 * espah_attr_path() - the name of the attribute at an offset of a request
 * @set: the request's attributes
 * @nlh: the request
 * @offset: where the kernel found fault
 * @buf: filled in, for instance "spi" or "sel.proto"
 * @size: of @buf
 *
 * Return: the length of the name, 0 where there is no attribute.
 */
size_t espah_attr_path(const struct espah_attr_set *set, const struct nlmsghdr *nlh,
		       size_t offset, char *buf, size_t size)
{
	buf[0] = '\0';
	path_put(set, nlh, offset, buf, size);
	return strlen(buf);
}

/**
 * espah_attr_missing() - the name of an attribute that is not in a request
 * @set: the request's attributes
 * @nlh: the request
 * @nest: offset of the attribute that it should be nested in, 0 for none
 * @type: which it is
 * @buf: filled in
 * @size: of @buf
 *
 * Return: the length of the name.
 */
size_t espah_attr_missing(const struct espah_attr_set *set, const struct nlmsghdr *nlh,
			  size_t nest, uint16_t type, char *buf, size_t size)
{
	size_t len = 0;

	buf[0] = '\0';
	if (nest) {
		set = path_put(set, nlh, nest, buf, size);
		len = strlen(buf);
	}
	if (len && len + 1 < size)
		buf[len++] = '.';
	name_put(set, type, buf + len, size - len);
	return strlen(buf);
}
