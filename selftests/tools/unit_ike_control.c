// SPDX-License-Identifier: GPL-2.0-only
/*
 * The control socket, with a daemon behind it that has a peer: what "espah ike"
 * says and gets, and what becomes of clients that do not behave.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "control_client.h"
#include "ctl.h"
#include "unit.h"
#include "unit_ike_conf.h"
#include "unit_ike_v2_conf.h"
#include "v2.h"

#define SOCKET		"control.sock"
#define FLIGHTS_MAX	64
#define GUARD		20000
#define TEXT_MAX	(512 * 1024)

/* Two daemons on one true loop: what one sends the other gets as soon as it has come round. */
static struct {
	struct ike_loop *loop;
	struct ike_daemon a;
	struct ike_daemon b;
	struct ike_timer timer;
	/* The other end is away. */
	bool cut;
	unsigned int flights;
	struct {
		struct ike_daemon *to;
		struct ike_endpoint local;
		struct ike_endpoint remote;
		uint8_t data[2048];
		size_t len;
	} flight[FLIGHTS_MAX];
	uint32_t last_spi;
	/* The module has no room for policies. */
	bool refuse_policies;
} pair;

static void deliver(struct ike_timer *timer)
{
	unsigned int i;

	(void)timer;
	/* More may be added meanwhile. */
	for (i = 0; i < pair.flights; i++)
		ike_sas_receive(pair.flight[i].to, &pair.flight[i].local, &pair.flight[i].remote,
				ike_chunk(pair.flight[i].data, pair.flight[i].len));
	pair.flights = 0;
}

static int edge_send(struct ike_net *net, const struct ike_endpoint *local,
		     const struct ike_endpoint *remote, struct ike_chunk message)
{
	unsigned int i = pair.flights;

	if (pair.cut || i == FLIGHTS_MAX || message.len > sizeof(pair.flight[i].data))
		return 0;
	pair.flight[i].to = (struct ike_daemon *)net == &pair.a ? &pair.b : &pair.a;
	pair.flight[i].local = *remote;
	pair.flight[i].remote = *local;
	pair.flight[i].len = message.len;
	memcpy(pair.flight[i].data, message.p, message.len);
	pair.flights++;
	return ike_timer_set(pair.loop, &pair.timer, 0);
}

static void edge_keepalive(struct ike_net *net, const struct ike_endpoint *local,
			   const struct ike_endpoint *remote)
{
	(void)net;
	(void)local;
	(void)remote;
}

static uint16_t edge_port(const struct ike_net *net)
{
	(void)net;
	return IKE_PORT;
}

static struct espah_addr edge_source(const struct espah_addr *remote)
{
	return *remote;
}

static int edge_spi_get(struct ike_kernel *kernel, const struct espah_addr *src,
			const struct espah_addr *dst, uint32_t reqid, uint32_t *spi,
			struct espah_err *err)
{
	(void)kernel;
	(void)src;
	(void)dst;
	(void)reqid;
	(void)err;
	*spi = pair.last_spi += 0x1001;
	return 0;
}

static int edge_sa_add(struct ike_kernel *kernel, const struct ike_kernel_sa *sa,
		       struct espah_err *err)
{
	(void)kernel;
	(void)sa;
	(void)err;
	return 0;
}

static int edge_sa_del(struct ike_kernel *kernel, const struct espah_addr *dst, uint32_t spi,
		       struct espah_err *err)
{
	(void)kernel;
	(void)dst;
	(void)spi;
	(void)err;
	return 0;
}

static int edge_sa_usage(struct ike_kernel *kernel, const struct espah_addr *dst, uint32_t spi,
			 struct ike_kernel_usage *usage)
{
	(void)kernel;
	(void)dst;
	(void)spi;
	*usage = (struct ike_kernel_usage){ .packets = 7, .bytes = 700 };
	return 0;
}

static int edge_policy_add(struct ike_kernel *kernel, const struct ike_kernel_policy *policy,
			   struct espah_err *err)
{
	(void)kernel;
	(void)policy;
	return pair.refuse_policies ? espah_err_kernel(err, 0, "there is no room") : 0;
}

static int edge_policy_del(struct ike_kernel *kernel, const struct ike_kernel_policy *policy,
			   struct espah_err *err)
{
	(void)kernel;
	(void)policy;
	(void)err;
	return 0;
}

