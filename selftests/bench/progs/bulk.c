// SPDX-License-Identifier: GPL-2.0-only
/*
 * bulk LEFT RIGHT ADDRESS OCTETS ROUNDS
 *
 * Send so many octets by TCP from the network namespace LEFT to ADDRESS, which is in the
 * namespace RIGHT, and receive them there. For each round, print the mean time of a thousand
 * octets in nanoseconds.
 *
 * One process does both by turns, so that no switch of processes is measured. Before the
 * rounds, a tenth of that is sent: the window opens. An alarm ends the program if nothing comes
 * any more.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../marks.h"
#include "../program.h"

#define PORT	4001
#define CHUNK	65536
#define GIVE_UP	1800

/* Octets, or 0 where the socket would have to wait. */
static long moved(ssize_t octets, const char *what)
{
	if (octets > 0)
		return octets;
	if (octets < 0 && errno != EAGAIN)
		err(1, "%s", what);
	if (!octets)
		errx(1, "%s: the other end is closed", what);
	return 0;
}

/* Waits only where neither end has moved anything: what has come may have been the last. */
static void pass(int left, int right, long octets)
{
	static char chunk[CHUNK];
	struct pollfd ends[] = { { .fd = left }, { .fd = right, .events = POLLIN } };
	long sent = 0, received = 0, out, in;

	while (received < octets) {
		out = 0;
		if (sent < octets)
			out = moved(send(left, chunk, octets - sent < CHUNK ? octets - sent : CHUNK,
					 MSG_DONTWAIT), "send");
		in = moved(recv(right, chunk, CHUNK, MSG_DONTWAIT), "receive");
		sent += out;
		received += in;
		ends[0].events = sent < octets ? POLLOUT : 0;
		if (!out && !in && poll(ends, 2, -1) < 0)
			err(1, "poll");
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int listener, left, right, on = 1;
	long octets, rounds;

	if (argc != 6)
		errx(1, "usage: bulk LEFT RIGHT ADDRESS OCTETS ROUNDS");
	to.sin_addr = ipv4(argv[3], "ADDRESS");
	octets = number(argv[4], "OCTETS", 1000000, 1000000000);
	rounds = number(argv[5], "ROUNDS", 1, 1000);

	listener = socket_in(argv[2], SOCK_STREAM);
	if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)))
		err(1, "SO_REUSEADDR");
	if (bind(listener, (struct sockaddr *)&to, sizeof(to)) || listen(listener, 1))
		err(1, "listen at %s in '%s'", argv[3], argv[2]);
	alarm(GIVE_UP);
	left = socket_in(argv[1], SOCK_STREAM);
	if (connect(left, (struct sockaddr *)&to, sizeof(to)))
		err(1, "connect to %s in '%s'", argv[3], argv[1]);
	right = accept(listener, NULL, NULL);
	if (right < 0)
		err(1, "accept");

	pass(left, right, octets / 10);
	while (rounds--) {
		long long start = now();

		mark_begin();
		pass(left, right, octets);
		mark_end();
		printf("%lld\n", (now() - start) / (octets / 1000));
	}
	return 0;
}
