/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * X.509: certificates, chains of them, private keys; by OpenSSL (RFC 4945, RFC 5280).
 */
#ifndef _IKE_CERT_H
#define _IKE_CERT_H

#include "../lib/err.h"
#include "buf.h"
#include "id.h"

struct ike_cert;
struct ike_key;

/* More certificates of one peer are not looked at. */
#define IKE_CERTS_MAX	8

struct ike_cert_list {
	unsigned int count;
	struct ike_cert *cert[IKE_CERTS_MAX];
};

/* PEM or DER. */
struct ike_cert *ike_cert_load(const char *path, struct espah_err *err);
struct ike_cert *ike_cert_parse_der(struct ike_chunk der);
void ike_cert_free(struct ike_cert *cert);
struct ike_chunk ike_cert_der(const struct ike_cert *cert);
/* SHA-1 of its SubjectPublicKeyInfo: what CERTREQ names an authority by (section 3.7). */
void ike_cert_authority(const struct ike_cert *cert, uint8_t hash[20]);
/* Its subject's DN, as an identity. */
int ike_cert_subject(const struct ike_cert *cert, struct ike_id *id);
/* Is this its subject or one of its alternative names (RFC 4945 section 3.1)? */
bool ike_cert_has_id(const struct ike_cert *cert, const struct ike_id *id);
bool ike_cert_equal(const struct ike_cert *a, const struct ike_cert *b);
/*
 * Who of @list has issued it: an authority between it and a root, since roots are
 * what the other side has or does not trust. NULL: none of them.
 */
const struct ike_cert *ike_cert_issuer(const struct ike_cert *cert,
				       const struct ike_cert_list *list);

/*
 * Is there a path from @leaf over @others to one of @anchors, valid now, with
 * the basic constraints and key usages that RFC 5280 section 6 asks for? The
 * reason why not goes to @err: "expired on ...", "no path to a trusted
 * authority: issued by ...".
 */
int ike_cert_verify(const struct ike_cert *leaf, const struct ike_cert_list *others,
		    const struct ike_cert_list *anchors, struct espah_err *err);

/*
 * A private key, PEM or DER, PKCS#8 or traditional; RSA, EC (P-256, P-384, P-521) and
 * Ed25519. @secret decrypts it, NULL for none. Encrypted without @secret, a file that
 * others may read, and what is no key is an error.
 */
struct ike_key *ike_key_load(const char *path, const char *secret, struct espah_err *err);
void ike_key_free(struct ike_key *key);
bool ike_key_fits(const struct ike_key *key, const struct ike_cert *cert);

/*
 * Signatures in RFC 7427's form: @out gets the length octet, the
 * AlgorithmIdentifier and the signature, of the whole AUTH payload's data.
 * @hashes is a bit mask, 1 << IKE_HASH_*, of what the peer takes. RSA signs with
 * PKCS#1 v1.5 unless @pss. Of @hashes, the shortest SHA-2 that is as strong as the key is
 * taken, or else the longest; Ed25519 needs IKE_HASH_IDENTITY. Return: 0 or -1.
 */
int ike_sign(const struct ike_key *key, uint32_t hashes, bool pss, struct ike_chunk octets,
	     struct ike_buf *out);
/*
 * The old methods for peers without SIGNATURE_HASH_ALGORITHMS: RSA with SHA-1
 * (RFC 7296 section 3.8; made and taken only with @method IKE_AUTH_RSA_SIG) and ECDSA (RFC 4754).
 */
int ike_sign_old(const struct ike_key *key, uint8_t *method, struct ike_chunk octets,
		 struct ike_buf *out);
/* @method is the AUTH payload's. SHA-1 is refused in the new form. 0, or -1 with a reason. */
int ike_verify(const struct ike_cert *cert, uint8_t method, struct ike_chunk octets,
	       struct ike_chunk signature, struct espah_err *err);

#endif /* _IKE_CERT_H */
