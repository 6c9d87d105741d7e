// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "lifetime.h"
#include "sa.h"
#include "selector.h"
#include "wire.h"

static bool put_alg(struct nlmsghdr *nlh, uint16_t type, const struct espah_alg *alg)
{
	struct nlattr *nest = mnl_attr_nest_start_check(nlh, ESPAH_NL_REQUEST_MAX, type);

	if (!nest ||
	    !espah_put_bytes(nlh, ESPAH_A_ALG_NAME, alg->name, strlen(alg->name) + 1) ||
	    !espah_put_bytes(nlh, ESPAH_A_ALG_KEY, alg->key, alg->key_len))
		return false;
	/* The ICV is made by the integrity algorithm. */
	if (type != ESPAH_A_SA_ENC && !espah_put_u32(nlh, ESPAH_A_ALG_ICV_BITS, alg->icv_bits))
		return false;
	mnl_attr_nest_end(nlh, nest);
	return true;
}

static bool put_encap(struct nlmsghdr *nlh, const struct espah_sa *sa)
{
	uint64_t given = sa->given;

	return (!espah_given(given, ESPAH_A_SA_ENCAP_SPORT) ||
		espah_put_port(nlh, ESPAH_A_SA_ENCAP_SPORT, sa->encap_sport)) &&
	       (!espah_given(given, ESPAH_A_SA_ENCAP_DPORT) ||
		espah_put_port(nlh, ESPAH_A_SA_ENCAP_DPORT, sa->encap_dport)) &&
	       (!espah_given(given, ESPAH_A_SA_ENCAP_OADDR) ||
		espah_put_addr(nlh, ESPAH_A_SA_ENCAP_OADDR, &sa->encap_oaddr)) &&
	       (!espah_given(given, ESPAH_A_SA_ENCAP_ODST) ||
		espah_put_addr(nlh, ESPAH_A_SA_ENCAP_ODST, &sa->encap_odst)) &&
	       (!espah_given(given, ESPAH_A_SA_NAT_KEEPALIVE) ||
		espah_put_u32(nlh, ESPAH_A_SA_NAT_KEEPALIVE, sa->nat_keepalive)) &&
	       (!espah_given(given, ESPAH_A_SA_DUMMY_INTERVAL) ||
		espah_put_u32(nlh, ESPAH_A_SA_DUMMY_INTERVAL, sa->dummy_interval));
}

static bool put_algs(struct nlmsghdr *nlh, const struct espah_sa *sa)
{
	uint64_t given = sa->given;

	return (!espah_given(given, ESPAH_A_SA_AEAD) ||
		put_alg(nlh, ESPAH_A_SA_AEAD, &sa->aead)) &&
	       (!espah_given(given, ESPAH_A_SA_ENC) ||
		put_alg(nlh, ESPAH_A_SA_ENC, &sa->enc)) &&
	       (!espah_given(given, ESPAH_A_SA_AUTH) ||
		put_alg(nlh, ESPAH_A_SA_AUTH, &sa->auth));
}

static bool put_numbers(struct nlmsghdr *nlh, const struct espah_sa *sa)
{
	uint64_t given = sa->given;

	return (!espah_given(given, ESPAH_A_SA_IF_ID) ||
		espah_put_u32(nlh, ESPAH_A_SA_IF_ID, sa->if_id)) &&
	       (!espah_given(given, ESPAH_A_SA_REPLAY_WINDOW) ||
		espah_put_u32(nlh, ESPAH_A_SA_REPLAY_WINDOW, sa->replay_window)) &&
	       (!espah_given(given, ESPAH_A_SA_DIR) ||
		espah_put_u8(nlh, ESPAH_A_SA_DIR, sa->dir)) &&
	       (!espah_given(given, ESPAH_A_SA_FLAGS) ||
		espah_put_u32(nlh, ESPAH_A_SA_FLAGS, sa->flags)) &&
	       (!espah_given(given, ESPAH_A_SA_OSEQ) ||
		espah_put_bytes(nlh, ESPAH_A_SA_OSEQ, &sa->oseq, sizeof(sa->oseq))) &&
	       (!espah_given(given, ESPAH_A_SA_SEQ) ||
		espah_put_bytes(nlh, ESPAH_A_SA_SEQ, &sa->seq, sizeof(sa->seq))) &&
	       (!espah_given(given, ESPAH_A_SA_REPLAY_THRESH) ||
		espah_put_u32(nlh, ESPAH_A_SA_REPLAY_THRESH, sa->replay_thresh)) &&
	       (!espah_given(given, ESPAH_A_SA_REPLAY_TIMER) ||
		espah_put_u32(nlh, ESPAH_A_SA_REPLAY_TIMER, sa->replay_timer));
}

