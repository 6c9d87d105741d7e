// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "ctl.h"
#include "key.h"

/**
 * ctl_usage() - say how the tool is called
 * @to: standard output where it was asked for, or standard error
 */
void ctl_usage(FILE *to)
{
	fputs("Usage: espah [ OPTIONS ] OBJECT { COMMAND | help }\n"
	      "       espah [ OPTIONS ] [ -force ] -batch { FILE | - }\n"
	      "where  OBJECT := { state | policy | link | stat | ike | monitor | drops |\n"
	      "                   save | restore | sync | why | top | migrate | help }\n"
	      "       OPTIONS := { -V[ersion] | -s[tatistics] | -j[son] | -p[retty] | -o[neline] |\n"
	      "                    -n[etns] { NAME | PATH } | -f[amily] { inet | inet6 } | -4 | -6 |\n"
	      "                    -t[imestamp] | -ts[hort] | --show-keys | --socket PATH }\n", to);
}

static const struct object * const objects[] = {
	&object_state,
	&object_policy,
	&object_stat,
	&object_ike,
	&object_monitor,
	&object_drops,
	&object_save,
	&object_restore,
	&object_sync,
	&object_why,
	&object_top,
	&object_link,
	&object_migrate,
	NULL
};

/* A whole word comes first; of those that begin so, the first one listed. */
static const struct object *object_find(const char *name)
{
	const struct object * const *object;

	for (object = objects; *object; object++) {
		if (!strcmp((*object)->name, name))
			return *object;
	}
	for (object = objects; *object; object++) {
		if (*name && !strncmp((*object)->name, name, strlen(name)))
			return *object;
	}
	return NULL;
}

static const struct verb *verb_find(const struct object *object, const char *name)
{
	const struct verb *verb;

	for (verb = object->verbs; verb->name; verb++) {
		if (!strcmp(verb->name, name))
			return verb;
	}
	for (verb = object->verbs; verb->name; verb++) {
		if (*name && !strncmp(verb->name, name, strlen(name)))
			return verb;
	}
	return NULL;
}

static bool is_help(const char *name)
{
	return *name && !strncmp("help", name, strlen(name));
}

static int unknown_object(const char *name, struct espah_err *err)
{
	const struct object * const *object;

	espah_err_usage(err, "'%.64s' is not an object; expected one of: ", name);
	for (object = objects; *object; object++)
		espah_err_append(err, "%s, ", (*object)->name);
	espah_err_append(err, "help");
	return -1;
}

static int unknown_verb(const struct object *object, const char *name, struct espah_err *err)
{
	const struct verb *verb;

	espah_err_usage(err, "%s: '%.64s' is not a command; expected one of: ", object->name,
			name);
	for (verb = object->verbs; verb->name; verb++) {
		if (verb->run)
			espah_err_append(err, "%s, ", verb->name);
	}
	espah_err_append(err, "help");
	return -1;
}

static int run_verb(struct ctl *ctl, struct args *args, const struct object *object)
{
	const char *name = args->at < args->argc ? args->argv[args->at] : NULL;
	const struct verb *verb = object->verbs;

	if (name) {
		verb = verb_find(object, name);
		if (!verb && is_help(name)) {
			fputs(object->help, stdout);
			return 0;
		}
		if (!verb)
			return unknown_verb(object, name, args->err);
		if (!verb->run)
			return espah_err_usage(args->err,
					       "%s: '%s': %s not supported by this version",
					       object->name, verb->name, verb->lacks);
		args->at++;
	}
	if (!verb->run(ctl, args))
		return 0;
	espah_err_prefix(args->err, "%s %s: ", object->name, verb->name);
	return -1;
}

static int run_alone(struct ctl *ctl, struct args *args, const struct object *object)
{
	if (args->at < args->argc && is_help(args->argv[args->at])) {
		fputs(object->help, stdout);
		return 0;
	}
	if (!object->run(ctl, args))
		return 0;
	espah_err_prefix(args->err, "%s: ", object->name);
	return -1;
}

/**
 * ctl_endless() - refuse, in a batch, a command that runs until it is stopped
 * @ctl: the options
 * @err: filled in then: what follows in the batch would never run
 *
 * Return: 0, or -1.
 */
int ctl_endless(const struct ctl *ctl, struct espah_err *err)
{
	if (!ctl->batch)
		return 0;
	return espah_err_usage(err, "it does not end, and what follows would never run; "
				    "expected it outside of a batch");
}

static int enter_netns(const struct ctl *ctl, struct espah_err *err)
{
	return ctl->netns ? espah_netns_enter(ctl->netns, err) : 0;
}

/**
 * ctl_connect() - see that there is a way to the kernel
 * @ctl: the options
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int ctl_connect(struct ctl *ctl, struct espah_err *err)
{
	if (ctl->nl)
		return 0;
	if (enter_netns(ctl, err))
		return -1;
	ctl->nl = espah_nl_open(err);
	return ctl->nl ? 0 : -1;
}

/**
 * ctl_connect_route() - see that there is a way to the interfaces
 * @ctl: the options
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int ctl_connect_route(struct ctl *ctl, struct espah_err *err)
{
	if (ctl->route)
		return 0;
	if (enter_netns(ctl, err))
		return -1;
	ctl->route = espah_nl_open_route(err);
	return ctl->route ? 0 : -1;
}

static int run_object(struct ctl *ctl, struct args *args)
{
	const char *name = args->argv[args->at];
	const struct object *object = object_find(name);

	if (!object && is_help(name)) {
		ctl_usage(stdout);
		return 0;
	}
	if (!object)
		return unknown_object(name, args->err);
	args->at++;
	return object->verbs ? run_verb(ctl, args, object) : run_alone(ctl, args, object);
}

static void report(const char *kind, const char *sentence)
{
	fflush(stdout);
	fprintf(stderr, "espah: %s%s\n", kind, sentence);
}

/**
 * ctl_run() - run one command
 * @ctl: the options
 * @args: the command, of at least one word
 *
 * Return: 0, or -1 with the reason in @args->err.
 */
int ctl_run(struct ctl *ctl, struct args *args)
{
	int ret;

	args->err->remark[0] = '\0';
	ret = run_object(ctl, args);
	if (!ret && args->err->remark[0])
		report("warning: ", args->err->remark);
	/* A command that failed early has not seen its key yet. */
	while (args->at < args->argc)
		espah_wipe_word(args->argv[args->at++]);
	return ret;
}

/**
 * ctl_report() - say why a command failed
 * @err: why
 *
 * Return: the exit status.
 */
int ctl_report(const struct espah_err *err)
{
	report("", err->text);
	return err->status;
}
