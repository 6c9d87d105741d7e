// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "counters.h"
#include "flag.h"
#include "header.h"
#include "key.h"
#include "limit.h"
#include "names.h"
#include "print.h"

#define KEY_STRLEN	(2 + 2 * ESPAH_KEY_MAX + 1)

static const char *key_hex(const struct espah_alg *alg, char *buf)
{
	static const char digits[] = "0123456789abcdef";
	char *p = buf;
	size_t i;

	*p++ = '0';
	*p++ = 'x';
	for (i = 0; i < alg->key_len; i++) {
		*p++ = digits[alg->key[i] >> 4];
		*p++ = digits[alg->key[i] & 15];
	}
	*p = '\0';
	return buf;
}

static void print_alg(const struct ctl *ctl, const struct espah_sa *sa, const char *word,
		      const struct espah_alg *alg)
{
	char key[KEY_STRLEN] = "(key hidden)";

	if (alg->key_len || espah_key_is_none(alg))
		key_hex(alg, key);
	printf("%s\t%s %s %s", print_break(ctl), word, alg->name, key);
	if (alg != &sa->enc)
		printf(" %u", alg->icv_bits);
	explicit_bzero(key, sizeof(key));
}

/* In the order in which ip-xfrm(8) has them. */
static void print_algs(const struct ctl *ctl, const struct espah_sa *sa)
{
	if (espah_given(sa->given, ESPAH_A_SA_AEAD))
		print_alg(ctl, sa, "aead", &sa->aead);
	if (espah_given(sa->given, ESPAH_A_SA_AUTH))
		print_alg(ctl, sa, "auth-trunc", &sa->auth);
	if (espah_given(sa->given, ESPAH_A_SA_ENC))
		print_alg(ctl, sa, "enc", &sa->enc);
}

static void print_marks(const struct ctl *ctl, const struct espah_sa *sa)
{
	if (espah_given(sa->given, ESPAH_A_SA_MARK)) {
		printf("%s\t", print_break(ctl));
		print_mark("mark", &sa->mark);
	}
	if (espah_given(sa->given, ESPAH_A_SA_OUTPUT_MARK)) {
		printf("%s\t", print_break(ctl));
		print_mark("output-mark", &sa->output_mark);
	}
}

static void print_encap(const struct ctl *ctl, const struct espah_sa *sa)
{
	char addr[ESPAH_ADDR_STRLEN];

	if (espah_given(sa->given, ESPAH_A_SA_ENCAP_DPORT))
		printf("%s\tencap espinudp %u %u %s", print_break(ctl), sa->encap_sport,
		       sa->encap_dport, espah_addr_print(&sa->encap_oaddr, addr));
	if (espah_given(sa->given, ESPAH_A_SA_ENCAP_ODST))
		printf(" odst %s", espah_addr_print(&sa->encap_odst, addr));
	if (espah_given(sa->given, ESPAH_A_SA_MAPPED_SPORT))
		printf("%s\tmapped %s %u", print_break(ctl),
		       espah_addr_print(&sa->mapped_src, addr), sa->mapped_sport);
	if (espah_given(sa->given, ESPAH_A_SA_NAT_KEEPALIVE))
		printf("%s\tnat_keepalive_interval %u", print_break(ctl), sa->nat_keepalive);
	if (espah_given(sa->given, ESPAH_A_SA_DUMMY_INTERVAL))
		printf("%s\tdummy_interval %u", print_break(ctl), sa->dummy_interval);
}

static void print_thresholds(const struct ctl *ctl, const struct espah_sa *sa)
{
	if (espah_given(sa->given, ESPAH_A_SA_REPLAY_THRESH))
		printf("%s\treplay-thresh %u", print_break(ctl), sa->replay_thresh);
	if (espah_given(sa->given, ESPAH_A_SA_REPLAY_TIMER))
		printf("%s\treplay-timer %u", print_break(ctl), sa->replay_timer);
}

