// SPDX-License-Identifier: GPL-2.0-or-later
#include "payload.h"

static unsigned int count_of(const struct ike_payloads *payloads, uint8_t type)
{
	unsigned int i, count = 0;

	for (i = 0; i < payloads->count; i++)
		count += payloads->payload[i].type == type;
	return count;
}

static bool has_rule(const struct ike_rule *rules, uint8_t type)
{
	for (; rules->type; rules++) {
		if (rules->type == type)
			return true;
	}
	/* Sections 3.10 and 3.12: in any message. */
	return type == IKE_P_NOTIFY || type == IKE_P_VENDOR;
}

enum ike_bad ike_rules_check(const struct ike_rule *rules, const struct ike_payloads *payloads)
{
	const struct ike_rule *rule;
	unsigned int i;

	for (i = 0; i < payloads->count; i++) {
		if (!has_rule(rules, payloads->payload[i].type))
			return IKE_BAD_UNEXPECTED;
	}
	for (rule = rules; rule->type; rule++) {
		unsigned int count = count_of(payloads, rule->type);

		if (count < rule->min)
			return IKE_BAD_MISSING;
		if (count > rule->max)
			return IKE_BAD_TWICE;
	}
	return IKE_GOOD;
}
