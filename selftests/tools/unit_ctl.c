// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whole commands, against a kernel of our own: what they print.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "ctl.h"
#include "unit.h"
#include "unit_fake.h"
#include "unit_memory.h"

static const struct ctl text = { .oneline = true };
static const struct ctl stats = { .oneline = true, .stats = true };
static const struct ctl json = { .json = true };

struct command_case {
	const struct ctl *options;
	const char *words;
	/* Ended by ANSWER_END, which is zero. */
	enum answer answers[6];
	/* What is printed, or why it is refused. */
	const char *expected;
};

#define STATE	"src 10.0.0.1 dst 10.0.0.2\\\tproto esp spi 0x00000100"
#define AEAD	"\\\treplay-window 64\\\taead rfc4106(gcm(aes)) 0x0102 128"
#define REST	AEAD "\\\tmapped 10.9.0.9 1025\\\tanti-replay context: seq 0x0, oseq 0xa"
#define EPERM_TEXT "EPERM: Operation not permitted; CAP_NET_ADMIN is needed in the user namespace that owns this network namespace"

static const struct command_case cases[] = {
	{ &text, "state", { ANSWER_WHOLE_SA, ANSWER_DONE },
	  STATE " reqid 17 mode tunnel (larval)" REST "\n" },
	{ &stats, "state list", { ANSWER_WHOLE_SA, ANSWER_DONE },
	  STATE "(256) reqid 17(0x00000011) mode tunnel id 9 (larval)" REST
	  "\\\tlifetime config:\\\t  limit: soft 1000(bytes), hard (INF)(bytes)\\\t  limit: soft (INF)(packets), hard (INF)(packets)\\\t  expire add: soft 0(sec), hard 30(sec)\\\t  expire use: soft 0(sec), hard 0(sec)\\\tlifetime current:\\\t  300(bytes), 3(packets)\\\t  add 2001-09-09 01:46:40 use 2001-09-09 01:46:41\\\tcounters:\\\t  in-icv 5 (integrity check failed)\n",
	},
	{ &json, "state get dst 10.0.0.2 proto esp spi 256", { ANSWER_WHOLE_SA, ANSWER_ACK },
	  "[{\"src\":\"10.0.0.1\",\"dst\":\"10.0.0.2\",\"proto\":\"esp\",\"spi\":\"0x00000100\",\"mode\":\"tunnel\",\"reqid\":17,\"replay_window\":64,\"aead\":{\"name\":\"rfc4106(gcm(aes))\",\"key\":\"0x0102\",\"icv_bits\":128},\"mapped\":{\"src\":\"10.9.0.9\",\"sport\":1025},\"limits\":{\"time_hard\":30,\"byte_soft\":1000},\"state\":\"larval\",\"id\":9,\"oseq\":10,\"seq\":0,\"packets\":3,\"bytes\":300,\"add_time\":1000000000,\"use_time\":1000000001,\"counters\":{\"in-icv\":5}}]\n",
	},
	{ &json, "state list", { ANSWER_WHOLE_SA, ANSWER_DONE },
	  "[{\"src\":\"10.0.0.1\",\"dst\":\"10.0.0.2\",\"proto\":\"esp\",\"spi\":\"0x00000100\",\"mode\":\"tunnel\",\"reqid\":17,\"replay_window\":64,\"aead\":{\"name\":\"rfc4106(gcm(aes))\",\"key\":\"0x0102\",\"icv_bits\":128},\"mapped\":{\"src\":\"10.9.0.9\",\"sport\":1025},\"limits\":{\"time_hard\":30,\"byte_soft\":1000},\"state\":\"larval\",\"id\":9,\"oseq\":10,\"seq\":0,\"packets\":3,\"bytes\":300,\"add_time\":1000000000,\"use_time\":1000000001,\"counters\":{\"in-icv\":5}}]\n",
	},
	{ &text, "state allocspi src 10.0.0.1 dst 10.0.0.2 proto esp",
	  { ANSWER_WHOLE_SA, ANSWER_ACK },
	  STATE " reqid 17 mode tunnel (larval)" REST "\n" },
	{ &text, "state allocspi src 10.0.0.1 dst 10.0.0.2 proto esp min 300 max 400 timeout 5",
	  { ANSWER_ENOENT }, "state allocspi: ENOENT: No such file or directory" },
	{ &text, "state count", { ANSWER_INFO, ANSWER_ACK }, "SAD count 3\n" },
	{ &stats, "state count", { ANSWER_INFO, ANSWER_ACK },
	  "SAD count 3 (packets in 7 out 8)\n",
	},
	{ &json, "state count", { ANSWER_INFO, ANSWER_ACK }, "{\"sa_count\":3}\n" },
	{ &text, "state flush proto esp", { ANSWER_ACK }, "" },
	{ &text, "state flush proto comp", {},
	  "state flush: 'proto': 'comp' is not supported by this version; expected esp or ah" },
	{ &text, "state flush", { ANSWER_EPERM }, "state flush: " EPERM_TEXT },
	{ &text, "state deleteall", { ANSWER_WHOLE_SA, ANSWER_DONE, ANSWER_ENOENT }, "" },
	{ &text, "state deleteall", { ANSWER_WHOLE_SA, ANSWER_DONE, ANSWER_EPERM },
	  "state deleteall: " EPERM_TEXT,
	},
	{ &text, "state deleteall foo", {},
	  "state deleteall: 'foo' is not a word of this command; expected one of: src, dst, proto, spi, mode, reqid, if_id, dir, nokeys, flag",
	},

	{ &text, "link add", {}, "link add: 'NAME': the name of an interface is missing" },
	{ &text, "link add espah0123456789a", {},
	  "link add: 'NAME': 'espah0123456789a' is not right; expected 1 to 15 characters" },
	{ &text, "link add espah0 id 0", {},
	  "link add: 'id': '0' is not right; expected a number from 1 to 4294967295" },
	{ &text, "link add espah0 mtu 9", {},
	  "link add: 'mtu' is not a word of this command; expected one of: id" },
	{ &text, "link", { ANSWER_DONE }, "" },
	{ &text, "link add espah0 id 9", { ANSWER_EPERM }, "link add: " EPERM_TEXT },
	{ &text, "link show espah0", { ANSWER_DONE },
	  "link show: ENODEV: 'espah0' is not an interface of espah here" },

	{ &text, "policy count", { ANSWER_INFO, ANSWER_ACK }, "SPD IN 4 OUT 5 FWD 6\n" },
	{ &stats, "policy count", { ANSWER_INFO, ANSWER_ACK, ANSWER_POLICY, ANSWER_DONE },
	  "SPD IN 4 OUT 5 FWD 6 (protect 0 bypass 0 block 1)\n" },
	{ &stats, "policy count", { ANSWER_INFO, ANSWER_ACK, ANSWER_EPERM },
	  "policy count: " EPERM_TEXT,
	},
	{ &json, "policy count", { ANSWER_INFO, ANSWER_ACK },
	  "{\"policies\":{\"in\":4,\"out\":5,\"fwd\":6}}\n",
	},
	{ &text, "policy count", { ANSWER_EPERM }, "policy count: " EPERM_TEXT },
	{ &text, "policy deleteall", { ANSWER_POLICY, ANSWER_DONE, ANSWER_ENOENT }, "" },
	{ &text, "policy deleteall", { ANSWER_POLICY, ANSWER_DONE, ANSWER_EPERM },
	  "policy deleteall: " EPERM_TEXT,
	},
	{ &text, "policy update", {},
	  "policy update: 'dir' is missing; expected dir in, out or fwd" },
	{ &text, "policy flush dir up", {},
	  "policy flush: 'dir': 'up' is not right; expected in, out or fwd" },

	{ &json, "policy list", { ANSWER_POLICY_TMPL, ANSWER_DONE },
	  "[{\"src\":\"0.0.0.0/0\",\"dst\":\"0.0.0.0/0\",\"proto\":\"tcp\",\"dir\":\"out\",\"priority\":0,\"index\":3,\"action\":\"protect\",\"tmpl\":[{\"src\":\"10.0.0.1\",\"dst\":\"10.0.0.2\",\"proto\":\"esp\",\"spi\":\"0x00000100\",\"reqid\":1,\"mode\":\"tunnel\",\"level\":\"use\"}]}]\n",
	},
	{ &json, "state list", { ANSWER_DONE }, "[]\n" },

	{ &text, "stat", { ANSWER_INFO, ANSWER_ACK },
	  "SAD count 3\\SPD IN 4 OUT 5 FWD 6\\in-ok                           7  accepted\\out-ok                          8  protected and sent\n",
	},
	{ &text, "stat", { ANSWER_EPERM }, "stat show: " EPERM_TEXT },
	{ &text, "save", { ANSWER_ACK, ANSWER_POLICY_TMPL, ANSWER_DONE },
	  "policy setdefault in accept fwd accept out accept\npolicy add src 0.0.0.0/0 dst 0.0.0.0/0 proto tcp\tdir out priority 0\ttmpl src 10.0.0.1 dst 10.0.0.2\t\tproto esp spi 0x00000100 reqid 1 mode tunnel level use\n",
	},
	{ &text, "save states", {},
	  "save: 'states' is not right; expected policy, state or all" },
	{ &text, "save all", {},
	  "save: the keys of SAs would be shown, and SAs go as they are saved; expected espah --show-keys save",
	},
	{ &text, "save policy", { ANSWER_EPERM }, "save: " EPERM_TEXT },
	{ &text, "restore", {},
	  "restore: the file is missing; expected FILE, or - for standard input" },
	{ &text, "sync /none/file", {},
	  "sync: cannot open the file '/none/file': No such file or directory" },
	{ &json, "sync /dev/null", { ANSWER_ACK, ANSWER_DONE, ANSWER_DONE },
	  "{\"added\":0,\"changed\":0,\"removed\":0,\"same\":0}\n" },
	{ &stats, "sync /dev/null",
	  { ANSWER_ACK, ANSWER_POLICY, ANSWER_DONE, ANSWER_DONE, ANSWER_ACK },
	  "added 0, changed 0, removed 1, as they were 0\n" },
	{ &text, "sync /dev/null",
	  { ANSWER_ACK, ANSWER_POLICY, ANSWER_DONE, ANSWER_DONE, ANSWER_EPERM },
	  "sync: " EPERM_TEXT },
	{ &stats, "restore /dev/null", { ANSWER_ACK, ANSWER_POLICY, ANSWER_DONE, ANSWER_DONE },
	  "added 0, changed 0, removed 0, as they were 0\n" },
	{ &text, "sync /dev/null", { ANSWER_ACK, ANSWER_DONE, ANSWER_EPERM },
	  "sync: " EPERM_TEXT },

	{ &text, "stat x", {},
	  "stat: 'x' is not a command; expected one of: show, list, -w, help" },
};

