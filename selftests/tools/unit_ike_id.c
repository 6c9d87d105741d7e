// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "id.h"
#include "unit.h"
#include "unit_ike_oracle.h"

static const struct {
	const char *words;
	uint8_t type;
	/* The octets, and how it is printed; NULL: as it was written. */
	const char *hex;
	const char *printed;
} good[] = {
	{ "moon.example.org", IKE_ID_FQDN, "6d6f6f6e2e6578616d706c652e6f7267", NULL },
	{ "@moon", IKE_ID_FQDN, "6d6f6f6e", "moon" },
	{ "fqdn:a@b", IKE_ID_FQDN, "614062", NULL },
	{ "dns:moon", IKE_ID_FQDN, "6d6f6f6e", "moon" },
	/* A peer may call itself what no configuration can. */
	{ "fqdn:#272f", IKE_ID_FQDN, "272f", NULL },
	{ "email:#2f", IKE_ID_RFC822_ADDR, "2f", "email:/" },
	{ "c@d.org", IKE_ID_RFC822_ADDR, "6340642e6f7267", NULL },
	{ "@@c@d", IKE_ID_RFC822_ADDR, "634064", "c@d" },
	{ "email:tester", IKE_ID_RFC822_ADDR, "746573746572", NULL },
	{ "192.0.2.1", IKE_ID_IPV4_ADDR, "c0000201", NULL },
	{ "ipv4:#c0a80101", IKE_ID_IPV4_ADDR, "c0a80101", "192.168.1.1" },
	{ "2001:db8::1", IKE_ID_IPV6_ADDR, "20010db8000000000000000000000001", NULL },
	{ "@#0badcafe", IKE_ID_KEY_ID, "0badcafe", NULL },
	{ "keyid:tester", IKE_ID_KEY_ID, "746573746572", NULL },
	{ "keyid:#00", IKE_ID_KEY_ID, "00", "@#00" },
	{ "C=CH", IKE_ID_DER_ASN1_DN, "300d310b3009060355040613024348", NULL },
	{ "/C=CH/CN=a, b", IKE_ID_DER_ASN1_DN,
	  "301c310b3009060355040613024348310d300b06035504031304612c2062", "C=CH, CN=a\\, b" },
	{ "asn1dn:#300d310b300906035504060c024348", IKE_ID_DER_ASN1_DN,
	  "300d310b300906035504060c024348", "C=CH" },
	/* No words say these: an empty value, and two attributes in one part. */
	{ "asn1dn:#300b3109300706035504031300", IKE_ID_DER_ASN1_DN,
	  "300b3109300706035504031300", NULL },
	{ "asn1dn:#30173115300806035504031301613009060355040613024348", IKE_ID_DER_ASN1_DN,
	  "30173115300806035504031301613009060355040613024348", NULL },
	{ "E=a@b", IKE_ID_DER_ASN1_DN, "30143112301006092a864886f70d0109011603614062", NULL },
	{ "", 0, "", "%any" },
	{ "%any", 0, "", NULL },
	{ "0.0.0.0", 0, "", "%any" },
	{ "0::", 0, "", "%any" },
};

static const struct {
	const char *words;
	const char *why;
} bad[] = {
	{ "10.0.0.256", "'10.0.0.256' is neither an address nor a domain name" },
	{ "10.0.0.0/24", "'10.0.0.0/24' is no domain name" },
	{ "two words", "'two words' is no domain name" },
	{ "ipv4:fe80::1", "'fe80::1' is an IPv6 address; expected IPv4" },
	{ "fe80::g", "'fe80::g' is not an address; expected one like 192.0.2.1 or 2001:db8::1" },
	{ "@", "'' is no domain name" },
	{ "@#", "'@#' has no whole octets of hex digits behind '#'" },
	{ "@#0", "'@#0' has no whole octets of hex digits behind '#'" },
	{ "@#0g", "'@#0g' has no whole octets of hex digits behind '#'" },
	{ "keyid:", "a key id is empty; expected one like @#0badcafe" },
	{ "ipv4:#c0a801", "'ipv4:#c0a801' has octets that are not of this type" },
	{
	  "asn1dn:#300d310b30090603550406130243",
	  "'asn1dn:#300d310b30090603550406130243' has octets that are not of this type",
	},
	{
	  "asn1dn:#300d310b300906035504061302434800",
	  "'asn1dn:#300d310b300906035504061302434800' has octets that are not of this type",
	},
	{ "CN=", "'CN=' in a distinguished name has no value in UTF-8" },
	{ "CN=a, b", "'b' is no part of a distinguished name; expected one like CN=moon" },
	{ "CN=a\\00b", "'CN=a\\00b' has an octet of zero in a distinguished name" },
	{
	  "foo=a",
	  "'foo' is no attribute of distinguished names; expected one like C, O, OU or CN",
	},
};

