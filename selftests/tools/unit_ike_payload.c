// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "id.h"
#include "payload.h"
#include "proposal.h"
#include "ts.h"
#include "unit.h"
#include "unit_ike_oracle.h"

#define SPI_I "0102030405060708"
#define SPI_R "1112131415161718"
#define ZERO "0000000000000000"

static const struct {
	const char *name;
	const char *hex;
	enum ike_bad bad;
} headers[] = {
	{ "a first request", SPI_I ZERO "00202208000000000000001c", IKE_GOOD },
	{ "27 octets", SPI_I ZERO "0020220800000000000000", IKE_BAD_SHORT },
	{ "a length one short", SPI_I ZERO "00202208000000000000001b", IKE_BAD_LENGTH },
	{ "a length one long", SPI_I ZERO "00202208000000000000001d", IKE_BAD_LENGTH },
	{ "a minor version", SPI_I ZERO "002f2208000000000000001c", IKE_GOOD },
	{ "a higher version is only told", ZERO ZERO "00300000000000000000001c", IKE_GOOD },
	{ "version 1 too", SPI_I SPI_R "00100500000000000000001c", IKE_GOOD },
	{ "the bits that count for nothing", SPI_I ZERO "002022df000000000000001c",
	  IKE_GOOD },
	{ "the version bit", SPI_I ZERO "00202218000000000000001c", IKE_GOOD },
	{ "exchange 33", SPI_I ZERO "00202108000000000000001c", IKE_BAD_EXCHANGE },
	{ "exchange 38", SPI_I SPI_R "00202608000000000000001c", IKE_BAD_EXCHANGE },
	{ "no initiator's SPI", ZERO ZERO "00202208000000000000001c", IKE_BAD_SPI },
	{ "a first request with both SPIs", SPI_I SPI_R "00202208000000000000001c", IKE_BAD_SPI },
	{ "an answer with a cookie", SPI_I ZERO "00202220000000000000001c", IKE_GOOD },
	{ "a first answer", SPI_I SPI_R "00202220000000000000001c", IKE_GOOD },
	{ "a first request of the responder", SPI_I ZERO "00202200000000000000001c",
	  IKE_BAD_FLAGS },
	{ "a first answer of the initiator", SPI_I SPI_R "00202228000000000000001c",
	  IKE_BAD_FLAGS },
	{ "a first request with a number", SPI_I ZERO "00202208000000010000001c",
	  IKE_BAD_MESSAGE_ID },
	{ "IKE_AUTH", SPI_I SPI_R "00202308000000010000001c", IKE_GOOD },
	{ "IKE_AUTH of the responder", SPI_I SPI_R "00202300000000010000001c", IKE_BAD_FLAGS },
	{ "IKE_AUTH without the responder's SPI", SPI_I ZERO "00202308000000010000001c",
	  IKE_BAD_SPI },
	{ "INFORMATIONAL of the responder", SPI_I SPI_R "00202500000000010000001c", IKE_GOOD },
};

/* A chain, the type that it begins with, and the types that come out. */
static const struct {
	const char *name;
	uint8_t first;
	const char *hex;
	enum ike_bad bad;
	const char *types;
} chains[] = {
	{ "nothing", 0, "", IKE_GOOD, "" },
	{ "nothing, and an octet", 0, "00", IKE_BAD_CHAIN_REST, NULL },
	{ "one", 43, "00000005ff", IKE_GOOD, "V" },
	{ "an empty body", 43, "00000004", IKE_GOOD, "V" },
	{ "two", 43, "29000005ff0000000800004007", IKE_GOOD, "V N" },
	{ "the last is missing", 43, "29000005ff", IKE_BAD_PAYLOAD_LENGTH, NULL },
	{ "a rest", 43, "00000005ffff", IKE_BAD_CHAIN_REST, NULL },
	{ "a length of 3", 43, "00000003", IKE_BAD_PAYLOAD_LENGTH, NULL },
	{ "a length of 0", 43, "2b000000", IKE_BAD_PAYLOAD_LENGTH, NULL },
	{ "a length beyond the end", 43, "00000006ff", IKE_BAD_PAYLOAD_LENGTH, NULL },
	{ "three octets", 43, "000000", IKE_BAD_PAYLOAD_LENGTH, NULL },
	{ "an unknown one is left out", 99, "2b000005ff00000005aa", IKE_GOOD, "V" },
	{ "an unknown critical one", 99, "2b800005ff00000005aa", IKE_BAD_CRITICAL, NULL },
	{ "an unknown critical one in a bad chain", 99, "2b800005ff00000006aa",
	  IKE_BAD_PAYLOAD_LENGTH, NULL },
	{ "a known critical one", 43, "00800005ff", IKE_GOOD, "V" },
	{ "IKEv1's types are unknown", 1, "00000005ff", IKE_GOOD, "" },
	{ "SK ends it", 46, "23000005ff", IKE_GOOD, "SK" },
	{ "SK and something behind it", 46, "23000005ff00000004", IKE_BAD_CHAIN_REST, NULL },
	{ "a fragment", 53, "23000005ff", IKE_GOOD, "SKF" },
};

