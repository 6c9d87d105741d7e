/* SPDX-License-Identifier: GPL-2.0-only */
/* What the bench's programs share. */
#ifndef BENCH_PROGRAM_H
#define BENCH_PROGRAM_H

#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* The network namespace that ip-netns(8) has given that name. */
static inline void enter(const char *netns)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(1, "namespace '%s'", netns);
	close(fd);
}

/* An IPv4 socket of SOCK_DGRAM or SOCK_STREAM in a network namespace. */
static inline int socket_in(const char *netns, int type)
{
	int fd;

	enter(netns);
	fd = socket(AF_INET, type, 0);
	if (fd < 0)
		err(1, "socket in '%s'", netns);
	return fd;
}

static inline long number(const char *text, const char *what, long min, long max)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (end == text || *end || value < min || value > max)
		errx(1, "%s: '%s' is not right; expected %ld to %ld", what, text, min, max);
	return value;
}

static inline struct in_addr ipv4(const char *text, const char *what)
{
	struct in_addr value;

	if (inet_pton(AF_INET, text, &value) != 1)
		errx(1, "%s: '%s' is not right; expected an IPv4 address", what, text);
	return value;
}

/* In nanoseconds. */
static inline long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

#endif
