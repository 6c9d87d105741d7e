// SPDX-License-Identifier: GPL-2.0-only
/* The algorithms of an SA, as attributes. */

#include <crypto/algapi.h>
#include <linux/security.h>

#include "netlink.h"
#include "netlink_attr.h"
#include "sa.h"

#define NAME_POLICY	{ .type = NLA_NUL_STRING, .len = ESPAH_ALG_NAME_MAX }
#define KEY_POLICY	NLA_POLICY_RANGE(NLA_BINARY, 1, ESPAH_KEY_MAX)

static const struct nla_policy alg_policy[ESPAH_A_ALG_MAX + 1] = {
	[ESPAH_A_ALG_NAME]	= NAME_POLICY,
	[ESPAH_A_ALG_KEY]	= KEY_POLICY,
	[ESPAH_A_ALG_ICV_BITS]	= { .type = NLA_U32 },
};

static const struct nla_policy enc_policy[ESPAH_A_ALG_MAX + 1] = {
	[ESPAH_A_ALG_NAME]	= NAME_POLICY,
	[ESPAH_A_ALG_KEY]	= KEY_POLICY,
};

static const char *const aead_wants[ESPAH_A_ALG_MAX + 1] = {
	[ESPAH_A_ALG_NAME] = "aead name: a string of at most 63 characters is needed",
	[ESPAH_A_ALG_KEY] = "aead key: 1 to 128 octets are needed",
	[ESPAH_A_ALG_ICV_BITS] = "aead icv-bits: a number of 4 octets is needed",
};

static const char *const enc_wants[ESPAH_A_ALG_MAX + 1] = {
	[ESPAH_A_ALG_NAME] = "enc name: a string of at most 63 characters is needed",
	[ESPAH_A_ALG_KEY] = "enc key: 1 to 128 octets are needed",
};

static const char *const enc_strays[ESPAH_A_ALG_MAX + 1] = {
	[ESPAH_A_ALG_ICV_BITS] = "enc icv-bits: the ICV is auth's",
};

static const char *const auth_wants[ESPAH_A_ALG_MAX + 1] = {
	[ESPAH_A_ALG_NAME] = "auth name: a string of at most 63 characters is needed",
	[ESPAH_A_ALG_KEY] = "auth key: 1 to 128 octets are needed",
	[ESPAH_A_ALG_ICV_BITS] = "auth icv-bits: a number of 4 octets is needed",
};

static const struct espah_nl_set aead_set = {
	.max = ESPAH_A_ALG_MAX, .policy = alg_policy, .wants = aead_wants,
};

static const struct espah_nl_set enc_set = {
	.max = ESPAH_A_ALG_MAX, .policy = enc_policy, .wants = enc_wants,
	.strays = enc_strays,
};

static const struct espah_nl_set auth_set = {
	.max = ESPAH_A_ALG_MAX, .policy = alg_policy, .wants = auth_wants,
};

/* In this order, which is also that of the enum. */
static const u8 needed[] = {
	ESPAH_A_ALG_NAME, ESPAH_A_ALG_KEY, ESPAH_A_ALG_ICV_BITS,
};

static int parse(struct nlattr **tb, const struct espah_nl_set *set,
		 const struct nlattr *nest, size_t n,
		 struct netlink_ext_ack *extack)
{
	int err = espah_nl_parse_nested(tb, set, nest, extack);

	return err ?: espah_nl_need_all(tb, set, nest, needed, n, extack);
}

static int get_aead(const struct nlattr *nest, struct espah_sa_config *config,
		    struct netlink_ext_ack *extack)
{
	struct nlattr *tb[ESPAH_A_ALG_MAX + 1];
	int err;

	err = parse(tb, &aead_set, nest, ARRAY_SIZE(needed), extack);
	if (err)
		return err;

