// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "err.h"

/*
 * A key that stands in the wrong place must not come out in a sentence about
 * it. Nothing else has more than the eight hex digits of an SPI.
 */
static void hide_keys(char *text)
{
	char *hex = text;

	while ((hex = strstr(hex, "0x"))) {
		size_t digits = strspn(hex + 2, "0123456789abcdefABCDEFx");

		hex += 2;
		if (digits <= 8)
			continue;
		memmove(hex + 3, hex + digits, strlen(hex + digits) + 1);
		memcpy(hex, "...", 3);
	}
}

/**
 * espah_err_usage() - note that the caller asked for something senseless
 * @err: filled in
 * @fmt: the sentence
 *
 * Return: -1, so that a function can fail in one line.
 */
int espah_err_usage(struct espah_err *err, const char *fmt, ...)
{
	va_list ap;

	err->status = ESPAH_USAGE;
	err->num = 0;
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	hide_keys(err->text);
	return -1;
}

/**
 * espah_err_kernel() - note that the kernel said no
 * @err: filled in
 * @num: the errno, 0 where there is none
 * @fmt: the sentence
 *
 * Return: -1.
 */
int espah_err_kernel(struct espah_err *err, int num, const char *fmt, ...)
{
	va_list ap;

	err->status = ESPAH_REFUSED;
	err->num = num;
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	return -1;
}

/**
 * espah_err_prefix() - say before a sentence what it is about
 * @err: already filled in
 * @fmt: what to put before it
 */
void espah_err_prefix(struct espah_err *err, const char *fmt, ...)
{
	char text[sizeof(err->text)];
	size_t len;
	va_list ap;

	snprintf(text, sizeof(text), "%s", err->text);
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	len = strlen(err->text);
	snprintf(err->text + len, sizeof(err->text) - len, "%s", text);
}

/**
 * espah_err_append() - go on with a sentence
 * @err: already filled in
 * @fmt: what to put behind it
 */
void espah_err_append(struct espah_err *err, const char *fmt, ...)
{
	size_t len = strlen(err->text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err->text + len, sizeof(err->text) - len, fmt, ap);
	va_end(ap);
}
