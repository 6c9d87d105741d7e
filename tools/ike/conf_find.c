// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What of a configuration fits a peer.
 */
#include <limits.h>
#include <string.h>

#include "../lib/addr.h"
#include "conf.h"

/* One more than the longest prefix, so that a single address comes before all networks. */
#define BITS_MAX	128

/* More for a smaller range: the leading bits that both ends have in common. */
static unsigned int specialty(const struct espah_range *range)
{
	unsigned int len = 8 * espah_addr_len(range->min.family), bits = 0;

	while (bits < len && !((range->min.octets[bits / 8] ^ range->max.octets[bits / 8]) &
			       (0x80 >> bits % 8)))
		bits++;
	return BITS_MAX - (len - bits) + 1;
}

/* 0: none of them is there; 1: any address is right; more for a smaller range. */
static unsigned int match(const struct espah_range *range, unsigned int count,
			  const struct espah_addr *addr)
{
	const struct espah_range one = { *addr, *addr };
	unsigned int i, best = 0;

	if (!count)
		return 1;
	for (i = 0; i < count; i++) {
		unsigned int special = specialty(&range[i]) + 1;

		if (espah_range_within(&one, &range[i]) && special > best)
			best = special;
	}
	return best;
}

/* The peer's address counts more than ours. */
static unsigned int rank(const struct ike_conf_conn *conn, const struct espah_addr *local,
			 const struct espah_addr *remote, uint8_t version)
{
	unsigned int theirs = match(conn->remote_addr, conn->remotes, remote);
	unsigned int ours = match(conn->local_addr, conn->locals, local);

	if ((conn->version && conn->version != version) || !theirs || !ours)
		return 0;
	return theirs * (BITS_MAX + 3) + ours;
}

struct ike_conf_conn *ike_conf_find_conn(const struct ike_conf *conf,
					 const struct espah_addr *local,
					 const struct espah_addr *remote, uint8_t version,
					 const struct ike_conf_conn *after)
{
	unsigned int limit = after ? rank(after, local, remote, version) : UINT_MAX, most = 0;
	struct ike_conf_conn *conn, *best = NULL;

	/*
	 * Equals are taken in a row, so that many of them, which is what a stranger
	 * finds where peers may come from anywhere, are passed once and not each time.
	 */
	for (conn = after ? after->next : NULL; conn; conn = conn->next) {
		if (rank(conn, local, remote, version) == limit)
			return conn;
	}
	for (conn = conf->conns; conn; conn = conn->next) {
		unsigned int here = rank(conn, local, remote, version);

		if (here <= most || here >= limit)
			continue;
		most = here;
		best = conn;
	}
	return best;
}

const struct espah_addr *ike_conf_one_addr(const struct espah_range *range, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (espah_addr_equal(&range[i].min, &range[i].max))
			return &range[i].min;
	}
	return NULL;
}

struct ike_conf_conn *ike_conf_conn_by_name(const struct ike_conf *conf, const char *name)
{
	struct ike_conf_conn *conn;

	for (conn = conf->conns; conn && strcmp(conn->name, name); conn = conn->next)
		;
	return conn;
}

struct ike_conf_child *ike_conf_child_by_name(const struct ike_conf *conf, const char *name,
					      struct ike_conf_conn **conn)
{
	struct ike_conf_child *child;

	for (*conn = conf->conns; *conn; *conn = (*conn)->next) {
		for (child = (*conn)->children; child; child = child->next) {
			if (!strcmp(child->name, name))
				return child;
		}
	}
	return NULL;
}

/* How well an identity fits a secret: 3 it is named, 2 by a wildcard, 1 as any, 0 not at all. */
static unsigned int id_rank(const struct ike_conf_secret *secret, const struct ike_id *id)
{
	unsigned int i, best = 0;

	for (i = 0; i < secret->ids; i++) {
		unsigned int here;

		if (!ike_id_matches(id, &secret->id[i]))
			continue;
		if (!secret->id[i].type)
			here = 1;
		else
			here = ike_id_equal(id, &secret->id[i]) ? 3 : 2;
		best = here > best ? here : best;
	}
	return best;
}

/* Of one identity, the peer's says more than ours, which all secrets of this host may have. */
static unsigned int secret_rank(const struct ike_conf_secret *secret, const struct ike_id *mine,
				const struct ike_id *theirs)
{
	unsigned int ours = id_rank(secret, mine), peer = id_rank(secret, theirs);
	unsigned int both = !!ours + !!peer;

	if (!secret->ids)
		return 1;
	return both ? both * 100 + peer * 10 + ours : 0;
}

const struct ike_conf_secret *ike_conf_find_secret(const struct ike_conf *conf,
						   const struct ike_id *mine,
						   const struct ike_id *theirs)
{
	const struct ike_conf_secret *secret, *best = NULL;
	unsigned int most = 0;

	for (secret = conf->secrets; secret; secret = secret->next) {
		unsigned int here = secret_rank(secret, mine, theirs);

		if (here > most) {
			most = here;
			best = secret;
		}
	}
	return best;
}

const struct ike_key *ike_conf_find_key(const struct ike_conf *conf, const struct ike_cert *cert)
{
	const struct ike_conf_key *key;

	for (key = conf->keys; key; key = key->next) {
		if (ike_key_fits(key->key, cert))
			return key->key;
	}
	return NULL;
}
