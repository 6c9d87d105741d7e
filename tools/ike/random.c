// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

#include "random.h"

void ike_random(void *p, size_t len)
{
	uint8_t *to = p;

	while (len) {
		ssize_t got = getrandom(to, len, 0);

		if (got < 0) {
			if (errno == EINTR)
				continue;
			/* A nonce or an IV that can be guessed is worse than no daemon. */
			fputs("espahd: the kernel gives no random numbers\n", stderr);
			_exit(1);
		}
		to += got;
		len -= got;
	}
}

uint64_t ike_random_below(uint64_t below)
{
	uint64_t value, most;

	if (below < 2)
		return 0;
	/* Of the last, incomplete round of remainders, none is taken. */
	most = UINT64_MAX - UINT64_MAX % below;
	do {
		ike_random(&value, sizeof(value));
	} while (value >= most);
	return value % below;
}
