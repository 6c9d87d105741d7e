// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "pki.h"

/* OpenSSL's words for 112 bits of security: RSA with 2048 bits, SHA-256. */
#define AUTH_LEVEL	2
#define NAME_TEXT_MAX	200
#define TIME_TEXT_MAX	64

const char *ike_name_print(const X509_NAME *name, char *buf, size_t size)
{
	BIO *bio = BIO_new(BIO_s_mem());
	int len = 0;

	/* What is not plain ASCII is escaped, so that a name cannot write on a terminal. */
	if (bio && X509_NAME_print_ex(bio, name, 0,
				      (XN_FLAG_ONELINE & ~XN_FLAG_SPC_EQ) | ASN1_STRFLGS_ESC_MSB |
				      ASN1_STRFLGS_ESC_CTRL) >= 0)
		len = BIO_read(bio, buf, size - 1);
	buf[len > 0 ? len : 0] = '\0';
	BIO_free(bio);
	ERR_clear_error();
	return buf;
}

static const char *time_print(const ASN1_TIME *time, char *buf, size_t size)
{
	struct tm tm;

	if (!ASN1_TIME_to_tm(time, &tm) || !strftime(buf, size, "%Y-%m-%d %H:%M:%S UTC", &tm))
		snprintf(buf, size, "a time that cannot be read");
	return buf;
}

/* What OpenSSL found, in words that say what to look at. */
static int explain(X509_STORE_CTX *ctx, struct espah_err *err)
{
	X509 *at = X509_STORE_CTX_get_current_cert(ctx);
	char name[NAME_TEXT_MAX], issuer[NAME_TEXT_MAX], when[TIME_TEXT_MAX];
	int why = X509_STORE_CTX_get_error(ctx);

	if (!at)
		return espah_err_usage(err, "the certificate cannot be verified: %s",
				       X509_verify_cert_error_string(why));
	ike_name_print(X509_get_subject_name(at), name, sizeof(name));
	switch (why) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return espah_err_usage(err, "the certificate of '%s' expired on %s", name,
				       time_print(X509_get0_notAfter(at), when, sizeof(when)));
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return espah_err_usage(err, "the certificate of '%s' is valid only from %s on",
				       name,
				       time_print(X509_get0_notBefore(at), when, sizeof(when)));
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_CERT_UNTRUSTED:
		return espah_err_usage(err,
				       "no path to a trusted authority: '%s' was issued by '%s'",
				       name, ike_name_print(X509_get_issuer_name(at), issuer,
							    sizeof(issuer)));
	case X509_V_ERR_INVALID_CA:
		return espah_err_usage(err, "'%s' may not issue certificates", name);
	}
	return espah_err_usage(err, "the certificate of '%s': %s", name,
			       X509_verify_cert_error_string(why));
}

/*
 * RFC 4945 section 5.1.3.9: an authority says that it is one. OpenSSL alone
 * takes old ones that do not.
 */
static int check_authorities(X509_STORE_CTX *ctx, struct espah_err *err)
{
	const struct stack_st_X509 *chain = X509_STORE_CTX_get0_chain(ctx);
	char name[NAME_TEXT_MAX];
	int i;

	for (i = 1; i < sk_X509_num(chain); i++) {
		X509 *at = sk_X509_value(chain, i);

		if (X509_check_ca(at) != 1)
			return espah_err_usage(err,
					       "'%s' may not issue certificates: no basic constraints with CA:TRUE",
					       ike_name_print(X509_get_subject_name(at), name,
							      sizeof(name)));
	}
	return 0;
}

