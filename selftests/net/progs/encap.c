// SPDX-License-Identifier: GPL-2.0-only
/*
 * encap PORT [6]: a UDP socket, of IPv4 or IPv6, out of which the kernel takes ESP,
 * as a key daemon has it: says so when it is there, and stays until it is ended.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#include <linux/udp.h>

#include "../../../tools/lib/bypass.c"
#include "../../../tools/lib/err.c"

int main(int argc, char **argv)
{
	const int type = UDP_ENCAP_ESPINUDP;
	const int family = argc == 3 ? AF_INET6 : AF_INET;
	/* The port is in the same place for both. */
	struct sockaddr_in6 here = { .sin6_family = family };
	int fd = socket(family, SOCK_DGRAM, 0);
	struct espah_err err;

	if (argc != 2 && argc != 3)
		return 2;
	here.sin6_port = htons(atoi(argv[1]));
	if (fd < 0 || bind(fd, (struct sockaddr *)&here, sizeof(here)) ||
	    setsockopt(fd, IPPROTO_UDP, UDP_ENCAP, &type, sizeof(type))) {
		perror("encap");
		return 1;
	}
	if (espah_socket_bypass(fd, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return err.status;
	}
	puts("ready");
	fflush(stdout);
	return pause();
}
