// SPDX-License-Identifier: GPL-2.0-only
/* The words of `espah { state | policy } list`, the first of them that object. */
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "fuzz.h"
#include "policy_text.h"
#include "state_text.h"

#define V4(a, b, c, d)	{ AF_INET, { a, b, c, d } }
#define V6(last)	{ AF_INET6, { 0x20, 1, 0xd, 0xb8, [15] = last } }

static const struct espah_sa states[] = {
	{ .src = V4(10, 0, 0, 1), .dst = V4(10, 0, 0, 2), .proto = 50, .spi = 256, .reqid = 1 },
	{ .src = V4(10, 0, 0, 2), .dst = V4(10, 0, 0, 1), .proto = 50, .spi = 257, .mode = 1 },
	{ .src = V6(1), .dst = V6(2), .proto = 50, .spi = 256, .reqid = 7 },
};

static const struct espah_policy policies[] = {
	{
		.index = 1,
		.priority = 4,
		.sel.src = { V4(10, 1, 0, 0), V4(10, 1, 0, 255) },
		.sel.dst = { V4(10, 2, 0, 0), V4(10, 2, 0, 9) },
		.sel.proto = 17,
	}, {
		.dir = ESPAH_DIR_OUT,
		.action = ESPAH_ACTION_DISCARD,
		.index = 2,
		.sel.src = { V4(0, 0, 0, 0), V4(255, 255, 255, 255) },
		.sel.dst = { V4(10, 2, 0, 5), V4(10, 2, 0, 5) },
	}, {
		.dir = ESPAH_DIR_FWD,
		.action = ESPAH_ACTION_BYPASS,
		.index = 3,
		.priority = 4,
		.sel.src = { V6(0), V6(255) },
		.sel.dst = { V6(1), V6(1) },
		.sel.proto = 6,
	},
};

/* Which of the samples a filter keeps, a bit for each; -1 where it is none. */
static int kept_states(struct args *args)
{
	struct state_filter filter = {};
	unsigned int i;
	int kept = 0;

	if (state_parse_filter(args, &filter))
		return -1;
	for (i = 0; i < ARRAY_SIZE(states); i++)
		kept |= state_filter_keep(&states[i], &filter) << i;
	return kept;
}

static int kept_policies(struct args *args)
{
	struct policy_filter filter = {};
	unsigned int i;
	int kept = 0;

	if (policy_parse_filter(args, &filter))
		return -1;
	for (i = 0; i < ARRAY_SIZE(policies); i++)
		kept |= policy_filter_keep(&policies[i], &filter) << i;
	return kept;
}

/* Only the first @count words. */
static int kept(const char *text, int count)
{
	struct fuzz_words words;
	bool policy;
	int ret, argc;

	fuzz_words_init(&words, text);
	argc = words.args.argc;
	policy = argc && !strcmp(words.word[0], "policy");
	words.args.at = policy || (argc && !strcmp(words.word[0], "state"));
	if (count < argc)
		words.args.argc = count;
	if (words.args.at > words.args.argc)
		words.args.at = words.args.argc;
	ret = policy ? kept_policies(&words.args) : kept_states(&words.args);
	if (ret < 0)
		must_be_keyless(&words.err);
	words.args.argc = argc;
	fuzz_words_free(&words);
	return ret;
}

/* With more words, a filter keeps less. */
void fuzz_filter(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	int all = kept(text, FUZZ_WORDS_MAX);
	int count;

	for (count = 1; all >= 0 && count < 8; count++) {
		int fewer = kept(text, count);

		must(fewer < 0 || !(all & ~fewer), "%x of '%s' among %x of its first %d words",
		     all, text, fewer, count);
	}
	free(text);
}
