// SPDX-License-Identifier: GPL-2.0-or-later
/* Identities as swanctl.conf(5) writes them. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <openssl/crypto.h>

#include "../lib/addr.h"
#include "../lib/macros.h"
#include "dn.h"
#include "id.h"
#include "text.h"

/* The longest text of a distinguished name that is read again. */
#define DN_WORDS_MAX	1024

static const struct {
	const char *prefix;
	uint8_t type;
} prefixes[] = {
	{ "fqdn:", IKE_ID_FQDN },
	{ "dns:", IKE_ID_FQDN },
	{ "email:", IKE_ID_RFC822_ADDR },
	{ "ipv4:", IKE_ID_IPV4_ADDR },
	{ "ipv6:", IKE_ID_IPV6_ADDR },
	{ "keyid:", IKE_ID_KEY_ID },
	{ "asn1dn:", IKE_ID_DER_ASN1_DN },
};

static int too_long(const char *words, struct espah_err *err)
{
	return espah_err_usage(err,
			       "'%.64s...' is too long for an identity; %d octets are possible",
			       words, IKE_ID_MAX);
}

static int hex_read(struct ike_id *id, const char *hex, const char *words, struct espah_err *err)
{
	size_t len = 0;

	if (strlen(hex) / 2 > sizeof(id->value))
		return too_long(words, err);
	if (!hex[0] || !OPENSSL_hexstr2buf_ex(id->value, sizeof(id->value), &len, hex, '\0'))
		return espah_err_usage(err, "'%.64s' has no whole octets of hex digits behind '#'",
				       words);
	id->len = len;
	return 0;
}

static int addr_read(struct ike_id *id, uint8_t type, const char *word, struct espah_err *err)
{
	int family = type == IKE_ID_IPV6_ADDR ? AF_INET6 : AF_INET;
	struct espah_addr addr;

	if (espah_addr_parse(&addr, word, err))
		return -1;
	if (addr.family != family)
		return espah_err_usage(err, "'%.64s' is an %s address; expected %s", word,
				       espah_family_name(addr.family), espah_family_name(family));
	return ike_id_from_addr(id, &addr);
}

/* Of names: no space, nothing that cannot be seen, and not what was meant for an address. */
static int name_check(uint8_t type, const char *word, struct espah_err *err)
{
	const unsigned char *p;

	for (p = (const unsigned char *)word; *p; p++) {
		if (*p <= ' ' || *p == 0x7f || (type == IKE_ID_FQDN && (*p > 0x7e || *p == '/')))
			break;
	}
	if (!word[0] || *p)
		return espah_err_usage(err, "'%.64s' is no %s", word,
				       type == IKE_ID_FQDN ? "domain name" : "mail address");
	if (type == IKE_ID_FQDN && strchr(word, '.') && strspn(word, "0123456789.") == strlen(word))
		return espah_err_usage(err, "'%.64s' is neither an address nor a domain name",
				       word);
	return 0;
}

static int text_read(struct ike_id *id, uint8_t type, const char *word, struct espah_err *err)
{
	size_t len = strlen(word);

	if (type != IKE_ID_KEY_ID && name_check(type, word, err))
		return -1;
	if (!len)
		return espah_err_usage(err, "a key id is empty; expected one like @#0badcafe");
	if (len > sizeof(id->value))
		return too_long(word, err);
	id->len = len;
	memcpy(id->value, word, len);
	return 0;
}

/* The octets themselves have to be what the type says, as if they came from a peer. */
static int octets_check(struct ike_id *id, const char *words, struct espah_err *err)
{
	uint8_t octets[4 + IKE_ID_MAX] = { id->type };
	struct ike_id_body body;
	struct ike_id copy;

	memcpy(octets + 4, id->value, id->len);
	if (!ike_id_parse(ike_chunk(octets, 4 + id->len), &body) &&
	    !ike_id_from_body(&copy, &body))
		return 0;
	return espah_err_usage(err, "'%.64s' has octets that are not of this type", words);
}

static int typed_read(struct ike_id *id, uint8_t type, const char *value, const char *words,
		      struct espah_err *err)
{
	int len;

	id->type = type;
	if (value[0] == '#')
		return hex_read(id, value + 1, words, err) || octets_check(id, words, err) ? -1 : 0;
	switch (type) {
	case IKE_ID_IPV4_ADDR:
	case IKE_ID_IPV6_ADDR:
		return addr_read(id, type, value, err);
	case IKE_ID_DER_ASN1_DN:
		len = ike_dn_read(id->value, sizeof(id->value), value, err);
		id->len = len < 0 ? 0 : len;
		return len < 0 ? -1 : 0;
	default:
		return text_read(id, type, value, err);
	}
}

/* Nobody's address is anybody's, in all of its spellings. */
static int value_read(struct ike_id *id, uint8_t type, const char *value, const char *words,
		      struct espah_err *err)
{
	static const uint8_t zero[16];

	if (typed_read(id, type, value, words, err))
		return -1;
	if ((type == IKE_ID_IPV4_ADDR || type == IKE_ID_IPV6_ADDR) &&
	    !memcmp(id->value, zero, id->len))
		memset(id, 0, sizeof(*id));
	return 0;
}

