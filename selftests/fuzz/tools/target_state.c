// SPDX-License-Identifier: GPL-2.0-only
/* The words of `espah state { add | update | get }`, the first of them that verb. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "fuzz.h"
#include "names.h"
#include "print.h"
#include "sa.h"
#include "state_text.h"

static const struct ctl plain;
static const struct ctl as_json = { .json = true };

static bool parse(const char *text, struct espah_sa *sa)
{
	struct fuzz_words words;
	bool id, update;
	int ret;

	fuzz_words_init(&words, text);
	id = words.args.argc && !strcmp(words.word[0], "get");
	update = words.args.argc && !strcmp(words.word[0], "update");
	words.args.at = words.args.argc && !strcmp(words.word[0], "add") ? 1 : id || update;
	ret = id ? state_parse_id(&words.args, sa) : state_parse(&words.args, !update, sa);
	if (ret)
		must_be_keyless(&words.err);
	else
		must(words.args.at == words.args.argc, "all words of '%s' used", text);
	fuzz_words_free(&words);
	return !ret;
}

/* A name that nobody can read does not come from the kernel. */
static bool is_graphic(const char *text)
{
	while (isgraph((unsigned char)*text))
		text++;
	return !*text;
}

/* What is not said of a new SA is zero, and the kernel says so. */
static struct nlmsghdr *request_of(const struct espah_sa *sa)
{
	struct nlmsghdr *nlh = fuzz_request();
	struct espah_sa whole = *sa;

	whole.given |= espah_bit(ESPAH_A_SA_REQID) | espah_bit(ESPAH_A_SA_REPLAY_WINDOW);
	must(espah_sa_put(nlh, &whole), "room for an SA");
	explicit_bzero(&whole, sizeof(whole));
	return nlh;
}

static char *print(const struct ctl *ctl, const struct espah_sa *sa)
{
	struct espah_err err;

	fuzz_capture_begin();
	must(!print_states(ctl, sa, 1, &err), "an SA printed");
	return fuzz_capture_end();
}

/* What is printed makes the same SA, but for the line of what happened since, and
 * for its lifetime and its sequence numbers, which have no words that can be read again.
 */
static void line_returns(const struct espah_sa *sa, const struct nlmsghdr *before)
{
	char *text = print(&plain, sa);
	char *line = strstr(text, "\tanti-replay context:");
	struct nlmsghdr *after;
	struct espah_sa again;

	must(line, "a line of sequence numbers in '%s'", text);
	memset(line, ' ', strcspn(line, "\n"));
	must(parse(text, &again), "words to be read again, not '%s'", text);
	after = request_of(&again);
	must(fuzz_same_request(before, after), "the same SA from '%s'", text);
	espah_sa_wipe(&again);
	free(after);
	free(text);
}

/* The command that is saved makes the same, lifetime and sequence numbers included. */
static void command_returns(const struct espah_sa *sa)
{
	struct nlmsghdr *before = request_of(sa), *after;
	struct espah_sa again;
	char *text;

	fuzz_capture_begin();
	print_state_command(sa);
	text = fuzz_capture_end();
	must(!strncmp(text, "state ", strlen("state ")) &&
	     parse(text + strlen("state "), &again), "a command, not '%s'", text);
	after = request_of(&again);
	must(fuzz_same_request(before, after), "the same SA from '%s'", text);
	espah_sa_wipe(&again);
	free(before);
	free(after);
	free(text);
}

static json_int_t number(const json_t *array, const char *name)
{
	return json_integer_value(json_object_get(json_array_get(array, 0), name));
}

static void json_agrees(const struct espah_sa *sa)
{
	json_t *array = fuzz_json(print(&as_json, sa));
	const json_t *aead = json_object_get(json_array_get(array, 0), "aead");
	const char *key = json_string_value(json_object_get(aead, "key"));

	must(json_array_size(array) == 1 && number(array, "reqid") == sa->reqid &&
	     number(array, "replay_window") == sa->replay_window, "the SA's numbers in JSON");
	must(key && strlen(key) == 2 + 2 * (size_t)sa->aead.key_len, "the SA's key in JSON");
	json_decref(array);
}

static bool filter_keeps(const struct espah_sa *sa, uint32_t reqid)
{
	char src[ESPAH_ADDR_STRLEN], dst[ESPAH_ADDR_STRLEN], proto[4], text[256];
	struct state_filter filter = { .family = sa->dst.family };
	struct fuzz_words words;
	bool kept;

	snprintf(text, sizeof(text), "src %s dst %s proto %s spi %u mode %s reqid %u",
		 espah_addr_print(&sa->src, src), espah_addr_print(&sa->dst, dst),
		 espah_proto_name(sa->proto, proto), sa->spi, espah_mode_name(sa->mode), reqid);
	fuzz_words_init(&words, text);
	must(!state_parse_filter(&words.args, &filter), "a filter from '%s'", text);
	kept = state_filter_keep(sa, &filter);
	fuzz_words_free(&words);
	return kept;
}

void fuzz_state(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct nlmsghdr *nlh, *again;
	struct espah_err err;
	struct espah_sa sa, taken;

	if (parse(text, &sa) && is_graphic(sa.aead.name) &&
	    is_graphic(sa.enc.name) && is_graphic(sa.auth.name)) {
		nlh = request_of(&sa);
		must(!espah_sa_take(nlh, &taken, &err), "an SA from the request");
		again = request_of(&taken);
		must(fuzz_same_request(nlh, again), "the same SA from the request");
		if (espah_given(sa.given, ESPAH_A_SA_AEAD) && taken.src.family) {
			taken.given |= espah_bit(ESPAH_A_SA_MODE);
			command_returns(&taken);
			taken.given &= ~(espah_bit(ESPAH_A_SA_LIMITS) |
					 espah_bit(ESPAH_A_SA_OSEQ) | espah_bit(ESPAH_A_SA_SEQ));
			free(nlh);
			nlh = request_of(&taken);
			line_returns(&taken, nlh);
			json_agrees(&taken);
			must(filter_keeps(&taken, taken.reqid) &&
			     !filter_keeps(&taken, taken.reqid ^ 1), "filters that know the SA");
		}
		espah_sa_wipe(&taken);
		free(again);
		free(nlh);
	}
	espah_sa_wipe(&sa);
	free(text);
}
