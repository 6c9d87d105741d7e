// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

#include "../lib/macros.h"
#include "dn.h"
#include "text.h"

#define WORDS_MAX	1024

#define OID_MAX		80

/*
 * By their numbers, since OpenSSL's short names are not everybody's: SN is the
 * surname there. Of two for the same, the first is printed.
 */
static const struct {
	const char *word;
	const char *oid;
	/* RFC 5280 appendix A: of a kind of string without letters beyond ASCII. */
	bool ia5;
} types[] = {
	{ "C", "2.5.4.6", false },
	{ "O", "2.5.4.10", false },
	{ "OU", "2.5.4.11", false },
	{ "CN", "2.5.4.3", false },
	{ "L", "2.5.4.7", false },
	{ "ST", "2.5.4.8", false },
	{ "DC", "0.9.2342.19200300.100.1.25", true },
	{ "UID", "0.9.2342.19200300.100.1.1", false },
	{ "E", "1.2.840.113549.1.9.1", true },
	{ "Email", "1.2.840.113549.1.9.1", true },
	{ "SN", "2.5.4.5", false },
	{ "S", "2.5.4.4", false },
	{ "G", "2.5.4.42", false },
	{ "I", "2.5.4.43", false },
	{ "T", "2.5.4.12", false },
	{ "N", "2.5.4.41", false },
	{ "D", "2.5.4.13", false },
};

/* Octets behind a whole name would be a way to say the same in two ways. */
static X509_NAME *parse(struct ike_chunk der)
{
	const unsigned char *p = der.p;
	X509_NAME *name;

	/* What a stranger sent is nobody's error to find in the queue. */
	ERR_set_mark();
	name = d2i_X509_NAME(NULL, &p, der.len);
	ERR_pop_to_mark();
	if (name && p == der.p + der.len)
		return name;
	X509_NAME_free(name);
	return NULL;
}

bool ike_dn_is_sound(struct ike_chunk der)
{
	X509_NAME *name = parse(der);

	X509_NAME_free(name);
	return name;
}

static ASN1_OBJECT *type_find(const char *word)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		if (!strcasecmp(types[i].word, word))
			return OBJ_txt2obj(types[i].oid, 1);
	}
	return OBJ_txt2obj(word, 0);
}

static bool is_printable_string(const char *value)
{
	for (; *value; value++) {
		if (!isalnum((unsigned char)*value) && !strchr(" '()+,-./:=?", *value))
			return false;
	}
	return true;
}

/* The kinds of RFC 5280 section 4.1.2.4. */
static int string_type(const ASN1_OBJECT *type, const char *value)
{
	char oid[OID_MAX];
	size_t i;

	OBJ_obj2txt(oid, sizeof(oid), type, 1);
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		if (types[i].ia5 && !strcmp(types[i].oid, oid))
			return V_ASN1_IA5STRING;
	}
	return is_printable_string(value) ? V_ASN1_PRINTABLESTRING : V_ASN1_UTF8STRING;
}

static bool is_utf8(const char *value)
{
	const unsigned char *p = (const unsigned char *)value;
	size_t left = strlen(value);
	unsigned long c;

	while (left) {
		int used = UTF8_getc(p, left, &c);

		if (used <= 0)
			return false;
		p += used;
		left -= used;
	}
	return true;
}

static int entry_add(X509_NAME *name, char *entry, struct espah_err *err)
{
	char *value = strchr(entry, '=');
	X509_NAME_ENTRY *made;
	ASN1_OBJECT *type;
	int done;

	if (!value)
		return espah_err_usage(err,
				       "'%.64s' is no part of a distinguished name; expected one like CN=moon",
				       entry);
	*value++ = '\0';
	type = type_find(entry);
	if (!type)
		return espah_err_usage(err,
				       "'%.64s' is no attribute of distinguished names; expected one like C, O, OU or CN",
				       entry);
	if (!*value || !is_utf8(value)) {
		ASN1_OBJECT_free(type);
		return espah_err_usage(err,
				       "'%.64s=' in a distinguished name has no value in UTF-8",
				       entry);
	}
	made = X509_NAME_ENTRY_create_by_OBJ(NULL, type, string_type(type, value),
					     (const unsigned char *)value, strlen(value));
	done = made && X509_NAME_add_entry(name, made, -1, 0);
	X509_NAME_ENTRY_free(made);
	ASN1_OBJECT_free(type);
	return done ? 0 : espah_err_usage(err, "'%.64s' makes no part of a distinguished name",
					  entry);
}

/* RFC 4514's escapes: a backslash before the octet itself, or before its two hex digits. */
static char unescape(const char **from)
{
	int high = OPENSSL_hexchar2int((*from)[0]);
	int low = high < 0 ? -1 : OPENSSL_hexchar2int((*from)[1]);

	if (low < 0)
		return *(*from)++;
	*from += 2;
	return high << 4 | low;
}

/*
 * Take one part: without its escapes, and without space around it unless that
 * was escaped.
 */
static const char *part_take(const char *from, char separator, char *part)
{
	char *end = part, *solid = part;

	while (*from == ' ')
		from++;
	while (*from && *from != separator) {
		bool escaped = *from == '\\' && from[1];

		if (escaped) {
			from++;
			*end = unescape(&from);
		} else {
			*end = *from++;
		}
		if (escaped || *end != ' ')
			solid = end + 1;
		end++;
	}
	*solid = '\0';
	return from;
}