static json_t *json_thresholds(json_t *object, const struct espah_sa *sa)
{
	if (espah_given(sa->given, ESPAH_A_SA_REPLAY_THRESH))
		object = json_with(object, "replay_thresh", json_integer(sa->replay_thresh));
	if (espah_given(sa->given, ESPAH_A_SA_REPLAY_TIMER))
		object = json_with(object, "replay_timer", json_integer(sa->replay_timer));
	return object;
}

static json_t *json_encap(const struct espah_sa *sa)
{
	char oaddr[ESPAH_ADDR_STRLEN], odst[ESPAH_ADDR_STRLEN];
	bool known = espah_given(sa->given, ESPAH_A_SA_ENCAP_ODST);

	return json_pack("{s:s, s:I, s:I, s:s, s:s*}", "type", "espinudp",
			 "sport", (json_int_t)sa->encap_sport,
			 "dport", (json_int_t)sa->encap_dport,
			 "oaddr", espah_addr_print(&sa->encap_oaddr, oaddr),
			 "odst", known ? espah_addr_print(&sa->encap_odst, odst) : NULL);
}

static json_t *json_mapped(const struct espah_sa *sa)
{
	char src[ESPAH_ADDR_STRLEN];

	return json_pack("{s:s, s:I}", "src", espah_addr_print(&sa->mapped_src, src),
			 "sport", (json_int_t)sa->mapped_sport);
}

static void print_number_words(const char *word, uint64_t number)
{
	if (number)
		printf("\t%s %#x", word, (uint32_t)number);
	if (number >> 32)
		printf(" %s-hi %#x", word, (uint32_t)(number >> 32));
}

static void print_numbers(const struct ctl *ctl, const struct espah_sa *sa)
{
	if (ctl->words) {
		print_number_words("replay-seq", sa->seq);
		print_number_words("replay-oseq", sa->oseq);
		print_limit_words(&sa->limits);
	} else {
		printf("%s\tanti-replay context: seq 0x%llx, oseq 0x%llx", print_break(ctl),
		       (unsigned long long)sa->seq, (unsigned long long)sa->oseq);
	}
}

static void print_use(const struct ctl *ctl, const struct espah_sa *sa)
{
	print_current(ctl, sa->bytes, sa->packets);
	print_moment("add", espah_given(sa->given, ESPAH_A_SA_ADD_TIME), sa->add_time);
	print_moment(" use", espah_given(sa->given, ESPAH_A_SA_USE_TIME), sa->use_time);
}

static void print_figures(const struct ctl *ctl, const struct espah_sa *sa)
{
	const char *line = print_break(ctl);
	unsigned int i;

	print_use(ctl, sa);
	if (!sa->counters)
		return;
	printf("%s\tcounters:", line);
	for (i = 0; i <= ESPAH_A_CNT_MAX; i++) {
		const struct espah_counter_text *text = espah_counter_text(i);

		if (text && sa->counters->count[i])
			printf("%s\t  %s %llu (%s)", line, text->name,
			       (unsigned long long)sa->counters->count[i], text->words);
	}
}

static void print_state(const struct ctl *ctl, const struct espah_sa *sa)
{
	char src[ESPAH_ADDR_STRLEN], dst[ESPAH_ADDR_STRLEN], proto[ESPAH_PROTO_STRLEN];
	const char *line = print_break(ctl);

	printf("src %s dst %s", espah_addr_print(&sa->src, src), espah_addr_print(&sa->dst, dst));
	printf("%s\tproto %s spi 0x%08x", line, espah_proto_name(sa->proto, proto), sa->spi);
	if (ctl->stats)
		printf("(%u) reqid %u(0x%08x) mode %s id %u", sa->spi, sa->reqid, sa->reqid,
		       espah_mode_name(sa->mode), sa->id);
	else
		printf(" reqid %u mode %s", sa->reqid, espah_mode_name(sa->mode));
	if (espah_given(sa->given, ESPAH_A_SA_STATE) && sa->state != ESPAH_SA_STATE_MATURE)
		printf(" (%s)", espah_sa_state_name(sa->state));
	printf("%s\treplay-window %u", line, sa->replay_window);
	print_flags(sa);
	print_header(sa);
	print_marks(ctl, sa);
	print_algs(ctl, sa);
	print_encap(ctl, sa);
	print_thresholds(ctl, sa);
	print_numbers(ctl, sa);
	if (espah_given(sa->given, ESPAH_A_SA_IF_ID))
		printf("%s\tif_id %#x", line, sa->if_id);
	if (espah_given(sa->given, ESPAH_A_SA_DIR))
		printf("%s\tdir %s", line, espah_dir_name(sa->dir));
	if (espah_given(sa->given, ESPAH_A_SA_SEL)) {
		printf("%s\tsel ", line);
		print_selector(&sa->sel);
	}
	if (ctl->stats) {
		print_limits(ctl, &sa->limits);
		print_figures(ctl, sa);
	}
	putchar('\n');
}

