// SPDX-License-Identifier: GPL-2.0-only
/*
 * datagrams LEFT RIGHT ADDRESS OCTETS WARM-UP COUNT ROUNDS [FLOWS]
 *
 * Send UDP datagrams from the network namespace LEFT to ADDRESS, which is in
 * the namespace RIGHT, and receive each there before the next one goes. For
 * each round, print the mean time of one in nanoseconds.
 *
 * The sender is connected, so that the route (and xfrm's bundle) stays with its
 * socket. One process, so that no switch of processes is measured. The receiver has no
 * time-out, which would cost more than what is to be measured: an alarm ends
 * the program if a datagram is lost.
 *
 * Of several flows (one), each sends in turn, from a port of its own, every other one with
 * another TOS: who remembers what was found for the last packets remembers none of these.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../marks.h"
#include "../program.h"

#define PORT		4000
#define OCTETS_MAX	65507
#define FLOWS_MAX	1024
#define OTHER_TOS	0x20
#define GIVE_UP		600

static char payload[OCTETS_MAX];
static int left[FLOWS_MAX];
static long flows = 1;

static int connected(const char *netns, const struct sockaddr_in *to, int tos)
{
	int fd = socket_in(netns, SOCK_DGRAM);

	if (setsockopt(fd, IPPROTO_IP, IP_TOS, &tos, sizeof(tos)))
		err(1, "TOS");
	if (connect(fd, (const struct sockaddr *)to, sizeof(*to)))
		err(1, "connect in '%s'", netns);
	return fd;
}

static void exchange(int right, size_t octets, long count)
{
	static char received[OCTETS_MAX];
	static long next;

	while (count--) {
		if (send(left[next], payload, octets, 0) < 0)
			err(1, "send");
		if (++next == flows)
			next = 0;
		if (recv(right, received, sizeof(received), 0) != (ssize_t)octets)
			err(1, "receive");
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	long octets, warm_up, count, rounds, i;
	int right;

	if (argc != 8 && argc != 9)
		errx(1, "usage: datagrams LEFT RIGHT ADDRESS OCTETS WARM-UP COUNT ROUNDS [FLOWS]");
	to.sin_addr = ipv4(argv[3], "ADDRESS");
	octets = number(argv[4], "OCTETS", 0, OCTETS_MAX);
	warm_up = number(argv[5], "WARM-UP", 0, 1000000);
	count = number(argv[6], "COUNT", 1, 1000000);
	rounds = number(argv[7], "ROUNDS", 1, 1000);
	if (argc == 9)
		flows = number(argv[8], "FLOWS", 1, FLOWS_MAX);

	right = socket_in(argv[2], SOCK_DGRAM);
	if (bind(right, (struct sockaddr *)&to, sizeof(to)))
		err(1, "bind to %s in '%s'", argv[3], argv[2]);
	for (i = 0; i < flows; i++)
		left[i] = connected(argv[1], &to, i & 1 ? OTHER_TOS : 0);

	alarm(GIVE_UP);
	exchange(right, octets, warm_up);
	while (rounds--) {
		long long start = now();

		mark_begin();
		exchange(right, octets, count);
		mark_end();
		printf("%lld\n", (now() - start + count / 2) / count);
	}
	return 0;
}
