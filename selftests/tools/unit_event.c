// SPDX-License-Identifier: GPL-2.0-only
/* Events, as the kernel tells them. */
#include <errno.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "event.h"
#include "unit.h"

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
	test_others();
}
