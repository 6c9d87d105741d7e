// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>
#include <strings.h>

#include "../lib/addr.h"
#include "dn.h"
#include "id.h"

static struct ike_chunk chunk_of(const struct ike_id *id)
{
	return ike_chunk(id->value, id->len);
}

static bool set(struct ike_id *id, uint8_t type, const void *value, size_t len)
{
	memset(id, 0, sizeof(*id));
	if (!len || len > sizeof(id->value))
		return false;
	id->type = type;
	id->len = len;
	memcpy(id->value, value, len);
	return true;
}

int ike_id_from_addr(struct ike_id *id, const struct espah_addr *addr)
{
	uint8_t type = addr->family == AF_INET6 ? IKE_ID_IPV6_ADDR : IKE_ID_IPV4_ADDR;

	return set(id, type, addr->octets, espah_addr_len(addr->family)) ? 0 : -1;
}

int ike_id_from_body(struct ike_id *id, const struct ike_id_body *body)
{
	switch (body->type) {
	case IKE_ID_IPV4_ADDR:
	case IKE_ID_FQDN:
	case IKE_ID_RFC822_ADDR:
	case IKE_ID_IPV6_ADDR:
	case IKE_ID_DER_ASN1_GN:
	case IKE_ID_KEY_ID:
		break;
	case IKE_ID_DER_ASN1_DN:
		if (!ike_dn_is_sound(body->value))
			return -1;
		break;
	default:
		return -1;
	}
	return set(id, body->type, body->value.p, body->value.len) ? 0 : -1;
}

/* Of a mail address, where the domain begins; of a domain name, 0. */
static size_t domain_at(const struct ike_id *id)
{
	size_t at = id->len;

	if (id->type == IKE_ID_FQDN)
		return 0;
	while (at && id->value[at - 1] != '@')
		at--;
	return at;
}

/* How much of @id from @at on is of the user, not of the domain. */
static size_t user_len(const struct ike_id *id, size_t at)
{
	size_t domain = domain_at(id);

	return domain > at ? domain - at : 0;
}

/* Users are told apart by case, domains are not (RFC 5280 section 7.5). */
static bool tail_equal(const struct ike_id *a, size_t at_a, const struct ike_id *b, size_t at_b)
{
	size_t user = user_len(a, at_a);
	const uint8_t *p = a->value + at_a, *q = b->value + at_b;

	if (a->len - at_a != b->len - at_b || user != user_len(b, at_b))
		return false;
	return !memcmp(p, q, user) && !strncasecmp((const char *)p + user, (const char *)q + user,
						   a->len - at_a - user);
}

bool ike_id_equal(const struct ike_id *a, const struct ike_id *b)
{
	if (a->type != b->type)
		return false;
	switch (a->type) {
	case IKE_ID_FQDN:
	case IKE_ID_RFC822_ADDR:
		return tail_equal(a, 0, b, 0);
	case IKE_ID_DER_ASN1_DN:
		return ike_dn_equal(chunk_of(a), chunk_of(b));
	default:
		return ike_chunk_equal(chunk_of(a), chunk_of(b));
	}
}

/* "*" and what follows: one label, or one user, of at least one character. */
static bool star_matches(const struct ike_id *id, const struct ike_id *pattern)
{
	char end = pattern->type == IKE_ID_FQDN ? '.' : '@';
	const uint8_t *at;

	if (pattern->len < 3 || pattern->value[0] != '*' || pattern->value[1] != end)
		return false;
	at = memchr(id->value, end, id->len);
	return at && at != id->value && tail_equal(id, at - id->value, pattern, 1);
}

bool ike_id_matches(const struct ike_id *id, const struct ike_id *pattern)
{
	if (!pattern->type)
		return true;
	if (id->type != pattern->type)
		return false;
	switch (id->type) {
	case IKE_ID_FQDN:
	case IKE_ID_RFC822_ADDR:
		return star_matches(id, pattern) || ike_id_equal(id, pattern);
	case IKE_ID_DER_ASN1_DN:
		return ike_dn_matches(chunk_of(id), chunk_of(pattern));
	default:
		return ike_id_equal(id, pattern);
	}
}
