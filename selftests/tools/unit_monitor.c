// SPDX-License-Identifier: GPL-2.0-only
/* A whole monitor, against a kernel of our own: what it shows of each event, and of which. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "ctl.h"
#include "migrate.h"
#include "policy.h"
#include "sa.h"
#include "unit.h"
#include "unit_fake.h"
#include "wire.h"

static void put_sa(struct nlmsghdr *nlh)
{
	const struct espah_sa sa = {
		.given = espah_bit(ESPAH_A_SA_SRC) | espah_bit(ESPAH_A_SA_DST) |
			 espah_bit(ESPAH_A_SA_PROTO) | espah_bit(ESPAH_A_SA_SPI) |
			 espah_bit(ESPAH_A_SA_MODE) | espah_bit(ESPAH_A_SA_REQID) |
			 espah_bit(ESPAH_A_SA_MARK) | espah_bit(ESPAH_A_SA_OUTPUT_MARK) |
			 espah_bit(ESPAH_A_SA_IF_ID),
		.src = { AF_INET, { 10, 0, 0, 1 } },
		.dst = { AF_INET, { 10, 0, 0, 2 } },
		.proto = 50,
		.spi = 256,
		.mode = ESPAH_MODE_TUNNEL,
		.reqid = 17,
		.mark = { 1, 0xff },
		.output_mark = { 2, 0xff00 },
		.if_id = 26,
	};

	espah_sa_put(nlh, &sa);
}

static void put_hard(struct nlmsghdr *nlh)
{
	put_sa(nlh);
	espah_put_u8(nlh, ESPAH_A_SA_EXPIRED, ESPAH_EXPIRED_HARD);
}

static void put_proto(struct nlmsghdr *nlh)
{
	espah_put_u8(nlh, ESPAH_A_SA_PROTO, 51);
}

static void put_mapping(struct nlmsghdr *nlh)
{
	put_sa(nlh);
	espah_put_port(nlh, ESPAH_A_SA_ENCAP_SPORT, 41234);
	espah_put_port(nlh, ESPAH_A_SA_ENCAP_DPORT, 4500);
}

static void put_reached(struct nlmsghdr *nlh, uint8_t due)
{
	const struct espah_sa sa = {
		.given = espah_bit(ESPAH_A_SA_OSEQ) | espah_bit(ESPAH_A_SA_SEQ) |
			 espah_bit(ESPAH_A_SA_REPLAY_THRESH) |
			 espah_bit(ESPAH_A_SA_REPLAY_TIMER),
		.oseq = UINT64_C(0x100000002),
		.seq = 3,
		.replay_thresh = 10,
		.replay_timer = 250,
	};

	put_sa(nlh);
	espah_sa_put(nlh, &sa);
	mnl_attr_put_u64(nlh, ESPAH_A_SA_PACKETS, 5);
	mnl_attr_put_u64(nlh, ESPAH_A_SA_BYTES, 700);
	espah_put_u8(nlh, ESPAH_A_SA_REPLAY_DUE, due);
}

static void put_update(struct nlmsghdr *nlh)
{
	put_reached(nlh, ESPAH_REPLAY_DUE_PACKETS);
}

static void put_timer(struct nlmsghdr *nlh)
{
	put_reached(nlh, ESPAH_REPLAY_DUE_TIME);
}

/* An acquire says this, and of a policy it is enough. */
static void put_policy(struct nlmsghdr *nlh)
{
	const struct espah_policy policy = {
		.given = espah_bit(ESPAH_A_POLICY_DIR) | espah_bit(ESPAH_A_POLICY_INDEX) |
			 espah_bit(ESPAH_A_POLICY_SEL) | espah_bit(ESPAH_A_POLICY_MARK) |
			 espah_bit(ESPAH_A_POLICY_IF_ID) | espah_bit(ESPAH_A_POLICY_NAME),
		.name = "n",
		.dir = ESPAH_DIR_OUT,
		.index = 9,
		.sel.src = { { AF_INET, { 10, 1, 0, 1 } }, { AF_INET, { 10, 1, 0, 1 } } },
		.sel.dst = { { AF_INET, { 10, 1, 0, 2 } }, { AF_INET, { 10, 1, 0, 2 } } },
		.sel.proto = 17,
		.mark = { 3, 0xf },
		.if_id = 27,
		.tmpls = 1,
		.tmpl[0].given = espah_bit(ESPAH_A_TMPL_SRC) | espah_bit(ESPAH_A_TMPL_DST),
		.tmpl[0].src = { AF_INET, { 10, 0, 0, 1 } },
		.tmpl[0].dst = { AF_INET, { 10, 0, 0, 2 } },
		.tmpl[0].proto = 50,
		.tmpl[0].reqid = 17,
		.tmpl[0].mode = ESPAH_MODE_TUNNEL,
	};

	espah_policy_put(nlh, &policy);
}

