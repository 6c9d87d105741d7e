// SPDX-License-Identifier: GPL-2.0-or-later
#include <net/if.h>
#include <stdio.h>

#include "addr.h"
#include "causes.h"
#include "counters.h"
#include "names.h"
#include "print.h"
#include "why.h"

static const char *cause_name(const struct espah_why *why)
{
	const struct espah_counter_text *text = espah_counter_text(why->cause);

	return text ? text->name : "a counter that this tool does not know";
}

static const char *begin(const struct espah_why *why)
{
	switch (why->dir) {
	case ESPAH_DIR_OUT:
		return "Out";
	case ESPAH_DIR_IN:
		return "In";
	default:
		return "Forward";
	}
}

static bool has_policy(const struct espah_why *why)
{
	return espah_given(why->given, ESPAH_A_WHY_POLICY);
}

/* "esp tunnel 192.0.2.1 -> 192.0.2.2 spi 0x00001001 reqid 7", as far as it is said. */
static void print_ends(const struct espah_tmpl *tmpl)
{
	char addr[ESPAH_ADDR_STRLEN], proto[ESPAH_PROTO_STRLEN];

	printf("%s %s", espah_proto_name(tmpl->proto, proto), espah_mode_name(tmpl->mode));
	if (tmpl->src.family || tmpl->dst.family) {
		printf(" %s", tmpl->src.family ? espah_addr_print(&tmpl->src, addr) : "any");
		printf(" -> %s", tmpl->dst.family ? espah_addr_print(&tmpl->dst, addr) : "any");
	}
	if (tmpl->spi)
		printf(" spi 0x%08x", tmpl->spi);
	if (tmpl->reqid)
		printf(" reqid %u", tmpl->reqid);
}

static void print_many(const struct espah_tmpl *tmpl, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (i)
			printf(", inside of ");
		print_ends(&tmpl[i]);
	}
}

static void print_policy_part(const struct espah_policy *policy)
{
	printf("policy %u (priority %u) ", policy->index, policy->priority);
}

static void print_clear_out(const struct espah_why *why)
{
	if (!has_policy(why)) {
		printf("no policy speaks of it");
	} else {
		print_policy_part(&why->policy);
		printf(why->policy.action == ESPAH_ACTION_BYPASS ? "lets it pass" :
		       "wants it protected where there is an SA (level use), and there is none");
	}
	puts(": it leaves in clear.");
}

static void print_protect(const struct espah_why *why)
{
	char dev[IF_NAMESIZE];

	print_policy_part(&why->policy);
	printf("protects it, by ");
	print_many(why->sa, why->sas);
	if (if_indextoname(why->oif, dev))
		printf(", and it leaves by %s", dev);
	printf(". Packets of up to %u octets fit, which are %u on the way.\n", why->inner,
	       why->outer);
}

static void print_lacking(const struct espah_why *why)
{
	print_policy_part(&why->policy);
	printf("protects it. No SA for its template ");
	if (why->lacks < why->policy.tmpls)
		print_ends(&why->policy.tmpl[why->lacks]);
	if (espah_given(why->given, ESPAH_A_WHY_EXCLUDED))
		printf(" (one was passed over for its selector)");
	if (why->verdict == ESPAH_VERDICT_WAIT)
		printf(": who listens is asked for it, and %s (%s).\n",
		       "packets wait ten seconds at most", cause_name(why));
	else
		printf(": packets are dropped (%s) and nobody listens for acquires.\n",
		       cause_name(why));
}

static void print_dropped(const struct espah_why *why)
{
	print_policy_part(&why->policy);
	if (why->policy.action == ESPAH_ACTION_DISCARD)
		printf("says block");
	else
		printf("protects it");
	printf(": packets are dropped (%s).\n", cause_name(why));
}

static void print_out(const struct espah_why *why)
{
	if (espah_given(why->given, ESPAH_A_WHY_LACKS))
		print_lacking(why);
	else if (why->verdict == ESPAH_VERDICT_CLEAR)
		print_clear_out(why);
	else if (why->verdict == ESPAH_VERDICT_PROTECT)
		print_protect(why);
	else
		print_dropped(why);
}

static void print_clear_in(const struct espah_why *why)
{
	if (!has_policy(why)) {
		printf("no policy speaks of it: it may come in clear; %s.\n",
		       "out of a tunnel it is dropped (in-no-policy)");
		return;
	}
	print_policy_part(&why->policy);
	if (why->policy.action == ESPAH_ACTION_BYPASS) {
		puts("lets it pass in clear; out of a tunnel it is dropped (in-policy-mismatch).");
		return;
	}
	printf("lets it pass in clear, and protected by ");
	print_many(why->policy.tmpl, why->policy.tmpls);
	puts(" (level use).");
}

