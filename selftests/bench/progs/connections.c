// SPDX-License-Identifier: GPL-2.0-only
/*
 * connections LEFT RIGHT ADDRESS OCTETS WARM-UP COUNT ROUNDS
 *
 * Connect by TCP from the network namespace LEFT to ADDRESS, which is in the namespace RIGHT,
 * send a message there, have one of the same size back, and close, the end that answers first.
 * For each round, print the mean time of one such connection in nanoseconds.
 *
 * One process, so that no switch of processes is measured: what is sent has arrived when the
 * call returns. Where it has not, the process waits for it; an alarm ends the program if
 * nothing comes any more. As the end that answers closes first, what TCP keeps of a closed
 * connection is no port of the end that connects.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../marks.h"
#include "../program.h"

#define PORT		4002
#define OCTETS_MAX	1024
#define GIVE_UP		600

static struct sockaddr_in to = { .sin_family = AF_INET };
static const char *left_netns;
static int listener;
static long octets;

static void pass(int from, int into)
{
	static char message[OCTETS_MAX];

	if (send(from, message, octets, 0) != octets)
		err(1, "send");
	if (recv(into, message, octets, MSG_WAITALL) != octets)
		err(1, "receive");
}

/* Waits for what the other end says when it closes. */
static void wait_for_end(int fd)
{
	char more;

	if (recv(fd, &more, sizeof(more), 0))
		err(1, "expected the other end to close");
}

/* LEFT is where the process is by now. */
static void one_connection(void)
{
	int left, right;

	left = socket(AF_INET, SOCK_STREAM, 0);
	if (left < 0 || connect(left, (struct sockaddr *)&to, sizeof(to)))
		err(1, "connect in '%s'", left_netns);
	right = accept(listener, NULL, NULL);
	if (right < 0)
		err(1, "accept");
	pass(left, right);
	pass(right, left);
	close(right);
	wait_for_end(left);
	close(left);
}

static void connections(long count)
{
	while (count--)
		one_connection();
}

static void listen_in(const char *netns)
{
	int on = 1;

	listener = socket_in(netns, SOCK_STREAM);
	if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)))
		err(1, "SO_REUSEADDR");
	if (bind(listener, (struct sockaddr *)&to, sizeof(to)) || listen(listener, 1))
		err(1, "listen in '%s'", netns);
}

int main(int argc, char **argv)
{
	long warm_up, count, rounds;

	if (argc != 8)
		errx(1, "usage: connections LEFT RIGHT ADDRESS OCTETS WARM-UP COUNT ROUNDS");
	left_netns = argv[1];
	to.sin_port = htons(PORT);
	to.sin_addr = ipv4(argv[3], "ADDRESS");
	octets = number(argv[4], "OCTETS", 1, OCTETS_MAX);
	warm_up = number(argv[5], "WARM-UP", 0, 1000000);
	count = number(argv[6], "COUNT", 1, 1000000);
	rounds = number(argv[7], "ROUNDS", 1, 1000);

	listen_in(argv[2]);
	enter(left_netns);
	alarm(GIVE_UP);
	connections(warm_up);
	while (rounds--) {
		long long start = now();

		mark_begin();
		connections(count);
		mark_end();
		printf("%lld\n", (now() - start + count / 2) / count);
	}
	return 0;
}
