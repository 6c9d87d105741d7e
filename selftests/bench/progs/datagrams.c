// SPDX-License-Identifier: GPL-2.0-only
/*
 * datagrams LEFT RIGHT ADDRESS OCTETS WARM-UP COUNT ROUNDS
 *
 * Send UDP datagrams from the network namespace LEFT to ADDRESS, which is in
 * the namespace RIGHT, and receive each there before the next one goes. For
 * each round, print the mean time of one in nanoseconds.
 *
 * The sender is connected, so that the route (and xfrm's bundle) stays with its
 * socket. One process, so that no switch of processes is measured. The receiver has no
 * time-out, which would cost more than what is to be measured: an alarm ends
 * the program if a datagram is lost.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../marks.h"

#define PORT		4000
#define OCTETS_MAX	65507
#define GIVE_UP		600

static char payload[OCTETS_MAX];

static void enter(const char *netns)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(1, "namespace '%s'", netns);
	close(fd);
}

static int udp_socket(const char *netns)
{
	int fd;

	enter(netns);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0)
		err(1, "socket in '%s'", netns);
	return fd;
}

static long number(const char *text, const char *what, long min, long max)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (end == text || *end || value < min || value > max)
		errx(1, "%s: '%s' is not right; expected %ld to %ld", what, text, min, max);
	return value;
}

static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void exchange(int left, int right, size_t octets, long count)
{
	static char received[OCTETS_MAX];

	while (count--) {
		if (send(left, payload, octets, 0) < 0)
			err(1, "send");
		if (recv(right, received, sizeof(received), 0) != (ssize_t)octets)
			err(1, "receive");
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	long octets, warm_up, count, rounds;
	int left, right;

	if (argc != 8)
		errx(1, "usage: datagrams LEFT RIGHT ADDRESS OCTETS WARM-UP COUNT ROUNDS");
	if (inet_pton(AF_INET, argv[3], &to.sin_addr) != 1)
		errx(1, "ADDRESS: '%s' is not right; expected an IPv4 address", argv[3]);
	octets = number(argv[4], "OCTETS", 0, OCTETS_MAX);
	warm_up = number(argv[5], "WARM-UP", 0, 1000000);
	count = number(argv[6], "COUNT", 1, 1000000);
	rounds = number(argv[7], "ROUNDS", 1, 1000);

	left = udp_socket(argv[1]);
	right = udp_socket(argv[2]);
	if (bind(right, (struct sockaddr *)&to, sizeof(to)))
		err(1, "bind to %s in '%s'", argv[3], argv[2]);
	if (connect(left, (struct sockaddr *)&to, sizeof(to)))
		err(1, "connect to %s in '%s'", argv[3], argv[1]);

	alarm(GIVE_UP);
	exchange(left, right, octets, warm_up);
	while (rounds--) {
		long long start = now();

		mark_begin();
		exchange(left, right, octets, count);
		mark_end();
		printf("%lld\n", (now() - start + count / 2) / count);
	}
	return 0;
}
