// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ctl.h"
#include "default_text.h"
#include "event.h"
#include "macros.h"
#include "names.h"
#include "migrate_text.h"
#include "print.h"

static const char help[] =
	"Usage: espah [ -ts | -j ] monitor [ all | { acquire | expire | sa | aevent | policy |\n"
	"        unknown-spi | drop }... ] [ nokeys ]\n"
	"Events are shown as they come, until the monitor is stopped. Packets that end (drop) are\n"
	"shown where they are asked for: there may be many.\n";

/* What is to be shown. */
enum {
	WANT_EXPIRE = 1 << 0,
	WANT_SA = 1 << 1,
	WANT_POLICY = 1 << 2,
	WANT_ACQUIRE = 1 << 3,
	/* Not among all of them: packets may be many. */
	WANT_DROP = 1 << 4,
	WANT_AEVENT = 1 << 5,
	WANT_UNKNOWN_SPI = 1 << 6,
	WANT_ALL = WANT_EXPIRE | WANT_SA | WANT_POLICY | WANT_ACQUIRE | WANT_AEVENT |
		   WANT_UNKNOWN_SPI,
};

/* For each event its name in JSON, what it says in text, and who wants it. */
static const struct event_text {
	const char *name;
	const char *words;
	unsigned int want;
} texts[ESPAH_CMD_MAX + 1] = {
	[0] = { "lost", "Lost events", WANT_ALL | WANT_DROP },
	[ESPAH_CMD_SA_ADD_NTF] = { "sa-add", "", WANT_SA },
	[ESPAH_CMD_SA_UPDATE_NTF] = { "sa-update", "Updated ", WANT_SA },
	[ESPAH_CMD_SA_DEL_NTF] = { "sa-delete", "Deleted ", WANT_SA },
	[ESPAH_CMD_SA_FLUSH_NTF] = { "sa-flush", "Flushed state", WANT_SA },
	[ESPAH_CMD_SA_EXPIRE_NTF] = { "sa-expire", "Expired ", WANT_EXPIRE },
	[ESPAH_CMD_POLICY_ADD_NTF] = { "policy-add", "", WANT_POLICY },
	[ESPAH_CMD_POLICY_UPDATE_NTF] = { "policy-update", "Updated ", WANT_POLICY },
	[ESPAH_CMD_POLICY_DEL_NTF] = { "policy-delete", "Deleted ", WANT_POLICY },
	[ESPAH_CMD_POLICY_FLUSH_NTF] = { "policy-flush", "Flushed policy", WANT_POLICY },
	[ESPAH_CMD_POLICY_EXPIRE_NTF] = { "policy-expire", "Expired ", WANT_EXPIRE },
	[ESPAH_CMD_DEFAULT_NTF] = { "policy-default", "", WANT_POLICY },
	[ESPAH_CMD_SA_MAPPING_NTF] = { "sa-mapping", "Mapping ", WANT_SA },
	[ESPAH_CMD_SA_REPLAY_NTF] = { "sa-replay", "Async event ", WANT_AEVENT },
	[ESPAH_CMD_MIGRATE_NTF] = { "migrate", "Migrated ", WANT_SA },
	[ESPAH_CMD_UNKNOWN_SPI_NTF] = { "unknown-spi", "Unknown SPI ", WANT_UNKNOWN_SPI },
	[ESPAH_CMD_ACQUIRE_NTF] = { "acquire", "acquire ", WANT_ACQUIRE },
	[ESPAH_CMD_DROP_NTF] = { "drop", "drop ", WANT_DROP },
};

static const struct event_text *text_of(const struct espah_event *event)
{
	if (event->cmd > ESPAH_CMD_MAX || !texts[event->cmd].name)
		return NULL;
	return &texts[event->cmd];
}

static const char *expired_name(const struct espah_event *event)
{
	return event->expired == ESPAH_EXPIRED_HARD ? "hard" : "soft";
}

/* What becomes of packets that no policy speaks of, in the words of getdefault. */
static const char *unspoken_name(const struct espah_event *event)
{
	return event->unspoken == ESPAH_ACTION_DISCARD ? "block" : "accept";
}

static const char *due_name(const struct espah_event *event)
{
	return event->due == ESPAH_REPLAY_DUE_TIME ? "timer" : "packets";
}

static void print_stamp(void)
{
	struct timespec now;
	char text[32];
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &now);
	if (!localtime_r(&now.tv_sec, &tm))
		return;
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	printf("[%s.%06ld] ", text, now.tv_nsec / 1000);
}