static bool put_output_mark(struct nlmsghdr *nlh, const struct espah_sa *sa)
{
	return !espah_given(sa->given, ESPAH_A_SA_OUTPUT_MARK) ||
	       (espah_put_u32(nlh, ESPAH_A_SA_OUTPUT_MARK, sa->output_mark.value) &&
		espah_put_u32(nlh, ESPAH_A_SA_OUTPUT_MARK_MASK, sa->output_mark.mask));
}

static bool put_header(struct nlmsghdr *nlh, const struct espah_sa *sa)
{
	return (!espah_given(sa->given, ESPAH_A_SA_TTL) ||
		espah_put_u8(nlh, ESPAH_A_SA_TTL, sa->ttl)) &&
	       (!espah_given(sa->given, ESPAH_A_SA_DSCP) ||
		espah_put_u8(nlh, ESPAH_A_SA_DSCP, sa->dscp)) &&
	       (!espah_given(sa->given, ESPAH_A_SA_FLOWLABEL) ||
		espah_put_u32(nlh, ESPAH_A_SA_FLOWLABEL, sa->flowlabel)) &&
	       (!espah_given(sa->given, ESPAH_A_SA_TFCPAD) ||
		espah_put_u32(nlh, ESPAH_A_SA_TFCPAD, sa->tfcpad));
}

/* What names an SA. */
static bool put_id(struct nlmsghdr *nlh, const struct espah_sa *sa)
{
	uint64_t given = sa->given;

	return (!espah_given(given, ESPAH_A_SA_SRC) ||
		espah_put_addr(nlh, ESPAH_A_SA_SRC, &sa->src)) &&
	       (!espah_given(given, ESPAH_A_SA_DST) ||
		espah_put_addr(nlh, ESPAH_A_SA_DST, &sa->dst)) &&
	       (!espah_given(given, ESPAH_A_SA_PROTO) ||
		espah_put_u8(nlh, ESPAH_A_SA_PROTO, sa->proto)) &&
	       (!espah_given(given, ESPAH_A_SA_SPI) ||
		espah_put_spi(nlh, ESPAH_A_SA_SPI, sa->spi)) &&
	       (!espah_given(given, ESPAH_A_SA_MARK) ||
		(espah_put_u32(nlh, ESPAH_A_SA_MARK, sa->mark.value) &&
		 espah_put_u32(nlh, ESPAH_A_SA_MARK_MASK, sa->mark.mask)));
}

/**
 * espah_sa_put() - put all that can be said of an SA in a request
 * @nlh: the request
 * @sa: the SA; only what is given is put
 *
 * Return: false if the request is full.
 */
bool espah_sa_put(struct nlmsghdr *nlh, const struct espah_sa *sa)
{
	uint64_t given = sa->given;

	return put_id(nlh, sa) &&
	       (!espah_given(given, ESPAH_A_SA_MODE) ||
		espah_put_u8(nlh, ESPAH_A_SA_MODE, sa->mode)) &&
	       (!espah_given(given, ESPAH_A_SA_REQID) ||
		espah_put_u32(nlh, ESPAH_A_SA_REQID, sa->reqid)) &&
	       put_numbers(nlh, sa) &&
	       (!espah_given(given, ESPAH_A_SA_SEL) ||
		espah_put_selector(nlh, ESPAH_A_SA_SEL, &sa->sel)) &&
	       (!espah_given(given, ESPAH_A_SA_LIMITS) ||
		espah_put_limits(nlh, ESPAH_A_SA_LIMITS, &sa->limits)) &&
	       put_algs(nlh, sa) && put_encap(nlh, sa) && put_output_mark(nlh, sa) &&
	       put_header(nlh, sa);
}