/* Return: what was printed, or why not; to be freed. */
static char *run(const struct ctl *options, const char *line, const enum answer *answers)
{
	char words[128], *argv[32], *save, *word, *printed;
	FILE *kept = stdout;
	struct espah_err err = {};
	struct args args = { .argv = argv, .err = &err };
	struct ctl ctl = *options;
	size_t len;

	snprintf(words, sizeof(words), "%s", line);
	for (word = strtok_r(words, " ", &save); word; word = strtok_r(NULL, " ", &save))
		argv[args.argc++] = word;
	memory_hold();
	ctl.nl = fake_open(answers, &err);
	stdout = open_memstream(&printed, &len);
	memory_go_on();
	if (!ctl.nl || !stdout)
		abort();
	if (ctl_run(&ctl, &args))
		fputs(err.text, stdout);
	fclose(stdout);
	stdout = kept;
	espah_nl_close(ctl.nl);
	espah_nl_close(ctl.route);
	return printed;
}

static void count_names(const char *words, unsigned int wanted, const struct ctl *options,
			const char *name)
{
	static const enum answer info[] = { ANSWER_INFO, ANSWER_ACK, ANSWER_END };
	char *printed = run(options, words, info);
	unsigned int i, seen = 0;

	for (i = 0; i <= ESPAH_A_CNT_MAX; i++) {
		const struct espah_counter_text *counter = espah_counter_text(i);

		seen += counter && strstr(printed, counter->name);
	}
	check(seen == wanted, name);
	free(printed);
}

