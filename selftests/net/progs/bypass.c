// SPDX-License-Identifier: GPL-2.0-only
/*
 * bypass clear|plain LOCAL-PORT [ADDR PORT]: a UDP socket, in clear whatever the
 * policies say, or like any other.
 *
 * With an address: send a datagram there and wait for what comes back.
 * Without: say so when it is there, and send back what comes, once.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../../tools/lib/bypass.c"
#include "../../../tools/lib/err.c"

/* Ten times what a busy machine needs, in milliseconds. */
#define PATIENCE	60000

static int open_socket(const char *kind, const char *port)
{
	struct sockaddr_in here = {
		.sin_family = AF_INET,
		.sin_port = htons(atoi(port)),
	};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct espah_err err;

	if (fd < 0 || bind(fd, (struct sockaddr *)&here, sizeof(here))) {
		perror("bind");
		exit(1);
	}
	if (!strcmp(kind, "clear") && espah_socket_bypass(fd, &err)) {
		fprintf(stderr, "%s\n", err.text);
		exit(err.status);
	}
	return fd;
}

static ssize_t receive(int fd, char *octets, size_t size, struct sockaddr_in *from)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	socklen_t len = sizeof(*from);

	if (poll(&wait, 1, PATIENCE) != 1) {
		fprintf(stderr, "nothing came\n");
		exit(1);
	}
	return recvfrom(fd, octets, size, 0, (struct sockaddr *)from, &len);
}

int main(int argc, char **argv)
{
	struct sockaddr_in there = { .sin_family = AF_INET };
	char octets[64] = "in clear";
	ssize_t len = strlen(octets);
	int fd;

	if (argc != 3 && argc != 5)
		return 2;
	fd = open_socket(argv[1], argv[2]);
	if (argc == 3) {
		puts("ready");
		fflush(stdout);
		len = receive(fd, octets, sizeof(octets), &there);
	} else {
		inet_pton(AF_INET, argv[3], &there.sin_addr);
		there.sin_port = htons(atoi(argv[4]));
	}
	if (len < 0 ||
	    sendto(fd, octets, len, 0, (struct sockaddr *)&there, sizeof(there)) != len) {
		fprintf(stderr, "sending: %s\n", strerror(errno));
		return 1;
	}
	if (argc == 5)
		receive(fd, octets, sizeof(octets), &there);
	return 0;
}