/* It is printed for people and programs: nothing else than a name will do. */
static bool take_alg_name(const struct nlattr *attr, struct espah_alg *alg)
{
	const char *name = mnl_attr_get_payload(attr);
	size_t len = strnlen(name, mnl_attr_get_payload_len(attr));
	size_t i;

	if (len >= sizeof(alg->name))
		return false;
	for (i = 0; i < len; i++) {
		if (!isgraph((unsigned char)name[i]))
			return false;
	}
	memcpy(alg->name, name, len);
	alg->name[len] = '\0';
	return true;
}

static bool take_key(const struct nlattr *attr, struct espah_alg *alg)
{
	size_t len = mnl_attr_get_payload_len(attr);

	if (len > sizeof(alg->key))
		return false;
	memcpy(alg->key, mnl_attr_get_payload(attr), len);
	alg->key_len = len;
	return true;
}

static bool take_alg_part(const struct nlattr *attr, struct espah_alg *alg)
{
	switch (mnl_attr_get_type(attr)) {
	case ESPAH_A_ALG_NAME:
		return take_alg_name(attr, alg);
	case ESPAH_A_ALG_KEY:
		return take_key(attr, alg);
	case ESPAH_A_ALG_ICV_BITS:
		return espah_take_u32(attr, &alg->icv_bits);
	default:
		return true;
	}
}

static bool take_alg(const struct nlattr *attr, struct espah_alg *alg)
{
	const struct nlattr *part;

	mnl_attr_for_each_nested(part, attr) {
		if (!take_alg_part(part, alg))
			return false;
	}
	return true;
}

/* Most SAs have counted nothing, and need no room for it. */
static bool take_sa_counters(const struct nlattr *attr, struct espah_sa *sa)
{
	static const struct espah_counters zero;

	if (!espah_take_counters(attr, sa->counters))
		return false;
	if (!memcmp(sa->counters, &zero, sizeof(zero))) {
		free(sa->counters);
		sa->counters = NULL;
	}
	return true;
}

static bool room_for_counters(struct espah_sa *sa)
{
	if (!sa->counters)
		sa->counters = malloc(sizeof(*sa->counters));
	return sa->counters;
}

static bool take_figure(const struct nlattr *attr, struct espah_sa *sa)
{
	switch (mnl_attr_get_type(attr)) {
	case ESPAH_A_SA_OSEQ:
		return espah_take_u64(attr, &sa->oseq);
	case ESPAH_A_SA_SEQ:
		return espah_take_u64(attr, &sa->seq);
	case ESPAH_A_SA_PACKETS:
		return espah_take_u64(attr, &sa->packets);
	case ESPAH_A_SA_BYTES:
		return espah_take_u64(attr, &sa->bytes);
	case ESPAH_A_SA_ADD_TIME:
		return espah_take_u64(attr, &sa->add_time);
	case ESPAH_A_SA_USE_TIME:
		return espah_take_u64(attr, &sa->use_time);
	case ESPAH_A_SA_MAPPED_SRC:
		return espah_take_addr(attr, &sa->mapped_src);
	case ESPAH_A_SA_MAPPED_SPORT:
		return espah_take_port(attr, &sa->mapped_sport);
	case ESPAH_A_SA_COUNTERS:
		return take_sa_counters(attr, sa);
	default:
		return true;
	}
}

static bool take_mark(const struct nlattr *attr, struct espah_sa *sa)
{
	switch (mnl_attr_get_type(attr)) {
	case ESPAH_A_SA_MARK:
		return espah_take_u32(attr, &sa->mark.value);
	case ESPAH_A_SA_MARK_MASK:
		return espah_take_u32(attr, &sa->mark.mask);
	case ESPAH_A_SA_OUTPUT_MARK:
		return espah_take_u32(attr, &sa->output_mark.value);
	case ESPAH_A_SA_OUTPUT_MARK_MASK:
		return espah_take_u32(attr, &sa->output_mark.mask);
	case ESPAH_A_SA_IF_ID:
		return espah_take_u32(attr, &sa->if_id);
	default:
		return take_figure(attr, sa);
	}
}

