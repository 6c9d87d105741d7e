// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "addr.h"
#include "flag.h"
#include "header.h"
#include "key.h"
#include "limit.h"
#include "macros.h"
#include "names.h"
#include "selector.h"
#include "state_text.h"

static int take_state_mode(struct args *args, void *to)
{
	struct espah_sa *sa = to;

	sa->given |= espah_bit(ESPAH_A_SA_MODE);
	return take_mode(args, &sa->mode);
}

static int take_reqid(struct args *args, void *to)
{
	struct espah_sa *sa = to;

	sa->given |= espah_bit(ESPAH_A_SA_REQID);
	return args_number(args, 0, UINT32_MAX, &sa->reqid);
}

static int take_replay_window(struct args *args, void *to)
{
	struct espah_sa *sa = to;

	sa->given |= espah_bit(ESPAH_A_SA_REPLAY_WINDOW);
	return args_number(args, 0, ESPAH_REPLAY_WINDOW_MAX, &sa->replay_window);
}

/* Half of a number of 64 bits; the other half may have its own word. */
static int take_half(struct args *args, struct espah_sa *sa, unsigned int attr, uint64_t *number,
		     unsigned int shift)
{
	uint32_t half;

	if (args_number(args, 0, UINT32_MAX, &half))
		return -1;
	sa->given |= espah_bit(attr);
	*number |= (uint64_t)half << shift;
	return 0;
}

static int take_replay_seq(struct args *args, void *to)
{
	struct espah_sa *sa = to;

	return take_half(args, sa, ESPAH_A_SA_SEQ, &sa->seq, 0);
}

static int take_replay_seq_hi(struct args *args, void *to)
{
	struct espah_sa *sa = to;

	return take_half(args, sa, ESPAH_A_SA_SEQ, &sa->seq, 32);
}

static int take_replay_oseq(struct args *args, void *to)
{
	struct espah_sa *sa = to;

	return take_half(args, sa, ESPAH_A_SA_OSEQ, &sa->oseq, 0);
}

static int take_replay_oseq_hi(struct args *args, void *to)
{
	struct espah_sa *sa = to;

	return take_half(args, sa, ESPAH_A_SA_OSEQ, &sa->oseq, 32);
}

static int take_key(struct args *args, struct espah_alg *alg)
{
	char *word = args_value(args, "the key");
	int ret;

	if (!word)
		return -1;
	if ((!*word || !strcmp(word, "0x")) && espah_key_is_none(alg))
		return 0;
	if (!strcmp(word, "-")) {
		if (args->stdin_busy)
			return args_fail(args,
					 "the key cannot come from standard input, where the batch comes from; expected 0x... or @FILE");
		ret = espah_key_read(alg, STDIN_FILENO, "standard input", args->err);
	} else if (word[0] == '@') {
		ret = espah_key_read_file(alg, word + 1, args->err);
	} else {
		ret = espah_key_parse(alg, word, args->err);
		espah_wipe_word(word);
	}
	if (ret)
		espah_err_prefix(args->err, "'%s': ", args->word);
	return ret;
}

static int take_name_and_key(struct args *args, struct espah_alg *alg)
{
	const char *name = args_value(args, "the name of an algorithm");

	if (!name)
		return -1;
	if ((size_t)snprintf(alg->name, sizeof(alg->name), "%s",
			     espah_alg_long_name(name)) >= sizeof(alg->name))
		return args_fail(args,
				 "'%.64s...' is too long for the name of an algorithm; at most %d characters are possible",
				 name, ESPAH_ALG_NAME_MAX);
	return take_key(args, alg);
}

static int take_alg(struct args *args, struct espah_alg *alg)
{
	if (take_name_and_key(args, alg))
		return -1;
	if (args->at == args->argc)
		return args_fail(args, "the length of the ICV is missing; expected NAME KEY BITS");
	return args_number(args, 0, UINT32_MAX, &alg->icv_bits);
}

