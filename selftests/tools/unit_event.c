// SPDX-License-Identifier: GPL-2.0-only
/* Events, as the kernel tells them. */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "counters.h"
#include "event.h"
#include "policy.h"
#include "sa.h"
#include "selector.h"
#include "unit.h"
#include "wire.h"

static union {
	struct nlmsghdr nlh;
	char room[4096];
} message;

static struct nlmsghdr *start(uint8_t cmd)
{
	struct nlmsghdr *nlh;
	struct genlmsghdr *genl;

	memset(&message, 0, sizeof(message));
	nlh = mnl_nlmsg_put_header(&message);
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	return nlh;
}

static void test_sas(void)
{
	static const uint8_t cmds[] = {
		ESPAH_CMD_SA_ADD_NTF, ESPAH_CMD_SA_UPDATE_NTF, ESPAH_CMD_SA_DEL_NTF,
		ESPAH_CMD_SA_EXPIRE_NTF,
	};
	struct espah_event event;
	struct espah_err err;
	struct nlmsghdr *nlh;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		nlh = start(cmds[i]);
		mnl_attr_put_u32(nlh, ESPAH_A_SA_REQID, 17);
		check(espah_event_take(nlh, &event, &err) && event.cmd == cmds[i] &&
		      event.sa.reqid == 17 && !event.expired, "an event about an SA");
		espah_event_wipe(&event);
	}
	nlh = start(ESPAH_CMD_SA_EXPIRE_NTF);
	mnl_attr_put_u8(nlh, ESPAH_A_SA_EXPIRED, ESPAH_EXPIRED_HARD);
	check(espah_event_take(nlh, &event, &err) && event.expired == ESPAH_EXPIRED_HARD,
	      "an SA at its hard limit");
	espah_event_wipe(&event);

	nlh = start(ESPAH_CMD_SA_EXPIRE_NTF);
	mnl_attr_put_u32(nlh, ESPAH_A_SA_EXPIRED, ESPAH_EXPIRED_HARD);
	check(!espah_event_take(nlh, &event, &err) && err.num == EBADMSG,
	      "what expired must be of one octet");
	espah_event_wipe(&event);

	nlh = start(ESPAH_CMD_SA_ADD_NTF);
	mnl_attr_put_u8(nlh, ESPAH_A_SA_SPI, 1);
	check(!espah_event_take(nlh, &event, &err) && err.num == EBADMSG,
	      "a malformed SA makes a malformed event");
	espah_event_wipe(&event);
}

static void test_policies(void)
{
	struct espah_event event;
	struct espah_err err;
	struct nlmsghdr *nlh = start(ESPAH_CMD_POLICY_DEL_NTF);

	mnl_attr_put_u32(nlh, ESPAH_A_POLICY_INDEX, 9);
	check(espah_event_take(nlh, &event, &err) && event.policy.index == 9,
	      "an event about a policy");
	nlh = start(ESPAH_CMD_POLICY_FLUSH_NTF);
	check(espah_event_take(nlh, &event, &err) && event.dir == -1,
	      "policies of all directions went");
	mnl_attr_put_u8(nlh, ESPAH_A_POLICY_DIR, ESPAH_DIR_FWD);
	check(espah_event_take(nlh, &event, &err) && event.dir == ESPAH_DIR_FWD,
	      "policies of one direction went");
	mnl_attr_put_u32(nlh, ESPAH_A_POLICY_DIR, ESPAH_DIR_FWD);
	check(!espah_event_take(nlh, &event, &err), "a direction is of one octet");
	nlh = start(ESPAH_CMD_DEFAULT_NTF);
	mnl_attr_put_u8(nlh, ESPAH_A_DEFAULT_OUT, ESPAH_ACTION_DISCARD);
	check(espah_event_take(nlh, &event, &err) && event.defaults.block[ESPAH_DIR_OUT] &&
	      !event.defaults.block[ESPAH_DIR_IN], "default actions");
	mnl_attr_put_u16(nlh, ESPAH_A_DEFAULT_IN, ESPAH_ACTION_DISCARD);
	check(!espah_event_take(nlh, &event, &err) && err.num == EBADMSG,
	      "a default action is of one octet");
}

/* As the kernel does, but for what is left out. */
static const struct espah_policy *wants(uint64_t given, unsigned int tmpls)
{
	static struct espah_policy policy;
	struct espah_err err;

	memset(&policy, 0, sizeof(policy));
	policy.given = given;
	policy.dir = ESPAH_DIR_OUT;
	policy.index = 7;
	policy.tmpls = tmpls;
	policy.sel.proto = 17;
	espah_range_parse(&policy.sel.src, "10.1.0.1", &err);
	espah_range_parse(&policy.sel.dst, "10.2.0.9", &err);
	policy.tmpl[0].given = espah_bit(ESPAH_A_TMPL_DST);
	espah_addr_parse(&policy.tmpl[0].dst, "192.0.2.2", &err);
	policy.tmpl[0].reqid = 17;
	policy.tmpl[0].mode = ESPAH_MODE_TUNNEL;
	return &policy;
}

