// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "../lib/sa.h"
#include "kernel_own.h"

/*
 * How long an SPI is held for an exchange that still goes on: longer than it
 * may take with all its retransmissions.
 */
#define LARVAL_SECONDS	300

static const struct {
	uint16_t id;
	const char *name;
	uint32_t icv_bits;
} encrs[] = {
	{ IKE_ENCR_AES_CBC, "cbc(aes)", 0 },
	{ IKE_ENCR_AES_GCM_8, "rfc4106(gcm(aes))", 64 },
	{ IKE_ENCR_AES_GCM_12, "rfc4106(gcm(aes))", 96 },
	{ IKE_ENCR_AES_GCM_16, "rfc4106(gcm(aes))", 128 },
}, integs[] = {
	{ IKE_INTEG_HMAC_SHA2_256_128, "hmac(sha256)", 128 },
	{ IKE_INTEG_HMAC_SHA2_384_192, "hmac(sha384)", 192 },
	{ IKE_INTEG_HMAC_SHA2_512_256, "hmac(sha512)", 256 },
};

static int put_alg(struct espah_sa *model, unsigned int attr, struct espah_alg *alg,
		   const char *name, uint32_t icv_bits, struct ike_chunk key,
		   struct espah_err *err)
{
	if (key.len > sizeof(alg->key))
		return espah_err_kernel(err, EINVAL,
					"EINVAL: a key of %zu octets for %s; expected %zu at most",
					key.len, name, sizeof(alg->key));
	model->given |= espah_bit(attr);
	strcpy(alg->name, name);
	memcpy(alg->key, key.p, key.len);
	alg->key_len = key.len;
	alg->icv_bits = icv_bits;
	return 0;
}

static int put_algs(struct espah_sa *model, const struct ike_kernel_sa *sa, struct espah_err *err)
{
	size_t e, i;

	for (e = 0; e < ARRAY_SIZE(encrs) && encrs[e].id != sa->suite->encr; e++)
		;
	for (i = 0; i < ARRAY_SIZE(integs) && integs[i].id != sa->suite->integ; i++)
		;
	if (e < ARRAY_SIZE(encrs) && encrs[e].icv_bits)
		return put_alg(model, ESPAH_A_SA_AEAD, &model->aead, encrs[e].name,
			       encrs[e].icv_bits, sa->encr, err);
	if (e == ARRAY_SIZE(encrs) || i == ARRAY_SIZE(integs))
		return espah_err_kernel(err, EOPNOTSUPP,
					"EOPNOTSUPP: the kernel module has no ESP with encryption %u and integrity %u",
					sa->suite->encr, sa->suite->integ);
	if (put_alg(model, ESPAH_A_SA_ENC, &model->enc, encrs[e].name, 0, sa->encr, err))
		return -1;
	return put_alg(model, ESPAH_A_SA_AUTH, &model->auth, integs[i].name, integs[i].icv_bits,
		       sa->integ, err);
}

static void put_limits(struct espah_sa *model, const struct ike_kernel_sa *sa)
{
	uint64_t *limit = model->limits.limit;

	limit[ESPAH_A_LIMIT_TIME_SOFT] = sa->soft_time;
	limit[ESPAH_A_LIMIT_TIME_HARD] = sa->hard_time;
	limit[ESPAH_A_LIMIT_BYTE_SOFT] = sa->soft_bytes;
	limit[ESPAH_A_LIMIT_BYTE_HARD] = sa->hard_bytes;
	limit[ESPAH_A_LIMIT_PACKET_SOFT] = sa->soft_packets;
	limit[ESPAH_A_LIMIT_PACKET_HARD] = sa->hard_packets;
	if (sa->soft_time || sa->hard_time || sa->soft_bytes || sa->hard_bytes ||
	    sa->soft_packets || sa->hard_packets)
		model->given |= espah_bit(ESPAH_A_SA_LIMITS);
}

/* The module tells of a peer that NAT has moved: see kernel_event.c. */
static void put_encap(struct espah_sa *model, const struct ike_kernel_sa *sa)
{
	if (!sa->sport && !sa->dport)
		return;
	model->given |= espah_bit(ESPAH_A_SA_ENCAP_SPORT) | espah_bit(ESPAH_A_SA_ENCAP_DPORT);
	model->encap_sport = sa->sport;
	model->encap_dport = sa->dport;
	if (sa->src_was.family)
		model->given |= espah_bit(ESPAH_A_SA_ENCAP_OADDR);
	if (sa->dst_was.family)
		model->given |= espah_bit(ESPAH_A_SA_ENCAP_ODST);
	model->encap_oaddr = sa->src_was;
	model->encap_odst = sa->dst_was;
}

