// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sandbox, each time in a child of its own: what espahd needs works in it,
 * and what it does not ends the process.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "loop.h"
#include "net.h"
#include "random.h"
#include "sandbox.h"
#include "unit.h"

/* What a child ends with where its sandbox could not be entered. */
#define OUTSIDE	99

static struct ike_loop *loop;
static struct ike_net *net;

static void receive(void *to, const struct ike_endpoint *local, const struct ike_endpoint *remote,
		    struct ike_chunk message)
{
	(void)to;
	(void)local;
	(void)remote;
	(void)message;
	ike_loop_stop(loop);
}

static void give_up(struct ike_timer *timer)
{
	(void)timer;
	_exit(1);
}

/* As espahd does it, but for the user, whom only root can change. */
static void enter(const char *name)
{
	const struct ike_net_config config = {};
	struct ike_sandbox_user user = { geteuid(), getegid(), "" };
	struct espah_err err = {};

	if (name && ike_sandbox_user_find(&user, name, &err))
		_exit(OUTSIDE);
	if ((!name && !own_namespace()) || ike_sandbox_begin(&err))
		_exit(OUTSIDE);
	user.uid = name ? user.uid : geteuid();
	loop = ike_loop_new();
	net = ike_net_open(loop, &config, receive, NULL, &err);
	if (!net || ike_sandbox_enter(&user, &err)) {
		fprintf(stderr, "%s\n", err.text);
		_exit(OUTSIDE);
	}
}

/* Return: what waitpid() says of a child that runs @what in its sandbox. */
static int in_sandbox(int (*what)(void), const char *user)
{
	int status = -1;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (!child) {
		enter(user);
		_exit(what());
	}
	waitpid(child, &status, 0);
	return status;
}

static int write_file(void)
{
	return open("/dev/null", O_WRONLY) < 0;
}

static int create_file(void)
{
	return open("/tmp/espahd-never-made", O_CREAT | O_RDONLY, 0600) < 0;
}

static int execute(void)
{
	return execl("/bin/true", "true", NULL);
}

static int make_child(void)
{
	return syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) < 0;
}

static int make_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
	       MAP_FAILED;
}

static int change_to_code(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

static int raw_socket(void)
{
	return socket(AF_INET, SOCK_RAW, IPPROTO_ESP) < 0;
}

static int stream_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) < 0;
}

static int packet_socket(void)
{
	return socket(AF_PACKET, SOCK_DGRAM, 0) < 0;
}

static int bind_socket(void)
{
	const struct sockaddr any = { .sa_family = AF_INET };

	return bind(0, &any, sizeof(any));
}

static int trace(void)
{
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0;
}

static int become_root(void)
{
	return setresuid(0, 0, 0);
}

static int end_another(void)
{
	return kill(getpid(), 0);
}

static int be_dumpable(void)
{
	return prctl(PR_SET_DUMPABLE, 1);
}

static int raise_limit(void)
{
	const struct rlimit limit = { 1, 1 };

	return setrlimit(RLIMIT_CORE, &limit);
}

static int send_signal(void)
{
	return raise(SIGTERM);
}

static const struct {
	int (*what)(void);
	const char *name;
} forbidden[] = {
	{ write_file, "a file is opened for writing" },
	{ create_file, "a file is created" },
	{ execute, "a program is executed" },
	{ make_child, "a process is made" },
	{ make_code, "memory is mapped as code" },
	{ change_to_code, "memory is made code" },
	{ raw_socket, "a raw socket is opened" },
	{ stream_socket, "a TCP socket is opened" },
	{ packet_socket, "a packet socket is opened" },
	{ bind_socket, "a socket is bound" },
	{ trace, "a process is traced" },
	{ become_root, "the user is changed" },
	{ end_another, "a process is signalled" },
	{ be_dumpable, "core files are allowed" },
	{ raise_limit, "a limit is changed" },
	{ send_signal, "a signal is raised that is not abort()'s" },
};

static int nothing(void)
{
	return 0;
}

/* Is there a line of /proc/self/status that begins so? */
static bool status_has(const char *expected)
{
	char room[4096] = "";
	FILE *file = fopen("/proc/self/status", "r");
	size_t got = file ? fread(room, 1, sizeof(room) - 1, file) : 0;

	if (file)
		fclose(file);
	room[got] = '\0';
	return strstr(room, expected);
}