static void test_headers(void)
{
	struct unit_octets octets;
	struct ike_hdr hdr;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(headers); i++) {
		unit_hex(&octets, headers[i].hex);
		check_text(ike_bad_name(ike_hdr_parse(unit_chunk(&octets), &hdr)),
			   ike_bad_name(headers[i].bad), headers[i].name);
	}
	unit_hex(&octets, SPI_I SPI_R "2e2f2528010203040000001c");
	check(!ike_hdr_parse(unit_chunk(&octets), &hdr) && hdr.next == IKE_P_SK &&
	      hdr.major == 2 && hdr.minor == 15 && hdr.exchange == INFORMATIONAL &&
	      hdr.flags == (IKE_FLAG_INITIATOR | IKE_FLAG_RESPONSE) && hdr.id == 0x01020304 &&
	      hdr.length == 28 && !memcmp(hdr.spi_i, octets.p, 8) &&
	      !memcmp(hdr.spi_r, octets.p + 8, 8), "each field of the header");
}

static void test_chains(void)
{
	struct ike_payloads payloads;
	struct unit_octets octets;
	unsigned int j;
	char types[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(chains); i++) {
		enum ike_bad bad;

		unit_hex(&octets, chains[i].hex);
		bad = ike_payloads_parse(chains[i].first, unit_chunk(&octets), &payloads);
		check_text(ike_bad_name(bad), ike_bad_name(chains[i].bad), chains[i].name);
		check(payloads.unsupported == (bad == IKE_BAD_CRITICAL ? 99 : 0),
		      "the type that is not supported");
		if (chains[i].bad)
			continue;
		types[0] = '\0';
		for (j = 0; j < payloads.count; j++) {
			if (j)
				strcat(types, " ");
			strcat(types, ike_payload_name(payloads.payload[j].type));
		}
		check_text(types, chains[i].types, chains[i].name);
	}
}

static void test_chain_limit(void)
{
	uint8_t chain[4 * (IKE_PAYLOADS_MAX + 1)] = {};
	struct ike_payloads payloads;
	unsigned int i, type;

	for (type = 43; type < 100; type += 56) {
		for (i = 0; i <= IKE_PAYLOADS_MAX; i++) {
			chain[4 * i] = i < IKE_PAYLOADS_MAX ? type : 0;
			chain[4 * i + 3] = 4;
		}
		check(ike_payloads_parse(type, ike_chunk(chain, sizeof(chain)), &payloads) ==
		      IKE_BAD_PAYLOAD_COUNT, "49 payloads are too many");
		chain[4 * (IKE_PAYLOADS_MAX - 1)] = 0;
		check(!ike_payloads_parse(type, ike_chunk(chain, sizeof(chain) - 4), &payloads),
		      "48 are not");
	}
}

enum kind { NOTIFY, DELETE, KE, ID, CERT, AUTH, NONCE };

static enum ike_bad body_parse(enum kind kind, struct ike_chunk body)
{
	struct ike_notify_body notify;
	struct ike_delete_body del;
	struct ike_ke_body ke;
	struct ike_id_body id;
	struct ike_cert_body cert;
	struct ike_auth_body auth;

	switch (kind) {
	case NOTIFY:
		return ike_notify_parse(body, &notify);
	case DELETE:
		return ike_delete_parse(body, &del);
	case KE:
		return ike_ke_parse(body, &ke);
	case ID:
		return ike_id_parse(body, &id);
	case CERT:
		return ike_cert_parse(body, &cert);
	case AUTH:
		return ike_auth_parse(body, &auth);
	default:
		return ike_nonce_parse(body);
	}
}

