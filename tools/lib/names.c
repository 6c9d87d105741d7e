// SPDX-License-Identifier: GPL-2.0-or-later
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/espah.h>

#include "macros.h"
#include "names.h"

static const char * const modes[] = {
	[ESPAH_MODE_TRANSPORT] = "transport",
	[ESPAH_MODE_TUNNEL] = "tunnel",
	[ESPAH_MODE_BEET] = "beet",
};

static const char * const dirs[] = {
	[ESPAH_DIR_IN] = "in",
	[ESPAH_DIR_OUT] = "out",
	[ESPAH_DIR_FWD] = "fwd",
};

static const char * const actions[] = {
	[ESPAH_ACTION_PROTECT] = "protect",
	[ESPAH_ACTION_BYPASS] = "bypass",
	[ESPAH_ACTION_DISCARD] = "discard",
};

static const char * const states[] = {
	[ESPAH_SA_STATE_LARVAL] = "larval",
	[ESPAH_SA_STATE_MATURE] = "mature",
};

static const char * const levels[] = {
	[ESPAH_LEVEL_REQUIRED] = "required",
	[ESPAH_LEVEL_USE] = "use",
};

/*
 * A small system has no /etc/protocols, and what is printed must not depend on
 * whether there is one.
 */
static const struct {
	uint8_t number;
	const char *name;
} protos[] = {
	{ 1, "icmp" },
	{ 2, "igmp" },
	{ 4, "ipencap" },
	{ 6, "tcp" },
	{ 17, "udp" },
	{ 33, "dccp" },
	{ 41, "ipv6" },
	{ 46, "rsvp" },
	{ 47, "gre" },
	{ 50, "esp" },
	{ 51, "ah" },
	{ 58, "ipv6-icmp" },
	{ 88, "eigrp" },
	{ 89, "ospf" },
	{ 94, "ipip" },
	{ 97, "etherip" },
	{ 103, "pim" },
	{ 108, "ipcomp" },
	{ 112, "vrrp" },
	{ 115, "l2tp" },
	{ 132, "sctp" },
	{ 135, "mobility-header" },
	{ 136, "udplite" },
};

static const char *name_of(const char * const *names, size_t count, unsigned int value)
{
	return value < count ? names[value] : "unknown";
}

static int value_of(const char * const *names, size_t count, const char *name)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (!strcmp(names[i], name))
			return i;
	}
	return -1;
}

/**
 * espah_mode_name() - the word for a mode
 * @mode: ESPAH_MODE_*
 *
 * Return: the word.
 */
const char *espah_mode_name(unsigned int mode)
{
	return name_of(modes, ARRAY_SIZE(modes), mode);
}

/**
 * espah_dir_name() - the word for a direction
 * @dir: ESPAH_DIR_*
 *
 * Return: the word.
 */
const char *espah_dir_name(unsigned int dir)
{
	return name_of(dirs, ARRAY_SIZE(dirs), dir);
}

/**
 * espah_action_name() - the word for what a policy does
 * @action: ESPAH_ACTION_*
 *
 * Return: the word.
 */
const char *espah_action_name(unsigned int action)
{
	return name_of(actions, ARRAY_SIZE(actions), action);
}

/**
 * espah_level_name() - the word for how much a template insists
 * @level: ESPAH_LEVEL_*
 *
 * Return: the word.
 */
const char *espah_level_name(unsigned int level)
{
	return name_of(levels, ARRAY_SIZE(levels), level);
}

/**
 * espah_sa_state_name() - the word for how far an SA has come
 * @state: ESPAH_SA_STATE_*
 *
 * Return: the word.
 */
const char *espah_sa_state_name(unsigned int state)
{
	return name_of(states, ARRAY_SIZE(states), state);
}

/**
 * espah_mode_find() - the mode that a word means
 * @name: the word
 *
 * Return: ESPAH_MODE_*, or -1.
 */
int espah_mode_find(const char *name)
{
	return value_of(modes, ARRAY_SIZE(modes), name);
}

/**
 * espah_dir_find() - the direction that a word means
 * @name: the word
 *
 * Return: ESPAH_DIR_*, or -1.
 */
int espah_dir_find(const char *name)
{
	return value_of(dirs, ARRAY_SIZE(dirs), name);
}

/**
 * espah_level_find() - the level that a word means
 * @name: the word
 *
 * Return: ESPAH_LEVEL_*, or -1.
 */
int espah_level_find(const char *name)
{
	return value_of(levels, ARRAY_SIZE(levels), name);
}

/**
 * espah_proto_name() - the word for an IP protocol
 * @proto: its number
 * @buf: at least ESPAH_PROTO_STRLEN octets
 *
 * Return: a name, or @buf with the number in it.
 */
const char *espah_proto_name(uint8_t proto, char *buf)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(protos); i++) {
		if (protos[i].number == proto)
			return protos[i].name;
	}
	snprintf(buf, ESPAH_PROTO_STRLEN, "%u", proto);
	return buf;
}

/**
 * espah_proto_find() - the IP protocol that a word means
 * @name: a name, or a number
 *
 * Return: 0 to 255, or -1.
 */
int espah_proto_find(const char *name)
{
	struct protoent *known;
	unsigned long number;
	char *end;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(protos); i++) {
		if (!strcmp(protos[i].name, name))
			return protos[i].number;
	}
	if (name[0] >= '0' && name[0] <= '9') {
		number = strtoul(name, &end, 0);
		return *end || number > 255 ? -1 : (int)number;
	}
	known = getprotobyname(name);
	return known && known->p_proto >= 0 && known->p_proto <= 255 ? known->p_proto : -1;
}

/* xfrm's own short names, which scripts for ip-xfrm(8) have. */
static const struct {
	const char *name;
	const char *full;
} algs[] = {
	{ "aes", "cbc(aes)" },
	{ "camellia", "cbc(camellia)" },
	{ "des3_ede", "cbc(des3_ede)" },
	{ "cipher_null", "ecb(cipher_null)" },
	{ "des", "cbc(des)" },
	{ "blowfish", "cbc(blowfish)" },
	{ "cast5", "cbc(cast5)" },
	{ "sha1", "hmac(sha1)" },
	{ "sha256", "hmac(sha256)" },
	{ "md5", "hmac(md5)" },
};

/**
 * espah_alg_long_name() - what the kernel calls an algorithm
 * @name: its name, or the short one that xfrm takes for it
 *
 * Return: its name.
 */
const char *espah_alg_long_name(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(algs); i++) {
		if (!strcmp(algs[i].name, name))
			return algs[i].full;
	}
	return name;
}