/**
 * print_state_command() - print the command that makes an SA
 * @sa: the SA, with its key
 *
 * What it is known of besides, and where its peer was seen, is not said.
 */
void print_state_command(const struct espah_sa *sa)
{
	const struct ctl ctl = { .words = true };
	struct espah_sa made = *sa;

	made.given &= ~(espah_bit(ESPAH_A_SA_STATE) | espah_bit(ESPAH_A_SA_MAPPED_SRC) |
			espah_bit(ESPAH_A_SA_MAPPED_SPORT));
	fputs("state add ", stdout);
	print_state(&ctl, &made);
	explicit_bzero(&made, sizeof(made));
}

static json_t *json_alg(const struct espah_sa *sa, const struct espah_alg *alg)
{
	json_t *object = json_pack("{s:s}", "name", alg->name);
	char key[KEY_STRLEN];

	if (alg->key_len || espah_key_is_none(alg))
		object = json_with(object, "key", json_string(key_hex(alg, key)));
	explicit_bzero(key, sizeof(key));
	if (alg == &sa->enc)
		return object;
	return json_with(object, "icv_bits", json_integer(alg->icv_bits));
}

static json_t *json_reached(json_t *object, const struct espah_sa *sa)
{
	object = json_with(object, "id", json_integer(sa->id));
	object = json_with(object, "oseq", json_integer(sa->oseq));
	object = json_with(object, "seq", json_integer(sa->seq));
	object = json_with(object, "packets", json_integer(sa->packets));
	object = json_with(object, "bytes", json_integer(sa->bytes));
	if (espah_given(sa->given, ESPAH_A_SA_ADD_TIME))
		object = json_with(object, "add_time", json_integer(sa->add_time));
	if (espah_given(sa->given, ESPAH_A_SA_USE_TIME))
		object = json_with(object, "use_time", json_integer(sa->use_time));
	return object;
}

static json_t *json_figures(json_t *object, const struct espah_sa *sa)
{
	return json_with(json_reached(object, sa), "counters",
			 json_counters(sa->counters, false));
}

/* What names an SA on the wire. */
static json_t *json_names(const struct espah_sa *sa)
{
	char src[ESPAH_ADDR_STRLEN], dst[ESPAH_ADDR_STRLEN], proto[ESPAH_PROTO_STRLEN];
	char spi[sizeof("0x00000000")];

	snprintf(spi, sizeof(spi), "0x%08x", sa->spi);
	return json_pack("{s:s, s:s, s:s, s:s}",
			 "src", espah_addr_print(&sa->src, src),
			 "dst", espah_addr_print(&sa->dst, dst),
			 "proto", espah_proto_name(sa->proto, proto),
			 "spi", spi);
}

/* The same with what joins it to policies. */
static json_t *json_joined(const struct espah_sa *sa)
{
	json_t *object = json_names(sa);

	object = json_with(object, "mode", json_string(espah_mode_name(sa->mode)));
	return json_with(object, "reqid", json_integer(sa->reqid));
}

/**
 * json_state() - an SA for programs
 * @sa: the SA
 *
 * Return: the object, or NULL.
 */
