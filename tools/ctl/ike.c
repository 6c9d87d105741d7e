// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * espah ike: what espahd is told and asked.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ike.h"

static const char help[] =
	"Usage: espah [ --socket PATH ] ike load [ FILE ]\n"
	"       espah [ --socket PATH ] ike { up | down | rekey } NAME\n"
	"       espah [ --socket PATH ] ike list\n"
	"       espah [ --socket PATH ] ike log [ -f ]\n"
	"       espah [ --socket PATH ] ike stat\n"
	"NAME is a child, or a connection with all of its children.\n";

/* What is done with a line of an answer. */
typedef int (*take_line)(void *to, const json_t *line, struct espah_err *err);

static int take_all(struct ike_talk *talk, take_line take, void *to, struct espah_err *err)
{
	json_t *line;
	int ret;

	while (!(ret = ike_talk_next(talk, &line, err)) && line) {
		ret = take ? take(to, line, err) : 0;
		json_decref(line);
		if (ret)
			break;
	}
	return ret;
}

/* @request is used up. */
static int ask(const struct ctl *ctl, json_t *request, take_line take, void *to,
	       struct espah_err *err)
{
	struct ike_talk *talk = ike_talk_open(ctl->socket ?: IKE_SOCKET_PATH, err);
	int ret;

	if (!talk) {
		json_decref(request);
		return -1;
	}
	ret = ike_talk_ask(talk, request, err) || take_all(talk, take, to, err) ? -1 : 0;
	ike_talk_close(talk);
	return ret;
}

/* espahd's folder is another one. */
static char *absolute(const char *path, struct espah_err *err)
{
	char *whole = realpath(path, NULL);

	if (!whole)
		espah_err_usage(err, "'%.256s': %s", path, strerror(errno));
	return whole;
}

static int ike_load(struct ctl *ctl, struct args *args)
{
	json_t *request;
	char *path;
	int ret = -1;

	if (args->at == args->argc)
		return ask(ctl, json_pack("{s:s}", "command", "load"), NULL, NULL, args->err);
	path = absolute(args->argv[args->at++], args->err);
	if (!path)
		return -1;
	if (!args_end(args)) {
		request = json_pack("{s:s, s:s}", "command", "load", "file", path);
		ret = ask(ctl, request, NULL, NULL, args->err);
	}
	free(path);
	return ret;
}

static int order(struct ctl *ctl, struct args *args, const char *command)
{
	const char *name;

	if (args->at == args->argc)
		return espah_err_usage(args->err,
				       "a name is missing; expected that of a child or a connection");
	name = args->argv[args->at++];
	if (args_end(args))
		return -1;
	return ask(ctl, json_pack("{s:s, s:s}", "command", command, "name", name), NULL, NULL,
		   args->err);
}

static int ike_up(struct ctl *ctl, struct args *args)
{
	return order(ctl, args, "up");
}

static int ike_down(struct ctl *ctl, struct args *args)
{
	return order(ctl, args, "down");
}

static int ike_rekey(struct ctl *ctl, struct args *args)
{
	return order(ctl, args, "rekey");
}

/* Where the lines of an answer go. */
struct sink {
	const struct ctl *ctl;
	struct json_list list;
	bool follow;
};

static int take_sa(void *to, const json_t *line, struct espah_err *err)
{
	json_t *sa = json_object_get(line, "sa");
	struct sink *sink = to;

	if (!sa)
		return espah_err_kernel(err, 0, "espahd's answer is not a list of SAs");
	if (sink->ctl->json)
		return json_list_item(&sink->list, json_incref(sa), err);
	print_ike_sa(sink->ctl, sa);
	return 0;
}

static int ike_list(struct ctl *ctl, struct args *args)
{
	struct sink sink = { .ctl = ctl, .list.ctl = ctl };

	if (args_end(args) ||
	    ask(ctl, json_pack("{s:s}", "command", "list"), take_sa, &sink, args->err))
		return -1;
	if (ctl->json)
		json_list_end(&sink.list);
	return 0;
}

static int take_log(void *to, const json_t *line, struct espah_err *err)
{
	json_t *log = json_object_get(line, "log");
	struct sink *sink = to;
	int ret = 0;

	if (!log)
		return espah_err_kernel(err, 0, "espahd's answer is not a log");
	if (!sink->ctl->json)
		print_ike_log(log);
	else if (sink->follow)
		ret = json_print(sink->ctl, json_incref(log), err);
	else
		ret = json_list_item(&sink->list, json_incref(log), err);
	if (sink->follow)
		fflush(stdout);
	return ret;
}

static int ike_log(struct ctl *ctl, struct args *args)
{
	struct sink sink = { .ctl = ctl, .list.ctl = ctl };

	if (args->at < args->argc && !strcmp(args->argv[args->at], "-f")) {
		sink.follow = true;
		args->at++;
	}
	if (args_end(args) || (sink.follow && ctl_endless(ctl, args->err)) ||
	    ask(ctl, json_pack("{s:s, s:b}", "command", "log", "follow", sink.follow), take_log,
		&sink, args->err))
		return -1;
	if (ctl->json && !sink.follow)
		json_list_end(&sink.list);
	return 0;
}

static int take_stat(void *to, const json_t *line, struct espah_err *err)
{
	json_t *stat = json_object_get(line, "stat");
	const struct ctl *ctl = to;

	if (!stat)
		return espah_err_kernel(err, 0, "espahd's answer has no figures");
	if (ctl->json)
		return json_print(ctl, json_incref(stat), err);
	print_ike_stat(ctl, stat);
	return 0;
}

static int ike_stat(struct ctl *ctl, struct args *args)
{
	if (args_end(args))
		return -1;
	return ask(ctl, json_pack("{s:s}", "command", "stat"), take_stat, ctl, args->err);
}

static const struct verb verbs[] = {
	{ .name = "list", .run = ike_list },
	{ .name = "load", .run = ike_load },
	{ .name = "up", .run = ike_up },
	{ .name = "down", .run = ike_down },
	{ .name = "rekey", .run = ike_rekey },
	{ .name = "log", .run = ike_log },
	{ .name = "stat", .run = ike_stat },
	{}
};

const struct object object_ike = {
	.name = "ike",
	.verbs = verbs,
	.help = help,
};