static void test_drop(void)
{
	struct espah_event event;
	struct espah_err err;
	struct nlmsghdr *nlh = start(ESPAH_CMD_DROP_NTF);
	struct espah_drop *drop = &event.drop;
	char dst[ESPAH_RANGE_STRLEN];

	mnl_attr_put_u32(nlh, ESPAH_A_DROP_CAUSE, ESPAH_A_CNT_IN_ICV);
	mnl_attr_put_u64(nlh, ESPAH_A_DROP_TIME, UINT64_C(1) << 60);
	mnl_attr_put_u64(nlh, ESPAH_A_DROP_NUMBER, 3);
	mnl_attr_put_u64(nlh, ESPAH_A_DROP_SUPPRESSED, 4);
	check(espah_put_selector(nlh, ESPAH_A_DROP_FLOW, &wants(0, 0)->sel), "a flow");
	mnl_attr_put_u32(nlh, ESPAH_A_DROP_LENGTH, 100);
	mnl_attr_put_u32(nlh, ESPAH_A_DROP_MARK, 5);
	mnl_attr_put_u32(nlh, ESPAH_A_DROP_IIF, 6);
	mnl_attr_put_u32(nlh, ESPAH_A_DROP_OIF, 7);
	check(espah_event_take(nlh, &event, &err) && event.cmd == ESPAH_CMD_DROP_NTF,
	      "a packet that has ended");
	check(drop->cause == ESPAH_A_CNT_IN_ICV && drop->time == UINT64_C(1) << 60 &&
	      drop->number == 3 && drop->suppressed == 4 && drop->length == 100 &&
	      drop->mark == 5 && drop->iif == 6 && drop->oif == 7, "what is said of it");
	check_text(espah_range_print(&drop->flow.dst, dst), "10.2.0.9/32", "where it went");
	check(!drop->sa_proto, "without an SA");
	mnl_attr_put_u8(nlh, ESPAH_A_DROP_SA_PROTO, 50);
	mnl_attr_put_u32(nlh, ESPAH_A_DROP_SA_SPI, htonl(0x1234));
	mnl_attr_put_u32(nlh, ESPAH_A_DROP_SA_REQID, 8);
	mnl_attr_put_u32(nlh, ESPAH_A_DROP_SA_ID, 9);
	check(espah_event_take(nlh, &event, &err) && drop->sa_proto == 50 &&
	      drop->sa_spi == 0x1234 && drop->sa_reqid == 8 && drop->sa_id == 9, "its SA");
	mnl_attr_put_u8(nlh, ESPAH_A_DROP_CAUSE, 1);
	check(!espah_event_take(nlh, &event, &err) && err.num == EBADMSG,
	      "a cause has four octets");
	check(espah_counter_find("in-icv") == ESPAH_A_CNT_IN_ICV && !espah_counter_find("in-") &&
	      !espah_counter_find(""), "a counter by its name");
}

static void test_acquire(void)
{
	static const uint64_t all = 1 << ESPAH_A_POLICY_DIR | 1 << ESPAH_A_POLICY_INDEX |
				    1 << ESPAH_A_POLICY_SEL;
	static const struct {
		uint64_t given;
		unsigned int tmpls;
		const char *name;
	} lacking[] = {
		{ all & ~(1u << ESPAH_A_POLICY_DIR), 1, "an acquire names a direction" },
		{ all & ~(1u << ESPAH_A_POLICY_INDEX), 1, "an acquire names a policy" },
		{ all & ~(1u << ESPAH_A_POLICY_SEL), 1, "an acquire has a flow" },
		{ all, 0, "an acquire has a template" },
		{ all, 2, "an acquire has one template" },
	};
	char src[ESPAH_RANGE_STRLEN], dst[ESPAH_ADDR_STRLEN];
	const struct espah_policy *seen;
	struct espah_event event;
	struct espah_err err;
	struct nlmsghdr *nlh = start(ESPAH_CMD_ACQUIRE_NTF);
	size_t i;

	check(espah_policy_put(nlh, wants(all, 1)) && espah_event_take(nlh, &event, &err),
	      "an acquire");
	seen = &event.policy;
	check(seen->dir == ESPAH_DIR_OUT && seen->index == 7 && seen->sel.proto == 17 &&
	      seen->tmpl[0].reqid == 17 && seen->tmpl[0].mode == ESPAH_MODE_TUNNEL,
	      "what an acquire says");
	check_text(espah_range_print(&seen->sel.src, src), "10.1.0.1/32", "whose packet it is");
	check_text(espah_addr_print(&seen->tmpl[0].dst, dst), "192.0.2.2", "where an SA ends");
	espah_event_wipe(&event);
	for (i = 0; i < ARRAY_SIZE(lacking); i++) {
		nlh = start(ESPAH_CMD_ACQUIRE_NTF);
		espah_policy_put(nlh, wants(lacking[i].given, lacking[i].tmpls));
		check(!espah_event_take(nlh, &event, &err) && err.num == EBADMSG,
		      lacking[i].name);
		espah_event_wipe(&event);
	}
}