static bool take_attr(const struct nlattr *attr, struct espah_sa *sa)
{
	switch (mnl_attr_get_type(attr)) {
	case ESPAH_A_SA_SRC:
		return espah_take_addr(attr, &sa->src);
	case ESPAH_A_SA_DST:
		return espah_take_addr(attr, &sa->dst);
	case ESPAH_A_SA_PROTO:
		return espah_take_u8(attr, &sa->proto);
	case ESPAH_A_SA_SPI:
		return espah_take_spi(attr, &sa->spi);
	case ESPAH_A_SA_MODE:
		return espah_take_u8(attr, &sa->mode);
	case ESPAH_A_SA_REQID:
		return espah_take_u32(attr, &sa->reqid);
	case ESPAH_A_SA_REPLAY_WINDOW:
		return espah_take_u32(attr, &sa->replay_window);
	case ESPAH_A_SA_FLAGS:
		return espah_take_u32(attr, &sa->flags);
	case ESPAH_A_SA_DIR:
		return espah_take_u8(attr, &sa->dir);
	case ESPAH_A_SA_TTL:
		return espah_take_u8(attr, &sa->ttl);
	case ESPAH_A_SA_DSCP:
		return espah_take_u8(attr, &sa->dscp);
	case ESPAH_A_SA_FLOWLABEL:
		return espah_take_u32(attr, &sa->flowlabel);
	case ESPAH_A_SA_TFCPAD:
		return espah_take_u32(attr, &sa->tfcpad);
	case ESPAH_A_SA_SEL:
		return espah_take_selector(attr, &sa->sel);
	case ESPAH_A_SA_AEAD:
		return take_alg(attr, &sa->aead);
	case ESPAH_A_SA_ENC:
		return take_alg(attr, &sa->enc);
	case ESPAH_A_SA_AUTH:
		return take_alg(attr, &sa->auth);
	case ESPAH_A_SA_ENCAP_SPORT:
		return espah_take_port(attr, &sa->encap_sport);
	case ESPAH_A_SA_ENCAP_DPORT:
		return espah_take_port(attr, &sa->encap_dport);
	case ESPAH_A_SA_ENCAP_OADDR:
		return espah_take_addr(attr, &sa->encap_oaddr);
	case ESPAH_A_SA_ENCAP_ODST:
		return espah_take_addr(attr, &sa->encap_odst);
	case ESPAH_A_SA_NAT_KEEPALIVE:
		return espah_take_u32(attr, &sa->nat_keepalive);
	case ESPAH_A_SA_DUMMY_INTERVAL:
		return espah_take_u32(attr, &sa->dummy_interval);
	case ESPAH_A_SA_REPLAY_THRESH:
		return espah_take_u32(attr, &sa->replay_thresh);
	case ESPAH_A_SA_REPLAY_TIMER:
		return espah_take_u32(attr, &sa->replay_timer);
	case ESPAH_A_SA_LIMITS:
		return espah_take_limits(attr, &sa->limits);
	case ESPAH_A_SA_STATE:
		return espah_take_u8(attr, &sa->state);
	case ESPAH_A_SA_ID:
		return espah_take_u32(attr, &sa->id);
	default:
		return take_mark(attr, sa);
	}
}

/**
 * espah_sa_take() - read an SA from the kernel's answer
 * @nlh: the answer
 * @sa: filled in; the caller wipes it, also after a failure
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int espah_sa_take(const struct nlmsghdr *nlh, struct espah_sa *sa, struct espah_err *err)
{
	const struct nlattr *attr;

	memset(sa, 0, sizeof(*sa));
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		uint16_t type = mnl_attr_get_type(attr);

		if (type == ESPAH_A_SA_COUNTERS && !room_for_counters(sa))
			return espah_err_kernel(err, ENOMEM, "ENOMEM: no memory for an SA");
		if (!take_attr(attr, sa))
			return espah_wire_malformed(err, "an SA", attr);
		if (type <= ESPAH_A_SA_MAX)
			sa->given |= espah_bit(type);
	}
	return 0;
}

/**
 * espah_sa_wipe() - forget an SA, its key first of all
 * @sa: the SA
 */