static const struct {
	enum kind kind;
	const char *name;
	const char *hex;
	enum ike_bad bad;
	/* Of a good one: fewer octets than these are too few. */
	size_t min;
} bodies[] = {
	{ NOTIFY, "a status", "00004000", IKE_GOOD, 4 },
	{ NOTIFY, "an unknown type with whatever", "63030fff010203ff", IKE_GOOD, 7 },
	{ NOTIFY, "an SPI that is not there", "03040fff010203", IKE_BAD_BODY_SHORT, 0 },
	{ NOTIFY, "REKEY_SA", "03044009c0000001", IKE_GOOD, 8 },
	{ NOTIFY, "REKEY_SA of IKE", "01044009c0000001", IKE_BAD_BODY_VALUE, 0 },
	{ NOTIFY, "REKEY_SA without an SPI", "03004009c0000001", IKE_BAD_BODY_VALUE, 0 },
	{ NOTIFY, "INVALID_KE_PAYLOAD", "00000011000e", IKE_GOOD, 6 },
	{ NOTIFY, "INVALID_KE_PAYLOAD and more", "00000011000e00", IKE_BAD_BODY_VALUE, 0 },
	{ NOTIFY, "NAT detection", "000040040102030405060708091011121314151617181920", IKE_GOOD,
	  24 },
	{ NOTIFY, "a cookie of nothing", "00004006", IKE_BAD_BODY_VALUE, 0 },
	{ NOTIFY, "hash algorithms", "0000402f0002", IKE_GOOD, 6 },
	{ NOTIFY, "half a hash algorithm", "0000402f000200", IKE_BAD_BODY_VALUE, 0 },
	{ DELETE, "the IKE SA", "01000000", IKE_GOOD, 4 },
	{ DELETE, "the IKE SA by its SPI", "010800010102030405060708", IKE_BAD_BODY_VALUE, 0 },
	{ DELETE, "two Child SAs", "03040002c0000001c0000002", IKE_GOOD, 12 },
	{ DELETE, "one more than it says", "03040001c0000001c0000002", IKE_BAD_BODY_VALUE, 0 },
	{ DELETE, "one fewer than it says", "03040003c0000001c0000002", IKE_BAD_BODY_SHORT, 0 },
	{ DELETE, "SPIs of two octets", "03020002c0000001", IKE_BAD_BODY_VALUE, 0 },
	{ DELETE, "65535 SPIs of 255 octets", "03ffffff", IKE_BAD_BODY_SHORT, 0 },
	{ DELETE, "no protocol", "00000000", IKE_BAD_BODY_VALUE, 0 },
	{ KE, "a public value", "001f0000aa", IKE_GOOD, 5 },
	{ KE, "of no group", "00000000aa", IKE_BAD_KE, 0 },
	{ ID, "an address", "01000000c0000201", IKE_GOOD, 8 },
	{ ID, "an address of five octets", "01000000c000020101", IKE_BAD_BODY_VALUE, 0 },
	{ ID, "an IPv6 address", "0500000020010db8000000000000000000000001", IKE_GOOD, 20 },
	{ ID, "a name", "02ffffff6d6f6f6e", IKE_GOOD, 5 },
	{ ID, "a name with its end", "020000006d6f6f6e00", IKE_BAD_BODY_VALUE, 0 },
	{ ID, "a name with a line's end", "020000006d0a", IKE_BAD_BODY_VALUE, 0 },
	{ ID, "a name beyond ASCII", "02000000c3a4", IKE_BAD_BODY_VALUE, 0 },
	{ ID, "a mail address beyond ASCII", "03000000c3a440", IKE_GOOD, 5 },
	{ ID, "a key id of anything", "0b000000000a", IKE_GOOD, 5 },
	{ CERT, "a certificate", "0430", IKE_GOOD, 1 },
	{ AUTH, "a MAC", "02000000aa", IKE_GOOD, 5 },
	{ NONCE, "a nonce of 16 octets", "00112233445566778899aabbccddeeff", IKE_GOOD, 16 },
};