static struct nlmsghdr *mapping(unsigned int without)
{
	struct nlmsghdr *nlh = start(ESPAH_CMD_SA_MAPPING_NTF);
	struct espah_addr src, dst;
	struct espah_err err;

	espah_addr_parse(&src, "198.51.100.7", &err);
	espah_addr_parse(&dst, "192.0.2.2", &err);
	if (without != ESPAH_A_SA_SRC)
		espah_put_addr(nlh, ESPAH_A_SA_SRC, &src);
	if (without != ESPAH_A_SA_DST)
		espah_put_addr(nlh, ESPAH_A_SA_DST, &dst);
	if (without != ESPAH_A_SA_PROTO)
		espah_put_u8(nlh, ESPAH_A_SA_PROTO, 50);
	if (without != ESPAH_A_SA_SPI)
		espah_put_spi(nlh, ESPAH_A_SA_SPI, 0x1100);
	if (without != ESPAH_A_SA_ENCAP_SPORT)
		espah_put_port(nlh, ESPAH_A_SA_ENCAP_SPORT, 41234);
	espah_put_port(nlh, ESPAH_A_SA_ENCAP_DPORT, 4500);
	return nlh;
}

static void test_mapping(void)
{
	static const unsigned int needed[] = {
		ESPAH_A_SA_SRC, ESPAH_A_SA_DST, ESPAH_A_SA_PROTO, ESPAH_A_SA_SPI,
		ESPAH_A_SA_ENCAP_SPORT,
	};
	struct espah_event event;
	char src[ESPAH_ADDR_STRLEN];
	struct espah_err err;
	size_t i;

	check(espah_event_take(mapping(0), &event, &err) && event.sa.spi == 0x1100 &&
	      event.sa.encap_sport == 41234 && event.sa.encap_dport == 4500,
	      "a peer was seen elsewhere");
	check_text(espah_addr_print(&event.sa.src, src), "198.51.100.7", "where it was seen");
	espah_event_wipe(&event);
	for (i = 0; i < ARRAY_SIZE(needed); i++) {
		check(!espah_event_take(mapping(needed[i]), &event, &err) &&
		      err.num == EBADMSG, "a mapping that lacks something");
		espah_event_wipe(&event);
	}
}

static void test_replay(void)
{
	static const uint64_t all = 1 << ESPAH_A_SA_DST | 1 << ESPAH_A_SA_PROTO |
				    1 << ESPAH_A_SA_SPI | 1 << ESPAH_A_SA_OSEQ |
				    1 << ESPAH_A_SA_SEQ;
	static const unsigned int needed[] = {
		ESPAH_A_SA_DST, ESPAH_A_SA_PROTO, ESPAH_A_SA_SPI, ESPAH_A_SA_OSEQ, ESPAH_A_SA_SEQ,
	};
	struct espah_sa sa = { .given = all, .proto = 50, .spi = 0x1100, .oseq = UINT64_MAX };
	struct nlmsghdr *nlh = start(ESPAH_CMD_SA_REPLAY_NTF);
	struct espah_event event;
	struct espah_err err;
	size_t i;

	espah_addr_parse(&sa.dst, "192.0.2.2", &err);
	espah_sa_put(nlh, &sa);
	mnl_attr_put_u8(nlh, ESPAH_A_SA_REPLAY_DUE, ESPAH_REPLAY_DUE_TIME);
	check(espah_event_take(nlh, &event, &err) && event.due == ESPAH_REPLAY_DUE_TIME &&
	      event.sa.oseq == UINT64_MAX && event.sa.spi == 0x1100, "how far an SA has got");
	espah_event_wipe(&event);
	for (i = 0; i < ARRAY_SIZE(needed); i++) {
		nlh = start(ESPAH_CMD_SA_REPLAY_NTF);
		sa.given = all & ~espah_bit(needed[i]);
		espah_sa_put(nlh, &sa);
		check(!espah_event_take(nlh, &event, &err) && err.num == EBADMSG,
		      "without all that it takes to go on from there");
		espah_event_wipe(&event);
	}
}

static void test_others(void)
{
	struct nlmsghdr *nlh = start(ESPAH_CMD_MAX + 1);
	struct espah_event event;
	struct espah_err err;

	check(espah_event_take(nlh, &event, &err) && event.cmd == ESPAH_CMD_MAX + 1,
	      "an event of a newer kernel is nothing bad");
	nlh = mnl_nlmsg_put_header(&message);
	check(!espah_event_take(nlh, &event, &err) && err.num == EBADMSG,
	      "an event has a header");
}

void test_event(void)
{
	test_sas();
	test_policies();
	test_acquire();
	test_drop();
	test_mapping();
	test_replay();
	test_others();
}
