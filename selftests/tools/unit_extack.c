// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <limits.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "extack.h"
#include "nl.h"
#include "sa.h"
#include "unit.h"

static union {
	struct nlmsghdr nlh;
	char room[ESPAH_NL_REQUEST_MAX];
} request, reply;

static void build_request(void)
{
	struct espah_sa sa = {
		.given = espah_bit(ESPAH_A_SA_DST) | espah_bit(ESPAH_A_SA_SPI) |
			 espah_bit(ESPAH_A_SA_REPLAY_WINDOW) | espah_bit(ESPAH_A_SA_AEAD),
		.dst = { AF_INET, { 10, 0, 0, 2 } },
		.spi = 5,
		.replay_window = 5000,
		.aead = { "rfc4106(gcm(aes))", { 0x99 }, 7, 96 },
	};

	memset(&request, 0, sizeof(request));
	mnl_nlmsg_put_header(&request);
	mnl_nlmsg_put_extra_header(&request.nlh, sizeof(struct genlmsghdr));
	espah_sa_put(&request.nlh, &sa);
}

/* Where in the request is this attribute, perhaps within a nest? */
static uint32_t offset_of(uint16_t type, uint16_t inner_type)
{
	const struct nlattr *attr, *inner;

	mnl_attr_for_each(attr, &request.nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) != type)
			continue;
		if (!inner_type)
			return (const char *)attr - request.room;
		mnl_attr_for_each_nested(inner, attr) {
			if (mnl_attr_get_type(inner) == inner_type)
				return (const char *)inner - request.room;
		}
	}
	return 0;
}

static struct nlmsghdr *error_start(unsigned int num, bool capped)
{
	struct nlmsghdr *nlh;
	struct nlmsgerr *error;

	memset(&reply, 0, sizeof(reply));
	nlh = mnl_nlmsg_put_header(&reply);
	nlh->nlmsg_type = NLMSG_ERROR;
	nlh->nlmsg_flags = NLM_F_ACK_TLVS | (capped ? NLM_F_CAPPED : 0);
	error = mnl_nlmsg_put_extra_header(nlh, sizeof(*error));
	error->error = -num;
	error->msg = request.nlh;
	if (!capped) {
		size_t more = request.nlh.nlmsg_len - sizeof(error->msg);

		memcpy(error + 1, request.room + sizeof(error->msg), more);
		nlh->nlmsg_len += MNL_ALIGN(more);
	}
	return nlh;
}

static void expect(const char *name, const char *expected)
{
	struct espah_err err = {};

	if (!espah_extack_read(&reply.nlh, &request.nlh, espah_attr_set(ESPAH_CMD_SA_ADD), &err))
		strcpy(err.text, "(agreed)");
	check_text(err.text, expected, name);
}

static void refuse_at(uint16_t type, uint16_t inner, const char *expected, const char *name)
{
	struct nlmsghdr *nlh = error_start(EINVAL, true);

	mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, "no");
	mnl_attr_put_u32(nlh, NLMSGERR_ATTR_OFFS, offset_of(type, inner));
	expect(name, expected);
}

static void test_offsets(void)
{
	struct nlmsghdr *nlh;

	refuse_at(ESPAH_A_SA_SPI, 0, "EINVAL: no (attribute 'spi'); given: 0x00000005",
		  "the kernel names the SPI");
	refuse_at(ESPAH_A_SA_DST, 0, "EINVAL: no (attribute 'dst'); given: 10.0.0.2",
		  "the kernel names an address");
	refuse_at(ESPAH_A_SA_AEAD, 0, "EINVAL: no (attribute 'aead')", "the kernel names a nest");
	refuse_at(ESPAH_A_SA_AEAD, ESPAH_A_ALG_NAME,
		  "EINVAL: no (attribute 'aead.name'); given: rfc4106(gcm(aes))",
		  "the kernel names an algorithm");
	refuse_at(ESPAH_A_SA_AEAD, ESPAH_A_ALG_KEY,
		  "EINVAL: no (attribute 'aead.key'); given: 7 octets",
		  "the kernel names a key, which is not shown");
	refuse_at(ESPAH_A_SA_AEAD, ESPAH_A_ALG_ICV_BITS,
		  "EINVAL: no (attribute 'aead.icv-bits'); given: 96", "the kernel names the ICV");
	refuse_at(ESPAH_A_SA_MODE, 0, "EINVAL: no", "the kernel names nothing");

	nlh = error_start(EINVAL, true);
	mnl_attr_put_u32(nlh, NLMSGERR_ATTR_OFFS, offset_of(ESPAH_A_SA_AEAD, 0) + 1);
	expect("an offset in the header of a nest", "EINVAL: Invalid argument (attribute 'aead')");

	nlh = error_start(EEXIST, false);
	mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, "it is there");
	mnl_attr_put_u32(nlh, NLMSGERR_ATTR_OFFS, offset_of(ESPAH_A_SA_SPI, 0));
	expect("an error that quotes the request",
	       "EEXIST: it is there (attribute 'spi'); given: 0x00000005");

	nlh = error_start(EINVAL, true);
	mnl_attr_put_u32(nlh, NLMSGERR_ATTR_OFFS, 100000);
	expect("an offset far behind the request", "EINVAL: Invalid argument");
	nlh = error_start(EINVAL, true);
	mnl_attr_put_u32(nlh, NLMSGERR_ATTR_OFFS, 1);
	expect("an offset in the header", "EINVAL: Invalid argument");
	nlh = error_start(EINVAL, true);
	mnl_attr_put(nlh, NLMSGERR_ATTR_OFFS, 2, "xx");
	expect("an offset of two octets", "EINVAL: Invalid argument");
}

