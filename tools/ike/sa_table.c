// SPDX-License-Identifier: GPL-2.0-or-later
#include <openssl/crypto.h>
#include <string.h>

#include "random.h"
#include "sa_table.h"
#include "v2.h"

/*
 * SPIs that are looked for are ours, drawn at random: nobody but we chooses where
 * an SA lies, so that no key is needed. Whatever is chosen by others goes through
 * ike_table_digest().
 */
static unsigned int bucket_of(const uint8_t *own_spi)
{
	return ike_get_u32(own_spi) % IKE_TABLE_BUCKETS;
}

struct ike_sa *ike_table_find(const struct ike_sa_table *table, const uint8_t *own_spi)
{
	struct ike_sa *sa;

	for (sa = table->bucket[bucket_of(own_spi)]; sa; sa = sa->hash_next) {
		if (!memcmp(ike_sa_own_spi(sa), own_spi, IKE_SPI_LEN))
			return sa;
	}
	return NULL;
}

void ike_table_spi(struct ike_sa_table *table, uint8_t *spi)
{
	static const uint8_t zero[IKE_SPI_LEN];

	do {
		ike_random(spi, IKE_SPI_LEN);
	} while (!memcmp(spi, zero, sizeof(zero)) || ike_table_find(table, spi));
}

void ike_table_enter(struct ike_sa_table *table, struct ike_sa *sa)
{
	struct ike_sa **bucket = &table->bucket[bucket_of(ike_sa_own_spi(sa))];

	sa->hash_next = *bucket;
	*bucket = sa;
	sa->next = table->all;
	table->all = sa;
	table->count++;
	if (sa->initiator)
		return;
	bucket = &table->request[bucket_of(sa->digest)];
	sa->request_next = *bucket;
	*bucket = sa;
}

void ike_table_leave(struct ike_sa_table *table, struct ike_sa *sa)
{
	struct ike_sa **at = &table->bucket[bucket_of(ike_sa_own_spi(sa))];

	while (*at && *at != sa)
		at = &(*at)->hash_next;
	if (!*at)
		return;
	*at = sa->hash_next;
	for (at = &table->all; *at != sa; at = &(*at)->next)
		;
	*at = sa->next;
	table->count--;
	if (sa->initiator)
		return;
	for (at = &table->request[bucket_of(sa->digest)]; *at != sa; at = &(*at)->request_next)
		;
	*at = sa->request_next;
}

void ike_table_work(struct ike_sa *sa)
{
	struct ike_sa_table *table = sa->daemon->sas;
	struct ike_sa **at = &table->work;

	if (!sa->has_work) {
		while (*at)
			at = &(*at)->work_next;
		*at = sa;
		sa->work_next = NULL;
		sa->has_work = true;
	}
	/* Without memory for the timer, the next datagram or event brings it on. */
	if (!ike_timer_armed(&table->work_timer))
		(void)ike_sa_timer(sa, &table->work_timer, 0);
}

void ike_table_run(struct ike_sa_table *table)
{
	struct ike_sa *sa;

	while (table->work) {
		sa = table->work;
		table->work = sa->work_next;
		sa->has_work = false;
		if (sa->state == IKE_SA_DEAD)
			ike_sa_free(sa);
		else
			ike_tasks_run(sa);
	}
	ike_table_emptied(table);
}

int ike_table_digest(const struct ike_sa_table *table, const struct ike_chunk *data,
		     unsigned int count, uint8_t *digest)
{
	return ike_prf(IKE_PRF_HMAC_SHA2_256, ike_chunk(table->secret, sizeof(table->secret)),
		       data, count, digest);
}

struct ike_sa *ike_table_find_request(const struct ike_sa_table *table, const uint8_t *digest)
{
	struct ike_sa *sa = table->request[bucket_of(digest)];

	while (sa && memcmp(sa->digest, digest, sizeof(sa->digest)))
		sa = sa->request_next;
	return sa;
}

unsigned int ike_table_source(const struct ike_sa_table *table, const struct espah_addr *addr)
{
	struct ike_chunk data = ike_chunk(addr->octets, sizeof(addr->octets));
	uint8_t digest[IKE_PRF_MAX];

	/* All of an IPv6 network is one source: whoever is there has all of its addresses. */
	if (addr->family == AF_INET6)
		data.len = 8;
	else
		data.len = 4;
	if (ike_table_digest(table, &data, 1, digest))
		return 0;
	return ike_get_u32(digest) % IKE_SOURCES;
}

/*
 * By source, too: a forger could fill all places of an address that is not its
 * own, and lock out whoever has it.
 */
bool ike_table_wants_cookie(const struct ike_sa_table *table, unsigned int source)
{
	return table->half_open >= IKE_COOKIE_AT || table->source[source] >= IKE_COOKIE_AT_SOURCE;
}

bool ike_table_half_open_room(const struct ike_sa_table *table, unsigned int source)
{
	return table->half_open < IKE_HALF_OPEN_MAX && table->count < IKE_SAS_MAX &&
	       table->source[source] < IKE_HALF_OPEN_SOURCE;
}

void ike_table_half_open_begin(struct ike_sa_table *table, struct ike_sa *sa, unsigned int source)
{
	sa->counted = true;
	sa->source = source;
	table->half_open++;
	table->source[source]++;
}

void ike_table_half_open_end(struct ike_sa_table *table, struct ike_sa *sa)
{
	if (!sa->counted)
		return;
	sa->counted = false;
	table->half_open--;
	table->source[sa->source]--;
}

bool ike_table_may_answer(struct ike_sa_table *table)
{
	uint64_t now = table->daemon->edge->now(table->daemon->loop);

	if (now - table->answers_since >= 1000) {
		table->answers_since = now;
		table->answers = 0;
	}
	return table->answers++ < IKE_ANSWERS_RATE;
}

struct ike_sa *ike_table_find_peer(const struct ike_sa_table *table, const struct ike_id *mine,
				   const struct ike_id *theirs, const struct ike_sa *after)
{
	struct ike_sa *sa = after ? after->next : table->all;

	for (; sa; sa = sa->next) {
		if (sa->state == IKE_SA_UP && ike_id_equal(&sa->my_id, mine) &&
		    ike_id_equal(&sa->peer_id, theirs))
			return sa;
	}
	return NULL;
}

unsigned int ike_table_count_peer(const struct ike_sa_table *table, const struct ike_id *mine,
				  const struct ike_id *theirs)
{
	const struct ike_sa *sa;
	unsigned int count = 0;

	for (sa = table->all; sa; sa = sa->next)
		count += (sa->state == IKE_SA_UP || sa->state == IKE_SA_REPLACED) &&
			 ike_id_equal(&sa->my_id, mine) && ike_id_equal(&sa->peer_id, theirs);
	return count;
}

struct ike_sa *ike_table_find_conn(const struct ike_sa_table *table, const char *conn)
{
	struct ike_sa *sa, *best = NULL;

	for (sa = table->all; sa; sa = sa->next) {
		if (strcmp(sa->conn->name, conn) || sa->parent ||
		    ike_task_queued(sa, &ike_v2_task_delete_ike, NULL))
			continue;
		if (sa->state == IKE_SA_UP)
			return sa;
		if (sa->state == IKE_SA_CONNECTING)
			best = sa;
	}
	return best;
}
