// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "addr.h"
#include "names.h"
#include "print.h"

/* ip-xfrm(8) prints zeros for no address, and reads them so. */
static const char *tmpl_addr(const struct espah_tmpl *tmpl, const struct espah_addr *addr,
			     char *buf)
{
	bool v6 = tmpl->src.family == AF_INET6 || tmpl->dst.family == AF_INET6;
	const struct espah_addr none = { .family = v6 ? AF_INET6 : AF_INET };

	return espah_addr_print(addr->family == AF_UNSPEC ? &none : addr, buf);
}

static void print_tmpl(const struct ctl *ctl, const struct espah_tmpl *tmpl)
{
	char src[ESPAH_ADDR_STRLEN], dst[ESPAH_ADDR_STRLEN], proto[ESPAH_PROTO_STRLEN];
	const char *line = print_break(ctl);

	printf("%s\ttmpl src %s dst %s", line, tmpl_addr(tmpl, &tmpl->src, src),
	       tmpl_addr(tmpl, &tmpl->dst, dst));
	printf("%s\t\tproto %s", line, espah_proto_name(tmpl->proto, proto));
	if (tmpl->spi)
		printf(" spi 0x%08x", tmpl->spi);
	printf(" reqid %u mode %s", tmpl->reqid, espah_mode_name(tmpl->mode));
	if (ctl->stats || tmpl->level != ESPAH_LEVEL_REQUIRED)
		printf(" level %s", espah_level_name(tmpl->level));
}

static void print_usage(const struct ctl *ctl, const struct espah_policy *policy)
{
	print_current(ctl, policy->bytes, policy->packets);
	print_moment("add", espah_given(policy->given, ESPAH_A_POLICY_ADD_TIME), policy->add_time);
	print_moment(" use", espah_given(policy->given, ESPAH_A_POLICY_USE_TIME), policy->use_time);
}

static void print_policy(const struct ctl *ctl, const struct espah_policy *policy)
{
	bool block = policy->action == ESPAH_ACTION_DISCARD;
	unsigned int i;

	print_selector(&policy->sel);
	printf("%s\tdir %s", print_break(ctl), espah_dir_name(policy->dir));
	if (block || ctl->stats)
		printf(" action %s", block ? "block" : "allow");
	if (ctl->stats || (ctl->words && espah_given(policy->given, ESPAH_A_POLICY_INDEX_CHOSEN)))
		printf(" index %u", policy->index);
	printf(" priority %u", policy->priority);
	if (espah_given(policy->given, ESPAH_A_POLICY_NAME))
		printf(" name %s", policy->name);
	if (espah_given(policy->given, ESPAH_A_POLICY_MARK)) {
		printf("%s\t", print_break(ctl));
		print_mark("mark", &policy->mark);
	}
	for (i = 0; i < policy->tmpls; i++)
		print_tmpl(ctl, &policy->tmpl[i]);
	if (espah_given(policy->given, ESPAH_A_POLICY_IF_ID))
		printf("%s\tif_id %#x", print_break(ctl), policy->if_id);
	if (ctl->words)
		print_limit_words(&policy->limits);
	if (ctl->stats) {
		print_limits(ctl, &policy->limits);
		print_usage(ctl, policy);
	}
	putchar('\n');
}

/**
 * print_policy_command() - print the command that makes a policy
 * @policy: the policy
 */
void print_policy_command(const struct espah_policy *policy)
{
	const struct ctl ctl = { .words = true };

	fputs("policy add ", stdout);
	print_policy(&ctl, policy);
}

static json_t *json_tmpl(const struct espah_tmpl *tmpl)
{
	char text[ESPAH_ADDR_STRLEN], proto[ESPAH_PROTO_STRLEN], spi[sizeof("0x00000000")];
	json_t *object = json_object();

	if (tmpl->src.family)
		object = json_with(object, "src", json_string(espah_addr_print(&tmpl->src, text)));
	if (tmpl->dst.family)
		object = json_with(object, "dst", json_string(espah_addr_print(&tmpl->dst, text)));
	object = json_with(object, "proto", json_string(espah_proto_name(tmpl->proto, proto)));
	snprintf(spi, sizeof(spi), "0x%08x", tmpl->spi);
	if (tmpl->spi)
		object = json_with(object, "spi", json_string(spi));
	object = json_with(object, "reqid", json_integer(tmpl->reqid));
	object = json_with(object, "mode", json_string(espah_mode_name(tmpl->mode)));
	return json_with(object, "level", json_string(espah_level_name(tmpl->level)));
}