/* Cut at every length, in memory that ends there. */
static bool cut_is_refused(enum kind kind, const struct unit_octets *octets, size_t min)
{
	bool good = true;
	size_t len;

	for (len = 0; len <= octets->len; len++) {
		uint8_t *copy = malloc(len + 1);
		struct ike_chunk body = ike_chunk(copy, len);

		if (!copy)
			return false;
		memcpy(copy, octets->p, len);
		if (len < min)
			good &= body_parse(kind, body) != IKE_GOOD;
		else if (kind == NOTIFY || len == octets->len)
			good &= body_parse(kind, body) == IKE_GOOD;
		free(copy);
	}
	return good;
}

static void test_bodies(void)
{
	uint8_t nonce[IKE_NONCE_MAX + 1] = {};
	struct unit_octets octets;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bodies); i++) {
		unit_hex(&octets, bodies[i].hex);
		check_text(ike_bad_name(body_parse(bodies[i].kind, unit_chunk(&octets))),
			   ike_bad_name(bodies[i].bad), bodies[i].name);
		if (!bodies[i].bad)
			check(cut_is_refused(bodies[i].kind, &octets, bodies[i].min),
			      "cut at every length");
	}
	check(!ike_nonce_parse(ike_chunk(nonce, IKE_NONCE_MAX)), "a nonce of 256 octets");
	check(ike_nonce_parse(ike_chunk(nonce, IKE_NONCE_MAX + 1)) == IKE_BAD_NONCE,
	      "a nonce of 257 octets");
}

static void test_rules(void)
{
	static const struct ike_rule rules[] = {
		{ IKE_P_SA, 1, 1 }, { IKE_P_CERT, 0, 2 }, { IKE_P_NONE, 0, 0 },
	};
	static const struct {
		uint8_t types[4];
		enum ike_bad bad;
	} cases[] = {
		{ { IKE_P_SA }, IKE_GOOD },
		{ { 0 }, IKE_BAD_MISSING },
		{ { IKE_P_CERT, IKE_P_CERT }, IKE_BAD_MISSING },
		{ { IKE_P_SA, IKE_P_SA }, IKE_BAD_TWICE },
		{ { IKE_P_CERT, IKE_P_SA, IKE_P_CERT }, IKE_GOOD },
		{ { IKE_P_CERT, IKE_P_SA, IKE_P_CERT, IKE_P_CERT }, IKE_BAD_TWICE },
		{ { IKE_P_VENDOR, IKE_P_NOTIFY, IKE_P_SA, IKE_P_NOTIFY }, IKE_GOOD },
		{ { IKE_P_SA, IKE_P_KE }, IKE_BAD_UNEXPECTED },
		{ { IKE_P_SA, IKE_P_SK }, IKE_BAD_UNEXPECTED },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct ike_payloads payloads = {};
		char name[32];

		for (; payloads.count < 4 && cases[i].types[payloads.count]; payloads.count++)
			payloads.payload[payloads.count].type = cases[i].types[payloads.count];
		snprintf(name, sizeof(name), "rules, case %zu", i + 1);
		check_text(ike_bad_name(ike_rules_check(rules, &payloads)),
			   ike_bad_name(cases[i].bad), name);
	}
}

static void put_all(struct ike_writer *w)
{
	static const uint8_t octets[20] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	struct ike_chunk some = ike_chunk(octets, sizeof(octets));

	ike_put_ke(w, IKE_DH_CURVE25519, some);
	ike_put_nonce(w, some);
	ike_put_id(w, IKE_P_IDR, IKE_ID_KEY_ID, some);
	ike_put_cert(w, IKE_P_CERTREQ, IKE_CERT_X509_SIGNATURE, some);
	ike_put_auth(w, IKE_AUTH_PSK, some);
	ike_put_notify(w, 0, ike_chunk(NULL, 0), IKE_N_COOKIE, some);
	ike_put_notify(w, IKE_PROTO_ESP, ike_chunk(octets, 4), IKE_N_REKEY_SA,
		       ike_chunk(NULL, 0));
	ike_put_delete(w, IKE_PROTO_ESP, 4, 2, octets);
}