static void put_acquire(struct nlmsghdr *nlh)
{
	put_policy(nlh);
	espah_put_u32(nlh, ESPAH_A_POLICY_WAITING, 5);
}

static void put_expiry(struct nlmsghdr *nlh)
{
	put_policy(nlh);
	espah_put_u8(nlh, ESPAH_A_POLICY_EXPIRED, ESPAH_EXPIRED_HARD);
	espah_put_u8(nlh, ESPAH_A_POLICY_DEFAULT, ESPAH_ACTION_DISCARD);
}

static void put_dir(struct nlmsghdr *nlh)
{
	espah_put_u8(nlh, ESPAH_A_POLICY_DIR, ESPAH_DIR_FWD);
}

static void put_defaults(struct nlmsghdr *nlh)
{
	espah_put_u8(nlh, ESPAH_A_DEFAULT_IN, ESPAH_ACTION_BYPASS);
	espah_put_u8(nlh, ESPAH_A_DEFAULT_FWD, ESPAH_ACTION_DISCARD);
}

static void put_migration(struct nlmsghdr *nlh)
{
	const struct espah_migration migration = {
		.moves = 1,
		.move[0] = {
			.given = espah_bit(ESPAH_A_MOVE_PROTO) |
				 espah_bit(ESPAH_A_MOVE_ENCAP_SPORT) |
				 espah_bit(ESPAH_A_MOVE_ENCAP_DPORT),
			.old_src = { AF_INET, { 10, 0, 0, 1 } },
			.old_dst = { AF_INET, { 10, 0, 0, 2 } },
			.new_src = { AF_INET, { 10, 0, 0, 3 } },
			.new_dst = { AF_INET, { 10, 0, 0, 4 } },
			.proto = IPPROTO_ESP,
			.encap_sport = 4500,
			.encap_dport = 4501,
		},
	};

	espah_migration_put(nlh, &migration);
	espah_put_u32(nlh, ESPAH_A_MIGRATE_SAS, 2);
	espah_put_u32(nlh, ESPAH_A_MIGRATE_POLICIES, 3);
}

static void put_nothing(struct nlmsghdr *nlh)
{
	(void)nlh;
}

#define SA		"src 10.0.0.1 dst 10.0.0.2\\\tproto esp spi 0x00000100 reqid 17 mode tunnel"
#define REST								\
	"\\\treplay-window 0\\\tmark 0x1/0xff\\\toutput-mark 0x2/0xff00"	\
	"\\\tanti-replay context: seq 0x0, oseq 0x0\\\tif_id 0x1a"
#define TMPL		"\\\ttmpl src 10.0.0.1 dst 10.0.0.2\\\t\tproto esp reqid 17 mode tunnel"
#define SEL		"src 10.1.0.1/32 dst 10.1.0.2/32 proto udp"
#define JSON_WANTS							\
	"{\"flow\":{\"src\":\"10.1.0.1/32\",\"dst\":\"10.1.0.2/32\","	\
	"\"proto\":\"udp\"},\"dir\":\"out\",\"index\":9,\"name\":\"n\","			\
	"\"mark\":{\"value\":3,\"mask\":15},\"if_id\":27,\"waiting\":5,"		\
	"\"tmpl\":[{\"src\":\"10.0.0.1\","
#define JSON_BELONGS							\
	"\"mark\":{\"value\":1,\"mask\":255},"				\
	"\"output_mark\":{\"value\":2,\"mask\":65280},\"if_id\":26"
#define JSON_SA								\
	"{\"src\":\"10.0.0.1\",\"dst\":\"10.0.0.2\",\"proto\":\"esp\","	\
	"\"spi\":\"0x00000100\","

#define REACHED								\
	"\\\tsrc 10.0.0.1 dst 10.0.0.2\\\tproto esp spi 0x00000100 reqid 17"	\
	" mode tunnel mark 0x1/0xff\\\treplay-thresh 10\\\treplay-timer 250"	\
	"\\\tanti-replay context: seq 0x3, oseq 0x100000002"			\
	"\\\tlifetime current:\\\t  700(bytes), 5(packets)\\\t  add - use -"
#define JSON_PACKET							\
	"{\"src\":\"10.0.0.1\",\"dst\":\"10.0.0.2\",\"proto\":\"esp\","		\
	"\"spi\":\"0x00000100\"}"
#define JSON_DEFAULTS	"{\"in\":\"accept\",\"fwd\":\"block\",\"out\":\"accept\"}"