static int print_event(const struct ctl *ctl, const struct espah_event *event,
		       const struct event_text *text, struct espah_err *err)
{
	char proto[ESPAH_PROTO_STRLEN];

	if (ctl->stamps)
		print_stamp();
	fputs(text->words, stdout);
	switch (event->cmd) {
	case ESPAH_CMD_SA_EXPIRE_NTF:
		printf("%s ", expired_name(event));
		return print_states(ctl, &event->sa, 1, err);
	case ESPAH_CMD_SA_ADD_NTF:
	case ESPAH_CMD_SA_UPDATE_NTF:
	case ESPAH_CMD_SA_DEL_NTF:
		return print_states(ctl, &event->sa, 1, err);
	case ESPAH_CMD_POLICY_EXPIRE_NTF:
		printf("%s (default %s) ", expired_name(event), unspoken_name(event));
		return print_policies(ctl, &event->policy, 1, err);
	case ESPAH_CMD_POLICY_ADD_NTF:
	case ESPAH_CMD_POLICY_UPDATE_NTF:
	case ESPAH_CMD_POLICY_DEL_NTF:
		return print_policies(ctl, &event->policy, 1, err);
	case ESPAH_CMD_DEFAULT_NTF:
		print_defaults(ctl, &event->defaults);
		break;
	case ESPAH_CMD_SA_MAPPING_NTF:
		print_mapping(ctl, &event->sa);
		break;
	case ESPAH_CMD_SA_REPLAY_NTF:
		fputs(event->due == ESPAH_REPLAY_DUE_TIME ? "timer expired" : "replay update",
		      stdout);
		print_replay(ctl, &event->sa);
		break;
	case ESPAH_CMD_MIGRATE_NTF:
		print_migration(ctl, &event->migration);
		break;
	case ESPAH_CMD_UNKNOWN_SPI_NTF:
		print_stranger(ctl, &event->sa);
		break;
	case ESPAH_CMD_ACQUIRE_NTF:
		print_acquire(ctl, &event->policy);
		break;
	case ESPAH_CMD_DROP_NTF:
		print_drop(&event->drop);
		return 0;
	case ESPAH_CMD_SA_FLUSH_NTF:
		if (event->sa.proto)
			printf(" proto %s", espah_proto_name(event->sa.proto, proto));
		break;
	case ESPAH_CMD_POLICY_FLUSH_NTF:
		if (event->dir >= 0)
			printf(" dir %s", espah_dir_name(event->dir));
		break;
	}
	putchar('\n');
	return 0;
}

static json_t *json_stamp(json_t *object)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return json_with(object, "time", json_real(now.tv_sec + now.tv_nsec / 1e9));
}

static json_t *json_event(const struct ctl *ctl, const struct espah_event *event,
			  const struct event_text *text)
{
	json_t *object = json_pack("{s:s}", "event", text->name);
	char proto[ESPAH_PROTO_STRLEN];

	if (ctl->stamps)
		object = json_stamp(object);
	switch (event->cmd) {
	case ESPAH_CMD_SA_EXPIRE_NTF:
		object = json_with(object, "limit", json_string(expired_name(event)));
		return json_with(object, "state", json_state(&event->sa));
	case ESPAH_CMD_SA_ADD_NTF:
	case ESPAH_CMD_SA_UPDATE_NTF:
	case ESPAH_CMD_SA_DEL_NTF:
		return json_with(object, "state", json_state(&event->sa));
	case ESPAH_CMD_POLICY_EXPIRE_NTF:
		object = json_with(object, "limit", json_string(expired_name(event)));
		object = json_with(object, "unspoken", json_string(unspoken_name(event)));
		return json_with(object, "policy", json_policy(&event->policy));
	case ESPAH_CMD_POLICY_ADD_NTF:
	case ESPAH_CMD_POLICY_UPDATE_NTF:
	case ESPAH_CMD_POLICY_DEL_NTF:
		return json_with(object, "policy", json_policy(&event->policy));
	case ESPAH_CMD_DEFAULT_NTF:
		return json_with(object, "default", json_defaults(&event->defaults));
	case ESPAH_CMD_SA_MAPPING_NTF:
		return json_with(object, "mapping", json_mapping(&event->sa));
	case ESPAH_CMD_SA_REPLAY_NTF:
		object = json_with(object, "due", json_string(due_name(event)));
		return json_with(object, "replay", json_replay(&event->sa));
	case ESPAH_CMD_MIGRATE_NTF:
		return json_with(object, "migrate", json_migration(&event->migration));
	case ESPAH_CMD_UNKNOWN_SPI_NTF:
		return json_with(object, "packet", json_stranger(&event->sa));
	case ESPAH_CMD_ACQUIRE_NTF:
		return json_with(object, "acquire", json_acquire(&event->policy));
	case ESPAH_CMD_DROP_NTF:
		return json_with(object, "drop", json_drop(&event->drop));
	case ESPAH_CMD_SA_FLUSH_NTF:
		if (event->sa.proto)
			object = json_with(object, "proto",
					   json_string(espah_proto_name(event->sa.proto, proto)));
		return object;
	case ESPAH_CMD_POLICY_FLUSH_NTF:
		if (event->dir >= 0)
			object = json_with(object, "dir", json_string(espah_dir_name(event->dir)));
		return object;
	default:
		return object;
	}
}