/* RFC 4945 section 5.1.3.12. */
static bool purposes_allow_ike(const struct ike_cert *leaf)
{
	EXTENDED_KEY_USAGE *uses;
	bool found = false;
	int i;

	if (!(X509_get_extension_flags(leaf->x509) & EXFLAG_XKUSAGE))
		return true;
	uses = X509_get_ext_d2i(leaf->x509, NID_ext_key_usage, NULL, NULL);
	for (i = 0; i < sk_ASN1_OBJECT_num(uses) && !found; i++) {
		int nid = OBJ_obj2nid(sk_ASN1_OBJECT_value(uses, i));

		found = nid == NID_ipsec_IKE || nid == NID_anyExtendedKeyUsage;
	}
	EXTENDED_KEY_USAGE_free(uses);
	return found;
}

/* RFC 4945 section 5.1.3.2. Without the extension, all usages are allowed. */
static int check_usages(const struct ike_cert *leaf, struct espah_err *err)
{
	char name[NAME_TEXT_MAX];

	ike_name_print(X509_get_subject_name(leaf->x509), name, sizeof(name));
	if (!(X509_get_key_usage(leaf->x509) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)))
		return espah_err_usage(err,
				       "the key usage of '%s' has neither digitalSignature nor nonRepudiation",
				       name);
	if (!purposes_allow_ike(leaf))
		return espah_err_usage(err,
				       "the extended key usage of '%s' has neither ipsecIKE nor any",
				       name);
	return 0;
}

static int walk(X509_STORE_CTX *ctx, X509_STORE *store, const struct ike_cert *leaf,
		struct stack_st_X509 *others, struct espah_err *err)
{
	X509_VERIFY_PARAM *param;

	if (!X509_STORE_CTX_init(ctx, store, leaf->x509, others))
		return espah_err_usage(err, "OpenSSL has no memory to verify a certificate");
	param = X509_STORE_CTX_get0_param(ctx);
	X509_VERIFY_PARAM_set_auth_level(param, AUTH_LEVEL);
	X509_VERIFY_PARAM_set_depth(param, IKE_CERTS_MAX);
	/* An anchor need not be signed by itself (RFC 5280 section 6.1). */
	X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
	if (X509_verify_cert(ctx) != 1)
		return explain(ctx, err);
	if (check_authorities(ctx, err))
		return -1;
	return check_usages(leaf, err);
}

static bool add_others(struct stack_st_X509 *stack, const struct ike_cert_list *others)
{
	unsigned int i;

	for (i = 0; i < others->count; i++) {
		if (!sk_X509_push(stack, others->cert[i]->x509))
			return false;
	}
	return true;
}

static bool add_anchors(X509_STORE *store, const struct ike_cert_list *anchors)
{
	unsigned int i;

	for (i = 0; i < anchors->count; i++) {
		if (!X509_STORE_add_cert(store, anchors->cert[i]->x509))
			return false;
	}
	return true;
}

int ike_cert_verify(const struct ike_cert *leaf, const struct ike_cert_list *others,
		    const struct ike_cert_list *anchors, struct espah_err *err)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	struct stack_st_X509 *stack = sk_X509_new_null();
	X509_STORE *store = X509_STORE_new();
	int rc;

	if (ctx && stack && store && add_others(stack, others) && add_anchors(store, anchors))
		rc = walk(ctx, store, leaf, stack, err);
	else
		rc = espah_err_usage(err, "OpenSSL has no memory to verify a certificate");
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	/* Its certificates belong to the caller. */
	sk_X509_free(stack);
	ERR_clear_error();
	return rc;
}

static bool is_issued_by(const struct ike_cert *cert, const struct ike_cert *by)
{
	return X509_check_issued(by->x509, cert->x509) == X509_V_OK &&
	       X509_verify(cert->x509, X509_get0_pubkey(by->x509)) == 1;
}

const struct ike_cert *ike_cert_issuer(const struct ike_cert *cert,
				       const struct ike_cert_list *list)
{
	const struct ike_cert *found = NULL;
	unsigned int i;

	for (i = 0; i < list->count && !found; i++) {
		if (!(X509_get_extension_flags(list->cert[i]->x509) & EXFLAG_SS) &&
		    is_issued_by(cert, list->cert[i]))
			found = list->cert[i];
	}
	ERR_clear_error();
	return found;
}
