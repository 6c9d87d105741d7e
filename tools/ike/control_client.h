/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One connection to the control socket.
 */
#ifndef _IKE_CONTROL_CLIENT_H
#define _IKE_CONTROL_CLIENT_H

#include <jansson.h>

#include "control.h"

/* Answers are made when there is room for them, so that a slow reader holds no more than this. */
#define IKE_CLIENT_OUT_MAX	65536

struct ike_control {
	struct ike_daemon *daemon;
	struct ike_watch watch;
	char *path;
	char *conf_path;
	struct ike_client *clients;
	unsigned int count;
	/* Lets all clients go on, from the loop and not from within whoever has news for them. */
	struct ike_timer wake;
	/* Takes up listening again when there were no descriptors. */
	struct ike_timer again;
};

struct ike_client {
	struct ike_client *next;
	struct ike_control *control;
	struct ike_watch watch;
	char in[IKE_CONTROL_LINE_MAX];
	size_t in_len;
	/* The client sends no more. */
	bool ended;
	/* Nothing of it is read any more: it goes when all is written. */
	bool refused;
	char *out;
	size_t out_len;
	size_t out_at;
	size_t out_room;
	/* What is being answered; nothing: the next request may come. */
	bool waiting;
	struct ike_verdict verdict;
	json_t *list;
	size_t list_at;
	bool logging;
	bool follow;
	uint64_t log_at;
};

/* Takes @fd over. NULL without memory; @fd is closed then. */
struct ike_client *ike_client_new(struct ike_control *control, int fd);
/* Read, answer, write, as far as it goes now; the client may be gone afterwards. */
void ike_client_go(struct ike_client *client);
void ike_client_free(struct ike_client *client);

/* A line for the client; @value is used up, NULL: there was no memory for it. */
void ike_client_put(struct ike_client *client, json_t *value);
/* How a request ended. */
void ike_client_done(struct ike_client *client);
void ike_client_failed(struct ike_client *client, enum espah_status status, const char *words);
/* Begin to answer. */
void ike_client_take(struct ike_client *client, const struct ike_request *request);
/* One more line of an answer. False: there is none now. */
bool ike_client_more(struct ike_client *client);
/* Lines cannot have what is not ASCII in them, for files may be in any encoding. */
json_t *ike_client_text(const char *words);

#endif /* _IKE_CONTROL_CLIENT_H */