/* False if none failed: all have had their turn. */
static bool starve(const struct command_case *c, unsigned int before, bool *good)
{
	char *seen;
	bool failed;

	memory_fails_after(before);
	seen = run(c->options, c->words, c->answers);
	failed = memory_has_failed();
	if (failed && strcmp(seen, c->expected) && !strstr(seen, "ENOMEM: no memory")) {
		printf("# without the allocation after %u: %s\n", before, seen);
		*good = false;
	}
	free(seen);
	return failed;
}

/* Each allocation of a command fails in turn, jansson's as well. */
static void test_memory(void)
{
	char name[256];
	unsigned int before;
	size_t i;
	bool good;

	json_set_alloc_funcs(malloc, free);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		good = true;
		for (before = 0; before < 1000 && starve(&cases[i], before, &good); before++)
			;
		snprintf(name, sizeof(name), "no memory for: %s", cases[i].words);
		check(good && before < 1000, name);
	}
}

void test_ctl(void)
{
	char name[256];
	size_t i;

	setenv("TZ", "UTC", 1);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		char *seen = run(cases[i].options, cases[i].words, cases[i].answers);

		snprintf(name, sizeof(name), "command %zu: %s", i, cases[i].words);
		check_text(seen, cases[i].expected, name);
		check(*fake.script == ANSWER_END, "and all that came was read");
		free(seen);
	}
	count_names("stat", ESPAH_A_CNT_MAX - 1, &stats, "all counters with -s");
	count_names("stat", ESPAH_A_CNT_MAX - 1, &json, "all counters in JSON");
	test_memory();
}