static void test_policy_and_missing(void)
{
	struct nlmsghdr *nlh = error_start(ERANGE, true);
	struct nlattr *nest;

	mnl_attr_put_u32(nlh, NLMSGERR_ATTR_OFFS, offset_of(ESPAH_A_SA_REPLAY_WINDOW, 0));
	nest = mnl_attr_nest_start(nlh, NLMSGERR_ATTR_POLICY);
	mnl_attr_put_u64(nlh, NL_POLICY_TYPE_ATTR_MIN_VALUE_U, 0);
	mnl_attr_put_u64(nlh, NL_POLICY_TYPE_ATTR_MAX_VALUE_U, 4096);
	mnl_attr_nest_end(nlh, nest);
	expect("the kernel tells the range",
	       "ERANGE: Numerical result out of range (attribute 'replay-window'); expected: 0 to 4096; given: 5000");

	nlh = error_start(EINVAL, true);
	mnl_attr_put_u32(nlh, NLMSGERR_ATTR_OFFS, offset_of(ESPAH_A_SA_AEAD, ESPAH_A_ALG_KEY));
	nest = mnl_attr_nest_start(nlh, NLMSGERR_ATTR_POLICY);
	mnl_attr_put_u32(nlh, NL_POLICY_TYPE_ATTR_MAX_LENGTH, 128);
	mnl_attr_nest_end(nlh, nest);
	expect("the kernel tells the length",
	       "EINVAL: Invalid argument (attribute 'aead.key'); expected: at most 128 octets; given: 7 octets");

	nlh = error_start(EINVAL, true);
	mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, "mode is needed");
	mnl_attr_put_u32(nlh, NLMSGERR_ATTR_MISS_TYPE, ESPAH_A_SA_MODE);
	expect("an attribute is missing", "EINVAL: mode is needed (missing attribute 'mode')");

	nlh = error_start(EINVAL, true);
	mnl_attr_put_u32(nlh, NLMSGERR_ATTR_MISS_TYPE, 999);
	expect("an attribute is missing that a newer kernel knows",
	       "EINVAL: Invalid argument (missing attribute '999')");

	nlh = error_start(EINVAL, true);
	mnl_attr_put_u32(nlh, NLMSGERR_ATTR_MISS_TYPE, ESPAH_A_ALG_ICV_BITS);
	mnl_attr_put_u32(nlh, NLMSGERR_ATTR_MISS_NEST, offset_of(ESPAH_A_SA_AEAD, 0));
	expect("an attribute is missing in a nest",
	       "EINVAL: Invalid argument (missing attribute 'aead.icv-bits')");
}

static void test_verdicts(void)
{
	struct nlmsghdr *nlh;
	int num;

	error_start(0, true);
	expect("the kernel agrees", "(agreed)");
	error_start(EPERM, true);
	expect("the kernel wants a capability",
	       "EPERM: Operation not permitted; CAP_NET_ADMIN is needed in the user namespace that owns this network namespace");
	nlh = error_start(ENOENT, true);
	mnl_attr_put(nlh, NLMSGERR_ATTR_MSG, 4, "none");
	expect("a sentence without an end", "ENOENT: none");
	error_start(INT_MIN, true);
	expect("a number that has no opposite", "EBADMSG: Bad message");
	nlh = error_start(EINVAL, true);
	nlh->nlmsg_len -= 4;
	expect("an error cut short", "EBADMSG: the kernel's answer is cut short");

	memset(&reply, 0, sizeof(reply));
	nlh = mnl_nlmsg_put_header(&reply);
	nlh->nlmsg_type = NLMSG_DONE;
	expect("the end of a dump without a number", "(agreed)");
	num = -EMSGSIZE;
	memcpy(mnl_nlmsg_put_extra_header(nlh, sizeof(num)), &num, sizeof(num));
	nlh->nlmsg_flags = NLM_F_ACK_TLVS;
	mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, "too much");
	expect("a dump that failed", "EMSGSIZE: too much");
}

void test_extack(void)
{
	build_request();
	test_offsets();
	test_policy_and_missing();
	test_verdicts();
}
