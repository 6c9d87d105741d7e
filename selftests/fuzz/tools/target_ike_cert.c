// SPDX-License-Identifier: GPL-2.0-only
/*
 * A certificate, as a peer sends it, and all that is asked about it.
 */
#include <stdlib.h>

#include "cert.h"
#include "fuzz.h"
#include "proto.h"

/* The first of the seeds: EC, valid for a hundred years. */
static const char * const authority[] = {
	"308201a53082014aa00302010202132017f57fab1e17244bf6fdfd1bb0b2bab60c62300a06082a8648ce3d040302301f310e300c060355040a0c056573706168310d300b06035504030c04726f6f743020170d3236313132313231343034305a180f32313236313032383231343034305a301f310e300c060355040a0c056573706168310d300b06035504030c04726f6f743059301306072a8648ce3d020106082a8648ce3d030107034200046a87fb68d6289a92066c315e5811c10c05cc5d54a013adbb3e8d46956133ed0728782209014f3d0d7ec118637fc4a00e26582554a4414c3661e0c01dd508b993a3633061301d0603551d0e041604147c29ebf214a360920c6c26e4207a2df4743e30a5301f0603551d230418301680147c29ebf214a360920c6c26e4207a2df4743e30a5300f0603551d130101ff040530030101ff300e0603551d0f0101ff040403020204300a06082a8648ce3d0403020349003046022100d0a1ab9ffcd79f4be94d26abf86fbbd1534905e6f9e92e358548778fd6304e77022100c3ca17e1b7dce514c6b994c415bf5c36097d8069c834a8553b7289524f0fc745",
};

static struct ike_cert *trusted(void)
{
	const char *hex = authority[0];
	struct ike_cert *cert;
	uint8_t der[1024];
	size_t len = 0;

	for (; hex[0] && len < sizeof(der); hex += 2)
		der[len++] = strtoul((const char []){ hex[0], hex[1], 0 }, NULL, 16);
	cert = ike_cert_parse_der(ike_chunk(der, len));
	must(cert, "the authority");
	return cert;
}

/* A certificate is its subject, and whoever it is not, it is not. */
static void ask_ids(const struct ike_cert *cert)
{
	static const uint8_t types[] = {
		IKE_ID_IPV4_ADDR, IKE_ID_FQDN, IKE_ID_RFC822_ADDR, IKE_ID_IPV6_ADDR,
		IKE_ID_DER_ASN1_DN, IKE_ID_DER_ASN1_GN, IKE_ID_KEY_ID,
	};
	struct ike_id id = {};
	size_t i;

	if (!ike_cert_subject(cert, &id)) {
		must(id.type == IKE_ID_DER_ASN1_DN && id.len && id.len <= IKE_ID_MAX,
		     "a DN, not %u octets of type %u", id.len, id.type);
		must(ike_cert_has_id(cert, &id), "the certificate to have its subject");
	}
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		id = (struct ike_id){ .type = types[i], .len = 16, .value = "moon.example.org" };
		ike_cert_has_id(cert, &id);
		id.len = 0;
		must(!ike_cert_has_id(cert, &id), "an id of type %u to have octets", types[i]);
	}
}

static void ask_path(struct ike_cert *cert)
{
	struct ike_cert_list none = {}, itself = { .count = 1, .cert = { cert } };
	static struct ike_cert_list anchors;
	struct espah_err err = {};

	if (!anchors.count)
		anchors.cert[anchors.count++] = trusted();
	must(ike_cert_verify(cert, &itself, &none, &err), "no trust without an anchor");
	must_be_sentence(&err);
	err = (struct espah_err){};
	if (ike_cert_verify(cert, &itself, &anchors, &err))
		must_be_sentence(&err);
	err = (struct espah_err){};
	if (ike_cert_verify(cert, &none, &itself, &err))
		must_be_sentence(&err);
	err = (struct espah_err){};
	must(ike_verify(cert, IKE_AUTH_SIGNATURE, ike_chunk("octets", 6),
			ike_chunk("\x07\x30\x05\x06\x03\x2b\x65\x70signature", 17), &err),
	     "a signature of nobody to be refused");
	must_be_sentence(&err);
}

void fuzz_ike_cert(const uint8_t *data, size_t size)
{
	struct ike_cert *cert, *again;
	uint8_t hash[20];

	cert = ike_cert_parse_der(ike_chunk(data, size));
	if (!cert)
		return;
	again = ike_cert_parse_der(ike_cert_der(cert));
	must(again && ike_cert_equal(cert, again), "the same certificate back");
	ike_cert_authority(cert, hash);
	ask_ids(cert);
	ask_path(cert);
	ike_cert_free(again);
	ike_cert_free(cert);
}
