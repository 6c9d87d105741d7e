// SPDX-License-Identifier: GPL-2.0-only
/* The algorithms of an SA, as attributes. */

#include <crypto/algapi.h>
#include <linux/in.h>
#include <linux/module.h>
#include <linux/security.h>
#include <net/ipv6.h>

#include "netlink.h"
#include "netlink_attr.h"
#include "sa.h"

#define NAME_POLICY	{ .type = NLA_NUL_STRING, .len = ESPAH_ALG_NAME_MAX }
/* NULL encryption has an empty one. */
#define KEY_POLICY	NLA_POLICY_RANGE(NLA_BINARY, 0, ESPAH_KEY_MAX)

/* Single word; whoever writes it by sysfs means requests from then on. */
static bool legacy;
module_param(legacy, bool, 0644);
MODULE_PARM_DESC(legacy, "take algorithms that RFC 8221 says must not be used (N)");

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
	[ESPAH_A_ALG_KEY] = "aead key: at most 128 octets are needed",
	[ESPAH_A_ALG_ICV_BITS] = "aead icv-bits: a number of 4 octets is needed",
};

static const char *const enc_wants[ESPAH_A_ALG_MAX + 1] = {
	[ESPAH_A_ALG_NAME] = "enc name: a string of at most 63 characters is needed",
	[ESPAH_A_ALG_KEY] = "enc key: at most 128 octets are needed",
};

static const char *const enc_strays[ESPAH_A_ALG_MAX + 1] = {
	[ESPAH_A_ALG_ICV_BITS] = "enc icv-bits: the ICV is auth's",
};

