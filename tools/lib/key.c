// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "key.h"

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static int too_long(struct espah_err *err, size_t len)
{
	return espah_err_usage(err, "the key has %zu octets; at most %d are possible", len,
			       ESPAH_KEY_MAX);
}

/* As ip-xfrm(8) has it, an odd number of digits begins with half an octet. */
static int hex_parse(struct espah_alg *alg, const char *text, struct espah_err *err)
{
	size_t digits = strlen(text);
	size_t len = (digits + 1) / 2;
	size_t at = 2 * len - digits;
	size_t i;

	if (len > sizeof(alg->key))
		return too_long(err, len);
	memset(alg->key, 0, sizeof(alg->key));
	for (i = 0; i < digits; i++, at++) {
		int value = digit(text[i]);

		if (value < 0) {
			explicit_bzero(alg->key, sizeof(alg->key));
			return espah_err_usage(err,
					       "the key's digit %zu behind 0x is not one of 0-9, a-f",
					       i + 1);
		}
		alg->key[at / 2] |= at % 2 ? value : value << 4;
	}
	alg->key_len = len;
	return 0;
}

/**
 * espah_key_parse() - read a key from text
 * @alg: its key is filled in
 * @text: 0x and hex digits, or else the octets of the key themselves
 * @err: filled in on failure; never has a part of the key in it
 *
 * Return: 0, or -1.
 */
int espah_key_parse(struct espah_alg *alg, const char *text, struct espah_err *err)
{
	size_t len = strlen(text);

	alg->key_len = 0;
	if (!strncmp(text, "0x", 2) && len > 2)
		return hex_parse(alg, text + 2, err);
	if (!len)
		return espah_err_usage(err,
				       "the key is empty; expected 0x and hex digits, @FILE or -");
	if (len > sizeof(alg->key))
		return too_long(err, len);
	memcpy(alg->key, text, len);
	alg->key_len = len;
	return 0;
}

/**
 * espah_key_is_none() - is this an algorithm without a key?
 * @alg: its name counts
 *
 * Return: true of NULL encryption, whose key is empty and no secret.
 */
bool espah_key_is_none(const struct espah_alg *alg)
{
	return strstr(alg->name, "ecb(cipher_null)");
}

/*
 * One octet at a time: what stands behind the line belongs to the next reader
 * of the same descriptor.
 */
static int line_read(int fd, char *line, size_t size, const char *from, struct espah_err *err)
{
	size_t len = 0;

	for (;;) {
		ssize_t n = read(fd, line + len, 1);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return espah_err_usage(err, "cannot read the key from %s: %s", from,
					       strerror(errno));
		if (!n || line[len] == '\n')
			break;
		if (!line[len])
			return espah_err_usage(err,
					       "the key in %s is not text; expected 0x and hex digits",
					       from);
		if (++len == size)
			return espah_err_usage(err,
					       "the key in %s is longer than %zu characters",
					       from,
					       size - 1);
	}
	if (len && line[len - 1] == '\r')
		len--;
	line[len] = '\0';
	if (!len)
		return espah_err_usage(err,
				       "there is no key in %s; expected one line, 0x and hex digits",
				       from);
	return 0;
}

/**
 * espah_key_read() - read a key from a descriptor, up to the end of the line
 * @alg: its key is filled in
 * @fd: where to read; a terminal does not echo meanwhile
 * @from: what to call it in a sentence
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int espah_key_read(struct espah_alg *alg, int fd, const char *from, struct espah_err *err)
{
	char line[ESPAH_KEY_TEXT_MAX + 3];
	struct termios before, quiet;
	bool tty = !tcgetattr(fd, &before);
	int ret;

	if (tty) {
		quiet = before;
		quiet.c_lflag &= ~ECHO;
		tcsetattr(fd, TCSAFLUSH, &quiet);
	}
	ret = line_read(fd, line, sizeof(line), from, err);
	if (tty)
		tcsetattr(fd, TCSANOW, &before);
	if (!ret)
		ret = espah_key_parse(alg, line, err);
	explicit_bzero(line, sizeof(line));
	return ret;
}

/**
 * espah_key_read_file() - read a key from the first line of a file
 * @alg: its key is filled in
 * @path: the file
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int espah_key_read_file(struct espah_alg *alg, const char *path, struct espah_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int ret;

	if (fd < 0)
		return espah_err_usage(err, "cannot open the key file '%s': %s", path,
				       strerror(errno));
	ret = espah_key_read(alg, fd, path, err);
	close(fd);
	return ret;
}

/**
 * espah_wipe_word() - overwrite a word where it stands
 * @word: the word; it is empty afterwards
 *
 * Used on the process's own arguments, /proc/PID/cmdline forgets them too.
 */
void espah_wipe_word(char *word)
{
	explicit_bzero(word, strlen(word));
}
