// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One line of a client: {"command": "up", "name": "net"}
 */
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "control.h"

/* What stands beside "command". */
enum member {
	NOTHING,
	NAME,
	FILE_NAME,
	FOLLOW,
};

static const struct {
	const char *name;
	enum ike_command command;
	enum member member;
	bool wanted;
} commands[] = {
	{ "load", IKE_COMMAND_LOAD, FILE_NAME, false },
	{ "up", IKE_COMMAND_UP, NAME, true },
	{ "down", IKE_COMMAND_DOWN, NAME, true },
	{ "rekey", IKE_COMMAND_REKEY, NAME, true },
	{ "list", IKE_COMMAND_LIST, NOTHING, false },
	{ "log", IKE_COMMAND_LOG, FOLLOW, false },
	{ "stat", IKE_COMMAND_STAT, NOTHING, false },
};

static const char * const members[] = {
	[NAME] = "name",
	[FILE_NAME] = "file",
	[FOLLOW] = "follow",
};

static int take_word(struct ike_request *request, const json_t *value, const char *name,
		     struct espah_err *err)
{
	const char *word = json_string_value(value);

	if (!word || !*word || json_string_length(value) >= sizeof(request->word))
		return espah_err_usage(err, "'%s' is not right; expected a string", name);
	strcpy(request->word, word);
	return 0;
}

static int take_member(struct ike_request *request, enum member member, const json_t *value,
		       struct espah_err *err)
{
	if (member != FOLLOW)
		return take_word(request, value, members[member], err);
	if (!json_is_boolean(value))
		return espah_err_usage(err, "'follow' is not right; expected true or false");
	request->follow = json_is_true(value);
	return 0;
}

static int read_command(struct ike_request *request, size_t i, json_t *object,
			struct espah_err *err)
{
	const char *name = members[commands[i].member];
	const json_t *value = name ? json_object_get(object, name) : NULL;

	request->command = commands[i].command;
	if (!value && commands[i].wanted)
		return espah_err_usage(err, "'%s' is missing", name);
	if (json_object_size(object) > 1 + !!value)
		return espah_err_usage(err, "more than 'command'%s%s for %s", name ? " and " : "",
				       name ?: "", commands[i].name);
	return value ? take_member(request, commands[i].member, value, err) : 0;
}

static int read_object(struct ike_request *request, json_t *object, struct espah_err *err)
{
	const char *name = json_string_value(json_object_get(object, "command"));
	size_t i;

	if (!name)
		return espah_err_usage(err, "expected an object with a string 'command'");
	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(commands[i].name, name))
			return read_command(request, i, object, err);
	}
	return espah_err_usage(err, "'%.32s' is not a command", name);
}

int ike_request_read(struct ike_request *request, const char *line, size_t len,
		     struct espah_err *err)
{
	json_error_t error;
	json_t *object;
	int ret;

	memset(request, 0, sizeof(*request));
	object = json_loadb(line, len, JSON_REJECT_DUPLICATES, &error);
	if (!object)
		return espah_err_usage(err, "the line is not JSON: %s", error.text);
	ret = read_object(request, object, err);
	json_decref(object);
	return ret;
}
