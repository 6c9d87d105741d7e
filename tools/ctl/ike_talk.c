// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lines to and from espahd.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "ike.h"

struct ike_talk {
	FILE *from;
	char *line;
	size_t size;
};

static int cannot_connect(const char *path, int num, struct espah_err *err)
{
	switch (num) {
	case ENOENT:
	case ECONNREFUSED:
		return espah_err_kernel(err, num,
					"espahd does not run: nobody listens at '%s'; start it, or say where it listens with --socket PATH",
					path);
	case EACCES:
	case EPERM:
		return espah_err_kernel(err, num,
					"%s: only root and espahd's own user may ask it, at '%s'",
					strerrorname_np(num), path);
	default:
		return espah_err_kernel(err, num, "cannot connect to '%s': %s", path,
					strerror(num));
	}
}

static int open_socket(const char *path, struct espah_err *err)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd, num;

	if (strlen(path) >= sizeof(addr.sun_path))
		return espah_err_usage(err, "--socket: '%.64s...' is too long for a socket", path);
	strcpy(addr.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return espah_err_kernel(err, errno, "cannot make a socket: %s", strerror(errno));
	if (!connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		return fd;
	num = errno;
	close(fd);
	return cannot_connect(path, num, err);
}

static int no_memory(struct espah_err *err)
{
	return espah_err_kernel(err, ENOMEM, "ENOMEM: no memory to talk to espahd");
}

struct ike_talk *ike_talk_open(const char *path, struct espah_err *err)
{
	struct ike_talk *talk = calloc(1, sizeof(*talk));
	int fd;

	if (!talk) {
		no_memory(err);
		return NULL;
	}
	fd = open_socket(path, err);
	if (fd >= 0) {
		talk->from = fdopen(fd, "r");
		if (talk->from)
			return talk;
		no_memory(err);
		close(fd);
	}
	free(talk);
	return NULL;
}

void ike_talk_close(struct ike_talk *talk)
{
	fclose(talk->from);
	free(talk->line);
	free(talk);
}

static int send_all(int fd, const char *text, size_t len, struct espah_err *err)
{
	while (len) {
		ssize_t n = send(fd, text, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return espah_err_kernel(err, errno, "cannot ask espahd: %s",
						strerror(errno));
		text += n;
		len -= n;
	}
	return 0;
}

/* One that was turned away has the reason waiting for it. */
int ike_talk_ask(struct ike_talk *talk, json_t *request, struct espah_err *err)
{
	char line[4096 + 1];
	size_t len = request ? json_dumpb(request, line, sizeof(line), JSON_COMPACT) : 0;

	json_decref(request);
	if (!len)
		return no_memory(err);
	if (len >= sizeof(line) - 1)
		return espah_err_usage(err, "the name is too long");
	line[len] = '\n';
	if (!send_all(fileno(talk->from), line, len + 1, err) || err->num == EPIPE)
		return 0;
	return -1;
}

static int end_of_answer(const json_t *line, struct espah_err *err)
{
	const char *why = json_string_value(json_object_get(line, "error"));

	if (json_is_true(json_object_get(line, "ok")))
		return 0;
	if (json_integer_value(json_object_get(line, "status")) == ESPAH_USAGE)
		espah_err_usage(err, "%s", why ?: "espahd says no, and not why");
	else
		espah_err_kernel(err, 0, "%s", why ?: "espahd says no, and not why");
	return -1;
}

int ike_talk_next(struct ike_talk *talk, json_t **line, struct espah_err *err)
{
	ssize_t len = getline(&talk->line, &talk->size, talk->from);
	int ret;

	*line = NULL;
	if (len < 0)
		return espah_err_kernel(err, 0,
					"espahd ended the connection in the middle of its answer");
	*line = json_loadb(talk->line, len, 0, NULL);
	if (!*line)
		return espah_err_kernel(err, 0, "espahd's answer is not JSON");
	if (!json_object_get(*line, "ok"))
		return 0;
	ret = end_of_answer(*line, err);
	json_decref(*line);
	*line = NULL;
	return ret;
}