static int rights(void)
{
	struct rlimit core;

	if (!status_has("\nCapInh:\t0000000000000000\nCapPrm:\t0000000000001000\n"
			"CapEff:\t0000000000001000\nCapBnd:\t0000000000000000\n"
			"CapAmb:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n"))
		return 1;
	return getrlimit(RLIMIT_CORE, &core) || core.rlim_max;
}

static int work_of_libraries(void)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned int len;
	uint8_t octets[8];
	char *big;

	if (!EVP_Digest("x", 1, digest, &len, EVP_sha256(), NULL))
		return 1;
	big = malloc(8 << 20);
	if (!big)
		return 1;
	memset(big, 1, 8 << 20);
	free(big);
	ike_random(octets, sizeof(octets));
	return len != 32;
}

static int abort_itself(void)
{
	abort();
}

static int refused_softly(void)
{
	return !(unlink("/tmp/espahd-never-made") == -1 && errno == EPERM &&
		 socket(AF_NETLINK, SOCK_RAW, 0) == -1 && errno == EPERM);
}

/* A route's source, and a datagram to ourselves before a timer fires. */
static int work_of_net(void)
{
	struct ike_endpoint local = { { AF_INET, { 127, 0, 0, 1 } }, ike_net_port(net) };
	struct ike_timer timer = { .fire = give_up };
	struct espah_addr source = ike_net_source(&local.addr);

	if (!espah_addr_equal(&source, &local.addr) || ike_timer_set(loop, &timer, 1000) ||
	    ike_net_send(net, &local, &local, ike_chunk("x", 1)))
		return 1;
	return ike_loop_run(loop);
}

static int loop_of_timers(void)
{
	struct ike_timer timer = { .fire = give_up };

	ike_timer_set(loop, &timer, 5);
	return ike_loop_run(loop) + 2;
}

static void test_forbidden(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(forbidden); i++) {
		int status = in_sandbox(forbidden[i].what, NULL);

		check(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS, forbidden[i].name);
	}
}

static void test_allowed(void)
{
	int status;

	check(in_sandbox(nothing, NULL) == 0, "the sandbox is entered and left");
	check(in_sandbox(rights, NULL) == 0, "one capability is left, and no core file");
	check(in_sandbox(work_of_libraries, NULL) == 0, "memory, digests and random numbers");
	check(in_sandbox(work_of_net, NULL) == 0, "datagrams");
	status = in_sandbox(loop_of_timers, NULL);
	check(WIFEXITED(status) && WEXITSTATUS(status) == 1, "timers");
	check(in_sandbox(refused_softly, NULL) == 0,
	      "no name is removed, no netlink spoken, and nothing ends");
	status = in_sandbox(abort_itself, NULL);
	check(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "abort() is abort()");
}

static int other_user(void)
{
	return rights() || !status_has("\nUid:\t65534\t65534\t65534\t65534\nGid:\t65534\t");
}

static void test_users(void)
{
	struct ike_sandbox_user user;
	struct espah_err err = {};

	check(ike_sandbox_user_find(&user, "no-such-user", &err) == -1, "a user that is none");
	check_text(err.text, "there is no user 'no-such-user'; expected the name of one",
		   "is said to be");
	check(!ike_sandbox_user_find(&user, NULL, &err) &&
	      (user.name[0] || user.uid == geteuid()), "nobody is asked for");
	check(!ike_sandbox_user_find(&user, "nobody", &err) && user.uid == 65534 &&
	      !strcmp(user.name, "nobody"), "a user is found by name");
	if (!geteuid())
		check(in_sandbox(other_user, "nobody") == 0, "root becomes another user");
}

/* In a child: memory that is locked stays so. */
static int lock_memory(void)
{
	struct espah_err err = {};
	struct rlimit limit;

	if (!ike_sandbox_lock_memory(&err))
		return !status_has("\nVmLck:") || getrlimit(RLIMIT_MEMLOCK, &limit) ||
		       limit.rlim_cur != RLIM_INFINITY;
	return strncmp(err.text, "EPERM: cannot keep keys out of swap: locked memory is ", 54);
}

static void test_memory(void)
{
	int status = -1;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (!child)
		_exit(lock_memory());
	waitpid(child, &status, 0);
	check(!status, "memory is locked without a limit, or it is said why not");
}

void test_ike_sandbox(void)
{
	test_forbidden();
	test_allowed();
	test_users();
	test_memory();
}
