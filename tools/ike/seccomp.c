// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <seccomp.h>

#include "../lib/macros.h"
#include "sandbox.h"

/* The bits of an argument under a mask; mask 0: any argument will do. */
struct rule {
	int call;
	unsigned int arg;
	uint64_t mask;
	uint64_t bits;
	/* Of socket(): its first argument. 0: it does not matter. */
	int domain;
};

#define WHOLE	UINT64_MAX
/* The type of a socket without its flags. */
#define TYPE	0xf

static const struct rule allowed[] = {
	/* The loop, and what it watches. */
	{ .call = SCMP_SYS(epoll_wait) },
	{ .call = SCMP_SYS(epoll_pwait) },
	{ .call = SCMP_SYS(epoll_ctl) },
	{ .call = SCMP_SYS(clock_gettime) },
	{ .call = SCMP_SYS(gettimeofday) },
	{ .call = SCMP_SYS(time) },
	{ .call = SCMP_SYS(recvmsg) },
	{ .call = SCMP_SYS(recvfrom) },
	{ .call = SCMP_SYS(sendmsg) },
	{ .call = SCMP_SYS(sendto) },
	{ .call = SCMP_SYS(accept4) },
	{ .call = SCMP_SYS(shutdown) },
	{ .call = SCMP_SYS(getsockopt) },
	{ .call = SCMP_SYS(getsockname) },
	/* The source of a route is asked of a socket; syslog may begin anew. */
	{ SCMP_SYS(socket), 1, TYPE, SOCK_DGRAM, AF_INET },
	{ SCMP_SYS(socket), 1, TYPE, SOCK_DGRAM, AF_INET6 },
	{ SCMP_SYS(socket), 1, TYPE, SOCK_DGRAM, AF_UNIX },
	{ .call = SCMP_SYS(connect) },
	{ SCMP_SYS(setsockopt), 1, WHOLE, IPPROTO_IP, 0 },
	{ SCMP_SYS(setsockopt), 1, WHOLE, IPPROTO_IPV6, 0 },
	/* Files, for reading. */
	{ SCMP_SYS(openat), 2, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY, 0 },
	{ SCMP_SYS(open), 1, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY, 0 },
	{ .call = SCMP_SYS(read) },
	{ .call = SCMP_SYS(pread64) },
	{ .call = SCMP_SYS(readv) },
	{ .call = SCMP_SYS(write) },
	{ .call = SCMP_SYS(writev) },
	{ .call = SCMP_SYS(lseek) },
	{ .call = SCMP_SYS(close) },
	{ .call = SCMP_SYS(fstat) },
	{ .call = SCMP_SYS(stat) },
	{ .call = SCMP_SYS(lstat) },
	{ .call = SCMP_SYS(newfstatat) },
	{ .call = SCMP_SYS(statx) },
	{ .call = SCMP_SYS(access) },
	{ .call = SCMP_SYS(faccessat) },
	{ .call = SCMP_SYS(faccessat2) },
	{ .call = SCMP_SYS(readlink) },
	{ .call = SCMP_SYS(readlinkat) },
	{ .call = SCMP_SYS(getdents64) },
	{ .call = SCMP_SYS(getcwd) },
	{ SCMP_SYS(fcntl), 1, WHOLE, F_GETFL, 0 },
	{ SCMP_SYS(fcntl), 1, WHOLE, F_SETFL, 0 },
	{ SCMP_SYS(fcntl), 1, WHOLE, F_GETFD, 0 },
	{ SCMP_SYS(fcntl), 1, WHOLE, F_SETFD, 0 },
	{ SCMP_SYS(ioctl), 1, WHOLE, TCGETS, 0 },
	/* Memory that is no code. */
	{ .call = SCMP_SYS(brk) },
	{ SCMP_SYS(mmap), 2, PROT_EXEC, 0, 0 },
	{ SCMP_SYS(mprotect), 2, PROT_EXEC, 0, 0 },
	{ .call = SCMP_SYS(munmap) },
	{ .call = SCMP_SYS(mremap) },
	{ .call = SCMP_SYS(madvise) },
	{ .call = SCMP_SYS(mlock) },
	{ .call = SCMP_SYS(mlock2) },
	{ .call = SCMP_SYS(munlock) },
	/* What the libraries ask: OpenSSL who it is, glibc how much memory there is. */
	{ .call = SCMP_SYS(getrandom) },
	{ .call = SCMP_SYS(futex) },
	{ .call = SCMP_SYS(getpid) },
	{ .call = SCMP_SYS(gettid) },
	{ .call = SCMP_SYS(getuid) },
	{ .call = SCMP_SYS(geteuid) },
	{ .call = SCMP_SYS(getgid) },
	{ .call = SCMP_SYS(getegid) },
	{ .call = SCMP_SYS(uname) },
	{ .call = SCMP_SYS(sysinfo) },
	{ .call = SCMP_SYS(sched_yield) },
	{ SCMP_SYS(prlimit64), 2, WHOLE, 0, 0 },
	/* The end; also by abort(). */
	{ .call = SCMP_SYS(exit) },
	{ .call = SCMP_SYS(exit_group) },
	{ .call = SCMP_SYS(restart_syscall) },
	{ .call = SCMP_SYS(rt_sigreturn) },
	{ .call = SCMP_SYS(rt_sigaction) },
	{ .call = SCMP_SYS(rt_sigprocmask) },
	/* AddressSanitizer looks at it before the end. */
	{ .call = SCMP_SYS(sigaltstack) },
	{ SCMP_SYS(tgkill), 2, WHOLE, SIGABRT, 0 },
};

/*
 * Refused as if the user were not allowed to. The name of the control socket
 * stays behind, where the next start replaces it. And what takes a socket out
 * of the policies wants a module to be loaded, which it was at the start.
 */
static const struct rule refused[] = {
	{ .call = SCMP_SYS(unlink) },
	{ .call = SCMP_SYS(unlinkat) },
	{ .call = SCMP_SYS(socket), .domain = AF_NETLINK },
};

static int add(scmp_filter_ctx filter, uint32_t action, const struct rule *rule)
{
	struct scmp_arg_cmp cmp[2];
	unsigned int count = 0;

	if (rule->mask)
		cmp[count++] = (struct scmp_arg_cmp){
			.arg = rule->arg, .op = SCMP_CMP_MASKED_EQ,
			.datum_a = rule->mask, .datum_b = rule->bits,
		};
	if (rule->domain)
		cmp[count++] = (struct scmp_arg_cmp){
			.arg = 0, .op = SCMP_CMP_EQ, .datum_a = rule->domain,
		};
	return seccomp_rule_add_array(filter, action, rule->call, count, cmp);
}

static int fill(scmp_filter_ctx filter)
{
	size_t i;
	int ret = 0;

	for (i = 0; i < ARRAY_SIZE(allowed) && !ret; i++)
		ret = add(filter, SCMP_ACT_ALLOW, &allowed[i]);
	for (i = 0; i < ARRAY_SIZE(refused) && !ret; i++)
		ret = add(filter, SCMP_ACT_ERRNO(EPERM), &refused[i]);
	return ret;
}

int ike_seccomp_enter(struct espah_err *err)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int ret = -ENOMEM;

	if (filter)
		ret = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (!ret)
		ret = fill(filter);
	/* A tree of comparisons: the loop's calls are found as quickly as any other. */
	if (!ret)
		ret = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (!ret)
		ret = seccomp_load(filter);
	seccomp_release(filter);
	if (ret)
		return espah_err_kernel(err, -ret, "%s: cannot restrict system calls: %s",
					strerrorname_np(-ret), strerror(-ret));
	return 0;
}
