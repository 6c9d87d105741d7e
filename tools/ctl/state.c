// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>

#include "ctl.h"
#include "info.h"
#include "print.h"
#include "sa.h"
#include "selector.h"
#include "state_text.h"

static const char help[] =
	"Usage: espah state { add | update } ID [ ALGO ]\n"
	"        [ mode MODE ] [ reqid REQID ] [ replay-window SIZE ]\n"
	"        [ flag FLAG-LIST ] [ extra-flag dont-encap-dscp ]\n"
	"        [ ttl { TTL | inherit | auto } ] [ dscp { DSCP | inherit } ] [ df { inherit | set | unset } ]\n"
	"        [ flowlabel { LABEL | inherit | auto } ] [ tfcpad OCTETS ]\n"
	"        [ replay-seq SEQ ] [ replay-oseq SEQ ] [ replay-seq-hi SEQ ] [ replay-oseq-hi SEQ ]\n"
	"        [ replay-thresh PACKETS ] [ replay-timer MILLISECONDS ]\n"
	"        [ sel SELECTOR ]\n"
	"        [ encap espinudp SPORT DPORT OADDR [ odst ODST ] ]\n"
	"        [ nat_keepalive_interval SECONDS ] [ dummy_interval MILLISECONDS ]\n"
	"        [ output-mark MARK [ mask MASK ] ] [ if_id ID ]\n"
	"        [ LIMIT-LIST ] [ dir { in | out } ]\n"
	"Usage: espah state allocspi src ADDR dst ADDR proto PROTO [ mode MODE ] [ reqid REQID ]\n"
	"        [ min SPI max SPI ] [ timeout SECONDS ]\n"
	"Usage: espah state { delete | get } ID\n"
	"Usage: espah state { deleteall | list } [ src PREFIX ] [ dst PREFIX ] [ proto PROTO ]\n"
	"        [ spi SPI ] [ mode MODE ] [ reqid REQID ] [ if_id ID ] [ dir { in | out } ] [ flag FLAG-LIST ] [ nokeys ]\n"
	"Usage: espah state flush [ proto PROTO ]\n"
	"Usage: espah state count\n"
	"ID := [ src ADDR ] dst ADDR proto PROTO spi SPI [ mark MARK [ mask MASK ] ]\n"
	"PROTO := esp | ah\n"
	"ALGO := aead AEAD ALGO-KEYMAT ALGO-ICV-LEN |\n"
	"        [ enc ENC ALGO-KEYMAT ] { auth AUTH ALGO-KEYMAT | auth-trunc AUTH ALGO-KEYMAT ALGO-ICV-LEN }\n"
	"AEAD := rfc4106(gcm(aes)) | rfc4309(ccm(aes)) | rfc4543(gcm(aes)) |\n"
	"        rfc7539esp(chacha20,poly1305)\n"
	"ENC := cbc(aes) | rfc3686(ctr(aes)) | cbc(camellia) | cbc(des3_ede) | ecb(cipher_null)\n"
	"AUTH := hmac(sha1) | hmac(sha256) | hmac(sha384) | hmac(sha512) | xcbc(aes) | cmac(aes)\n"
	"ALGO-KEYMAT := 0xHEX | STRING | @FILE | -\n"
	"MODE := transport | tunnel | beet\n"
	"FLAG-LIST := [ FLAG-LIST ] FLAG\n"
	"FLAG := noecn | decap-dscp | nopmtudisc | af-unspec | align4 | esn | iiv\n"
	"LIMIT-LIST := [ LIMIT-LIST ] limit LIMIT\n"
	"LIMIT := { time-soft | time-hard | time-use-soft | time-use-hard } SECONDS |\n"
	"         { byte-soft | byte-hard } OCTETS | { packet-soft | packet-hard } COUNT\n"
	"SELECTOR := [ src PREFIX ] [ dst PREFIX ] [ proto PROTO ] [ sport NUMBERS ] [ dport NUMBERS ]\n"
	"        [ type NUMBERS ] [ code NUMBERS ] [ key KEY ] [ opaque ] [ dev DEV ] [ dscp DSCP[,DSCP] ]\n"
	"NUMBERS := NUMBER | NUMBER-NUMBER\n"
	"PREFIX := ADDR[/LEN] | ADDR-ADDR | any\n";

static int add_or_update(struct ctl *ctl, struct args *args, bool add)
{
	struct espah_sa sa;
	int ret = state_parse(args, add, &sa);

	if (!ret)
		ret = ctl_connect(ctl, args->err);
	if (!ret)
		ret = add ? espah_sa_add(ctl->nl, &sa, args->err) :
			    espah_sa_update(ctl->nl, &sa, args->err);
	espah_sa_wipe(&sa);
	return ret;
}

