// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "addr.h"
#include "counters.h"
#include "names.h"
#include "narrow.h"
#include "print.h"

/* With --show-keys, keys pass through here. */
static char out[65536];

/* What jansson allocates may hold keys: remember its size, to wipe it. */
struct wiped {
	size_t size;
	max_align_t data[];
};

static void *wiped_malloc(size_t size)
{
	struct wiped *mem = malloc(sizeof(*mem) + size);

	if (!mem)
		return NULL;
	mem->size = size;
	return mem->data;
}

static void wiped_free(void *data)
{
	struct wiped *mem;

	if (!data)
		return;
	mem = (struct wiped *)((char *)data - offsetof(struct wiped, data));
	explicit_bzero(mem->data, mem->size);
	free(mem);
}

/**
 * print_setup() - make sure that what is printed is forgotten
 *
 * Comes before anything is printed.
 */
void print_setup(void)
{
	json_set_alloc_funcs(wiped_malloc, wiped_free);
	setvbuf(stdout, out, _IOFBF, sizeof(out));
}

/**
 * print_finish() - write out what is still held back, and forget it
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int print_finish(struct espah_err *err)
{
	int failed = fflush(stdout) || ferror(stdout);
	int num = errno;

	explicit_bzero(out, sizeof(out));
	return failed ? espah_err_usage(err, "cannot write the output: %s", strerror(num)) : 0;
}

/**
 * print_break() - what separates the lines of one item
 * @ctl: the options
 *
 * Return: a newline, or with -oneline a backslash; nothing within a command.
 */
const char *print_break(const struct ctl *ctl)
{
	if (ctl->words)
		return "";
	return ctl->oneline ? "\\" : "\n";
}

/**
 * print_moment() - print when something was
 * @what: word in front
 * @known: false where it never was
 * @seconds: since 1970
 */
void print_moment(const char *what, bool known, uint64_t seconds)
{
	char text[32] = "-";
	time_t when = seconds;
	struct tm tm;

	if (known && localtime_r(&when, &tm))
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
	printf("%s %s", what, text);
}

/**
 * print_selector() - print a selector in the words that make it
 * @sel: the selector
 */
void print_selector(const struct espah_selector *sel)
{
	char src[ESPAH_RANGE_STRLEN], dst[ESPAH_RANGE_STRLEN], proto[ESPAH_PROTO_STRLEN];

	printf("src %s dst %s", espah_range_print(&sel->src, src),
	       espah_range_print(&sel->dst, dst));
	if (sel->proto)
		printf(" proto %s", espah_proto_name(sel->proto, proto));
	print_narrow(sel);
}

/**
 * print_mark() - print a mark as ip-xfrm(8) does
 * @word: "mark", or what else it is
 * @mark: the mark
 */
void print_mark(const char *word, const struct espah_mark *mark)
{
	printf("%s %#x/%#x", word, mark->value, mark->mask);
}

/**
 * json_with() - add one more member to an object
 * @object: the object, NULL: there was no memory for it
 * @name: the member's name
 * @value: its value, which is used up; NULL: there was no memory for it
 *
 * json_pack() would leave out an optional value that there is no memory for.
 *
 * Return: the object, or NULL.
 */
json_t *json_with(json_t *object, const char *name, json_t *value)
{
	if (!json_object_set_new(object, name, value))
		return object;
	json_decref(object);
	return NULL;
}

/**
 * json_selector() - a selector for programs
 * @sel: the selector
 *
 * Return: the object, or NULL.
 */
json_t *json_selector(const struct espah_selector *sel)
{
	char src[ESPAH_RANGE_STRLEN], dst[ESPAH_RANGE_STRLEN], proto[ESPAH_PROTO_STRLEN];

	json_t *object = json_pack("{s:s, s:s}",
				   "src", espah_range_print(&sel->src, src),
				   "dst", espah_range_print(&sel->dst, dst));

	if (sel->proto)
		object = json_with(object, "proto",
				   json_string(espah_proto_name(sel->proto, proto)));
	return json_narrow(object, sel);
}

/**
 * json_mark() - a mark for programs
 * @mark: the mark
 *
 * Return: the object, or NULL.
 */
json_t *json_mark(const struct espah_mark *mark)
{
	return json_pack("{s:I, s:I}", "value", (json_int_t)mark->value,
			 "mask", (json_int_t)mark->mask);
}

/**
 * json_counters() - counters for programs
 * @counters: the counters, NULL: all are zero
 * @zeros: also those that are zero
 *
 * Return: the object, or NULL.
 */
json_t *json_counters(const struct espah_counters *counters, bool zeros)
{
	static const struct espah_counters none;
	json_t *object = json_object();
	unsigned int i;

	if (!counters)
		counters = &none;
	for (i = 0; i <= ESPAH_A_CNT_MAX; i++) {
		const struct espah_counter_text *text = espah_counter_text(i);

		if (!text || (!zeros && !counters->count[i]))
			continue;
		if (json_object_set_new(object, text->name, json_integer(counters->count[i]))) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

static int json_dump(const struct ctl *ctl, json_t *value, struct espah_err *err)
{
	size_t flags = ctl->pretty ? JSON_INDENT(4) : JSON_COMPACT;
	/* It also fails where output cannot be written, which print_finish() tells. */
	bool failed = !value || (json_dumpf(value, stdout, flags) && !ferror(stdout));

	json_decref(value);
	return failed ? espah_err_kernel(err, ENOMEM, "ENOMEM: no memory for JSON") : 0;
}

/**
 * json_print() - print one JSON value
 * @ctl: the options
 * @value: the value, which is used up; NULL: there was no memory for it
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int json_print(const struct ctl *ctl, json_t *value, struct espah_err *err)
{
	if (json_dump(ctl, value, err))
		return -1;
	putchar('\n');
	return 0;
}

/**
 * json_list_item() - print the next value of an array
 * @list: the array
 * @value: the value, which is used up; NULL: there was no memory for it
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int json_list_item(struct json_list *list, json_t *value, struct espah_err *err)
{
	putchar(list->begun ? ',' : '[');
	list->begun = true;
	return json_dump(list->ctl, value, err);
}

/**
 * json_list_end() - end an array
 * @list: the array
 */
void json_list_end(struct json_list *list)
{
	fputs(list->begun ? "]\n" : "[]\n", stdout);
}
