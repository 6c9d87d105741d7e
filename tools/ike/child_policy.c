// SPDX-License-Identifier: GPL-2.0-or-later
/* From selectors to policies. Pure. */
#include <string.h>

#include "child.h"

static void resolve_one(const struct ike_ts *conf, const struct espah_addr *dynamic,
			struct ike_ts *ts)
{
	*ts = *conf;
	ts->addr.min = *dynamic;
	ts->addr.max = *dynamic;
}

void ike_conf_ts_resolve(const struct ike_conf_ts *conf, const struct espah_addr *dynamic,
			 struct ike_ts_list *list)
{
	unsigned int i;

	list->count = 0;
	for (i = 0; i < conf->count && list->count < IKE_TS_MAX; i++) {
		if (!conf->item[i].dynamic)
			list->ts[list->count++] = conf->item[i].ts;
		else if (dynamic->family != AF_UNSPEC)
			resolve_one(&conf->item[i].ts, dynamic, &list->ts[list->count++]);
	}
}

/* Bits that are the same in all addresses of the range. */
static unsigned int common_bits(const struct espah_range *range)
{
	unsigned int bits = 0, all = range->min.family == AF_INET6 ? 128 : 32;

	while (bits < all &&
	       !((range->min.octets[bits / 8] ^ range->max.octets[bits / 8]) &
		 (0x80 >> bits % 8)))
		bits++;
	return bits;
}

static unsigned int narrowness(const struct ike_ts *ts)
{
	unsigned int bits = 2 * common_bits(&ts->addr);

	if (ts->addr.min.family == AF_INET)
		bits *= 4;
	if (ts->proto)
		bits++;
	if (ts->port_min || ts->port_max != UINT16_MAX)
		bits++;
	return bits;
}

uint32_t ike_policy_priority(const struct ike_conf_child *conf, const struct ike_ts *local,
			     const struct ike_ts *remote)
{
	/* A small number goes before a large one; what is narrow goes before what is wide. */
	if (conf->priority)
		return conf->priority;
	return 1000 + 2 * 260 - narrowness(local) - narrowness(remote);
}

/* What the module has no selector for. */
static void drop_odd(struct ike_ts_list *list)
{
	unsigned int i, kept = 0;

	for (i = 0; i < list->count; i++) {
		if (ike_ts_told_apart(&list->ts[i]))
			list->ts[kept++] = list->ts[i];
	}
	list->count = kept;
}

bool ike_policies_cut(struct ike_ts_list *local, struct ike_ts_list *remote)
{
	drop_odd(local);
	drop_odd(remote);
	while (ike_ts_pairs(local, remote) > IKE_TS_PAIRS_MAX) {
		if (local->count > remote->count)
			local->count--;
		else
			remote->count--;
	}
	return ike_ts_pairs(local, remote);
}

const char *ike_policies_wrong(const struct ike_ts_list *local, const struct ike_ts_list *remote)
{
	struct ike_ts_list local_cut = *local, remote_cut = *remote;
	unsigned int pairs = ike_ts_pairs(local, remote);

	if (!pairs)
		return "no packet can fit its traffic selectors";
	if (pairs > IKE_TS_PAIRS_MAX)
		return "its traffic selectors are too many";
	drop_odd(&local_cut);
	drop_odd(&remote_cut);
	if (local_cut.count != local->count || remote_cut.count != remote->count)
		return "its traffic selectors have ports of a protocol that has none";
	return NULL;
}

unsigned int ike_policies_make(struct ike_kernel_policy *policies, unsigned int max,
			       const struct ike_ts_list *local, const struct ike_ts_list *remote,
			       const struct ike_kernel_policy *like)
{
	struct ike_ts local_one, remote_one;
	unsigned int i, j, count = 0;

	for (i = 0; i < local->count; i++) {
		for (j = 0; j < remote->count && count < max; j++) {
			if (!ike_ts_pair(&local->ts[i], &remote->ts[j], &local_one, &remote_one))
				continue;
			policies[count] = *like;
			policies[count].local_ts = local_one;
			policies[count++].remote_ts = remote_one;
		}
	}
	return count;
}
