// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "default.h"
#include "macros.h"
#include "wire.h"

static const uint16_t attrs[] = {
	[ESPAH_DIR_IN] = ESPAH_A_DEFAULT_IN,
	[ESPAH_DIR_OUT] = ESPAH_A_DEFAULT_OUT,
	[ESPAH_DIR_FWD] = ESPAH_A_DEFAULT_FWD,
};

/**
 * espah_default_given() - is it said what becomes of packets of this direction?
 * @defaults: the actions
 * @dir: ESPAH_DIR_*
 *
 * Return: true if so.
 */
bool espah_default_given(const struct espah_defaults *defaults, unsigned int dir)
{
	return espah_given(defaults->given, attrs[dir]);
}

/**
 * espah_default_put() - put default actions in a request
 * @nlh: the request
 * @defaults: the actions; only what is given is put
 *
 * Return: false if the request is full.
 */
bool espah_default_put(struct nlmsghdr *nlh, const struct espah_defaults *defaults)
{
	unsigned int dir;

	for (dir = 0; dir < ARRAY_SIZE(attrs); dir++) {
		if (espah_given(defaults->given, attrs[dir]) &&
		    !espah_put_u8(nlh, attrs[dir], defaults->block[dir] ?
				  ESPAH_ACTION_DISCARD : ESPAH_ACTION_BYPASS))
			return false;
	}
	return true;
}

static bool take_attr(const struct nlattr *attr, struct espah_defaults *defaults)
{
	unsigned int dir;
	uint8_t action;

	for (dir = 0; dir < ARRAY_SIZE(attrs); dir++) {
		if (mnl_attr_get_type(attr) != attrs[dir])
			continue;
		if (!espah_take_u8(attr, &action))
			return false;
		defaults->block[dir] = action == ESPAH_ACTION_DISCARD;
		defaults->given |= espah_bit(attrs[dir]);
	}
	return true;
}

/**
 * espah_default_take() - read default actions from the kernel's answer
 * @nlh: the answer
 * @defaults: filled in
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int espah_default_take(const struct nlmsghdr *nlh, struct espah_defaults *defaults,
		       struct espah_err *err)
{
	const struct nlattr *attr;

	memset(defaults, 0, sizeof(*defaults));
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (!take_attr(attr, defaults))
			return espah_wire_malformed(err, "the default actions", attr);
	}
	return 0;
}

/**
 * espah_default_set() - say what becomes of packets that no policy speaks of
 * @nl: the way to the kernel
 * @defaults: the actions; a direction that is not given stays as it is
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int espah_default_set(struct espah_nl *nl, const struct espah_defaults *defaults,
		      struct espah_err *err)
{
	espah_default_put(espah_nl_request(nl, ESPAH_CMD_DEFAULT_SET), defaults);
	return espah_nl_transact(nl, NULL, err);
}

static int take_one(const struct nlmsghdr *nlh, void *to, struct espah_err *err)
{
	return espah_default_take(nlh, to, err);
}

/**
 * espah_default_get() - ask what becomes of packets that no policy speaks of
 * @nl: the way to the kernel
 * @defaults: filled in
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int espah_default_get(struct espah_nl *nl, struct espah_defaults *defaults, struct espah_err *err)
{
	const struct espah_nl_sink sink = { .item = take_one, .to = defaults };

	espah_nl_request(nl, ESPAH_CMD_DEFAULT_GET);
	return espah_nl_transact(nl, &sink, err);
}