/* "@name", "@#hex" and "@@user@host". */
static int at_read(struct ike_id *id, const char *words, struct espah_err *err)
{
	if (words[1] == '#')
		return value_read(id, IKE_ID_KEY_ID, words + 1, words, err);
	if (words[1] == '@')
		return value_read(id, IKE_ID_RFC822_ADDR, words + 2, words, err);
	return value_read(id, IKE_ID_FQDN, words + 1, words, err);
}

static bool is_any(const char *words)
{
	static const char * const any[] = { "", "%any", "%any6", "*" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(any); i++) {
		if (!strcmp(any[i], words))
			return true;
	}
	return false;
}

/* What it is can be seen from the characters, as strongSwan guesses it. */
static uint8_t type_guess(const char *words)
{
	struct espah_addr addr;
	struct espah_err err;

	if (strchr(words, '='))
		return IKE_ID_DER_ASN1_DN;
	if (strchr(words, '@'))
		return IKE_ID_RFC822_ADDR;
	if (strchr(words, ':'))
		return IKE_ID_IPV6_ADDR;
	return espah_addr_parse(&addr, words, &err) ? IKE_ID_FQDN : IKE_ID_IPV4_ADDR;
}

int ike_id_read(struct ike_id *id, const char *words, struct espah_err *err)
{
	size_t i;

	memset(id, 0, sizeof(*id));
	if (is_any(words))
		return 0;
	for (i = 0; i < ARRAY_SIZE(prefixes); i++) {
		size_t len = strlen(prefixes[i].prefix);

		if (!strncasecmp(words, prefixes[i].prefix, len))
			return value_read(id, prefixes[i].type, words + len, words, err);
	}
	if (words[0] == '@')
		return at_read(id, words, err);
	return value_read(id, type_guess(words), words, words, err);
}

static void hex_print(const struct ike_id *id, char *buf, size_t size)
{
	char octet[4];
	unsigned int i;

	for (i = 0; i < id->len; i++) {
		snprintf(octet, sizeof(octet), "%02x", id->value[i]);
		ike_text_add(buf, size, octet);
	}
}

static bool is_visible(const struct ike_id *id)
{
	unsigned int i;

	for (i = 0; i < id->len; i++) {
		if (id->value[i] <= ' ' || id->value[i] >= 0x7f)
			return false;
	}
	return id->len && id->value[0] != '#';
}

static void addr_print(const struct ike_id *id, int family, char *buf, size_t size)
{
	struct espah_addr addr = { .family = family };
	char text[ESPAH_ADDR_STRLEN];

	memcpy(addr.octets, id->value, espah_addr_len(family));
	ike_text_add(buf, size, espah_addr_print(&addr, text));
}

static bool is_read_from(const char *words, const struct ike_id *id)
{
	struct espah_err err;
	struct ike_id again;

	return !ike_id_read(&again, words, &err) && ike_id_equal(&again, id);
}

/* With its prefix where what it is could not be seen without, in digits where no words are it. */
static void text_print(const struct ike_id *id, const char *prefix, const char *digits,
		       char *buf, size_t size)
{
	char text[8 + IKE_ID_MAX + 1];
	const char *bare = text + strlen(prefix);

	snprintf(text, sizeof(text), "%s%.*s", prefix, id->len, (const char *)id->value);
	if (is_visible(id) && is_read_from(bare, id)) {
		ike_text_add(buf, size, bare);
	} else if (is_visible(id) && is_read_from(text, id)) {
		ike_text_add(buf, size, text);
	} else {
		ike_text_add(buf, size, digits);
		hex_print(id, buf, size);
	}
}

/*
 * As words if they are read as the same name. There are names without words for
 * them: with an empty value, or with two attributes in one part.
 */
static void dn_print(const struct ike_id *id, char *buf, size_t size)
{
	char words[DN_WORDS_MAX] = "";

	ike_dn_print(ike_chunk(id->value, id->len), words, sizeof(words));
	if (is_read_from(words, id)) {
		ike_text_add(buf, size, words);
		return;
	}
	ike_text_add(buf, size, "asn1dn:#");
	hex_print(id, buf, size);
}

const char *ike_id_print(const struct ike_id *id, char *buf, size_t size)
{
	buf[0] = '\0';
	switch (id->type) {
	case IKE_ID_IPV4_ADDR:
		addr_print(id, AF_INET, buf, size);
		break;
	case IKE_ID_IPV6_ADDR:
		addr_print(id, AF_INET6, buf, size);
		break;
	case IKE_ID_FQDN:
		text_print(id, "fqdn:", "fqdn:#", buf, size);
		break;
	case IKE_ID_RFC822_ADDR:
		text_print(id, "email:", "email:#", buf, size);
		break;
	case IKE_ID_KEY_ID:
		text_print(id, "keyid:", "@#", buf, size);
		break;
	case IKE_ID_DER_ASN1_DN:
		dn_print(id, buf, size);
		break;
	case IKE_ID_DER_ASN1_GN:
		ike_text_add(buf, size, "asn1gn:#");
		hex_print(id, buf, size);
		break;
	default:
		ike_text_add(buf, size, "%any");
		break;
	}
	return buf;
}