/**
 * monitor_show() - show one event
 * @ctl: the options
 * @event: the event
 * @wanted: the kinds that are to be shown
 * @err: filled in on failure
 *
 * What this version does not know is not shown.
 *
 * Return: 0, or -1.
 */
static int monitor_show(const struct ctl *ctl, const struct espah_event *event,
			unsigned int wanted, struct espah_err *err)
{
	const struct event_text *text = text_of(event);

	if (!text || !(text->want & wanted))
		return 0;
	if (ctl->json)
		return json_print(ctl, json_event(ctl, event, text), err);
	return print_event(ctl, event, text, err);
}

static int show_all(const struct ctl *ctl, struct espah_events *events, unsigned int wanted,
		    struct espah_err *err)
{
	struct espah_event event;
	int ret;

	while ((ret = espah_events_read(events, &event, err)) > 0) {
		ret = monitor_show(ctl, &event, wanted, err);
		espah_event_wipe(&event);
		if (ret)
			return -1;
	}
	return ret;
}

/* Whoever reads the output may leave: then there is nobody to show anything to. */
static int listen_until_stopped(const struct ctl *ctl, struct espah_events *events,
				unsigned int wanted, struct espah_err *err)
{
	struct pollfd fds[] = {
		{ .fd = espah_events_fd(events), .events = POLLIN },
		{ .fd = fileno(stdout) },
	};

	for (;;) {
		if (show_all(ctl, events, wanted, err))
			return -1;
		if (fflush(stdout) || fds[1].revents & POLLERR)
			return 0;
		if (poll(fds, ARRAY_SIZE(fds), -1) < 0 && errno != EINTR)
			return espah_err_kernel(err, errno, "cannot wait for events: %s",
						strerror(errno));
	}
}

static int take_all(struct args *args, void *to)
{
	unsigned int *wanted = to;

	(void)args;
	*wanted |= WANT_ALL;
	return 0;
}

static int take_acquire(struct args *args, void *to)
{
	unsigned int *wanted = to;

	(void)args;
	*wanted |= WANT_ACQUIRE;
	return 0;
}

static int take_expire(struct args *args, void *to)
{
	unsigned int *wanted = to;

	(void)args;
	*wanted |= WANT_EXPIRE;
	return 0;
}

static int take_unknown_spi(struct args *args, void *to)
{
	unsigned int *wanted = to;

	(void)args;
	*wanted |= WANT_UNKNOWN_SPI;
	return 0;
}

static int take_sa(struct args *args, void *to)
{
	unsigned int *wanted = to;

	(void)args;
	*wanted |= WANT_SA;
	return 0;
}

static int take_aevent(struct args *args, void *to)
{
	unsigned int *wanted = to;

	(void)args;
	*wanted |= WANT_AEVENT;
	return 0;
}

static int take_policy(struct args *args, void *to)
{
	unsigned int *wanted = to;

	(void)args;
	*wanted |= WANT_POLICY;
	return 0;
}

static int take_drop(struct args *args, void *to)
{
	unsigned int *wanted = to;

	(void)args;
	*wanted |= WANT_DROP;
	return 0;
}

/* There never are any. */
static int take_nokeys(struct args *args, void *to)
{
	(void)args;
	(void)to;
	return 0;
}

static const struct word words[] = {
	{ .name = "all", .take = take_all },
	{ .name = "acquire", .take = take_acquire },
	{ .name = "expire", .take = take_expire },
	{ .name = "sa", .take = take_sa },
	{ .name = "SA", .take = take_sa },
	{ .name = "aevent", .take = take_aevent },
	{ .name = "policy", .take = take_policy },
	{ .name = "drop", .take = take_drop },
	{ .name = "unknown-spi", .take = take_unknown_spi },
	{ .name = "nokeys", .take = take_nokeys },
	{ .name = "report", .lacks = "reports are" },
	{ .name = "all-nsid", .lacks = "listening to all namespaces is" },
	{}
};

static int monitor(struct ctl *ctl, struct args *args)
{
	unsigned int wanted = 0;
	const struct vocabulary vocabularies[] = {
		{ words, &wanted },
		{}
	};
	struct espah_events *events;
	int ret;

	if (args_walk(args, vocabularies, false) || ctl_endless(ctl, args->err) ||
	    ctl_connect(ctl, args->err))
		return -1;
	events = espah_events_open(ctl->nl, args->err);
	if (!events)
		return -1;
	ret = wanted & WANT_DROP ? espah_events_add_drops(events, ctl->nl, args->err) : 0;
	if (!ret)
		ret = listen_until_stopped(ctl, events, wanted ? wanted : WANT_ALL, args->err);
	espah_events_close(events);
	return ret;
}

const struct object object_monitor = {
	.name = "monitor",
	.run = monitor,
	.help = help,
};