static void print_in(const struct espah_why *why)
{
	if (why->verdict == ESPAH_VERDICT_CLEAR) {
		print_clear_in(why);
	} else if (why->verdict == ESPAH_VERDICT_DEMAND) {
		print_policy_part(&why->policy);
		printf("wants it protected, by ");
		print_many(why->policy.tmpl, why->policy.tmpls);
		printf(". In clear it is dropped (%s).\n", cause_name(why));
	} else {
		print_dropped(why);
	}
}

/**
 * print_why() - say what would become of a packet
 * @why: the answer
 */
void print_why(const struct espah_why *why)
{
	printf("%s: ", begin(why));
	if (why->dir == ESPAH_DIR_OUT)
		print_out(why);
	else
		print_in(why);
}

static const char *verdict_name(unsigned int verdict)
{
	static const char * const names[] = {
		[ESPAH_VERDICT_CLEAR] = "clear",
		[ESPAH_VERDICT_PROTECT] = "protect",
		[ESPAH_VERDICT_WAIT] = "wait",
		[ESPAH_VERDICT_DEMAND] = "demand",
		[ESPAH_VERDICT_DROP] = "drop",
	};

	return verdict <= ESPAH_VERDICT_DROP ? names[verdict] : "unknown";
}

static json_t *json_sa(const struct espah_tmpl *sa)
{
	char src[ESPAH_ADDR_STRLEN], dst[ESPAH_ADDR_STRLEN], proto[ESPAH_PROTO_STRLEN];
	char spi[sizeof("0x00000000")];

	snprintf(spi, sizeof(spi), "0x%08x", sa->spi);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:I}",
			 "src", espah_addr_print(&sa->src, src),
			 "dst", espah_addr_print(&sa->dst, dst),
			 "proto", espah_proto_name(sa->proto, proto),
			 "spi", spi,
			 "mode", espah_mode_name(sa->mode),
			 "reqid", (json_int_t)sa->reqid);
}

static json_t *json_sas(const struct espah_why *why)
{
	json_t *array = json_array();
	unsigned int i;

	for (i = 0; i < why->sas; i++) {
		if (json_array_append_new(array, json_sa(&why->sa[i]))) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static json_t *with_way(json_t *object, const struct espah_why *why)
{
	char dev[IF_NAMESIZE];

	if (if_indextoname(why->oif, dev))
		object = json_with(object, "oif", json_string(dev));
	object = json_with(object, "outer", json_integer(why->outer));
	return json_with(object, "inner", json_integer(why->inner));
}

static json_t *json_why(const struct espah_why *why)
{
	json_t *object = json_pack("{s:s, s:s}", "dir", espah_dir_name(why->dir),
				   "verdict", verdict_name(why->verdict));

	if (why->cause)
		object = json_with(object, "cause", json_string(cause_name(why)));
	if (has_policy(why))
		object = json_with(object, "policy", json_policy(&why->policy));
	if (why->sas)
		object = json_with(object, "sa", json_sas(why));
	if (espah_given(why->given, ESPAH_A_WHY_LACKS)) {
		object = json_with(object, "lacks", json_integer(why->lacks));
		object = json_with(object, "excluded",
				   json_boolean(espah_given(why->given, ESPAH_A_WHY_EXCLUDED)));
		object = json_with(object, "heard",
				   json_boolean(espah_given(why->given, ESPAH_A_WHY_HEARD)));
	}
	return why->verdict == ESPAH_VERDICT_PROTECT ? with_way(object, why) : object;
}

/**
 * json_whys() - what would become of a packet, for programs
 * @answers: by direction
 *
 * Return: the array, or NULL.
 */
json_t *json_whys(const struct why_answers *answers)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < answers->count; i++) {
		if (json_array_append_new(array, json_why(&answers->why[i]))) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

/**
 * print_cause() - say what a cause means, and what to do
 * @ctl: the options
 * @counter: one that espah_cause() knows
 */
void print_cause(const struct ctl *ctl, unsigned int counter)
{
	const struct espah_cause *cause = espah_cause(counter);

	printf("%s: %s", espah_counter_text(counter)->name, cause->advice);
	if (ctl->stats && cause->xfrm)
		printf(" (xfrm: %s)", cause->xfrm);
	putchar('\n');
}

/**
 * json_cause() - a cause for programs
 * @counter: one that espah_cause() knows
 *
 * Return: the object, or NULL.
 */
json_t *json_cause(unsigned int counter)
{
	const struct espah_cause *cause = espah_cause(counter);
	json_t *object = json_pack("{s:s, s:s}", "cause", espah_counter_text(counter)->name,
				   "advice", cause->advice);

	return cause->xfrm ? json_with(object, "xfrm", json_string(cause->xfrm)) : object;
}