static void test_written(const struct ike_payloads *p)
{
	struct ike_notify_body notify;
	struct ike_delete_body del;
	struct ike_ke_body ke;
	struct ike_id_body id;
	struct ike_cert_body cert;
	struct ike_auth_body auth;

	check(p->count == 8, "as many payloads as were written");
	check(!ike_ke_parse(ike_payload_find(p, IKE_P_KE)->body, &ke) &&
	      ke.group == IKE_DH_CURVE25519 && ke.value.len == 20 && ke.value.p[7] == 8, "KE");
	check(!ike_nonce_parse(ike_payload_find(p, IKE_P_NONCE)->body), "the nonce");
	check(!ike_id_parse(ike_payload_find(p, IKE_P_IDR)->body, &id) &&
	      id.type == IKE_ID_KEY_ID && id.value.len == 20 && id.value.p[0] == 1, "IDr");
	check(!ike_cert_parse(ike_payload_find(p, IKE_P_CERTREQ)->body, &cert) &&
	      cert.encoding == IKE_CERT_X509_SIGNATURE && cert.value.len == 20, "CERTREQ");
	check(!ike_auth_parse(ike_payload_find(p, IKE_P_AUTH)->body, &auth) &&
	      auth.method == IKE_AUTH_PSK && auth.value.len == 20, "AUTH");
	check(ike_notify_find(p, IKE_N_REKEY_SA, &notify) && notify.protocol == IKE_PROTO_ESP &&
	      notify.spi.len == 4 && !notify.data.len, "the second notification");
	check(!ike_notify_find(p, IKE_N_USE_TRANSPORT_MODE, &notify), "one that is not there");
	check(!ike_delete_parse(ike_payload_find(p, IKE_P_DELETE)->body, &del) &&
	      del.count == 2 && del.spis.len == 8 && del.spis.p[4] == 5, "the last");
}

static void test_round_trip(void)
{
	struct ike_hdr hdr = {
		.spi_i = "initiat", .spi_r = "respond", .major = 2, .exchange = CREATE_CHILD_SA,
		.flags = IKE_FLAG_RESPONSE, .id = 0xfedcba98,
	};
	struct ike_payloads payloads;
	struct ike_hdr again = {};
	struct ike_writer w;
	struct ike_chunk message;
	size_t len;
	bool cut = true;

	ike_writer_begin(&w, &hdr);
	put_all(&w);
	check(ike_writer_end(&w), "a message is written");
	message = ike_buf_chunk(&w.buf);
	check(!ike_hdr_parse(message, &again) && again.next == IKE_P_KE &&
	      again.length == message.len && again.id == hdr.id && again.flags == hdr.flags &&
	      !memcmp(again.spi_i, hdr.spi_i, 8) && !memcmp(again.spi_r, hdr.spi_r, 8) &&
	      !ike_payloads_parse(again.next, ike_chunk(message.p + IKE_HDR_LEN,
							message.len - IKE_HDR_LEN), &payloads),
	      "its header and its chain are read");
	test_written(&payloads);
	for (len = 0; len < message.len; len++) {
		cut &= ike_hdr_parse(ike_chunk(message.p, len), &again) != IKE_GOOD;
		cut &= len < IKE_HDR_LEN ||
		       ike_payloads_parse(IKE_P_KE, ike_chunk(message.p + IKE_HDR_LEN,
							      len - IKE_HDR_LEN),
					  &payloads) != IKE_GOOD;
	}
	check(cut, "the message is cut at every length");
	ike_writer_free(&w);

	ike_writer_begin_inner(&w);
	check(ike_writer_end(&w) && ike_writer_first(&w) == IKE_P_NONE && !w.buf.len,
	      "an empty chain");
	put_all(&w);
	check(ike_writer_end(&w) && ike_writer_first(&w) == IKE_P_KE &&
	      !ike_payloads_parse(IKE_P_KE, ike_buf_chunk(&w.buf), &payloads),
	      "a chain without a header");
	test_written(&payloads);
	ike_writer_free(&w);
}

static void test_writer_limit(void)
{
	static const uint8_t octets[IKE_MESSAGE_MAX];
	struct ike_hdr hdr = { .major = 2 };
	struct ike_writer w;
	size_t most = IKE_MESSAGE_MAX - IKE_HDR_LEN - 4;

	ike_writer_begin(&w, &hdr);
	ike_put_nonce(&w, ike_chunk(octets, most));
	check(ike_writer_end(&w) && w.buf.len == IKE_MESSAGE_MAX, "the longest message");
	ike_put_nonce(&w, ike_chunk(octets, 1));
	check(!ike_writer_end(&w), "a payload more does not fit");
	ike_writer_free(&w);
	ike_writer_begin(&w, &hdr);
	ike_put_nonce(&w, ike_chunk(octets, most + 1));
	check(!ike_writer_end(&w), "an octet more does not fit");
	ike_writer_free(&w);
}

