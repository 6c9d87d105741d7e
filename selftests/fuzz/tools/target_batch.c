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
static const char comment[] = "#it's";

struct outcome {
	int status;
	uint64_t sum;
};

static int file_of(const char *text, size_t size)
{
	int fd = memfd_create("batch", 0);

	must(fd >= 0 && write(fd, text, size) == (ssize_t)size, "a file");
	return fd;
}

/* With empty lines before all, and a comment behind each line in which it is one. */
static int file_with_comments(const char *text, size_t size)
{
	int fd = file_of(before, strlen(before));
	const char *end = text + size;
	/* In a line that the one before goes on in, a quotation may be open. */
	bool goes_on = false;

	while (text < end) {
		const char *stop = memchr(text, '\n', end - text);
		size_t len = (stop ? stop : end) - text;
		bool plain = !goes_on && !memchr(text, '"', len) && !memchr(text, '\'', len) &&
			     !memchr(text, '\\', len);

		must(write(fd, text, len) == (ssize_t)len, "a line");
		must(!plain || write(fd, comment, strlen(comment)) > 0, "a comment");
		must(!stop || write(fd, "\n", 1) == 1, "the end of a line");
		/* Behind two backslashes an empty line leaves one, as in ip(8). */
		if (len)
			goes_on = text[len - 1] == '\\';
		text += len + !!stop;
	}
	return fd;
}

static struct outcome run(uint8_t options, int fd)
{
	FILE *kept_out = stdout, *kept_err = stderr;
	static FILE *nowhere;
	struct outcome outcome;
	char path[64];
	struct ctl ctl = {
		.batch = path,
		.force = options & 1,
		.json = options & 2,
		.stats = options & 4,
	};

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
	espah_nl_close(ctl.route);
	close(fd);
	return outcome;
}

/* No key is to be read from a file or from standard input. */
static char *harmless(const uint8_t *data, size_t size)
{
	char *text = fuzz_need(malloc(size + 1));
	size_t i;

	for (i = 0; i < size; i++)
		text[i] = data[i] == '@' || data[i] == '-' ? '0' : data[i];
	return text;
}

/* What says nothing does nothing. */
void fuzz_batch(const uint8_t *data, size_t size)
{
	struct outcome first, second;
	char *text;

	if (!size)
		return;
	text = harmless(data + 1, size - 1);
	first = run(*data, file_of(text, size - 1));
	must(first.status >= ESPAH_OK && first.status <= ESPAH_REFUSED, "a status, not %d",
	     first.status);
	second = run(*data, file_with_comments(text, size - 1));
	must(first.status == second.status && first.sum == second.sum,
	     "the same requests with comments: status %d, not %d", first.status,
	     second.status);
	free(text);
}