static const char *const auth_wants[ESPAH_A_ALG_MAX + 1] = {
	[ESPAH_A_ALG_NAME] = "auth name: a string of at most 63 characters is needed",
	[ESPAH_A_ALG_KEY] = "auth key: at most 128 octets are needed",
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

/* Of one kind of algorithm, what is said of its attributes. */
struct kind {
	const struct espah_nl_set	*set;
	/* How many of them are needed. */
	size_t				needs;
	const char			*unknown;
	const char			*must_not;
};

static const struct kind kinds[] = {
	[ESPAH_ALG_AEAD] = {
		&aead_set, ARRAY_SIZE(needed),
		"aead name: unknown algorithm; known are rfc4106(gcm(aes)), rfc4309(ccm(aes)), rfc4543(gcm(aes)) and rfc7539esp(chacha20,poly1305)",
	},
	/* All but the ICV. */
	[ESPAH_ALG_ENC] = {
		&enc_set, ARRAY_SIZE(needed) - 1,
		"enc name: unknown algorithm; known are cbc(aes), rfc3686(ctr(aes)), cbc(camellia), cbc(des3_ede) and ecb(cipher_null)",
		"enc name: RFC 8221 section 5 says MUST NOT of it; the module takes it with its parameter legacy=1",
	},
	[ESPAH_ALG_AUTH] = {
		&auth_set, ARRAY_SIZE(needed),
		"auth name: unknown algorithm; known are hmac(sha1), hmac(sha256), hmac(sha384), hmac(sha512), xcbc(aes) and cmac(aes)",
		"auth name: RFC 8221 section 6 says MUST NOT of it; the module takes it with its parameter legacy=1",
	},
};

static int refuse(struct netlink_ext_ack *extack, const struct nlattr *attr,
		  const char *sentence, int err)
{
	NL_SET_BAD_ATTR(extack, attr);
	if (extack)
		extack->_msg = sentence;
	return err;
}

/* One algorithm: @tb is filled in with its attributes. */
static const struct espah_alg *get_alg(struct nlattr **tb,
				       enum espah_alg_kind kind,
				       const struct nlattr *nest,
				       struct netlink_ext_ack *extack)
{
	const struct kind *what = &kinds[kind];
	const struct espah_alg *alg;
	const struct nlattr *key;
	int err;

	err = parse(tb, what->set, nest, what->needs, extack);
	if (err)
		return ERR_PTR(err);
	alg = espah_alg_find(kind, nla_data(tb[ESPAH_A_ALG_NAME]));
	if (!alg)
		err = refuse(extack, tb[ESPAH_A_ALG_NAME], what->unknown,
			     -ENOENT);
	else if (alg->legacy && !READ_ONCE(legacy))
		err = refuse(extack, tb[ESPAH_A_ALG_NAME], what->must_not,
			     -EOPNOTSUPP);
	if (err)
		return ERR_PTR(err);

	key = tb[ESPAH_A_ALG_KEY];
	if (!espah_alg_key_fits(alg, nla_len(key)))
		err = refuse(extack, key, alg->key_wanted, -EINVAL);
	else if (tb[ESPAH_A_ALG_ICV_BITS] &&
		 !espah_alg_icv_fits(alg, nla_get_u32(tb[ESPAH_A_ALG_ICV_BITS])))
		err = refuse(extack, tb[ESPAH_A_ALG_ICV_BITS], alg->icv_wanted,
			     -EINVAL);
	return err ? ERR_PTR(err) : alg;
}

/* What encrypts, alone or with the integrity in one. */
static int get_cipher(enum espah_alg_kind kind, const struct nlattr *nest,
		      struct espah_sa_config *config,
		      struct netlink_ext_ack *extack)
{
	struct nlattr *tb[ESPAH_A_ALG_MAX + 1];
	const struct espah_alg *alg = get_alg(tb, kind, nest, extack);

	if (IS_ERR(alg))
		return PTR_ERR(alg);
	config->alg = alg;
	config->alg_name = nla_data(tb[ESPAH_A_ALG_NAME]);
	config->key = nla_data(tb[ESPAH_A_ALG_KEY]);
	config->key_len = nla_len(tb[ESPAH_A_ALG_KEY]);
	if (tb[ESPAH_A_ALG_ICV_BITS])
		config->icv_bits = nla_get_u32(tb[ESPAH_A_ALG_ICV_BITS]);
	return 0;
}

static int get_auth(const struct nlattr *nest, struct espah_sa_config *config,
		    struct netlink_ext_ack *extack)
{
	struct nlattr *tb[ESPAH_A_ALG_MAX + 1];
	const struct espah_alg *alg = get_alg(tb, ESPAH_ALG_AUTH, nest, extack);

	if (IS_ERR(alg))
		return PTR_ERR(alg);
	/* The encryption's wrapper runs both. */
	if (config->alg && espah_alg_wrapper(nla_data(tb[ESPAH_A_ALG_NAME])))
		return refuse(extack, tb[ESPAH_A_ALG_NAME],
			      kinds[ESPAH_ALG_AUTH].unknown, -ENOENT);
	config->auth = alg;
	config->auth_name = nla_data(tb[ESPAH_A_ALG_NAME]);
	config->auth_key = nla_data(tb[ESPAH_A_ALG_KEY]);
	config->auth_key_len = nla_len(tb[ESPAH_A_ALG_KEY]);
	config->icv_bits = nla_get_u32(tb[ESPAH_A_ALG_ICV_BITS]);
	return 0;
}

static bool is_group(const struct espah_sa_id *id)
{
	return id->family == AF_INET ? ipv4_is_multicast(id->dst.v4) :
				       ipv6_addr_is_multicast(&id->dst.v6);
}

/* RFC 8750: of which algorithms the IV may be implicit, and where not (section 7). */
static int check_iiv(struct nlattr **tb, const struct espah_sa_config *config,
		     struct netlink_ext_ack *extack)
{
	if (!(config->flags & ESPAH_SA_FLAG_IIV))
		return 0;
	if (config->id.proto == IPPROTO_AH || (config->alg && !config->alg->iiv))
		return refuse(extack, tb[ESPAH_A_SA_FLAGS],
			      "flags: AES-GCM, AES-CCM and ChaCha20-Poly1305 can have an implicit IV (RFC 8750 section 4)",
			      -EINVAL);
	if (is_group(&config->id))
		return refuse(extack, tb[ESPAH_A_SA_FLAGS],
			      "flags: no implicit IV to a group, where several may send (RFC 8750 section 7)",
			      -EINVAL);
	return 0;
}

/* AH has integrity and nothing else: by a keyed hash or by GMAC, whose IV makes it
 * look like a cipher (RFC 4543 section 4).
 */
static int get_ah(struct nlattr **tb, struct espah_sa_config *config,
		  struct netlink_ext_ack *extack)
{
	int err;

	if (tb[ESPAH_A_SA_ENC])
		return refuse(extack, tb[ESPAH_A_SA_ENC],
			      "enc: AH does not encrypt (RFC 4302 section 1); auth alone is needed, or proto 50 (ESP)",
			      -EINVAL);
	if (!tb[ESPAH_A_SA_AEAD])
		return tb[ESPAH_A_SA_AUTH] ?
		       get_auth(tb[ESPAH_A_SA_AUTH], config, extack) : 0;
	err = get_cipher(ESPAH_ALG_AEAD, tb[ESPAH_A_SA_AEAD], config, extack);
	if (err || config->alg->ah)
		return err;
	return refuse(extack, tb[ESPAH_A_SA_AEAD],
		      "aead: AH does not encrypt (RFC 4302 section 1); rfc4543(gcm(aes)) or auth is needed, or proto 50 (ESP)",
		      -EINVAL);
}

/**
 * espah_nl_get_cipher() - which algorithms a request asks for, and the keys
 * @tb: attributes of the request
 * @set: set that they belong to
 * @config: with its id and its flags; its algorithms are filled in, if there are any
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
	if (config->id.proto == IPPROTO_AH)
		return get_ah(tb, config, extack) ?:
		       check_iiv(tb, config, extack);
	if (tb[ESPAH_A_SA_AEAD])
		err = get_cipher(ESPAH_ALG_AEAD, tb[ESPAH_A_SA_AEAD], config,
				 extack);
	if (tb[ESPAH_A_SA_AEAD])
		return err ?: check_iiv(tb, config, extack);
	if (!apart)
		return 0;

	err = espah_nl_need_all(tb, set, NULL, both, ARRAY_SIZE(both), extack);
	if (!err)
		err = get_cipher(ESPAH_ALG_ENC, tb[ESPAH_A_SA_ENC], config,
				 extack);
	if (!err)
		err = get_auth(tb[ESPAH_A_SA_AUTH], config, extack);
	return err ?: check_iiv(tb, config, extack);
}

static bool same(const char *name, const u8 *key, unsigned int key_len,
		 const char *other_name, const u8 *other_key,
		 unsigned int other_len)
{
	if (!name || !other_name)
		return name == other_name;
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
	int with_icv = config->auth_name ? ESPAH_A_SA_AUTH : ESPAH_A_SA_AEAD;

	if (!same(sa->alg_name, sa->key, sa->key_len, config->alg_name,
		  config->key, config->key_len))
		return config->alg_name && config->auth_name ? ESPAH_A_SA_ENC :
							       with_icv;
	if (sa->icv_len * 8 != config->icv_bits ||
	    !same(sa->auth_name, espah_sa_auth_key(sa), sa->auth_key_len,
		  config->auth_name, config->auth_key, config->auth_key_len))
		return with_icv;
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
	int err = 0;

	if (show_keys && !security_locked_down(LOCKDOWN_XFRM_SECRET)) {
		auth_key = espah_sa_auth_key(sa);
		key = sa->key;
	}
	if (!sa->auth_name)
		return put_alg(skb, ESPAH_A_SA_AEAD, sa->alg_name, key,
			       sa->key_len, sa->icv_len);
	if (sa->alg_name)
		err = put_alg(skb, ESPAH_A_SA_ENC, sa->alg_name, key,
			      sa->key_len, 0);
	if (!err)
		err = put_alg(skb, ESPAH_A_SA_AUTH, sa->auth_name, auth_key,
			      sa->auth_key_len, sa->icv_len);
	return err;
}
