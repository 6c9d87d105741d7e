// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "control.h"
#include "edge.h"
#include "options.h"
#include "sandbox.h"

/* The process: what daemon.h has, and what only the process itself asks for. */
struct process {
	struct ike_daemon daemon;
	struct ike_options options;
	struct ike_sandbox_user user;
	struct ike_control *control;
	struct ike_watch signals;
};

static int sys_error(struct espah_err *err, const char *what)
{
	int num = errno;

	return espah_err_kernel(err, num, "%s: cannot %s: %s", strerrorname_np(num), what,
				strerror(num));
}

static void left(struct ike_daemon *daemon)
{
	ike_loop_stop(daemon->loop);
}

/* Peers are told. Who asks a second time does not want to wait for that. */
static void end(struct process *process)
{
	if (process->daemon.ending) {
		ike_loop_stop(process->daemon.loop);
		return;
	}
	process->daemon.ending = true;
	ike_log(IKE_LOG_INFO, "ending: closing all SAs");
	ike_sas_leave(&process->daemon, left);
}

static void load_again(struct process *process)
{
	struct espah_err err = {};

	if (process->daemon.ending)
		return;
	if (ike_control_load(&process->daemon, process->options.config, &err))
		ike_log(IKE_LOG_ERROR, "nothing was loaded: %s", err.text);
}

static void signal_ready(struct ike_watch *watch, uint32_t events)
{
	struct process *process = container_of(watch, struct process, signals);
	struct signalfd_siginfo info;

	(void)events;
	if (read(watch->fd, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGHUP)
		load_again(process);
	else
		end(process);
}

static int signals_open(struct process *process, struct espah_err *err)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	/* A client of the control socket may go before it has its answer. */
	signal(SIGPIPE, SIG_IGN);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return sys_error(err, "block signals");
	process->signals.ready = signal_ready;
	process->signals.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (process->signals.fd < 0 ||
	    ike_watch_add(process->daemon.loop, &process->signals, EPOLLIN))
		return sys_error(err, "watch signals");
	return 0;
}

/* OpenSSL reads its configuration and loads what that names: code, which cannot be later. */
static int crypto_open(struct espah_err *err)
{
	unsigned char octet;

	if (!OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, NULL) || RAND_bytes(&octet, 1) != 1)
		return espah_err_kernel(err, 0, "OpenSSL does not start; see openssl.cnf");
	return 0;
}

static int harden(struct process *process, struct espah_err *err)
{
	umask(077);
	if (ike_sandbox_begin(err) || ike_sandbox_lock_memory(err))
		return -1;
	return ike_sandbox_user_find(&process->user, process->options.user, err);
}

/* All that takes more rights than the sandbox leaves. */
static int open_all(struct process *process, struct espah_err *err)
{
	struct ike_daemon *daemon = &process->daemon;
	const struct ike_kernel_handler handler = {
		.acquire = ike_sas_acquire,
		.expire = ike_sas_expire,
		.mapping = ike_sas_mapping,
		.overrun = ike_sas_overrun,
		.to = daemon,
	};

	daemon->edge = &ike_edge_real;
	daemon->loop = ike_loop_new();
	if (!daemon->loop)
		return sys_error(err, "make the event loop");
	if (crypto_open(err) || signals_open(process, err))
		return -1;
	daemon->kernel = ike_kernel_open(daemon->loop, &handler, err);
	if (!daemon->kernel)
		return -1;
	daemon->net = ike_net_open(daemon->loop, &process->options.ports, ike_sas_receive, daemon,
				   err);
	if (!daemon->net || ike_sas_open(daemon, err))
		return -1;
	process->control = ike_control_open(daemon, process->options.socket,
					    process->options.config, err);
	return process->control ? 0 : -1;
}

static void close_all(struct process *process)
{
	struct ike_daemon *daemon = &process->daemon;

	if (process->control)
		ike_control_close(process->control);
	if (daemon->sas)
		ike_sas_close(daemon);
	if (daemon->conf)
		ike_conf_free(daemon->conf);
	ike_net_close(daemon->net);
	ike_kernel_close(daemon->kernel);
	if (process->signals.fd >= 0)
		close(process->signals.fd);
	ike_loop_free(daemon->loop);
}

/*
 * The kernel's leftovers come before the configuration, whose policies may be
 * among them. The configuration comes after the sandbox, so that what cannot be
 * read in there is told now, and not at the next "load".
 */
static int start(struct process *process, struct espah_err *err)
{
	const struct ike_options *options = &process->options;

	if (harden(process, err) || open_all(process, err) ||
	    ike_sandbox_enter(&process->user, err) ||
	    ike_kernel_take_over(process->daemon.kernel, &process->daemon.last_reqid, err) ||
	    ike_control_load(&process->daemon, options->config, err))
		return -1;
	if (!process->user.name[0] && !process->user.uid)
		ike_log(IKE_LOG_WARNING,
			"there is no user '%s': running as root, with CAP_NET_ADMIN and nothing else",
			IKE_SANDBOX_USER);
	ike_log(IKE_LOG_INFO, "espahd " ESPAH_VERSION " is ready, at UDP ports %u and %u",
		ike_net_port(process->daemon.net), ike_net_nat_port(process->daemon.net));
	return 0;
}

static int run(struct process *process)
{
	struct espah_err err = {};
	int ret = start(process, &err);

	if (!ret && ike_loop_run(process->daemon.loop))
		ret = sys_error(&err, "wait for events");
	if (ret)
		ike_log(IKE_LOG_ERROR, "%s", err.text);
	close_all(process);
	return ret ? (int)err.status : ESPAH_OK;
}

int main(int argc, char **argv)
{
	struct process process = { .signals.fd = -1 };
	struct espah_err err = {};

	if (ike_options_read(&process.options, argc, argv, &err)) {
		fprintf(stderr, "espahd: %s\n", err.text);
		return ESPAH_USAGE;
	}
	if (process.options.help) {
		ike_options_help(stdout);
		return ESPAH_OK;
	}
	if (process.options.version) {
		puts("espahd, version " ESPAH_VERSION);
		return ESPAH_OK;
	}
	ike_log_open(process.options.level, process.options.syslog);
	return run(&process);
}