static const struct ike_edge edge = {
	.now		= ike_loop_now,
	.timer_set	= ike_timer_set,
	.timer_cancel	= ike_timer_cancel,
	.send		= edge_send,
	.keepalive	= edge_keepalive,
	.port		= edge_port,
	.nat_port	= edge_port,
	.source		= edge_source,
	.spi_get	= edge_spi_get,
	.sa_add		= edge_sa_add,
	.sa_del		= edge_sa_del,
	.sa_usage	= edge_sa_usage,
	.policy_add	= edge_policy_add,
	.policy_del	= edge_policy_del,
};

static void need(bool good, const char *what)
{
	if (good)
		return;
	printf("Bail out! %s\n", what);
	exit(1);
}

static void open_daemon(struct ike_daemon *daemon, const char *file, const char *conf)
{
	struct espah_err err = {};

	*daemon = (struct ike_daemon){
		.loop = pair.loop, .edge = &edge, .net = (struct ike_net *)daemon,
	};
	conf_file(file, conf, 0600);
	need(!ike_sas_open(daemon, &err) && !ike_control_load(daemon, file, &err), err.text);
}

static struct ike_control *begin(void)
{
	struct ike_control *control;
	struct espah_err err = {};

	memset(&pair, 0, sizeof(pair));
	pair.timer.fire = deliver;
	pair.loop = ike_loop_new();
	open_daemon(&pair.a, "a.conf", CONF_A);
	open_daemon(&pair.b, "b.conf", CONF_B);
	control = ike_control_open(&pair.a, SOCKET, "a.conf", &err);
	need(control, err.text);
	return control;
}

static void end(struct ike_control *control)
{
	ike_control_close(control);
	ike_sas_close(&pair.a);
	ike_sas_close(&pair.b);
	ike_conf_free(pair.a.conf);
	ike_conf_free(pair.b.conf);
	ike_timer_cancel(pair.loop, &pair.timer);
	ike_loop_free(pair.loop);
}

/* The other side of a socket or a pipe, in this process: it is read while the loop runs. */
struct reader {
	struct ike_watch watch;
	struct ike_timer guard;
	/* Stop when so many lines are there; 0: at the end only. */
	unsigned int lines;
	bool ended;
	bool late;
	size_t len;
	char text[TEXT_MAX];
};

static struct reader reader;

static unsigned int lines_of(const struct reader *r)
{
	unsigned int count = 0;
	size_t i;

	for (i = 0; i < r->len; i++)
		count += r->text[i] == '\n';
	return count;
}

static void readable(struct ike_watch *watch, uint32_t events)
{
	struct reader *r = container_of(watch, struct reader, watch);
	ssize_t n = read(watch->fd, r->text + r->len, sizeof(r->text) - 1 - r->len);

	(void)events;
	if (n > 0)
		r->len += n;
	r->ended = n <= 0;
	r->text[r->len] = '\0';
	if (r->ended || (r->lines && lines_of(r) >= r->lines))
		ike_loop_stop(pair.loop);
}

static void too_late(struct ike_timer *timer)
{
	container_of(timer, struct reader, guard)->late = true;
	ike_loop_stop(pair.loop);
}

/* What comes from @fd, until there are @lines of it or it ends. */
static const char *hear(int fd, unsigned int lines)
{
	memset(&reader, 0, sizeof(reader));
	reader.watch = (struct ike_watch){ .fd = fd, .ready = readable };
	reader.guard.fire = too_late;
	reader.lines = lines;
	need(!ike_watch_add(pair.loop, &reader.watch, EPOLLIN) &&
	     !ike_timer_set(pair.loop, &reader.guard, GUARD), "cannot watch");
	need(!ike_loop_run(pair.loop), "the loop fails");
	ike_timer_cancel(pair.loop, &reader.guard);
	ike_watch_del(pair.loop, &reader.watch);
	if (reader.late)
		printf("# there were only %u lines after %d s\n", lines_of(&reader), GUARD / 1000);
	return reader.text;
}

/* The loop goes on for so long. */
static void let_pass(uint64_t ms)
{
	memset(&reader, 0, sizeof(reader));
	reader.guard.fire = too_late;
	ike_timer_set(pair.loop, &reader.guard, ms);
	need(!ike_loop_run(pair.loop), "the loop fails");
}

static void run_tool(int out, bool json, const char *line)
{
	struct ctl ctl = { .socket = SOCKET, .oneline = true, .json = json };
	char words[128], *argv[32], *save, *word;
	struct espah_err err = {};
	struct args args = { .argv = argv, .err = &err };
	int ret;

	snprintf(words, sizeof(words), "%s", line);
	for (word = strtok_r(words, " ", &save); word; word = strtok_r(NULL, " ", &save))
		argv[args.argc++] = word;
	dup2(out, STDOUT_FILENO);
	ret = ctl_run(&ctl, &args);
	if (ret)
		fputs(err.text, stdout);
	fflush(stdout);
	_exit(ret ? (int)err.status : 0);
}