void espah_sa_wipe(struct espah_sa *sa)
{
	free(sa->counters);
	explicit_bzero(sa, sizeof(*sa));
}

static int sa_request(struct espah_nl *nl, uint8_t cmd, const struct espah_sa *sa,
		      struct espah_err *err)
{
	struct nlmsghdr *nlh = espah_nl_request(nl, cmd);

	if (!espah_sa_put(nlh, sa))
		return espah_wire_too_long(err);
	return espah_nl_transact(nl, NULL, err);
}

/**
 * espah_sa_add() - add an SA
 * @nl: the way to the kernel
 * @sa: the SA
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int espah_sa_add(struct espah_nl *nl, const struct espah_sa *sa, struct espah_err *err)
{
	return sa_request(nl, ESPAH_CMD_SA_ADD, sa, err);
}

/**
 * espah_sa_update() - change an SA
 * @nl: the way to the kernel
 * @sa: the SA as it should be
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int espah_sa_update(struct espah_nl *nl, const struct espah_sa *sa, struct espah_err *err)
{
	return sa_request(nl, ESPAH_CMD_SA_UPDATE, sa, err);
}

/**
 * espah_sa_delete() - remove an SA
 * @nl: the way to the kernel
 * @sa: its dst, proto and spi name it, and src and mark where they are given
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int espah_sa_delete(struct espah_nl *nl, const struct espah_sa *sa, struct espah_err *err)
{
	put_id(espah_nl_request(nl, ESPAH_CMD_SA_DEL), sa);
	return espah_nl_transact(nl, NULL, err);
}

static int take_one(const struct nlmsghdr *nlh, void *to, struct espah_err *err)
{
	struct espah_sa *sa = to;

	espah_sa_wipe(sa);
	return espah_sa_take(nlh, sa, err);
}

/* What names it may stand where the answer goes. */
static int ask_for_one(struct espah_nl *nl, uint8_t cmd, struct espah_sa *sa, bool show_keys,
		       struct espah_err *err)
{
	const struct espah_nl_sink sink = { .item = take_one, .to = sa };
	struct nlmsghdr *nlh = espah_nl_request(nl, cmd);

	put_id(nlh, sa);
	if (show_keys)
		mnl_attr_put(nlh, ESPAH_A_SA_SHOW_KEYS, 0, NULL);
	return espah_nl_transact(nl, &sink, err);
}

/**
 * espah_sa_get() - ask for one SA
 * @nl: the way to the kernel
 * @sa: its dst, proto and spi name it; filled in; the caller wipes it
 * @show_keys: ask for the key too
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int espah_sa_get(struct espah_nl *nl, struct espah_sa *sa, bool show_keys, struct espah_err *err)
{
	return ask_for_one(nl, ESPAH_CMD_SA_GET, sa, show_keys, err);
}

/**
 * espah_sa_retire() - remove an SA, and hear what it was in the end
 * @nl: the way to the kernel
 * @sa: its dst, proto and spi name it; filled in, with its key; the caller wipes it
 * @err: filled in on failure
 *
 * Who adds it again as it is then has no number used twice, nor taken twice: all that was in
 * its window counts as seen.
 *
 * Return: 0, or -1.
 */
int espah_sa_retire(struct espah_nl *nl, struct espah_sa *sa, struct espah_err *err)
{
	if (ask_for_one(nl, ESPAH_CMD_SA_DEL, sa, true, err))
		return -1;
	if (sa->seq)
		sa->seq += sa->replay_window;
	return 0;
}

