// SPDX-License-Identifier: GPL-2.0-only
/*
 * One program for all targets, so that it is built once; the name that it is
 * called by says which. It is run by selftests/fuzz/tools/run.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "print.h"

static const struct {
	const char *name;
	void (*run)(const uint8_t *data, size_t size);
} targets[] = {
	{ "addr", fuzz_addr },
	{ "answer", fuzz_answer },
	{ "batch", fuzz_batch },
	{ "dump", fuzz_dump },
	{ "extack", fuzz_extack },
	{ "filter", fuzz_filter },
	{ "ike_cert", fuzz_ike_cert },
	{ "ike_conf", fuzz_ike_conf },
	{ "ike_request", fuzz_ike_request },
	{ "ike_open", fuzz_ike_open },
	{ "ike_verify", fuzz_ike_verify },
	{ "ike_id_words", fuzz_ike_id_words },
	{ "ike_payload", fuzz_ike_payload },
	{ "ike_proposal", fuzz_ike_proposal },
	{ "ike_proposal_words", fuzz_ike_proposal_words },
	{ "ike_ts", fuzz_ike_ts },
	{ "ike_ts_words", fuzz_ike_ts_words },
	{ "ike_v2", fuzz_ike_v2 },
	{ "key", fuzz_key },
	{ "policy", fuzz_policy },
	{ "state", fuzz_state },
};

static void (*run)(const uint8_t *data, size_t size);

/**
 * must() - what holds whatever the input is
 * @good: does it
 * @fmt: what should have been
 */
void must(bool good, const char *fmt, ...)
{
	va_list ap;

	if (good)
		return;
	fputs("expected: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	abort();
}

static int begin(int *argc, char ***argv)
{
	const char *slash = strrchr((*argv)[0], '/');
	const char *name = slash ? slash + 1 : (*argv)[0];
	size_t i;

	(void)argc;
	for (i = 0; i < ARRAY_SIZE(targets); i++) {
		if (!strcmp(name, targets[i].name))
			run = targets[i].run;
	}
	must(run, "to be called by the name of a target, not '%s'", name);
	print_setup();
	return 0;
}

static int one(const uint8_t *data, size_t size)
{
	run(data, size);
	return 0;
}

/* The names that libFuzzer calls these two by are not in this project's style. */
int fuzz_begin(int *argc, char ***argv) __asm__("LLVMFuzzerInitialize");
int fuzz_begin(int *argc, char ***argv)
{
	return begin(argc, argv);
}

int fuzz_one(const uint8_t *data, size_t size) __asm__("LLVMFuzzerTestOneInput");
int fuzz_one(const uint8_t *data, size_t size)
{
	return one(data, size);
}
