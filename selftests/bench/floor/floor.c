// SPDX-License-Identifier: GPL-2.0-only
/* What the crypto API alone costs: encrypt a packet's payload and decrypt it
 * again, in place, in one piece, as ESP does it; or, with a hash, compute the ICV of
 * it twice, as both ends of AH do. The mean of both together is the read-only
 * parameter "cost".
 */

#include <crypto/aead.h>
#include <crypto/authenc.h>
#include <crypto/hash.h>
#include <linux/crypto.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

/* SPI and sequence number, behind which the crypto API has the IV. */
#define IV_AT	8
/* IPv4 header, and AH with an ICV of 16 octets. */
#define AH	(20 + 12 + 16)

static char *alg = "rfc4106(gcm(aes))";
module_param(alg, charp, 0444);
MODULE_PARM_DESC(alg, "AEAD algorithm, or hash");

static bool hash;
module_param(hash, bool, 0444);
MODULE_PARM_DESC(hash, "alg is a hash");

static uint auth_len;
module_param(auth_len, uint, 0444);
MODULE_PARM_DESC(auth_len, "octets of the integrity's key, where alg is authenc()");

static uint iv_len = 8;
module_param(iv_len, uint, 0444);
MODULE_PARM_DESC(iv_len, "octets of the IV in the packet");

static uint key_len = 20;
module_param(key_len, uint, 0444);
MODULE_PARM_DESC(key_len, "octets of its key, with the salt");

static uint icv_len = 16;
module_param(icv_len, uint, 0444);
MODULE_PARM_DESC(icv_len, "octets of the ICV");

static uint octets = 64;
module_param(octets, uint, 0444);
MODULE_PARM_DESC(octets, "octets of payload");

static uint count = 2000;
module_param(count, uint, 0444);
MODULE_PARM_DESC(count, "how many times");

static ulong cost;
module_param(cost, ulong, 0444);
MODULE_PARM_DESC(cost, "mean nanoseconds for one encryption and one decryption");

/* Two keys in one, as authenc() takes them. Returns the octets in front of them. */
static unsigned int begin_both(u8 *key)
{
	struct crypto_authenc_key_param *param;
	struct rtattr *attr = (struct rtattr *)key;

	attr->rta_type = CRYPTO_AUTHENC_KEYA_PARAM;
	attr->rta_len = RTA_LENGTH(sizeof(*param));
	param = RTA_DATA(attr);
	param->enckeylen = cpu_to_be32(key_len);
	return RTA_SPACE(sizeof(*param));
}

static int set_key(struct crypto_aead *tfm)
{
	unsigned int front = 0;
	u8 key[128] __aligned(4);
	int err;

	if (key_len > 48 || auth_len > 64)
		return -EINVAL;
	if (auth_len)
		front = begin_both(key);
	get_random_bytes(key + front, auth_len + key_len);
	err = crypto_aead_setkey(tfm, key, front + auth_len + key_len);
	return err ?: crypto_aead_setauthsize(tfm, icv_len);
}

/* What is done with a packet once at each end. */
typedef int (*both_ends)(void *req, struct crypto_wait *wait,
			 struct scatterlist *sg, u8 *iv);

static int once(void *req, struct crypto_wait *wait,
		struct scatterlist *sg, u8 *iv)
{
	int err;

	aead_request_set_crypt(req, sg, sg, octets, iv);
	err = crypto_wait_req(crypto_aead_encrypt(req), wait);
	if (err)
		return err;
	aead_request_set_crypt(req, sg, sg, octets + icv_len, iv);
	return crypto_wait_req(crypto_aead_decrypt(req), wait);
}

static int hash_once(void *req, struct crypto_wait *wait,
		     struct scatterlist *sg, u8 *icv)
{
	int err;

	ahash_request_set_crypt(req, sg, icv, AH + octets);
	err = crypto_wait_req(crypto_ahash_digest(req), wait);
	return err ?: crypto_wait_req(crypto_ahash_digest(req), wait);
}

static int repeat(both_ends once, void *req, struct crypto_wait *wait,
		  struct scatterlist *sg, u8 *iv)
{
	u64 start;
	uint i;
	int err;

	/* The first time pages and tables are not there yet. */
	err = once(req, wait, sg, iv);
	start = ktime_get_ns();
	for (i = 0; i < count && !err; i++)
		err = once(req, wait, sg, iv);
	cost = (ktime_get_ns() - start) / count;
	return err;
}

static int measure(struct crypto_aead *tfm)
{
	unsigned int header = IV_AT + iv_len;
	DECLARE_CRYPTO_WAIT(wait);
	struct aead_request *req;
	struct scatterlist sg;
	int err = -ENOMEM;
	size_t size;
	u8 *packet;

	/* With its padding. */
	octets = ALIGN(octets, crypto_aead_blocksize(tfm));
	size = header + octets + icv_len;
	packet = kzalloc(size, GFP_KERNEL);
	req = aead_request_alloc(tfm, GFP_KERNEL);
	if (!packet || !req)
		goto out;
	aead_request_set_callback(req, CRYPTO_TFM_REQ_MAY_BACKLOG,
				  crypto_req_done, &wait);
	aead_request_set_ad(req, header);
	sg_init_one(&sg, packet, size);
	err = repeat(once, req, &wait, &sg, packet + IV_AT);
out:
	aead_request_free(req);
	kfree(packet);
	return err;
}

static int measure_hash(struct crypto_ahash *tfm)
{
	size_t size = AH + octets;
	DECLARE_CRYPTO_WAIT(wait);
	struct ahash_request *req;
	struct scatterlist sg;
	int err = -ENOMEM;
	u8 icv[64];
	u8 *packet;

	packet = kzalloc(size, GFP_KERNEL);
	req = ahash_request_alloc(tfm, GFP_KERNEL);
	if (!packet || !req)
		goto out;
	ahash_request_set_callback(req, CRYPTO_TFM_REQ_MAY_BACKLOG,
				   crypto_req_done, &wait);
	sg_init_one(&sg, packet, size);
	err = repeat(hash_once, req, &wait, &sg, icv);
out:
	ahash_request_free(req);
	kfree(packet);
	return err;
}

static int with_hash(void)
{
	struct crypto_ahash *tfm = crypto_alloc_ahash(alg, 0, 0);
	u8 key[64];
	int err = -EINVAL;

	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	if (auth_len <= sizeof(key)) {
		get_random_bytes(key, auth_len);
		err = crypto_ahash_setkey(tfm, key, auth_len);
	}
	if (!err)
		err = measure_hash(tfm);
	crypto_free_ahash(tfm);
	return err;
}

static int __init floor_init(void)
{
	struct crypto_aead *tfm;
	int err;

	if (!count)
		return -EINVAL;
	if (hash)
		return with_hash();
	tfm = crypto_alloc_aead(alg, 0, 0);
	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	err = set_key(tfm);
	if (!err)
		err = measure(tfm);
	crypto_free_aead(tfm);
	return err;
}

static void __exit floor_exit(void)
{
}

module_init(floor_init);
module_exit(floor_exit);

MODULE_DESCRIPTION("Cost of the crypto API alone");
MODULE_LICENSE("GPL");