json_t *json_state(const struct espah_sa *sa)
{
	json_t *object = json_joined(sa);

	object = json_with(object, "replay_window", json_integer(sa->replay_window));
	if (espah_given(sa->given, ESPAH_A_SA_FLAGS)) {
		object = json_with(object, "esn", json_boolean(sa->flags & ESPAH_SA_FLAG_ESN));
		object = json_with(object, "align4",
				   json_boolean(sa->flags & ESPAH_SA_FLAG_ALIGN4));
		object = json_with(object, "flags", json_flags(sa));
	}
	if (espah_given(sa->given, ESPAH_A_SA_DIR))
		object = json_with(object, "dir", json_string(espah_dir_name(sa->dir)));
	object = json_header(object, sa);
	if (espah_given(sa->given, ESPAH_A_SA_AEAD))
		object = json_with(object, "aead", json_alg(sa, &sa->aead));
	if (espah_given(sa->given, ESPAH_A_SA_ENC))
		object = json_with(object, "enc", json_alg(sa, &sa->enc));
	if (espah_given(sa->given, ESPAH_A_SA_AUTH))
		object = json_with(object, "auth", json_alg(sa, &sa->auth));
	if (espah_given(sa->given, ESPAH_A_SA_ENCAP_DPORT))
		object = json_with(object, "encap", json_encap(sa));
	if (espah_given(sa->given, ESPAH_A_SA_MAPPED_SPORT))
		object = json_with(object, "mapped", json_mapped(sa));
	if (espah_given(sa->given, ESPAH_A_SA_NAT_KEEPALIVE))
		object = json_with(object, "nat_keepalive_interval",
				   json_integer(sa->nat_keepalive));
	if (espah_given(sa->given, ESPAH_A_SA_DUMMY_INTERVAL))
		object = json_with(object, "dummy_interval",
				   json_integer(sa->dummy_interval));
	object = json_thresholds(object, sa);
	if (espah_given(sa->given, ESPAH_A_SA_MARK))
		object = json_with(object, "mark", json_mark(&sa->mark));
	if (espah_given(sa->given, ESPAH_A_SA_OUTPUT_MARK))
		object = json_with(object, "output_mark", json_mark(&sa->output_mark));
	if (espah_given(sa->given, ESPAH_A_SA_IF_ID))
		object = json_with(object, "if_id", json_integer(sa->if_id));
	if (espah_given(sa->given, ESPAH_A_SA_SEL))
		object = json_with(object, "sel", json_selector(&sa->sel));
	if (espah_given(sa->given, ESPAH_A_SA_LIMITS))
		object = json_with(object, "limits", json_limits(&sa->limits));
	if (espah_given(sa->given, ESPAH_A_SA_STATE))
		object = json_with(object, "state", json_string(espah_sa_state_name(sa->state)));
	return json_figures(object, sa);
}

/**
 * print_states() - print SAs
 * @ctl: the options
 * @sa: the first of them
 * @count: how many
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int print_states(const struct ctl *ctl, const struct espah_sa *sa, size_t count,
		 struct espah_err *err)
{
	struct json_list list = { .ctl = ctl };
	size_t i;

	for (i = 0; i < count; i++) {
		if (!ctl->json)
			print_state(ctl, &sa[i]);
		else if (json_list_item(&list, json_state(&sa[i]), err))
			return -1;
	}
	if (ctl->json)
		json_list_end(&list);
	return 0;
}

/**
 * print_mapping() - print where the peer of an SA was seen
 * @ctl: the options
 * @seen: the SA, with the peer's address and port as they are now
 */
void print_mapping(const struct ctl *ctl, const struct espah_sa *seen)
{
	char src[ESPAH_ADDR_STRLEN], dst[ESPAH_ADDR_STRLEN], proto[ESPAH_PROTO_STRLEN];
	const char *line = print_break(ctl);

	printf("src %s dst %s", espah_addr_print(&seen->src, src),
	       espah_addr_print(&seen->dst, dst));
	printf("%s\tproto %s spi 0x%08x reqid %u", line, espah_proto_name(seen->proto, proto),
	       seen->spi, seen->reqid);
	printf("%s\tencap espinudp %u %u", line, seen->encap_sport, seen->encap_dport);
}