	config->alg_name = nla_data(tb[ESPAH_A_ALG_NAME]);
	config->key = nla_data(tb[ESPAH_A_ALG_KEY]);
	config->key_len = nla_len(tb[ESPAH_A_ALG_KEY]);
	config->icv_bits = nla_get_u32(tb[ESPAH_A_ALG_ICV_BITS]);

	config->alg = espah_alg_find(config->alg_name);
	if (!config->alg) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_ALG_NAME],
				    "aead name: unknown algorithm; rfc4106(gcm(aes)) is known");
		return -ENOENT;
	}
	if (!espah_alg_key_fits(config->alg, config->key_len)) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_ALG_KEY],
				    "aead key: AES-GCM takes 16, 24 or 32 octets of key and 4 of salt (RFC 4106 section 8.1)");
		return -EINVAL;
	}
	if (!espah_alg_icv_fits(config->alg, config->icv_bits)) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_ALG_ICV_BITS],
				    "aead icv-bits: AES-GCM takes 128 here");
		return -EINVAL;
	}
	return 0;
}

static int get_enc(const struct nlattr *nest, struct espah_sa_config *config,
		   struct netlink_ext_ack *extack)
{
	struct nlattr *tb[ESPAH_A_ALG_MAX + 1];
	int err;

	/* All but the ICV. */
	err = parse(tb, &enc_set, nest, ARRAY_SIZE(needed) - 1, extack);
	if (err)
		return err;

	config->alg_name = nla_data(tb[ESPAH_A_ALG_NAME]);
	config->key = nla_data(tb[ESPAH_A_ALG_KEY]);
	config->key_len = nla_len(tb[ESPAH_A_ALG_KEY]);

	config->alg = espah_alg_find_pair(config->alg_name, NULL);
	if (!config->alg) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_ALG_NAME],
				    "enc name: unknown algorithm; cbc(aes) is known");
		return -ENOENT;
	}
	if (!espah_alg_key_fits(config->alg, config->key_len)) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_ALG_KEY],
				    "enc key: AES-CBC takes 16, 24 or 32 octets (RFC 3602 section 2.4)");
		return -EINVAL;
	}
	return 0;
}

static int get_auth(const struct nlattr *nest, struct espah_sa_config *config,
		    struct netlink_ext_ack *extack)
{
	struct nlattr *tb[ESPAH_A_ALG_MAX + 1];
	int err;

	err = parse(tb, &auth_set, nest, ARRAY_SIZE(needed), extack);
	if (err)
		return err;

	config->auth_name = nla_data(tb[ESPAH_A_ALG_NAME]);
	config->auth_key = nla_data(tb[ESPAH_A_ALG_KEY]);
	config->auth_key_len = nla_len(tb[ESPAH_A_ALG_KEY]);
	config->icv_bits = nla_get_u32(tb[ESPAH_A_ALG_ICV_BITS]);

	config->alg = espah_alg_find_pair(config->alg_name, config->auth_name);
	if (!config->alg) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_ALG_NAME],
				    "auth name: unknown algorithm; hmac(sha256), hmac(sha384) and hmac(sha512) are known");
		return -ENOENT;
	}
	if (config->auth_key_len != config->alg->auth_key_len) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_ALG_KEY],
				    "auth key: HMAC takes as many octets as its hash has: 32, 48 or 64 (RFC 4868 section 2.1.1)");
		return -EINVAL;
	}
	if (!espah_alg_icv_fits(config->alg, config->icv_bits)) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_ALG_ICV_BITS],
				    "auth icv-bits: hmac(sha256) takes 128 or 96, hmac(sha384) 192, hmac(sha512) 256");
		return -EINVAL;
	}
	return 0;
}

/**
 * espah_nl_get_cipher() - which algorithms a request asks for, and the keys
 * @tb: attributes of the request
 * @set: set that they belong to
 * @config: its algorithms are filled in, if there are any
 * @extack: where to say what is wrong with them
 *
 * Return: 0 or a negative errno.
 */
