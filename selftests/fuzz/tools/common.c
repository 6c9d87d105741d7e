// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "fuzz.h"
#include "nl.h"

static FILE *terminal;
static char *captured;
static size_t captured_len;

/**
 * fuzz_need() - memory that has to be there
 * @memory: what was allocated
 *
 * Return: the same.
 */
void *fuzz_need(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

/**
 * must_be_sentence() - a failure has a reason
 * @err: filled in by what failed
 */
void must_be_sentence(const struct espah_err *err)
{
	must(err->status == ESPAH_USAGE || err->status == ESPAH_REFUSED, "a status, not %d",
	     err->status);
	must(err->text[0] && strnlen(err->text, sizeof(err->text)) < sizeof(err->text),
	     "a sentence with an end");
}

/**
 * must_be_keyless() - a failure has a reason, which shows no key
 * @err: filled in by what failed, for which long hexadecimal numbers are keys
 */
void must_be_keyless(const struct espah_err *err)
{
	const char *hex = err->text;

	must_be_sentence(err);
	while ((hex = strstr(hex, "0x"))) {
		hex += 2;
		must(strspn(hex, "0123456789abcdefABCDEF") <= 8, "no key in '%s'", err->text);
	}
}

/**
 * fuzz_text() - octets as a string
 * @data: the octets
 * @size: how many
 *
 * Return: what stands before the first NUL, to be freed.
 */
char *fuzz_text(const uint8_t *data, size_t size)
{
	size_t len = strnlen((const char *)data, size);
	char *text = fuzz_need(malloc(len + 1));

	memcpy(text, data, len);
	text[len] = '\0';
	return text;
}

/**
 * fuzz_take_word() - the next word of a text
 * @text: set to what stands behind the word
 *
 * Return: the word, to be freed, or NULL at the end.
 */
char *fuzz_take_word(char **text)
{
	char *begin = *text;
	char *end;

	while (isspace((unsigned char)*begin))
		begin++;
	for (end = begin; *end && !isspace((unsigned char)*end); end++)
		;
	*text = end;
	return end == begin ? NULL : fuzz_need(strndup(begin, end - begin));
}

/**
 * fuzz_words_init() - make a command of a text
 * @words: filled in
 * @text: words with space between; only the first FUZZ_WORDS_MAX count
 *
 * Nothing is opened or read: a key comes from neither a file nor standard input.
 */
void fuzz_words_init(struct fuzz_words *words, const char *text)
{
	char *rest = (char *)text;

	memset(words, 0, sizeof(*words));
	/* What a failure does not fill in is not to look like a sentence. */
	memset(&words->err, 0xa5, sizeof(words->err));
	words->args = (struct args) {
		.argv = words->word,
		.stdin_busy = true,
		.err = &words->err,
	};
	while (words->args.argc < FUZZ_WORDS_MAX) {
		char *word = fuzz_take_word(&rest);

		if (!word)
			break;
		if (*word == '@')
			*word = '0';
		words->word[words->args.argc++] = word;
	}
}

/**
 * fuzz_words_free() - forget a command
 * @words: from fuzz_words_init()
 */
void fuzz_words_free(struct fuzz_words *words)
{
	int i;

	for (i = 0; i < words->args.argc; i++)
		free(words->word[i]);
}

/**
 * fuzz_message() - a netlink message
 * @type: its type
 * @flags: its flags
 * @data: what stands behind its header
 * @size: how much
 *
 * Return: the message, to be freed. It ends where its memory does, but for the
 *	zeros that libmnl wants behind a length that four does not divide.
 */
struct nlmsghdr *fuzz_message(uint16_t type, uint16_t flags, const void *data, size_t size)
{
	struct nlmsghdr *nlh = fuzz_need(calloc(1, sizeof(*nlh) + MNL_ALIGN(size)));

	nlh->nlmsg_len = sizeof(*nlh) + size;
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = flags;
	if (size)
		memcpy(nlh + 1, data, size);
	return nlh;
}

/**
 * fuzz_request() - a request without attributes yet
 *
 * Return: the message, to be freed.
 */
struct nlmsghdr *fuzz_request(void)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(fuzz_need(calloc(1, ESPAH_NL_REQUEST_MAX)));

	mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr));
	return nlh;
}

/**
 * fuzz_same_request() - do two requests say the same
 * @a: one
 * @b: the other
 *
 * Return: true if so.
 */
bool fuzz_same_request(const struct nlmsghdr *a, const struct nlmsghdr *b)
{
	return a->nlmsg_len == b->nlmsg_len && !memcmp(a, b, a->nlmsg_len);
}

/**
 * fuzz_capture_begin() - from now on, keep what is printed
 */
void fuzz_capture_begin(void)
{
	terminal = stdout;
	stdout = fuzz_need(open_memstream(&captured, &captured_len));
}

/**
 * fuzz_capture_end() - stop keeping what is printed
 *
 * Return: what was printed, to be freed.
 */
char *fuzz_capture_end(void)
{
	fclose(stdout);
	stdout = terminal;
	must(strlen(captured) == captured_len, "no NUL in '%s'", captured);
	return captured;
}

/**
 * fuzz_json() - what was printed is JSON
 * @text: what was printed, which is freed
 *
 * Return: the value.
 */
json_t *fuzz_json(char *text)
{
	json_error_t error;
	json_t *value = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	must(value, "JSON, not '%s': %s", text, error.text);
	free(text);
	return value;
}
