// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parts of the tools that need no kernel: words to values, values to
 * attributes and back, what the kernel says to sentences. Prints TAP.
 */
#include <stdio.h>
#include <string.h>

#include "unit.h"

static unsigned int tests;
static unsigned int failures;

void check(bool good, const char *name)
{
	if (!good)
		failures++;
	printf("%sok %u - unit/%s\n", good ? "" : "not ", ++tests, name);
}

void check_text(const char *seen, const char *expected, const char *name)
{
	bool good = !strcmp(seen, expected);

	check(good, name);
	if (!good)
		printf("# expected: %s\n# seen:     %s\n", expected, seen);
}

void skip(const char *name, const char *why)
{
	printf("ok %u - unit/%s # SKIP %s\n", ++tests, name, why);
}

/* Only the names of attributes and counters, for uapi_names.sh. */
static void print_names(void)
{
	static const struct {
		const char *name;
		uint8_t cmd;
		uint16_t nest;
	} sets[] = {
		{ "sa", ESPAH_CMD_SA_GET, 0 },
		{ "alg", ESPAH_CMD_SA_GET, ESPAH_A_SA_AEAD },
		{ "limit", ESPAH_CMD_SA_GET, ESPAH_A_SA_LIMITS },
		{ "sel", ESPAH_CMD_SA_GET, ESPAH_A_SA_SEL },
		{ "policy", ESPAH_CMD_POLICY_GET, 0 },
		{ "tmpl", ESPAH_CMD_POLICY_GET, ESPAH_A_POLICY_TMPL },
		{ "info", ESPAH_CMD_INFO_GET, 0 },
		{ "default", ESPAH_CMD_DEFAULT_GET, 0 },
		{ "drop", ESPAH_CMD_DROP_GET, 0 },
		{ "why", ESPAH_CMD_WHY_GET, 0 },
		{ "migrate", ESPAH_CMD_MIGRATE, 0 },
		{ "move", ESPAH_CMD_MIGRATE, ESPAH_A_MIGRATE_MOVE },
	};
	unsigned int i, nr;

	for (i = 0; i < ARRAY_SIZE(sets); i++) {
		const struct espah_attr_set *set = espah_attr_set(sets[i].cmd);

		if (sets[i].nest)
			set = set->attrs[sets[i].nest].nest;
		for (nr = 1; nr <= set->max; nr++)
			printf("%s %u %s\n", sets[i].name, nr, set->attrs[nr].name);
	}
	for (nr = 1; nr <= ESPAH_A_CNT_MAX; nr++) {
		const struct espah_counter_text *text = espah_counter_text(nr);

		printf("cnt %u %s\n", nr, text ? text->name : "pad");
	}
}

static const struct {
	const char *name;
	void (*run)(void);
} groups[] = {
	{ "addresses", test_addresses },
	{ "keys", test_keys },
	{ "words", test_words },
	{ "attributes", test_wire },
	{ "interfaces", test_rtlink },
	{ "extended_acks", test_extack },
	{ "transport", test_kernel },
	{ "events", test_event },
	{ "commands", test_ctl },
	{ "monitor", test_monitor },
	{ "ike_buf", test_ike_buf },
	{ "ike_kdf", test_ike_kdf },
	{ "ike_dh", test_ike_dh },
	{ "ike_cipher", test_ike_cipher },
	{ "ike_auth", test_ike_auth },
	{ "ike_cert", test_ike_cert },
	{ "ike_sign", test_ike_sign },
	{ "ike_payload", test_ike_payload },
	{ "ike_proposal", test_ike_proposal },
	{ "ike_ts", test_ike_ts },
	{ "ike_id", test_ike_id },
	{ "ike_loop", test_ike_loop },
	{ "ike_net", test_ike_net },
	{ "ike_sandbox", test_ike_sandbox },
	{ "ike_options", test_ike_options },
	{ "ike_v2_begin", test_ike_v2_begin },
	{ "ike_conf", test_ike_conf },
	{ "ike_conf_find", test_ike_conf_find },
	{ "ike_log", test_ike_log },
	{ "ike_request", test_ike_request },
	{ "ike_v2_rekey", test_ike_v2_rekey },
	{ "ike_v2_collide", test_ike_v2_collide },
	{ "ike_v2_loss", test_ike_v2_loss },
	{ "ike_v2_races", test_ike_v2_races },
	{ "ike_v2_refuse", test_ike_v2_refuse },
	{ "ike_v2_paths", test_ike_v2_paths },
	{ "ike_v2_cert", test_ike_v2_cert },
	{ "ike_control", test_ike_control },
	{ "ike_v2_unique", test_ike_v2_unique },
	{ "ike_v2_hostile", test_ike_v2_hostile },
	{ "ike_v2_answers", test_ike_v2_answers },
	{ "ike_v2_ends", test_ike_v2_ends },
	{ "ike_v2_memory", test_ike_v2_memory },
	{ "ike_v2_trouble", test_ike_v2_trouble },
	{ "ike_kernel", test_ike_kernel },
};

int main(int argc, char **argv)
{
	size_t i;

	if (argc != 2) {
		fputs("usage: unit GROUP | --names\n", stderr);
		return 1;
	}
	if (!strcmp(argv[1], "--names")) {
		print_names();
		return 0;
	}
	for (i = 0; i < ARRAY_SIZE(groups); i++) {
		if (!strcmp(argv[1], groups[i].name))
			groups[i].run();
	}
	printf("1..%u\n", tests);
	return failures ? 1 : 0;
}
