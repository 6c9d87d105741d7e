// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The control socket: who may connect, and how many.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "control_client.h"
#include "log.h"

/* Milliseconds until somebody may have closed a descriptor. */
#define AGAIN	1000

static unsigned int count_conns(const struct ike_conf *conf)
{
	const struct ike_conf_conn *conn;
	unsigned int count = 0;

	for (conn = conf->conns; conn; conn = conn->next)
		count++;
	return count;
}

int ike_control_load(struct ike_daemon *daemon, const char *path, struct espah_err *err)
{
	struct ike_conf *conf = ike_conf_load(path, err), *old = daemon->conf;

	if (!conf)
		return -1;
	ike_log(IKE_LOG_INFO, "%s is loaded: connections: %u", path, count_conns(conf));
	daemon->conf = conf;
	ike_sas_conf_changed(daemon, old);
	ike_conf_free(old);
	return 0;
}

/* The socket is not for others anyway; this holds wherever somebody has put it. */
static bool may_ask(int fd)
{
	struct ucred who = {};
	socklen_t len = sizeof(who);

	return !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) &&
	       (!who.uid || who.uid == geteuid());
}

static void turn_away(int fd, const char *why)
{
	char line[128];
	int len = snprintf(line, sizeof(line), "{\"ok\":false,\"status\":%d,\"error\":\"%s\"}\n",
			   ESPAH_REFUSED, why);

	/* Who does not read it just sees the end. */
	if (send(fd, line, len, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		ike_log_limited(IKE_LOG_DEBUG, "control: a client was turned away unheard");
	close(fd);
}

static void welcome(struct ike_control *control, int fd)
{
	if (!may_ask(fd))
		turn_away(fd, "only root and the daemon's own user may ask");
	else if (control->count == IKE_CONTROL_CLIENTS)
		turn_away(fd, "too many ask at once; try again later");
	else if (!ike_client_new(control, fd))
		ike_log_limited(IKE_LOG_WARNING, "control: no memory for a client");
}

static void accept_one(struct ike_watch *watch, uint32_t events)
{
	struct ike_control *control = container_of(watch, struct ike_control, watch);
	int fd = accept4(watch->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)events;
	if (fd >= 0) {
		welcome(control, fd);
		return;
	}
	if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)
		return;
	ike_log_limited(IKE_LOG_WARNING, "control: cannot accept: %s", strerror(errno));
	/* It would go on saying that somebody waits. */
	if (!ike_timer_set(control->daemon->loop, &control->again, AGAIN))
		ike_watch_change(control->daemon->loop, watch, 0);
}

static void listen_again(struct ike_timer *timer)
{
	struct ike_control *control = container_of(timer, struct ike_control, again);

	ike_watch_change(control->daemon->loop, &control->watch, EPOLLIN);
}

static void wake(struct ike_timer *timer)
{
	struct ike_control *control = container_of(timer, struct ike_control, wake);
	struct ike_client *client, *next;

	for (client = control->clients; client; client = next) {
		next = client->next;
		ike_client_go(client);
	}
}

static void logged(const struct ike_log_line *line, void *to)
{
	struct ike_control *control = to;
	const struct ike_client *client;

	(void)line;
	for (client = control->clients; client; client = client->next) {
		if (client->logging)
			ike_timer_set(control->daemon->loop, &control->wake, 0);
	}
}

/* A name without anybody behind it is what an earlier process left. */
static int make_way(const struct sockaddr_un *addr, struct espah_err *err)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int num;

	if (fd < 0)
		return espah_err_kernel(err, errno, "cannot make a socket: %s", strerror(errno));
	num = connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) ? errno : 0;
	close(fd);
	if (!num)
		return espah_err_kernel(err, EADDRINUSE, "another espahd listens at %s",
					addr->sun_path);
	if (num == ECONNREFUSED)
		unlink(addr->sun_path);
	return 0;
}

static int bind_private(int fd, const struct sockaddr_un *addr)
{
	mode_t before = umask(0177);
	int ret = bind(fd, (const struct sockaddr *)addr, sizeof(*addr));

	umask(before);
	return ret;
}

static int open_socket(const char *path, struct espah_err *err)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(addr.sun_path))
		return espah_err_usage(err, "'%.64s...' is too long for the name of a socket",
				       path);
	strcpy(addr.sun_path, path);
	if (make_way(&addr, err))
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && !bind_private(fd, &addr) && !listen(fd, IKE_CONTROL_CLIENTS))
		return fd;
	espah_err_kernel(err, errno, "cannot listen at '%s': %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

static int begin(struct ike_control *control, const char *path, const char *conf_path,
		 struct espah_err *err)
{
	control->watch.ready = accept_one;
	control->wake.fire = wake;
	control->again.fire = listen_again;
	control->path = strdup(path);
	control->conf_path = strdup(conf_path);
	if (!control->path || !control->conf_path)
		return espah_err_kernel(err, ENOMEM, "no memory for the control socket");
	control->watch.fd = open_socket(path, err);
	if (control->watch.fd < 0)
		return -1;
	if (!ike_watch_add(control->daemon->loop, &control->watch, EPOLLIN))
		return 0;
	close(control->watch.fd);
	return espah_err_kernel(err, errno, "cannot watch '%s': %s", path, strerror(errno));
}

static void control_free(struct ike_control *control)
{
	free(control->path);
	free(control->conf_path);
	free(control);
}

struct ike_control *ike_control_open(struct ike_daemon *daemon, const char *path,
				     const char *conf_path, struct espah_err *err)
{
	struct ike_control *control = calloc(1, sizeof(*control));

	if (!control) {
		espah_err_kernel(err, ENOMEM, "no memory for the control socket");
		return NULL;
	}
	control->daemon = daemon;
	if (begin(control, path, conf_path, err)) {
		control_free(control);
		return NULL;
	}
	ike_log_follow(logged, control);
	return control;
}

void ike_control_close(struct ike_control *control)
{
	if (!control)
		return;
	ike_log_follow(NULL, NULL);
	while (control->clients)
		ike_client_free(control->clients);
	ike_timer_cancel(control->daemon->loop, &control->wake);
	ike_timer_cancel(control->daemon->loop, &control->again);
	ike_watch_del(control->daemon->loop, &control->watch);
	close(control->watch.fd);
	unlink(control->path);
	control_free(control);
}
