// SPDX-License-Identifier: GPL-2.0-only
/* A batch file. The first octet has the options. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ctl.h"
#include "fuzz.h"

static const char before[] = "\n# nothing\n  \t\r\n\\\n\n";

struct outcome {
	int status;
	uint64_t sum;
};

/* No key is to be read from a file or from standard input. */
static int file_of(const char *prefix, const uint8_t *data, size_t size)
{
	int fd = memfd_create("batch", 0);
	size_t len = strlen(prefix);
	char *text = fuzz_need(malloc(len + size));
	size_t i;

	must(fd >= 0, "a file");
	memcpy(text, prefix, len);
	for (i = 0; i < size; i++)
		text[len + i] = data[i] == '@' || data[i] == '-' ? '0' : data[i];
	must(write(fd, text, len + size) == (ssize_t)(len + size), "a file");
	free(text);
	return fd;
}

static struct outcome run(uint8_t options, int fd)
{
	struct ctl ctl = { .force = options & 1, .json = options & 2, .stats = options & 4 };
	FILE *kept_out = stdout, *kept_err = stderr;
	static FILE *nowhere;
	struct outcome outcome;
	char path[64];

	fuzz_kernel = (struct fuzz_kernel) {};
	lseek(fd, 0, SEEK_SET);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	/* What is said on the way is not of interest here. */
	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	must(nowhere, "somewhere to write to");
	stdout = nowhere;
	stderr = nowhere;
	outcome.status = ctl_batch(&ctl, path);
	outcome.sum = fuzz_kernel.sum;
	stdout = kept_out;
	stderr = kept_err;
	espah_nl_close(ctl.nl);
	close(fd);
	return outcome;
}

/* Lines that do nothing do nothing. */
void fuzz_batch(const uint8_t *data, size_t size)
{
	struct outcome first, second;

	if (!size)
		return;
	first = run(*data, file_of("", data + 1, size - 1));
	must(first.status >= ESPAH_OK && first.status <= ESPAH_REFUSED, "a status, not %d",
	     first.status);
	second = run(*data, file_of(before, data + 1, size - 1));
	must(first.status == second.status && first.sum == second.sum,
	     "the same requests behind empty lines: status %d, not %d", first.status,
	     second.status);
}
