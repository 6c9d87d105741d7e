// SPDX-License-Identifier: GPL-2.0-only
/* What the crypto API alone costs: encrypt a packet's payload and decrypt it
 * again, in place, in one piece, as ESP does it. The mean of both together is
 * the read-only parameter "cost".
 */

#include <crypto/aead.h>
#include <linux/crypto.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

/* RFC 4106 section 5: SPI and sequence number, behind which the kernel's
 * rfc4106() wants the IV.
 */
#define HEADER	16
#define IV_AT	8

static char *alg = "rfc4106(gcm(aes))";
module_param(alg, charp, 0444);
MODULE_PARM_DESC(alg, "AEAD algorithm");

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

static int set_key(struct crypto_aead *tfm)
{
	u8 key[64];
	int err;

	if (key_len > sizeof(key))
		return -EINVAL;
	get_random_bytes(key, key_len);
	err = crypto_aead_setkey(tfm, key, key_len);
	return err ?: crypto_aead_setauthsize(tfm, icv_len);
}

static int once(struct aead_request *req, struct crypto_wait *wait,
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

static int repeat(struct aead_request *req, struct crypto_wait *wait,
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
	size_t size = HEADER + octets + icv_len;
	DECLARE_CRYPTO_WAIT(wait);
	struct aead_request *req;
	struct scatterlist sg;
	int err = -ENOMEM;
	u8 *packet;

	packet = kzalloc(size, GFP_KERNEL);
	req = aead_request_alloc(tfm, GFP_KERNEL);
	if (!packet || !req)
		goto out;
	aead_request_set_callback(req, CRYPTO_TFM_REQ_MAY_BACKLOG,
				  crypto_req_done, &wait);
	aead_request_set_ad(req, HEADER);
	sg_init_one(&sg, packet, size);
	err = repeat(req, &wait, &sg, packet + IV_AT);
out:
	aead_request_free(req);
	kfree(packet);
	return err;
}

static int __init floor_init(void)
{
	struct crypto_aead *tfm;
	int err;

	if (!count)
		return -EINVAL;
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