/* The tool's own code, in a process of its own, since it waits; what it printed, or why not. */
static const char *tool(bool json, const char *line, int *status)
{
	const char *text;
	int pipes[2];
	pid_t pid;

	fflush(stdout);
	need(!pipe(pipes), "no pipe");
	pid = fork();
	need(pid >= 0, "no process");
	if (!pid) {
		close(pipes[0]);
		run_tool(pipes[1], json, line);
	}
	close(pipes[1]);
	text = hear(pipes[0], 0);
	close(pipes[0]);
	waitpid(pid, status, 0);
	*status = WIFEXITED(*status) ? WEXITSTATUS(*status) : -1;
	return text;
}

static void says(const char *line, int status, const char *expected, const char *name)
{
	int seen;
	const char *text = tool(false, line, &seen);

	check_text(text, expected, name);
	check(seen == status, name);
}

static void says_with(const char *line, const char *part, const char *name)
{
	int status;
	bool good = strstr(tool(false, line, &status), part) && !status;

	check(good, name);
	if (!good)
		printf("# %s: %s", line, reader.text);
}

static void commands(void)
{
	struct ike_control *control = begin();
	int status;
	json_t *list;

	says("ike list", 0, "", "control: there is nothing to list");
	says_with("ike stat", "connections 1\\clients 1", "control: how many there are");
	says("ike up x", ESPAH_REFUSED, "ike up: no connection and no child is called 'x'",
	     "control: a name of nothing");
	says("ike up net", 0, "", "control: a child comes up");
	says_with("ike list", "home established IKEv2 initiator spi ", "control: it is listed");
	says_with("ike list", "in 700(bytes), 7(packets) out 700(bytes), 7(packets)",
		  "control: with what has passed");
	says("ike rekey net", 0, "", "control: a child is rekeyed");
	says("ike rekey home", 0, "", "control: an IKE SA is rekeyed");
	says_with("ike log", "established: 'a.example.org' with 'b.example.org'",
		  "control: the log");
	list = json_loads(tool(true, "ike list", &status), 0, NULL);
	check(!status && json_array_size(list) >= 1, "control: a list in JSON");
	json_decref(list);
	conf_file("bad.conf", "connections { m { nonsense = 1 } }\n", 0600);
	check(strstr(tool(false, "ike load bad.conf", &status), "bad.conf:1: ") &&
	      status == ESPAH_USAGE && pair.a.conf && pair.a.conf->conns,
	      "control: a configuration that is wrong leaves the one that is there");
	conf_file("trap.conf", CONF_OF_A("", "start_action = trap"), 0600);
	pair.refuse_policies = true;
	says("ike load trap.conf", ESPAH_REFUSED,
	     "ike load: loaded, but child 'net' does not have its policies yet; they are tried again each second: there is no room",
	     "control: what is loaded, and has no policies");
	pair.refuse_policies = false;
	says("ike load trap.conf", 0, "", "control: and has them");
	says("ike load", 0, "", "control: the daemon's own is loaded again");
	says("ike down home", 0, "", "control: and all of it goes down");
	says("ike rekey home", ESPAH_REFUSED, "ike rekey: nothing of this name is up",
	     "control: what is down is not rekeyed");
	end(control);
}

static int client(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX, .sun_path = SOCKET };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	need(fd >= 0 && !connect(fd, (struct sockaddr *)&addr, sizeof(addr)), "cannot connect");
	return fd;
}

static void say(int fd, const char *text)
{
	need(write(fd, text, strlen(text)) == (ssize_t)strlen(text), "cannot write");
}

#define UP	"{\"command\":\"up\",\"name\":\"net\"}\n"
#define STAT	"{\"command\":\"stat\"}\n"
#define OK	"{\"ok\":true}\n"

static void lines(void)
{
	struct ike_control *control = begin();
	static char longest[IKE_CONTROL_LINE_MAX + 2];
	int fd = client();

	say(fd, "nonsense\n{}\n" UP UP);
	hear(fd, 4);
	check(strstr(reader.text, "\"status\":1") && strstr(reader.text, "the line is not JSON") &&
	      strstr(reader.text, OK OK), "control: each line has its answer, in their order");
	/* Half of a line, and then the rest of it. */
	say(fd, "{\"command\":");
	let_pass(20);
	say(fd, "\"down\",\"name\":\"net\"}\n");
	check_text(hear(fd, 1), OK, "control: a line that comes in parts");
	shutdown(fd, SHUT_WR);
	check_text(hear(fd, 0), "", "control: who has ended is let go");
	close(fd);
	fd = client();
	say(fd, UP STAT);
	shutdown(fd, SHUT_WR);
	hear(fd, 0);
	check(!strncmp(reader.text, OK "{\"stat\":", 20) && lines_of(&reader) == 3,
	      "control: who has asked and ended is answered first");
	close(fd);
	fd = client();
	memset(longest, ' ', sizeof(longest) - 1);
	say(fd, longest);
	check(strstr(hear(fd, 0), "the line is too long") && reader.ended,
	      "control: a line without an end ends the connection");
	close(fd);
	let_pass(20);
	check(!control->count, "control: nobody is left");
	end(control);
}

