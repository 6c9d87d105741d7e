// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a request leads to, and what is said back.
 */
#include <stdlib.h>
#include <string.h>

#include "control_client.h"
#include "log.h"
#include "plan.h"

json_t *ike_client_text(const char *words)
{
	char *text = strdup(words), *at;
	json_t *value;

	for (at = text; at && *at; at++) {
		if (*at < ' ' || *at > '~')
			*at = '?';
	}
	value = text ? json_string(text) : NULL;
	free(text);
	return value;
}

void ike_client_done(struct ike_client *client)
{
	ike_client_put(client, json_pack("{s:b}", "ok", 1));
}

void ike_client_failed(struct ike_client *client, enum espah_status status, const char *words)
{
	ike_client_put(client, json_pack("{s:b, s:i, s:o}", "ok", 0, "status", status,
					 "error", ike_client_text(words)));
}

/* It may come from within what asked for it, so that the client goes on later. */
static void told(struct ike_verdict *verdict, int failed, const char *words)
{
	struct ike_client *client = container_of(verdict, struct ike_client, verdict);

	client->waiting = false;
	if (failed)
		ike_client_failed(client, ESPAH_REFUSED, words);
	else
		ike_client_done(client);
	ike_timer_set(client->control->daemon->loop, &client->control->wake, 0);
}

static void order(struct ike_client *client, const char *name,
		  void (*run)(struct ike_daemon *daemon, const char *name,
			      struct ike_verdict *verdict))
{
	client->waiting = true;
	client->verdict.tell = told;
	run(client->control->daemon, name, &client->verdict);
}

static void load(struct ike_client *client, const char *path)
{
	struct ike_control *control = client->control;
	struct espah_err err = {};

	if (*path && *path != '/')
		ike_client_failed(client, ESPAH_USAGE, "the file's name has to begin with '/'");
	else if (ike_control_load(control->daemon, *path ? path : control->conf_path, &err))
		ike_client_failed(client, err.status, err.text);
	else if (ike_plans_refused(control->daemon->sas, &err))
		/* Packets may leave in clear until then: it is not done. */
		ike_client_failed(client, err.status, err.text);
	else
		ike_client_done(client);
}

static void begin_list(struct ike_client *client)
{
	client->list = ike_sas_list(client->control->daemon);
	client->list_at = 0;
	if (!client->list)
		ike_client_failed(client, ESPAH_REFUSED, "no memory for the list");
}

static json_t *bad_counts(const struct ike_daemon *daemon)
{
	json_t *counts = json_object();
	unsigned int bad;

	for (bad = IKE_GOOD + 1; bad < IKE_BAD_MAX; bad++) {
		if (json_object_set_new(counts, ike_bad_name(bad),
					json_integer(daemon->bad[bad]))) {
			json_decref(counts);
			return NULL;
		}
	}
	return counts;
}

static void show_stat(struct ike_client *client)
{
	const struct ike_daemon *daemon = client->control->daemon;
	const struct ike_conf_conn *conn = daemon->conf ? daemon->conf->conns : NULL;
	json_int_t conns = 0;

	for (; conn; conn = conn->next)
		conns++;
	ike_client_put(client, json_pack("{s:{s:I, s:I, s:o}}", "stat", "connections", conns,
					 "clients", (json_int_t)client->control->count,
					 "bad", bad_counts(daemon)));
	ike_client_done(client);
}

void ike_client_take(struct ike_client *client, const struct ike_request *request)
{
	switch (request->command) {
	case IKE_COMMAND_LOAD:
		load(client, request->word);
		break;
	case IKE_COMMAND_UP:
		order(client, request->word, ike_sas_up);
		break;
	case IKE_COMMAND_DOWN:
		order(client, request->word, ike_sas_down);
		break;
	case IKE_COMMAND_REKEY:
		order(client, request->word, ike_sas_rekey);
		break;
	case IKE_COMMAND_LIST:
		begin_list(client);
		break;
	case IKE_COMMAND_LOG:
		client->logging = true;
		client->follow = request->follow;
		client->log_at = 0;
		break;
	case IKE_COMMAND_STAT:
		show_stat(client);
		break;
	}
}

static bool more_list(struct ike_client *client)
{
	if (client->list_at < json_array_size(client->list)) {
		json_t *sa = json_array_get(client->list, client->list_at++);

		ike_client_put(client, json_pack("{s:O}", "sa", sa));
		return true;
	}
	json_decref(client->list);
	client->list = NULL;
	ike_client_done(client);
	return true;
}

static bool more_log(struct ike_client *client)
{
	const struct ike_log_line *line = ike_log_next(client->log_at);

	if (line) {
		client->log_at = line->number;
		ike_client_put(client, json_pack("{s:{s:I, s:I, s:s, s:s}}", "log",
						 "number", (json_int_t)line->number,
						 "when", (json_int_t)line->when,
						 "level", ike_log_level_name(line->level),
						 "text", line->text));
		return true;
	}
	if (client->follow)
		return false;
	client->logging = false;
	ike_client_done(client);
	return true;
}

bool ike_client_more(struct ike_client *client)
{
	if (client->list)
		return more_list(client);
	return client->logging && more_log(client);
}