static int take_aead(struct args *args, void *to)
{
	struct espah_sa *sa = to;

	sa->given |= espah_bit(ESPAH_A_SA_AEAD);
	return take_alg(args, &sa->aead);
}

static int take_enc(struct args *args, void *to)
{
	struct espah_sa *sa = to;

	sa->given |= espah_bit(ESPAH_A_SA_ENC);
	return take_name_and_key(args, &sa->enc);
}

static int take_auth_trunc(struct args *args, void *to)
{
	struct espah_sa *sa = to;

	sa->given |= espah_bit(ESPAH_A_SA_AUTH);
	return take_alg(args, &sa->auth);
}

/* The length of the ICV where nobody says it, as xfrm has it. */
static uint32_t default_icv_bits(const char *name)
{
	static const struct {
		const char *name;
		uint32_t bits;
	} defaults[] = {
		{ "hmac(md5)", 96 },
		{ "hmac(sha1)", 96 },
		{ "hmac(sha256)", 96 },
		{ "hmac(sha384)", 192 },
		{ "hmac(sha512)", 256 },
		{ "xcbc(aes)", 96 },
		{ "cmac(aes)", 96 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(defaults); i++) {
		if (!strcmp(defaults[i].name, name))
			return defaults[i].bits;
	}
	/* The kernel does not know the algorithm either, and will say so. */
	return 0;
}

static int take_auth(struct args *args, void *to)
{
	struct espah_sa *sa = to;

	sa->given |= espah_bit(ESPAH_A_SA_AUTH);
	if (take_name_and_key(args, &sa->auth))
		return -1;
	sa->auth.icv_bits = default_icv_bits(sa->auth.name);
	return 0;
}

static int take_port(struct args *args, uint16_t *port)
{
	uint32_t number;

	if (args->at == args->argc)
		return args_fail(args, "a port is missing; expected espinudp SPORT DPORT OADDR");
	if (args_number(args, 1, UINT16_MAX, &number))
		return -1;
	*port = number;
	return 0;
}

static int take_encap(struct args *args, void *to)
{
	struct espah_sa *sa = to;
	const char *type = args_value(args, "the kind of encapsulation");

	if (!type)
		return -1;
	if (strcmp(type, "espinudp"))
		return args_fail(args, "'%s' is not supported by this version; expected espinudp",
				 type);
	sa->given |= espah_bit(ESPAH_A_SA_ENCAP_SPORT) | espah_bit(ESPAH_A_SA_ENCAP_DPORT) |
		     espah_bit(ESPAH_A_SA_ENCAP_OADDR);
	if (take_port(args, &sa->encap_sport) || take_port(args, &sa->encap_dport))
		return -1;
	if (args_addr(args, &sa->encap_oaddr))
		return -1;
	if (args->at == args->argc || strcmp(args->argv[args->at], "odst"))
		return 0;
	args->at++;
	sa->given |= espah_bit(ESPAH_A_SA_ENCAP_ODST);
	return args_addr(args, &sa->encap_odst);
}

/* As with xfrm, 0 is none. */
#define NAT_KEEPALIVE_MAX	3600

static int take_nat_keepalive(struct args *args, void *to)
{
	struct espah_sa *sa = to;

	if (args_number(args, 0, NAT_KEEPALIVE_MAX, &sa->nat_keepalive))
		return -1;
	if (sa->nat_keepalive)
		sa->given |= espah_bit(ESPAH_A_SA_NAT_KEEPALIVE);
	return 0;
}

/* Milliseconds. */
#define INTERVAL_MAX	3600000

static int take_dummy_interval(struct args *args, void *to)
{
	struct espah_sa *sa = to;

	if (args_number(args, 0, INTERVAL_MAX, &sa->dummy_interval))
		return -1;
	sa->given |= espah_bit(ESPAH_A_SA_DUMMY_INTERVAL);
	return 0;
}

static int take_replay_thresh(struct args *args, void *to)
{
	struct espah_sa *sa = to;

	sa->given |= espah_bit(ESPAH_A_SA_REPLAY_THRESH);
	return args_number(args, 0, UINT32_MAX, &sa->replay_thresh);
}

static int take_replay_timer(struct args *args, void *to)
{
	struct espah_sa *sa = to;

	sa->given |= espah_bit(ESPAH_A_SA_REPLAY_TIMER);
	return args_number(args, 0, INTERVAL_MAX, &sa->replay_timer);
}

static int take_state_mark(struct args *args, void *to)
{
	struct espah_sa *sa = to;

	sa->given |= espah_bit(ESPAH_A_SA_MARK) | espah_bit(ESPAH_A_SA_MARK_MASK);
	return args_mark(args, &sa->mark);
}

static int take_output_mark(struct args *args, void *to)
{
	struct espah_sa *sa = to;

	sa->given |= espah_bit(ESPAH_A_SA_OUTPUT_MARK) | espah_bit(ESPAH_A_SA_OUTPUT_MARK_MASK);
	return args_mark(args, &sa->output_mark);
}

static int take_if_id(struct args *args, void *to)
{
	struct espah_sa *sa = to;

	sa->given |= espah_bit(ESPAH_A_SA_IF_ID);
	return args_number(args, 0, UINT32_MAX, &sa->if_id);
}

/* What belongs to an SA and what to its selector. */
struct state_text {
	struct espah_sa *sa;
	struct id_text id;
	struct selector_text sel;
};

static int take_sel(struct args *args, void *to)
{
	struct state_text *text = to;
	const struct vocabulary selector[] = {
		{ selector_words, &text->sel },
		{}
	};

	text->sa->given |= espah_bit(ESPAH_A_SA_SEL);
	return args_walk(args, selector, true);
}

static int take_state_limit(struct args *args, void *to)
{
	struct espah_sa *sa = to;

	sa->given |= espah_bit(ESPAH_A_SA_LIMITS);
	return take_limit(args, &sa->limits);
}

static int take_state_dir(struct args *args, void *to)
{
	struct espah_sa *sa = to;

	sa->given |= espah_bit(ESPAH_A_SA_DIR);
	return take_sa_dir(args, &sa->dir);
}

const struct word state_spi_words[] = {
	{ .name = "mode", .take = take_state_mode },
	{ .name = "reqid", .take = take_reqid },
	{}
};

static const struct word state_words[] = {
	{ .name = "replay-window", .take = take_replay_window },
	{ .name = "replay-seq", .take = take_replay_seq },
	{ .name = "replay-oseq", .take = take_replay_oseq },
	{ .name = "replay-seq-hi", .take = take_replay_seq_hi },
	{ .name = "replay-oseq-hi", .take = take_replay_oseq_hi },
	{ .name = "replay-thresh", .take = take_replay_thresh },
	{ .name = "replay-timer", .take = take_replay_timer },
	{ .name = "flag", .take = take_flag },
	{ .name = "extra-flag", .take = take_extra_flag },
	{ .name = "ttl", .take = take_ttl },
	{ .name = "dscp", .take = take_dscp },
	{ .name = "df", .take = take_df },
	{ .name = "flowlabel", .take = take_flowlabel },
	{ .name = "tfcpad", .take = take_tfcpad },
	{ .name = "aead", .take = take_aead },
	{ .name = "enc", .take = take_enc },
	{ .name = "auth", .take = take_auth },
	{ .name = "auth-trunc", .take = take_auth_trunc },
	{ .name = "encap", .take = take_encap },
	{ .name = "nat_keepalive_interval", .take = take_nat_keepalive },
	{ .name = "dummy_interval", .take = take_dummy_interval },
	{ .name = "output-mark", .take = take_output_mark },
	{ .name = "if_id", .take = take_if_id },
	{ .name = "limit", .take = take_state_limit, .repeats = true },
	{ .name = "dir", .take = take_state_dir },
	{}
};

static const struct word sel_words[] = {
	{ .name = "sel", .take = take_sel },
	{}
};

/* What ip-xfrm(8) knows besides. */
static const struct word other_words[] = {
	{ .name = "comp", .lacks = "compression is" },
	{ .name = "seq", .lacks = "acquire sequence numbers are" },
	{ .name = "coa", .lacks = "care-of addresses are" },
	{ .name = "ctx", .lacks = "security contexts are" },
	{ .name = "offload", .lacks = "offloading to hardware is" },
	{}
};

static const struct word mark_words[] = {
	{ .name = "mark", .take = take_state_mark },
	{}
};

/* Into the SA goes what names it. */
static int take_id(struct args *args, const struct id_text *id, struct espah_sa *sa)
{
	if (id_check(args, id))
		return -1;
	if (id->dst.family == AF_UNSPEC)
		return espah_err_usage(args->err, "'dst' is missing; expected dst ADDR");
	if (!id->has_spi)
		return espah_err_usage(args->err, "'spi' is missing; expected spi NUMBER");
	sa->src = id->src;
	sa->dst = id->dst;
	sa->proto = id->proto;
	sa->spi = id->spi;
	sa->given |= espah_bit(ESPAH_A_SA_DST) | espah_bit(ESPAH_A_SA_PROTO) |
		     espah_bit(ESPAH_A_SA_SPI);
	if (id->src.family != AF_UNSPEC)
		sa->given |= espah_bit(ESPAH_A_SA_SRC);
	return 0;
}

static int finish(struct args *args, struct state_text *text)
{
	struct espah_sa *sa = text->sa;

	if (take_id(args, &text->id, sa))
		return -1;
	if (!espah_given(sa->given, ESPAH_A_SA_SEL))
		return 0;
	sa->sel = text->sel.sel;
	if (!espah_selector_settle(&sa->sel, sa->dst.family, args->err))
		return 0;
	espah_err_prefix(args->err, "'sel': ");
	return -1;
}

static int check_add(struct args *args, struct espah_sa *sa)
{
	if (sa->src.family == AF_UNSPEC)
		return espah_err_usage(args->err, "'src' is missing; expected src ADDR");
	if (!(sa->given & (espah_bit(ESPAH_A_SA_AEAD) | espah_bit(ESPAH_A_SA_ENC) |
			   espah_bit(ESPAH_A_SA_AUTH))))
		return espah_err_usage(args->err,
				       "'aead' is missing; expected aead NAME KEY BITS, or auth-trunc NAME KEY BITS, with enc NAME KEY for esp");
	/* As ip-xfrm(8) has it. An update only says what was said. */
	sa->given |= espah_bit(ESPAH_A_SA_MODE);
	return 0;
}

/**
 * state_parse() - read an SA
 * @args: the command
 * @add: it is to be a new one, and must be complete
 * @sa: filled in; the caller wipes it, also after a failure
 *
 * Return: 0, or -1.
 */
int state_parse(struct args *args, bool add, struct espah_sa *sa)
{
	struct state_text text = { .sa = sa };
	const struct vocabulary vocabularies[] = {
		{ id_words, &text.id },
		{ state_spi_words, sa },
		{ state_words, sa },
		{ mark_words, sa },
		{ sel_words, &text },
		{ other_words, NULL },
		{}
	};

	memset(sa, 0, sizeof(*sa));
	sa->mode = ESPAH_MODE_TRANSPORT;
	if (args_walk(args, vocabularies, false) || finish(args, &text))
		return -1;
	return add ? check_add(args, sa) : 0;
}

/**
 * state_parse_id() - read what names an SA
 * @args: the command
 * @sa: filled in
 *
 * Return: 0, or -1.
 */
int state_parse_id(struct args *args, struct espah_sa *sa)
{
	struct id_text id = {};
	const struct vocabulary vocabularies[] = {
		{ id_words, &id },
		{ mark_words, sa },
		{}
	};

	memset(sa, 0, sizeof(*sa));
	if (args_walk(args, vocabularies, false))
		return -1;
	return take_id(args, &id, sa);
}