static int state_add(struct ctl *ctl, struct args *args)
{
	return add_or_update(ctl, args, true);
}

static int state_update(struct ctl *ctl, struct args *args)
{
	return add_or_update(ctl, args, false);
}

static int state_allocspi(struct ctl *ctl, struct args *args)
{
	struct espah_spi_range range;
	struct espah_sa sa;
	int ret;

	if (state_parse_spi(args, &sa, &range) || ctl_connect(ctl, args->err))
		return -1;
	ret = espah_sa_alloc_spi(ctl->nl, &sa, &range, args->err);
	if (!ret)
		ret = print_states(ctl, &sa, 1, args->err);
	espah_sa_wipe(&sa);
	return ret;
}

static int state_delete(struct ctl *ctl, struct args *args)
{
	struct espah_sa sa;

	if (state_parse_id(args, &sa) || ctl_connect(ctl, args->err))
		return -1;
	return espah_sa_delete(ctl->nl, &sa, args->err);
}

static int state_get(struct ctl *ctl, struct args *args)
{
	struct espah_sa sa;
	int ret;

	if (state_parse_id(args, &sa) || ctl_connect(ctl, args->err))
		return -1;
	ret = espah_sa_get(ctl->nl, &sa, ctl->show_keys, args->err);
	if (!ret)
		ret = print_states(ctl, &sa, 1, args->err);
	espah_sa_wipe(&sa);
	return ret;
}

static int state_list(struct ctl *ctl, struct args *args)
{
	struct state_filter filter = { .family = ctl->family };
	struct espah_sa_list list = { .keep = state_filter_keep, .filter = &filter };
	int ret;

	if (state_parse_filter(args, &filter) || ctl_connect(ctl, args->err))
		return -1;
	ret = espah_sa_dump(ctl->nl, &list, ctl->show_keys && !filter.nokeys, args->err);
	/* Where much is going on, a list with a warning is better than none. */
	if ((!ret || args->err->num == EAGAIN) &&
	    print_states(ctl, list.sa, list.count, args->err))
		ret = -1;
	espah_sa_list_wipe(&list);
	return ret;
}

/* Somebody else may have been quicker. */
static int delete_unless_gone(struct ctl *ctl, const struct espah_sa *sa, struct espah_err *err)
{
	if (!espah_sa_delete(ctl->nl, sa, err) || err->num == ENOENT || err->num == ESRCH)
		return 0;
	return -1;
}

static int state_deleteall(struct ctl *ctl, struct args *args)
{
	struct state_filter filter = { .family = ctl->family };
	struct espah_sa_list list = { .keep = state_filter_keep, .filter = &filter };
	size_t i;
	int ret;

	if (state_parse_filter(args, &filter) || ctl_connect(ctl, args->err))
		return -1;
	ret = espah_sa_dump(ctl->nl, &list, false, args->err);
	for (i = 0; !ret && i < list.count; i++)
		ret = delete_unless_gone(ctl, &list.sa[i], args->err);
	espah_sa_list_wipe(&list);
	return ret;
}

static int take_proto(struct args *args, void *to)
{
	return take_transform(args, to);
}

static int state_flush(struct ctl *ctl, struct args *args)
{
	static const struct word words[] = {
		{ .name = "proto", .take = take_proto },
		{}
	};
	uint8_t proto = 0;
	const struct vocabulary vocabularies[] = {
		{ words, &proto },
		{}
	};

	if (args_walk(args, vocabularies, false) || ctl_connect(ctl, args->err))
		return -1;
	return espah_sa_flush(ctl->nl, proto, args->err);
}

static int state_count(struct ctl *ctl, struct args *args)
{
	struct espah_info info;

	if (args_end(args) || ctl_connect(ctl, args->err) ||
	    espah_info_get(ctl->nl, &info, args->err))
		return -1;
	if (ctl->json)
		return json_print(ctl, json_pack("{s:I}", "sa_count", (json_int_t)info.sa_count),
				  args->err);
	printf("SAD count %u", info.sa_count);
	if (ctl->stats)
		print_traffic(&info);
	putchar('\n');
	return 0;
}

static const struct verb verbs[] = {
	{ .name = "list", .run = state_list },
	{ .name = "add", .run = state_add },
	{ .name = "update", .run = state_update },
	{ .name = "allocspi", .run = state_allocspi },
	{ .name = "delete", .run = state_delete },
	{ .name = "deleteall", .run = state_deleteall },
	{ .name = "delall", .run = state_deleteall },
	{ .name = "show", .run = state_list },
	{ .name = "lst", .run = state_list },
	{ .name = "get", .run = state_get },
	{ .name = "flush", .run = state_flush },
	{ .name = "count", .run = state_count },
	{}
};

const struct object object_state = {
	.name = "state",
	.verbs = verbs,
	.help = help,
};
