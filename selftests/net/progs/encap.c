// SPDX-License-Identifier: GPL-2.0-only
/*
 * encap PORT: a UDP socket out of which the kernel takes ESP, as a key daemon has
 * it: says so when it is there, and stays until it is ended.
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
	struct sockaddr_in here = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct espah_err err;

	if (argc != 2)
		return 2;
	here.sin_port = htons(atoi(argv[1]));
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