static const struct {
	const char *id;
	const char *pattern;
	bool matches;
} patterns[] = {
	{ "moon.example.org", "%any", true },
	{ "moon.example.org", "MOON.example.ORG", true },
	{ "moon.example.org", "*.example.org", true },
	{ "moon.example.org", "*.EXAMPLE.org", true },
	{ "a.moon.example.org", "*.example.org", false },
	{ "example.org", "*.example.org", false },
	{ "moonexample.org", "*.example.org", false },
	{ "moon.example.org", "*.example.or", false },
	{ "moon.example.org", "sun.example.org", false },
	{ "moon.example.org", "keyid:moon.example.org", false },
	{ "carol@example.org", "*@example.org", true },
	{ "carol@example.org", "carol@EXAMPLE.org", true },
	{ "Carol@example.org", "carol@example.org", false },
	{ "carol@moon.example.org", "*@example.org", false },
	{ "carol@example.org", "*.example.org", false },
	{ "carol@example.org", "*@example.com", false },
	{ "192.0.2.1", "192.0.2.1", true },
	{ "192.0.2.1", "192.0.2.2", false },
	{ "@#0badcafe", "@#0badcafe", true },
	{ "@#0badcafe", "@#0badcaff", false },
	{ "C=CH, O=Org, CN=moon", "C=CH, O=Org, CN=moon", true },
	{ "C=CH, O=Org, CN=moon", "C=ch, O=ORG, CN=Moon", true },
	{ "C=CH, O=Org, CN=moon", "C=CH, O=Org, CN=*", true },
	{ "C=CH, O=Org, CN=moon", "C=*, O=*, CN=*", true },
	{ "C=CH, O=Org, CN=moon", "C=CH, O=Other, CN=*", false },
	{ "C=CH, O=Org, CN=moon", "C=CH, CN=*", false },
	{ "C=CH, O=Org, CN=moon", "C=CH, CN=*, O=*", false },
	{ "C=CH, O=Org, CN=moon", "C=CH, O=Org, CN=*, CN=*", false },
	{ "C=CH, O=Org, OU=moon", "C=CH, O=Org, CN=*", false },
	/* The same name in another kind of string. */
	{ "C=CH", "asn1dn:#300d310b300906035504060c024348", true },
};

static void test_words_good(void)
{
	struct unit_octets octets;
	struct espah_err err;
	char name[160], text[160];
	struct ike_id id;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		snprintf(name, sizeof(name), "identity '%s'", good[i].words);
		unit_hex(&octets, good[i].hex);
		check(!ike_id_read(&id, good[i].words, &err) && id.type == good[i].type &&
		      unit_is(id.value, id.len, &octets), name);
		snprintf(name, sizeof(name), "identity '%s' is printed", good[i].words);
		check_text(ike_id_print(&id, text, sizeof(text)),
			   good[i].printed ? good[i].printed : good[i].words, name);
	}
}

static void test_words_bad(void)
{
	struct espah_err err;
	struct ike_id id;
	char name[160];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		snprintf(name, sizeof(name), "identity '%s' is refused", bad[i].words);
		check_text(ike_id_read(&id, bad[i].words, &err) ? err.text : "(taken)", bad[i].why,
			   name);
	}
}

static void test_patterns(void)
{
	struct ike_id id, pattern;
	struct espah_err err;
	char name[160];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(patterns); i++) {
		snprintf(name, sizeof(name), "'%s' %s '%s'", patterns[i].id,
			 patterns[i].matches ? "matches" : "does not match", patterns[i].pattern);
		check(!ike_id_read(&id, patterns[i].id, &err) &&
		      !ike_id_read(&pattern, patterns[i].pattern, &err) &&
		      ike_id_matches(&id, &pattern) == patterns[i].matches, name);
	}
	/* A peer that calls itself "*" is not everybody. */
	ike_id_read(&id, "CN=*", &err);
	ike_id_read(&pattern, "CN=moon", &err);
	check(!ike_id_matches(&id, &pattern) && !ike_id_equal(&id, &pattern),
	      "a star in an identity stands for itself");
}

static void test_limits(void)
{
	char words[IKE_ID_MAX + 8] = "";
	struct ike_id_body body = { IKE_ID_KEY_ID, { (const uint8_t *)words, IKE_ID_MAX } };
	struct espah_err err;
	struct ike_id id;
	char text[16];

	memset(words, 'a', IKE_ID_MAX);
	check(!ike_id_read(&id, words, &err) && id.len == IKE_ID_MAX, "an identity of 512 octets");
	check_text(ike_id_print(&id, text, sizeof(text)), "aaaaaaaaaaaa...",
		   "an identity is cut to what there is room for");
	words[IKE_ID_MAX] = 'a';
	check(ike_id_read(&id, words, &err) && strstr(err.text, "too long"),
	      "an identity of 513 octets is refused");
	check(!ike_id_from_body(&id, &body), "an identity of 512 octets from a peer");
	body.value.len++;
	check(ike_id_from_body(&id, &body), "an identity of 513 octets from a peer is refused");
	body = (struct ike_id_body){ 4, { (const uint8_t *)words, 8 } };
	check(ike_id_from_body(&id, &body), "an identity of an unknown type is refused");
}

void test_ike_id(void)
{
	test_words_good();
	test_words_bad();
	test_patterns();
	test_limits();
}
