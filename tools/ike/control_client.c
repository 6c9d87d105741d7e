// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Octets from and to a client of the control socket. It reads no request before the one before
 * has been answered.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "control_client.h"

static bool is_busy(const struct ike_client *client)
{
	return client->waiting || client->list || client->logging;
}

static void ready(struct ike_watch *watch, uint32_t events);

struct ike_client *ike_client_new(struct ike_control *control, int fd)
{
	struct ike_client *client = calloc(1, sizeof(*client));

	if (!client) {
		close(fd);
		return NULL;
	}
	client->control = control;
	client->watch = (struct ike_watch){ .fd = fd, .ready = ready };
	if (ike_watch_add(control->daemon->loop, &client->watch, EPOLLIN)) {
		close(fd);
		free(client);
		return NULL;
	}
	client->next = control->clients;
	control->clients = client;
	control->count++;
	return client;
}

void ike_client_free(struct ike_client *client)
{
	struct ike_control *control = client->control;
	struct ike_client **at = &control->clients;

	while (*at != client)
		at = &(*at)->next;
	*at = client->next;
	control->count--;
	if (client->waiting)
		ike_sas_forget_verdict(control->daemon, &client->verdict);
	ike_watch_del(control->daemon->loop, &client->watch);
	close(client->watch.fd);
	json_decref(client->list);
	free(client->out);
	free(client);
}

/* Without memory for an answer the connection ends, which a client sees. */
static char *room(struct ike_client *client, size_t len)
{
	/* What has been written makes room, or a slow reader's would grow without end. */
	if (client->out_at) {
		client->out_len -= client->out_at;
		memmove(client->out, client->out + client->out_at, client->out_len);
		client->out_at = 0;
	}
	if (client->out_room - client->out_len < len) {
		char *grown = realloc(client->out, client->out_len + len);

		if (!grown) {
			client->refused = true;
			return NULL;
		}
		client->out = grown;
		client->out_room = client->out_len + len;
	}
	client->out_len += len;
	return client->out + client->out_len - len;
}

void ike_client_put(struct ike_client *client, json_t *value)
{
	char *line = value ? json_dumps(value, JSON_COMPACT) : NULL;
	size_t len = line ? strlen(line) : 0;
	char *to = line ? room(client, len + 1) : NULL;

	if (to) {
		memcpy(to, line, len);
		to[len] = '\n';
	} else {
		client->refused = true;
	}
	free(line);
	json_decref(value);
}

static void take_line(struct ike_client *client, size_t len)
{
	struct espah_err err = {};
	struct ike_request request;
	int ret = ike_request_read(&request, client->in, len, &err);

	client->in_len -= len + 1;
	memmove(client->in, client->in + len + 1, client->in_len);
	if (ret)
		ike_client_failed(client, err.status, err.text);
	else
		ike_client_take(client, &request);
}

static bool next_request(struct ike_client *client)
{
	const char *end = memchr(client->in, '\n', client->in_len);

	if (end) {
		take_line(client, end - client->in);
		return true;
	}
	if (client->in_len < sizeof(client->in))
		return false;
	ike_client_failed(client, ESPAH_USAGE, "the line is too long");
	client->refused = true;
	return false;
}

/* False: there is nothing to do until something happens. */
static bool step(struct ike_client *client)
{
	if (client->refused || client->out_len - client->out_at >= IKE_CLIENT_OUT_MAX)
		return false;
	return is_busy(client) ? ike_client_more(client) : next_request(client);
}

static int write_out(struct ike_client *client)
{
	while (client->out_at < client->out_len) {
		ssize_t n = send(client->watch.fd, client->out + client->out_at,
				 client->out_len - client->out_at, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? 0 : -1;
		client->out_at += n;
	}
	client->out_at = 0;
	client->out_len = 0;
	return 0;
}

/* Only what can be dealt with is waited for: what a client sends too early stays in the kernel. */
static int wait_for_more(struct ike_client *client)
{
	uint32_t events = 0;

	if (client->out_len)
		events |= EPOLLOUT;
	else if (client->refused || (client->ended && !is_busy(client)))
		return -1;
	if (!is_busy(client) && !client->refused && !client->ended)
		events |= EPOLLIN;
	return ike_watch_change(client->control->daemon->loop, &client->watch, events);
}

void ike_client_go(struct ike_client *client)
{
	do {
		while (step(client))
			;
		if (write_out(client)) {
			ike_client_free(client);
			return;
		}
	} while (!client->out_len && step(client));
	if (wait_for_more(client))
		ike_client_free(client);
}

static int read_in(struct ike_client *client)
{
	ssize_t n;

	if (client->in_len == sizeof(client->in))
		return 0;
	n = recv(client->watch.fd, client->in + client->in_len, sizeof(client->in) - client->in_len,
		 MSG_DONTWAIT);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	client->ended = !n;
	client->in_len += n;
	return 0;
}

static void ready(struct ike_watch *watch, uint32_t events)
{
	struct ike_client *client = container_of(watch, struct ike_client, watch);

	/* Requests may come before the other side goes; whoever waits for an answer must stay. */
	if ((events & EPOLLERR) || (!(events & EPOLLIN) && (events & EPOLLHUP)) ||
	    ((events & EPOLLIN) && read_in(client)))
		ike_client_free(client);
	else
		ike_client_go(client);
}