/**
 * json_mapping() - where the peer of an SA was seen, for programs
 * @seen: as for print_mapping()
 *
 * Return: the object, or NULL.
 */
json_t *json_mapping(const struct espah_sa *seen)
{
	char src[ESPAH_ADDR_STRLEN], dst[ESPAH_ADDR_STRLEN], proto[ESPAH_PROTO_STRLEN];
	char spi[sizeof("0x00000000")];

	snprintf(spi, sizeof(spi), "0x%08x", seen->spi);
	return json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I}",
			 "src", espah_addr_print(&seen->src, src),
			 "dst", espah_addr_print(&seen->dst, dst),
			 "proto", espah_proto_name(seen->proto, proto),
			 "spi", spi,
			 "reqid", (json_int_t)seen->reqid,
			 "sport", (json_int_t)seen->encap_sport,
			 "dport", (json_int_t)seen->encap_dport);
}

/**
 * print_replay() - print how far an SA has got
 * @ctl: the options
 * @reached: what names the SA, and its numbers
 */
void print_replay(const struct ctl *ctl, const struct espah_sa *reached)
{
	char src[ESPAH_ADDR_STRLEN], dst[ESPAH_ADDR_STRLEN], proto[ESPAH_PROTO_STRLEN];
	const char *line = print_break(ctl);

	printf("%s\tsrc %s dst %s", line, espah_addr_print(&reached->src, src),
	       espah_addr_print(&reached->dst, dst));
	printf("%s\tproto %s spi 0x%08x reqid %u mode %s", line,
	       espah_proto_name(reached->proto, proto), reached->spi, reached->reqid,
	       espah_mode_name(reached->mode));
	if (espah_given(reached->given, ESPAH_A_SA_MARK)) {
		putchar(' ');
		print_mark("mark", &reached->mark);
	}
	print_thresholds(ctl, reached);
	print_numbers(ctl, reached);
	print_use(ctl, reached);
}

/**
 * json_replay() - how far an SA has got, for programs
 * @reached: as for print_replay()
 *
 * Return: the object, or NULL.
 */
json_t *json_replay(const struct espah_sa *reached)
{
	json_t *object = json_joined(reached);

	if (espah_given(reached->given, ESPAH_A_SA_MARK))
		object = json_with(object, "mark", json_mark(&reached->mark));
	return json_reached(json_thresholds(object, reached), reached);
}

/**
 * print_stranger() - print who sent with an SPI that nobody has
 * @ctl: the options
 * @seen: what the packet says
 */
void print_stranger(const struct ctl *ctl, const struct espah_sa *seen)
{
	char src[ESPAH_ADDR_STRLEN], dst[ESPAH_ADDR_STRLEN], proto[ESPAH_PROTO_STRLEN];

	printf("src %s dst %s", espah_addr_print(&seen->src, src),
	       espah_addr_print(&seen->dst, dst));
	printf("%s\tproto %s spi 0x%08x", print_break(ctl), espah_proto_name(seen->proto, proto),
	       seen->spi);
}

/**
 * json_stranger() - who sent with an SPI that nobody has, for programs
 * @seen: as for print_stranger()
 *
 * Return: the object, or NULL.
 */
json_t *json_stranger(const struct espah_sa *seen)
{
	return json_names(seen);
}

/**
 * print_traffic() - print what the SAs of a namespace have done
 * @info: the figures
 */
void print_traffic(const struct espah_info *info)
{
	const uint64_t *count = info->counters.count;

	printf(" (packets in %llu out %llu)", (unsigned long long)count[ESPAH_A_CNT_IN_OK],
	       (unsigned long long)count[ESPAH_A_CNT_OUT_OK]);
}
