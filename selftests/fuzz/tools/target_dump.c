// SPDX-License-Identifier: GPL-2.0-only
/*
 * Datagrams of the kernel in answer to one command. The first octet says which,
 * and the options; each datagram has two octets before it that say how long it is.
 */
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "fuzz.h"

static const char * const commands[] = {
	"state list", "policy list", "stat", "state get dst 10.0.0.2 proto esp spi 256",
	"policy get dir in index 1", "state deleteall", "policy deleteall", "policy count",
};

void fuzz_dump(const uint8_t *data, size_t size)
{
	struct fuzz_words words;
	struct ctl ctl;
	char *text;
	int ret;

	if (!size)
		return;
	ctl = (struct ctl) {
		.json = *data & 8,
		.stats = *data & 16,
		.show_keys = *data & 32,
	};
	fuzz_kernel = (struct fuzz_kernel) { .script = data + 1, .script_len = size - 1 };
	fuzz_words_init(&words, commands[*data & 7]);
	fuzz_capture_begin();
	ret = ctl_run(&ctl, &words.args);
	text = fuzz_capture_end();
	must(!ret || words.err.status == ESPAH_REFUSED, "a refusal: '%s'", words.err.text);
	must(!ret || strnlen(words.err.text, sizeof(words.err.text)) < sizeof(words.err.text),
	     "a sentence with an end");
	if (!ret && ctl.json && *text)
		json_decref(fuzz_json(text));
	else
		free(text);
	espah_nl_close(ctl.nl);
	fuzz_words_free(&words);
}