/* Both versions of IKE have the same framing; IKEv1's payload types are not looked into. */
static bool framing_agrees(const json_t *message)
{
	const char *framing = unit_json_text(message, "framing");
	bool good = !strncmp(framing, "ok", 2) || !strcmp(framing, "encrypted");
	struct ike_payloads payloads;
	struct unit_octets octets;
	struct ike_hdr hdr;
	enum ike_bad bad;

	unit_json_hex(&octets, message, "message");
	bad = ike_hdr_parse(unit_chunk(&octets), &hdr);
	if (!bad && hdr.major == 2)
		bad = ike_payloads_parse(hdr.next, ike_chunk(octets.p + IKE_HDR_LEN,
							     octets.len - IKE_HDR_LEN),
					 &payloads);
	if (!bad == good)
		return true;
	printf("# %s: '%s', not '%s'\n", unit_json_text(message, "file"), ike_bad_name(bad),
	       framing);
	return false;
}

static void test_captures(void)
{
	json_t *root = unit_oracle("ike/ike_datagrams.dev.json", "captured datagrams");
	size_t i, agree = 0;
	json_t *message;

	if (!root)
		return;
	json_array_foreach(json_object_get(root, "messages"), i, message)
		agree += framing_agrees(message);
	check(i > 100 && agree == i, "captured datagrams are framed as others say");
	json_decref(root);
}

/* One body of each payload, with each octet changed in turn: no verdict, but an end. */
static void test_seeds(void)
{
	json_t *root = unit_oracle("fuzz/openiked_parser_seeds.json", "bodies to mutate");
	struct ike_proposals proposals;
	struct unit_octets octets;
	struct ike_ts_list list;
	struct ike_payloads payloads;
	const char *name;
	json_t *seed;
	size_t i;
	int kind;

	if (!root)
		return;
	unit_json_hex(&octets, json_object_get(root, "seeds"), "valid_packet");
	check(!ike_payloads_parse(octets.p[16], ike_chunk(octets.p + IKE_HDR_LEN,
							  octets.len - IKE_HDR_LEN), &payloads) &&
	      !ike_proposals_parse(payloads.payload[0].body, &proposals),
	      "another implementation's first request");
	json_object_foreach(json_object_get(root, "seeds"), name, seed) {
		unit_hex(&octets, json_string_value(seed));
		for (i = 0; i < octets.len; i++) {
			octets.p[i] ^= 0xff;
			ike_payloads_parse(IKE_P_SA, unit_chunk(&octets), &payloads);
			ike_proposals_parse(ike_chunk(octets.p + 4, octets.len - 4), &proposals);
			ike_ts_parse(ike_chunk(octets.p + 4, octets.len - 4), &list);
			for (kind = NOTIFY; kind <= NONCE; kind++)
				body_parse(kind, ike_chunk(octets.p + 4, octets.len - 4));
			octets.p[i] ^= 0xff;
		}
	}
	json_decref(root);
}

static void test_names(void)
{
	unsigned int i, named = 0;

	for (i = 0; i < IKE_BAD_MAX; i++)
		named += !!strcmp(ike_bad_name(i), "unknown");
	check(named == IKE_BAD_MAX, "each reason has a name");
	check_text(ike_bad_name(IKE_BAD_MAX), "unknown", "and no other number");
	check_text(ike_notify_name(IKE_N_NO_PROPOSAL_CHOSEN), "NO_PROPOSAL_CHOSEN",
		   "a notification");
	check(!ike_notify_name(2), "one without a name");
	check_text(ike_exchange_name(IKE_AUTH), "IKE_AUTH", "an exchange");
	check_text(ike_exchange_name(255), "unknown exchange", "an unknown exchange");
	check_text(ike_payload_name(255), "unknown payload", "an unknown payload");
}

void test_ike_payload(void)
{
	test_headers();
	test_chains();
	test_chain_limit();
	test_bodies();
	test_rules();
	test_round_trip();
	test_writer_limit();
	test_captures();
	test_seeds();
	test_names();
}