/**
 * espah_sa_alloc_spi() - have the kernel choose an SPI, and hold it
 * @nl: the way to the kernel
 * @sa: src, dst, proto, mode and reqid of the larval SA; filled in; the caller wipes it
 * @range: which SPI
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int espah_sa_alloc_spi(struct espah_nl *nl, struct espah_sa *sa,
		       const struct espah_spi_range *range, struct espah_err *err)
{
	const struct espah_nl_sink sink = { .item = take_one, .to = sa };
	struct nlmsghdr *nlh = espah_nl_request(nl, ESPAH_CMD_SA_ALLOC_SPI);

	espah_sa_put(nlh, sa);
	if (range->min)
		espah_put_spi(nlh, ESPAH_A_SA_SPI_MIN, range->min);
	if (range->max)
		espah_put_spi(nlh, ESPAH_A_SA_SPI_MAX, range->max);
	if (range->timeout)
		espah_put_u32(nlh, ESPAH_A_SA_TIMEOUT, range->timeout);
	return espah_nl_transact(nl, &sink, err);
}

/**
 * espah_sa_flush() - remove all SAs
 * @nl: the way to the kernel
 * @proto: only those of this protocol, 0 for all
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int espah_sa_flush(struct espah_nl *nl, uint8_t proto, struct espah_err *err)
{
	struct nlmsghdr *nlh = espah_nl_request(nl, ESPAH_CMD_SA_FLUSH);

	if (proto)
		espah_put_u8(nlh, ESPAH_A_SA_PROTO, proto);
	return espah_nl_transact(nl, NULL, err);
}

/* realloc() would leave keys behind where the list was. */
static bool list_grow(struct espah_sa_list *list)
{
	size_t room = list->room ? 2 * list->room : 64;
	struct espah_sa *sa;

	if (list->count < list->room)
		return true;
	sa = calloc(room, sizeof(*sa));
	if (!sa)
		return false;
	if (list->count) {
		memcpy(sa, list->sa, list->count * sizeof(*sa));
		explicit_bzero(list->sa, list->count * sizeof(*sa));
	}
	free(list->sa);
	list->sa = sa;
	list->room = room;
	return true;
}

/**
 * espah_sa_list_next() - room for one more SA
 * @list: the list; the room counts when @count is raised
 * @err: filled in on failure
 *
 * Return: the room, or NULL.
 */
struct espah_sa *espah_sa_list_next(struct espah_sa_list *list, struct espah_err *err)
{
	if (list_grow(list))
		return &list->sa[list->count];
	espah_err_kernel(err, ENOMEM, "ENOMEM: no memory for more than %zu SAs", list->count);
	return NULL;
}

static int list_add(const struct nlmsghdr *nlh, void *to, struct espah_err *err)
{
	struct espah_sa_list *list = to;
	struct espah_sa *sa = espah_sa_list_next(list, err);

	if (!sa)
		return -1;
	if (espah_sa_take(nlh, sa, err)) {
		espah_sa_wipe(sa);
		return -1;
	}
	if (list->keep && !list->keep(sa, list->filter))
		espah_sa_wipe(sa);
	else
		list->count++;
	return 0;
}

static void list_reset(void *to)
{
	struct espah_sa_list *list = to;
	size_t i;

	for (i = 0; i < list->count; i++)
		espah_sa_wipe(&list->sa[i]);
	list->count = 0;
}

/**
 * espah_sa_dump() - ask for all SAs
 * @nl: the way to the kernel
 * @list: filled in, as far as its keep() wants; the caller wipes it, also
 *	after a failure
 * @show_keys: ask for the keys too
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int espah_sa_dump(struct espah_nl *nl, struct espah_sa_list *list, bool show_keys,
		  struct espah_err *err)
{
	const struct espah_nl_sink sink = {
		.item = list_add,
		.reset = list_reset,
		.to = list,
	};
	struct nlmsghdr *nlh = espah_nl_request(nl, ESPAH_CMD_SA_GET);

	if (show_keys)
		mnl_attr_put(nlh, ESPAH_A_SA_SHOW_KEYS, 0, NULL);
	return espah_nl_dump(nl, &sink, err);
}

/**
 * espah_sa_list_wipe() - forget a list of SAs and all that is in it
 * @list: the list
 */
void espah_sa_list_wipe(struct espah_sa_list *list)
{
	list_reset(list);
	free(list->sa);
	list->sa = NULL;
	list->room = 0;
}