/* NULL: that is not looked at here. */
static const struct {
	uint8_t cmd;
	void (*put)(struct nlmsghdr *nlh);
	/* Who sees it: the words of the command. */
	const char *want;
	const char *text;
	/* Words of it. */
	const char *json;
} events[] = {
	{ ESPAH_CMD_SA_ADD_NTF, put_sa, "sa", SA REST, "\"event\":\"sa-add\",\"state\":" JSON_SA },
	{ ESPAH_CMD_SA_UPDATE_NTF, put_sa, "sa", "Updated " SA REST,
	  JSON_BELONGS },
	{ ESPAH_CMD_SA_DEL_NTF, put_sa, "sa", "Deleted " SA REST, "\"event\":\"sa-delete\"" },
	{ ESPAH_CMD_SA_EXPIRE_NTF, put_sa, "expire", "Expired soft " SA REST,
	  "\"event\":\"sa-expire\",\"limit\":\"soft\",\"state\":" JSON_SA },
	{ ESPAH_CMD_SA_EXPIRE_NTF, put_hard, "expire", "Expired hard " SA REST,
	  "\"event\":\"sa-expire\",\"limit\":\"hard\"" },
	{ ESPAH_CMD_SA_FLUSH_NTF, put_proto, "sa", "Flushed state proto ah",
	  "{\"event\":\"sa-flush\",\"proto\":\"ah\"}" },
	{ ESPAH_CMD_SA_FLUSH_NTF, put_nothing, "sa", "Flushed state", "{\"event\":\"sa-flush\"}" },
	{ ESPAH_CMD_SA_MAPPING_NTF, put_mapping, "sa",
	  "Mapping src 10.0.0.1 dst 10.0.0.2\\\tproto esp spi 0x00000100 reqid 17\\\tencap espinudp 41234 4500",
	  "{\"event\":\"sa-mapping\",\"mapping\":" JSON_SA
	  "\"reqid\":17,\"sport\":41234,\"dport\":4500}}" },
	{ ESPAH_CMD_SA_REPLAY_NTF, put_update, "aevent", "Async event replay update" REACHED,
	  "{\"event\":\"sa-replay\",\"due\":\"packets\",\"replay\":" JSON_SA },
	{ ESPAH_CMD_SA_REPLAY_NTF, put_timer, "aevent", "Async event timer expired" REACHED,
	  "\"id\":0,\"oseq\":4294967298,\"seq\":3,\"packets\":5,\"bytes\":700}}" },
	{ ESPAH_CMD_MIGRATE_NTF, put_migration, "sa",
	  "Migrated states 2 policies 3\\\tmove src 10.0.0.1 dst 10.0.0.2 to 10.0.0.3 10.0.0.4 proto esp encap espinudp 4500 4501",
	  "{\"event\":\"migrate\",\"migrate\":{\"moves\":[{\"old_src\":\"10.0.0.1\"," },
	{ ESPAH_CMD_UNKNOWN_SPI_NTF, put_mapping, "unknown-spi",
	  "Unknown SPI src 10.0.0.1 dst 10.0.0.2\\\tproto esp spi 0x00000100",
	  "{\"event\":\"unknown-spi\",\"packet\":" JSON_PACKET "}" },
	{ ESPAH_CMD_POLICY_ADD_NTF, put_policy, "policy",
	  SEL "\\\tdir out priority 0 name n\\\tmark 0x3/0xf" TMPL "\\\tif_id 0x1b",
	  "\"event\":\"policy-add\",\"policy\":{\"src\":\"10.1.0.1/32\"" },
	{ ESPAH_CMD_POLICY_EXPIRE_NTF, put_policy, "expire",
	  "Expired soft (default accept) " SEL "\\\tdir out priority 0 name n\\\tmark 0x3/0xf" TMPL
	  "\\\tif_id 0x1b",
	  "{\"event\":\"policy-expire\",\"limit\":\"soft\",\"unspoken\":\"accept\",\"policy\":" },
	{ ESPAH_CMD_POLICY_EXPIRE_NTF, put_expiry, "expire", NULL,
	  "\"limit\":\"hard\",\"unspoken\":\"block\"" },
	{ ESPAH_CMD_POLICY_UPDATE_NTF, put_policy, "policy", NULL, "\"event\":\"policy-update\"" },
	{ ESPAH_CMD_POLICY_DEL_NTF, put_policy, "policy", NULL,
	  "\"mark\":{\"value\":3,\"mask\":15},\"if_id\":27" },
	{ ESPAH_CMD_POLICY_FLUSH_NTF, put_dir, "policy", "Flushed policy dir fwd",
	  "{\"event\":\"policy-flush\",\"dir\":\"fwd\"}" },
	{ ESPAH_CMD_POLICY_FLUSH_NTF, put_nothing, "policy", "Flushed policy",
	  "{\"event\":\"policy-flush\"}" },
	{ ESPAH_CMD_DEFAULT_NTF, put_defaults, "policy",
	  "Default policies:\\ in:  accept\\ fwd: block\\ out: accept",
	  "{\"event\":\"policy-default\",\"default\":" JSON_DEFAULTS "}" },
	{ ESPAH_CMD_ACQUIRE_NTF, put_acquire, "acquire",
	  "acquire proto esp\\  sel " SEL
	  "\\  policy dir out index 9 name n mark 0x3/0xf if_id 0x1b waiting 5" TMPL,
	  "{\"event\":\"acquire\",\"acquire\":" JSON_WANTS },
	/* Of a newer kernel; no event. */
	{ ESPAH_CMD_MAX + 1, put_nothing, "", "", "" },
	{ ESPAH_CMD_SA_GET, put_sa, "", "", "" },
};