static int put_flow(struct espah_sa *model, const struct ike_kernel_sa *sa, struct espah_err *err)
{
	if (!sa->sel_src || !sa->sel_dst)
		return 0;
	model->given |= espah_bit(ESPAH_A_SA_SEL);
	return ike_kernel_selector(&model->sel, sa->sel_src, sa->sel_dst, err);
}

static int describe(struct espah_sa *model, const struct ike_kernel_sa *sa, struct espah_err *err)
{
	*model = (struct espah_sa){
		.given = espah_bit(ESPAH_A_SA_SRC) | espah_bit(ESPAH_A_SA_DST) |
			 espah_bit(ESPAH_A_SA_PROTO) | espah_bit(ESPAH_A_SA_SPI) |
			 espah_bit(ESPAH_A_SA_MODE) | espah_bit(ESPAH_A_SA_REQID),
		.src = sa->src,
		.dst = sa->dst,
		.proto = IPPROTO_ESP,
		.spi = sa->spi,
		.mode = sa->mode,
		.reqid = sa->reqid,
		.if_id = sa->if_id,
		.replay_window = sa->replay_window,
	};
	if (sa->if_id)
		model->given |= espah_bit(ESPAH_A_SA_IF_ID);
	if (sa->esn) {
		model->given |= espah_bit(ESPAH_A_SA_FLAGS);
		model->flags = ESPAH_SA_FLAG_ESN;
	}
	/* Nothing comes in on the other one; but with these numbers a window has to be. */
	if (sa->inbound || sa->esn)
		model->given |= espah_bit(ESPAH_A_SA_REPLAY_WINDOW);
	put_limits(model, sa);
	put_encap(model, sa);
	return put_flow(model, sa, err) || put_algs(model, sa, err) ? -1 : 0;
}

static void name(struct espah_sa *model, const struct espah_addr *dst, uint32_t spi)
{
	*model = (struct espah_sa){
		.given = espah_bit(ESPAH_A_SA_DST) | espah_bit(ESPAH_A_SA_PROTO) |
			 espah_bit(ESPAH_A_SA_SPI),
		.dst = *dst,
		.proto = IPPROTO_ESP,
		.spi = spi,
	};
}

int ike_kernel_spi_get(struct ike_kernel *kernel, const struct espah_addr *src,
		       const struct espah_addr *dst, uint32_t reqid, uint32_t *spi,
		       struct espah_err *err)
{
	const struct espah_spi_range range = { .timeout = LARVAL_SECONDS };
	struct espah_sa model = {
		.given = espah_bit(ESPAH_A_SA_SRC) | espah_bit(ESPAH_A_SA_DST) |
			 espah_bit(ESPAH_A_SA_PROTO) | espah_bit(ESPAH_A_SA_MODE) |
			 espah_bit(ESPAH_A_SA_REQID),
		.src = *src,
		.dst = *dst,
		.proto = IPPROTO_ESP,
		/* Has to be said, and is said again when the peer has agreed to one. */
		.mode = ESPAH_MODE_TUNNEL,
		.reqid = reqid,
	};
	int ret = espah_sa_alloc_spi(kernel->nl, &model, &range, err);

	*spi = model.spi;
	espah_sa_wipe(&model);
	if (!ret && !*spi)
		return espah_err_kernel(err, EBADMSG, "EBADMSG: the kernel chose no SPI");
	return ret;
}

int ike_kernel_sa_add(struct ike_kernel *kernel, const struct ike_kernel_sa *sa,
		      struct espah_err *err)
{
	struct espah_sa model;
	int ret = describe(&model, sa, err);

	/* The inbound one is there, with an SPI and without a key. */
	if (!ret)
		ret = sa->inbound ? espah_sa_update(kernel->nl, &model, err) :
				    espah_sa_add(kernel->nl, &model, err);
	espah_sa_wipe(&model);
	return ret;
}

/* One that is gone already, by its lifetime or by hand, is as good as deleted. */
int ike_kernel_sa_del(struct ike_kernel *kernel, const struct espah_addr *dst, uint32_t spi,
		      struct espah_err *err)
{
	struct espah_sa model;

	name(&model, dst, spi);
	return espah_sa_delete(kernel->nl, &model, err) && err->num != ESRCH ? -1 : 0;
}

int ike_kernel_sa_usage(struct ike_kernel *kernel, const struct espah_addr *dst, uint32_t spi,
			struct ike_kernel_usage *usage)
{
	struct espah_err err;
	struct espah_sa model;
	int ret;

	name(&model, dst, spi);
	ret = espah_sa_get(kernel->nl, &model, false, &err);
	usage->packets = model.packets;
	usage->bytes = model.bytes;
	usage->last_used = model.use_time;
	espah_sa_wipe(&model);
	return ret;
}