int espah_nl_get_cipher(struct nlattr **tb, const struct espah_nl_set *set,
			struct espah_sa_config *config,
			struct netlink_ext_ack *extack)
{
	static const u8 both[] = { ESPAH_A_SA_ENC, ESPAH_A_SA_AUTH };
	const struct nlattr *apart = tb[ESPAH_A_SA_ENC] ?: tb[ESPAH_A_SA_AUTH];
	int err;

	if (tb[ESPAH_A_SA_AEAD] && apart) {
		NL_SET_ERR_MSG_ATTR(extack, apart,
				    "enc, auth: an SA has either these or aead, not both");
		return -EINVAL;
	}
	if (tb[ESPAH_A_SA_AEAD])
		return get_aead(tb[ESPAH_A_SA_AEAD], config, extack);
	if (!apart)
		return 0;

	err = espah_nl_need_all(tb, set, NULL, both, ARRAY_SIZE(both), extack);
	if (!err)
		err = get_enc(tb[ESPAH_A_SA_ENC], config, extack);
	if (!err)
		err = get_auth(tb[ESPAH_A_SA_AUTH], config, extack);
	return err;
}

static bool same(const char *name, const u8 *key, unsigned int key_len,
		 const char *other_name, const u8 *other_key,
		 unsigned int other_len)
{
	return !strcmp(name, other_name) && key_len == other_len &&
	       !crypto_memneq(key, other_key, key_len);
}

/**
 * espah_nl_other_cipher() - where algorithms and keys are not the SA's
 * @sa: SA
 * @config: algorithms and keys, all of them
 *
 * Return: the number of an attribute that differs, or 0.
 */
int espah_nl_other_cipher(const struct espah_sa *sa,
			  const struct espah_sa_config *config)
{
	bool apart = config->auth_name;

	if (apart != !!sa->auth_name ||
	    !same(sa->alg_name, sa->key, sa->key_len, config->alg_name,
		  config->key, config->key_len))
		return apart ? ESPAH_A_SA_ENC : ESPAH_A_SA_AEAD;
	if (sa->icv_len * 8 != config->icv_bits ||
	    (apart && !same(sa->auth_name, sa->auth_key, sa->auth_key_len,
			    config->auth_name, config->auth_key,
			    config->auth_key_len)))
		return apart ? ESPAH_A_SA_AUTH : ESPAH_A_SA_AEAD;
	return 0;
}

static int put_alg(struct sk_buff *skb, int attr, const char *name,
		   const u8 *key, unsigned int key_len, unsigned int icv_len)
{
	struct nlattr *nest = nla_nest_start(skb, attr);

	if (!nest || nla_put_string(skb, ESPAH_A_ALG_NAME, name))
		return -EMSGSIZE;
	if (icv_len && nla_put_u32(skb, ESPAH_A_ALG_ICV_BITS, icv_len * 8))
		return -EMSGSIZE;
	if (key && nla_put(skb, ESPAH_A_ALG_KEY, key_len, key))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * espah_nl_put_cipher() - write an SA's algorithms
 * @skb: message
 * @sa: SA
 * @show_keys: with their keys, unless the machine is locked down against that
 *
 * Return: 0 or -EMSGSIZE.
 */
int espah_nl_put_cipher(struct sk_buff *skb, const struct espah_sa *sa,
			bool show_keys)
{
	const u8 *auth_key = NULL, *key = NULL;
	int err;

	if (show_keys && !security_locked_down(LOCKDOWN_XFRM_SECRET)) {
		auth_key = sa->auth_key;
		key = sa->key;
	}
	if (!sa->auth_name)
		return put_alg(skb, ESPAH_A_SA_AEAD, sa->alg_name, key,
			       sa->key_len, sa->icv_len);
	err = put_alg(skb, ESPAH_A_SA_ENC, sa->alg_name, key, sa->key_len, 0);
	if (!err)
		err = put_alg(skb, ESPAH_A_SA_AUTH, sa->auth_name, auth_key,
			      sa->auth_key_len, sa->icv_len);
	return err;
}
