// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "unit_memory.h"

static struct {
	bool armed;
	bool failed;
	unsigned int before;
	unsigned int seed;
	unsigned int per_mille;
	unsigned int held;
} memory;

/* What the linker calls those that it has put ours in front of. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t len);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t len);

void memory_fails_after(unsigned int before)
{
	memory.armed = true;
	memory.failed = false;
	memory.before = before;
	memory.per_mille = 0;
}

void memory_fails_often(unsigned int seed, unsigned int per_mille)
{
	memory.armed = true;
	memory.failed = false;
	memory.seed = seed;
	memory.per_mille = per_mille;
}

bool memory_has_failed(void)
{
	memory.armed = false;
	return memory.failed;
}

void memory_hold(void)
{
	memory.held++;
}

void memory_go_on(void)
{
	memory.held--;
}

static bool is_due(void)
{
	if (!memory.per_mille)
		return !memory.before--;
	memory.seed = memory.seed * 1103515245 + 12345;
	return (memory.seed >> 16) % 1000 < memory.per_mille;
}

static bool fails(void)
{
	if (!memory.armed || memory.held || !is_due())
		return false;
	memory.armed = memory.per_mille;
	memory.failed = true;
	errno = ENOMEM;
	return true;
}

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	return fails() ? NULL : __real_realloc(old, size);
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
	return fails() ? NULL : __real_reallocarray(old, count, size);
}

char *__wrap_strdup(const char *text)
{
	return fails() ? NULL : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t len)
{
	return fails() ? NULL : __real_strndup(text, len);
}
