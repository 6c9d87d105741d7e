// SPDX-License-Identifier: GPL-2.0-only
/* A line of the control socket. */
#include <string.h>

#include "../../../tools/ike/control.h"
#include "fuzz.h"

void fuzz_ike_request(const uint8_t *data, size_t size)
{
	struct ike_request request;
	struct espah_err err;

	memset(&err, 0xa5, sizeof(err));
	if (ike_request_read(&request, (const char *)data, size, &err)) {
		must_be_sentence(&err);
		return;
	}
	must(request.command <= IKE_COMMAND_STAT, "a command, not %d", request.command);
	must(strnlen(request.word, sizeof(request.word)) < sizeof(request.word), "a word's end");
	must(request.command > IKE_COMMAND_REKEY || request.command == IKE_COMMAND_LOAD ||
	     *request.word, "a name");
	must(!request.follow || request.command == IKE_COMMAND_LOG, "only a log to be followed");
}