static void clients(void)
{
	struct ike_control *control = begin();
	int fd[IKE_CONTROL_CLIENTS + 1];
	unsigned int i;

	for (i = 0; i <= IKE_CONTROL_CLIENTS; i++)
		fd[i] = client();
	check(strstr(hear(fd[IKE_CONTROL_CLIENTS], 0), "too many ask at once") &&
	      control->count == IKE_CONTROL_CLIENTS, "control: one too many is turned away");
	say(fd[3], STAT);
	check(strstr(hear(fd[3], 2), OK), "control: the others are answered");
	for (i = 0; i <= IKE_CONTROL_CLIENTS; i++)
		close(fd[i]);
	let_pass(20);
	check(!control->count, "control: and all go when they go");
	end(control);
}

/* The verdict comes when nobody is there to hear it. */
static void left_waiting(void)
{
	struct ike_control *control = begin();
	int fd = client(), other = client();
	char octet;

	pair.cut = true;
	say(fd, UP);
	say(other, UP);
	let_pass(20);
	check(recv(fd, &octet, 1, MSG_DONTWAIT) < 0 && recv(other, &octet, 1, MSG_DONTWAIT) < 0,
	      "control: two wait for a child");
	close(fd);
	let_pass(20);
	check(control->count == 1 && recv(other, &octet, 1, MSG_DONTWAIT) < 0,
	      "control: one does not any more");
	pair.cut = false;
	check_text(hear(other, 1), OK, "control: the other is told");
	close(other);
	let_pass(20);
	check(!pair.a.sas->orders, "control: nothing is left of their orders");
	end(control);
}

static void logs(void)
{
	struct ike_control *control = begin();
	int fd = client(), slow = client();
	unsigned int i;

	say(fd, "{\"command\":\"log\",\"follow\":true}\n");
	let_pass(20);
	ike_log(IKE_LOG_INFO, "a line to follow \"%c\" with", 7);
	do {
		hear(fd, 1);
	} while (!strstr(reader.text, "a line to follow") && !reader.late && !reader.ended);
	check(strstr(reader.text, "a line to follow \\\"?\\\" with"),
	      "control: who follows the log hears it, without what is not text");
	close(fd);
	for (i = 0; i < 1100; i++)
		ike_log(IKE_LOG_INFO, "%0400u", i);
	say(slow, "{\"command\":\"log\"}\n");
	let_pass(50);
	check(control->count == 1 && control->clients->out_len &&
	      control->clients->out_room <= IKE_CLIENT_OUT_MAX + 1024,
	      "control: who does not read holds no more than what is said");
	hear(slow, 1025);
	check(strstr(reader.text, OK) && lines_of(&reader) == 1025,
	      "control: and gets all of it when it does");
	close(slow);
	let_pass(20);
	end(control);
}

static void name_of_the_socket(void)
{
	struct ike_control *control = begin(), *second;
	struct espah_err err = {};
	struct stat info;
	int fd;

	check(!stat(SOCKET, &info) && (info.st_mode & 0777) == 0600,
	      "control: the socket is not for others");
	second = ike_control_open(&pair.a, SOCKET, "a.conf", &err);
	check(!second, "control: it is not taken from who listens");
	check_text(err.text, "another espahd listens at " SOCKET, "control: which is said");
	/* What the first connected to see who is there. */
	let_pass(20);
	end(control);
	check(access(SOCKET, F_OK), "control: it goes with who listens");
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	need(!bind(fd, (struct sockaddr *)&(struct sockaddr_un){ AF_UNIX, SOCKET },
		   sizeof(struct sockaddr_un)), "no socket");
	close(fd);
	end(begin());
	check(access(SOCKET, F_OK), "control: one that nobody listens at is replaced");
}

void test_ike_control(void)
{
	conf_dir_enter();
	commands();
	lines();
	clients();
	left_waiting();
	logs();
	name_of_the_socket();
	conf_dir_leave();
}
