// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's verdict on a request with a key in it. The first octet says what
 * message it comes in.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "attrs.h"
#include "extack.h"
#include "fuzz.h"
#include "sa.h"

/* A key that is some times this. */
#define SECRET	"SECRET"
#define KEY	SECRET SECRET SECRET "SE"

static struct nlmsghdr *request_of(void)
{
	struct nlmsghdr *nlh = fuzz_request();
	struct espah_sa sa = {
		.given = espah_bit(ESPAH_A_SA_SRC) | espah_bit(ESPAH_A_SA_DST) |
			 espah_bit(ESPAH_A_SA_SPI) | espah_bit(ESPAH_A_SA_MODE) |
			 espah_bit(ESPAH_A_SA_SEL) | espah_bit(ESPAH_A_SA_AEAD),
		.src = { AF_INET, { 10, 0, 0, 1 } },
		.dst = { AF_INET, { 10, 0, 0, 2 } },
		.spi = 256,
		.sel.src = { { AF_INET, {} }, { AF_INET, {} } },
		.sel.dst = { { AF_INET, {} }, { AF_INET, {} } },
		.sel.proto = 6,
		.aead = { "rfc4106(gcm(aes))", KEY, sizeof(KEY) - 1, 128 },
	};

	must(espah_sa_put(nlh, &sa), "room for an SA");
	return nlh;
}

void fuzz_extack(const uint8_t *data, size_t size)
{
	static const uint8_t commands[] = {
		ESPAH_CMD_SA_ADD, ESPAH_CMD_POLICY_ADD, ESPAH_CMD_INFO_GET,
	};
	const struct espah_attr_set *set = NULL;
	struct nlmsghdr *request, *reply;
	struct espah_err err = {};
	uint16_t flags;

	if (!size)
		return;
	flags = (*data & 2 ? NLM_F_CAPPED : 0) | (*data & 4 ? 0 : NLM_F_ACK_TLVS);
	if ((*data >> 3 & 3) < ARRAY_SIZE(commands))
		set = espah_attr_set(commands[*data >> 3 & 3]);
	request = request_of();
	reply = fuzz_message(*data & 1 ? NLMSG_DONE : NLMSG_ERROR, flags, data + 1, size - 1);
	if (espah_extack_read(reply, request, set, &err)) {
		must(err.status == ESPAH_REFUSED && err.num > 0, "a refusal with a number, not %d",
		     err.num);
		must(err.text[0] && strnlen(err.text, sizeof(err.text)) < sizeof(err.text),
		     "a sentence with an end");
		must(!strstr(err.text, SECRET) || memmem(data, size, SECRET, strlen(SECRET)),
		     "no key in '%s'", err.text);
	}
	free(reply);
	free(request);
}