static const char * const wants[] = {
	"sa", "policy", "acquire", "expire", "aevent", "unknown-spi",
};

/* The one that is told, and what comes after it. */
static size_t which;
static int then;

static ssize_t next_event(void *buf)
{
	struct genlmsghdr *genl;
	struct nlmsghdr *nlh;

	if (which == ARRAY_SIZE(events)) {
		errno = then;
		then = EIO;
		return -1;
	}
	nlh = mnl_nlmsg_put_header(buf);
	nlh->nlmsg_type = FAKE_FAMILY;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = events[which].cmd;
	events[which].put(nlh);
	which = ARRAY_SIZE(events);
	return nlh->nlmsg_len;
}

/*
 * What is shown of event @i, or with none of ENOBUFS, up to the error that ends it;
 * to be freed.
 */
static char *shown(const struct ctl *options, const char *what, size_t i)
{
	static const enum answer none[] = { ANSWER_END };
	char monitor[] = "monitor", *argv[] = { monitor, strdup(what) }, *printed;
	struct espah_err err = {};
	struct args args = { .argc = *what ? 2 : 1, .argv = argv, .err = &err };
	struct ctl ctl = *options;
	FILE *kept = stdout;
	size_t len;

	which = i;
	then = i == ARRAY_SIZE(events) ? ENOBUFS : EIO;
	ctl.nl = fake_open(none, &err);
	fake.event = next_event;
	stdout = open_memstream(&printed, &len);
	if (!ctl.nl || !stdout || !argv[1])
		abort();
	if (!ctl_run(&ctl, &args))
		fputs("it has ended, and nobody knows why", stdout);
	fclose(stdout);
	stdout = kept;
	check_text(err.text, "monitor: EIO: no event from the kernel: Input/output error",
		   "it ends where nothing can come any more");
	fake.event = NULL;
	espah_nl_close(ctl.nl);
	free(argv[1]);
	return printed;
}

static void as_text(size_t i)
{
	static const struct ctl text = { .oneline = true };
	char *seen = shown(&text, "", i), *end = strchr(seen, '\n');
	char name[128];

	if (end)
		*end = '\0';
	snprintf(name, sizeof(name), "monitor: event %zu", i);
	if (events[i].text)
		check_text(seen, events[i].text, name);
	free(seen);
}

static void as_json(size_t i)
{
	static const struct ctl json = { .json = true };
	char *seen = shown(&json, "", i);
	char name[128];

	snprintf(name, sizeof(name), "monitor: event %zu in JSON", i);
	check(strstr(seen, events[i].json), name);
	if (!strstr(seen, events[i].json))
		printf("# %s", seen);
	free(seen);
}

static void as_wanted(size_t i)
{
	static const struct ctl text = { .oneline = true };
	char name[128], *seen;
	size_t w;

	for (w = 0; w < ARRAY_SIZE(wants); w++) {
		seen = shown(&text, wants[w], i);
		snprintf(name, sizeof(name), "monitor %s: event %zu", wants[w], i);
		check(!*seen == !!strcmp(wants[w], events[i].want), name);
		free(seen);
	}
}

static void stamps(void)
{
	static const struct ctl text = { .oneline = true, .stamps = true };
	static const struct ctl json = { .json = true, .stamps = true };
	unsigned int year, usec;
	double time;
	char *seen;

	seen = shown(&text, "all", ARRAY_SIZE(events));
	check(sscanf(seen, "[%4u-%*2u-%*2uT%*2u:%*2u:%*2u.%6u]", &year, &usec) == 2 &&
	      year > 2000 && strstr(seen, "] Lost events\n"), "monitor -ts, and events were lost");
	free(seen);
	seen = shown(&json, "all", ARRAY_SIZE(events));
	check(sscanf(seen, "{\"event\":\"lost\",\"time\":%lf}", &time) == 1 && time > 1e9,
	      "monitor -ts -j");
	free(seen);
}

void test_monitor(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(events); i++) {
		as_text(i);
		as_json(i);
		as_wanted(i);
	}
	stamps();
}
