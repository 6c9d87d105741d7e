// SPDX-License-Identifier: GPL-2.0-only
/*
 * encap PORT [4|6 [judged]]: a UDP socket out of which the kernel takes ESP: says so when
 * it is there, and stays until it is ended. What else it hears and says is in clear, as a
 * key daemon has it; with "judged", policies speak of that as of any other socket's.
 */
#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <linux/udp.h>

#include "../../../tools/lib/bypass.c"
#include "../../../tools/lib/err.c"

int main(int argc, char **argv)
{
	const int type = UDP_ENCAP_ESPINUDP;
	int family = argc > 2 && !strcmp(argv[2], "6") ? AF_INET6 : AF_INET;
	/* The port is in the same place for both. */
	struct sockaddr_in6 here = { .sin6_family = family };
	int fd = socket(family, SOCK_DGRAM, 0);
	const int on = 1;
	bool judged = argc > 3;
	struct espah_err err;

	if (argc < 2 || argc > 4)
		return 2;
	here.sin6_port = htons(atoi(argv[1]));
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    bind(fd, (struct sockaddr *)&here, sizeof(here)) ||
	    setsockopt(fd, IPPROTO_UDP, UDP_ENCAP, &type, sizeof(type))) {
		perror("encap");
		return 1;
	}
	if (!judged && espah_socket_bypass(fd, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return err.status;
	}
	puts("ready");
	fflush(stdout);
	return pause();
}