static json_t *json_tmpls(const struct espah_policy *policy)
{
	json_t *array = json_array();
	unsigned int i;

	for (i = 0; i < policy->tmpls; i++) {
		if (json_array_append_new(array, json_tmpl(&policy->tmpl[i]))) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

/* What an event of a policy's end or of an acquire does not say is not there. */
static json_t *json_usage(json_t *object, const struct espah_policy *policy)
{
	if (espah_given(policy->given, ESPAH_A_POLICY_PACKETS))
		object = json_with(object, "packets", json_integer(policy->packets));
	if (espah_given(policy->given, ESPAH_A_POLICY_BYTES))
		object = json_with(object, "bytes", json_integer(policy->bytes));
	if (espah_given(policy->given, ESPAH_A_POLICY_ADD_TIME))
		object = json_with(object, "add_time", json_integer(policy->add_time));
	if (espah_given(policy->given, ESPAH_A_POLICY_USE_TIME))
		object = json_with(object, "use_time", json_integer(policy->use_time));
	return object;
}

/**
 * json_policy() - a policy for programs
 * @policy: the policy
 *
 * Return: the object, or NULL.
 */
json_t *json_policy(const struct espah_policy *policy)
{
	json_t *object = json_selector(&policy->sel);

	object = json_with(object, "dir", json_string(espah_dir_name(policy->dir)));
	object = json_with(object, "priority", json_integer(policy->priority));
	object = json_with(object, "index", json_integer(policy->index));
	if (espah_given(policy->given, ESPAH_A_POLICY_INDEX_CHOSEN))
		object = json_with(object, "index_chosen", json_true());
	if (espah_given(policy->given, ESPAH_A_POLICY_NAME))
		object = json_with(object, "name", json_string(policy->name));
	object = json_with(object, "action", json_string(espah_action_name(policy->action)));
	if (espah_given(policy->given, ESPAH_A_POLICY_MARK))
		object = json_with(object, "mark", json_mark(&policy->mark));
	if (espah_given(policy->given, ESPAH_A_POLICY_IF_ID))
		object = json_with(object, "if_id", json_integer(policy->if_id));
	if (espah_given(policy->given, ESPAH_A_POLICY_LIMITS))
		object = json_with(object, "limits", json_limits(&policy->limits));
	object = json_with(object, "tmpl", json_tmpls(policy));
	return json_usage(object, policy);
}

/**
 * print_policies() - print policies
 * @ctl: the options
 * @policy: the first of them
 * @count: how many
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int print_policies(const struct ctl *ctl, const struct espah_policy *policy, size_t count,
		   struct espah_err *err)
{
	struct json_list list = { .ctl = ctl };
	size_t i;

	for (i = 0; i < count; i++) {
		if (!ctl->json)
			print_policy(ctl, &policy[i]);
		else if (json_list_item(&list, json_policy(&policy[i]), err))
			return -1;
	}
	if (ctl->json)
		json_list_end(&list);
	return 0;
}

/**
 * print_acquire() - print what an SA is wanted for
 * @ctl: the options
 * @wants: the flow in its selector, and of the policy what an acquire has of it
 *
 * The lines are those of ip-xfrm(8), but that a policy is only named.
 */
void print_acquire(const struct ctl *ctl, const struct espah_policy *wants)
{
	char proto[ESPAH_PROTO_STRLEN];
	const char *line = print_break(ctl);
	unsigned int i;

	printf("proto %s", espah_proto_name(wants->tmpl[0].proto, proto));
	printf("%s  sel ", line);
	print_selector(&wants->sel);
	printf("%s  policy dir %s index %u", line, espah_dir_name(wants->dir), wants->index);
	if (espah_given(wants->given, ESPAH_A_POLICY_NAME))
		printf(" name %s", wants->name);
	if (espah_given(wants->given, ESPAH_A_POLICY_MARK)) {
		putchar(' ');
		print_mark("mark", &wants->mark);
	}
	if (espah_given(wants->given, ESPAH_A_POLICY_IF_ID))
		printf(" if_id %#x", wants->if_id);
	if (espah_given(wants->given, ESPAH_A_POLICY_WAITING))
		printf(" waiting %u", wants->waiting);
	for (i = 0; i < wants->tmpls; i++)
		print_tmpl(ctl, &wants->tmpl[i]);
}

/**
 * json_acquire() - what an SA is wanted for, for programs
 * @wants: as for print_acquire()
 *
 * Return: the object, or NULL.
 */
json_t *json_acquire(const struct espah_policy *wants)
{
	json_t *object = json_object();

	object = json_with(object, "flow", json_selector(&wants->sel));
	object = json_with(object, "dir", json_string(espah_dir_name(wants->dir)));
	object = json_with(object, "index", json_integer(wants->index));
	if (espah_given(wants->given, ESPAH_A_POLICY_NAME))
		object = json_with(object, "name", json_string(wants->name));
	if (espah_given(wants->given, ESPAH_A_POLICY_MARK))
		object = json_with(object, "mark", json_mark(&wants->mark));
	if (espah_given(wants->given, ESPAH_A_POLICY_IF_ID))
		object = json_with(object, "if_id", json_integer(wants->if_id));
	if (espah_given(wants->given, ESPAH_A_POLICY_WAITING))
		object = json_with(object, "waiting", json_integer(wants->waiting));
	return json_with(object, "tmpl", json_tmpls(wants));
}

/**
 * print_policy_counts() - print how many policies there are
 * @info: the figures
 */
void print_policy_counts(const struct espah_info *info)
{
	printf("SPD IN %u OUT %u FWD %u", info->policies[ESPAH_DIR_IN],
	       info->policies[ESPAH_DIR_OUT], info->policies[ESPAH_DIR_FWD]);
}

/**
 * json_policy_counts() - how many policies there are, for programs
 * @info: the figures
 *
 * Return: the object, or NULL.
 */
json_t *json_policy_counts(const struct espah_info *info)
{
	return json_pack("{s:I, s:I, s:I}",
			 "in", (json_int_t)info->policies[ESPAH_DIR_IN],
			 "out", (json_int_t)info->policies[ESPAH_DIR_OUT],
			 "fwd", (json_int_t)info->policies[ESPAH_DIR_FWD]);
}