static int entries_read(X509_NAME *name, const char *words, struct espah_err *err)
{
	char separator = words[0] == '/' ? '/' : ',';
	const char *from = words + (separator == '/');
	char part[WORDS_MAX];

	if (strlen(words) >= sizeof(part))
		return espah_err_usage(err, "'%.64s...' is too long for a distinguished name",
				       words);
	if (strstr(words, "\\00"))
		return espah_err_usage(err, "'%.64s' has an octet of zero in a distinguished name",
				       words);
	for (;;) {
		from = part_take(from, separator, part);
		if (entry_add(name, part, err))
			return -1;
		if (!*from)
			return 0;
		from++;
	}
}

int ike_dn_read(uint8_t *der, size_t max, const char *words, struct espah_err *err)
{
	X509_NAME *name = X509_NAME_new();
	unsigned char *out = der;
	int len = -1;

	if (!name)
		return espah_err_kernel(err, 0, "no memory for a distinguished name");
	if (!entries_read(name, words, err)) {
		len = i2d_X509_NAME(name, NULL);
		if (len > 0 && (size_t)len <= max)
			len = i2d_X509_NAME(name, &out);
		else
			len = espah_err_usage(err, "'%.64s...' is too long for an identity", words);
	}
	X509_NAME_free(name);
	return len;
}

static void type_print(const ASN1_OBJECT *type, char *buf, size_t size)
{
	const char *word;
	char oid[OID_MAX];
	size_t i;

	OBJ_obj2txt(oid, sizeof(oid), type, 1);
	word = oid;
	for (i = ARRAY_SIZE(types); i; i--) {
		if (!strcmp(types[i - 1].oid, oid))
			word = types[i - 1].word;
	}
	ike_text_add(buf, size, word);
}

/* Terminals obey the control characters of Latin-1 too: in UTF-8, 0xc2 and 0x80 to 0x9f. */
static bool is_control(const unsigned char *value, int len, int i)
{
	if (value[i] == 0xc2 && i + 1 < len)
		return value[i + 1] >= 0x80 && value[i + 1] <= 0x9f;
	if (value[i] >= 0x80 && value[i] <= 0x9f)
		return i && value[i - 1] == 0xc2;
	return value[i] < ' ' || value[i] == 0x7f;
}

/* What would be taken for something else, or cannot be seen, is escaped. */
static void value_print(const unsigned char *value, int len, char *buf, size_t size)
{
	char one[8];
	int i;

	for (i = 0; i < len; i++) {
		unsigned char c = value[i];
		bool edge = i == 0 || i == len - 1;

		if (is_control(value, len, i) || (c == ' ' && edge))
			snprintf(one, sizeof(one), "\\%02x", c);
		else if (c == ',' || c == '\\')
			snprintf(one, sizeof(one), "\\%c", c);
		else
			snprintf(one, sizeof(one), "%c", c);
		ike_text_add(buf, size, one);
	}
}

void ike_dn_print(struct ike_chunk der, char *buf, size_t size)
{
	X509_NAME *name = parse(der);
	int i, set = -1;

	for (i = 0; name && i < X509_NAME_entry_count(name); i++) {
		const X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, i);
		unsigned char *value;
		int len;

		if (i)
			ike_text_add(buf, size, X509_NAME_ENTRY_set(entry) == set ? "+" : ", ");
		set = X509_NAME_ENTRY_set(entry);
		type_print(X509_NAME_ENTRY_get_object(entry), buf, size);
		ike_text_add(buf, size, "=");
		len = ASN1_STRING_to_UTF8(&value, X509_NAME_ENTRY_get_data(entry));
		if (len < 0)
			continue;
		value_print(value, len, buf, size);
		OPENSSL_free(value);
	}
	X509_NAME_free(name);
}

bool ike_dn_equal(struct ike_chunk a, struct ike_chunk b)
{
	X509_NAME *one = parse(a), *other = parse(b);
	bool equal = one && other && !X509_NAME_cmp(one, other);

	X509_NAME_free(one);
	X509_NAME_free(other);
	return equal;
}

static bool is_star(const X509_NAME_ENTRY *entry)
{
	const ASN1_STRING *value = X509_NAME_ENTRY_get_data(entry);

	return ASN1_STRING_length(value) == 1 && ASN1_STRING_get0_data(value)[0] == '*';
}

/* Of @name, but with the pattern's value where that says nothing else. */
static X509_NAME *fill_in(const X509_NAME *name, const X509_NAME *pattern)
{
	X509_NAME *filled = X509_NAME_new();
	int i, set = -1;

	for (i = 0; filled && i < X509_NAME_entry_count(name); i++) {
		const X509_NAME_ENTRY *seen = X509_NAME_get_entry(name, i);
		const X509_NAME_ENTRY *wanted = X509_NAME_get_entry(pattern, i);
		bool star = is_star(wanted) && !OBJ_cmp(X509_NAME_ENTRY_get_object(seen),
							X509_NAME_ENTRY_get_object(wanted));
		/* -1: in one set with the entry before it. */
		int joined = X509_NAME_ENTRY_set(seen) == set ? -1 : 0;

		set = X509_NAME_ENTRY_set(seen);
		if (!X509_NAME_add_entry(filled, star ? wanted : seen, -1, joined)) {
			X509_NAME_free(filled);
			return NULL;
		}
	}
	return filled;
}

bool ike_dn_matches(struct ike_chunk der, struct ike_chunk pattern)
{
	X509_NAME *name = parse(der), *wanted = parse(pattern), *filled = NULL;
	bool matches;

	if (name && wanted && X509_NAME_entry_count(name) == X509_NAME_entry_count(wanted))
		filled = fill_in(name, wanted);
	matches = filled && !X509_NAME_cmp(filled, wanted);
	X509_NAME_free(name);
	X509_NAME_free(wanted);
	X509_NAME_free(filled);
	return matches;
}
