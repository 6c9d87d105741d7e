/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of `espah policy`, as values.
 */
#ifndef _ESPAH_POLICY_TEXT_H
#define _ESPAH_POLICY_TEXT_H

#include "argv.h"
#include "model.h"

/* A policy passes if all that is given holds. */
struct policy_filter {
	struct espah_selector sel;
	uint64_t given;
	uint32_t priority;
	uint32_t index;
	uint32_t if_id;
	/* NULL: any, or none */
	const char *name;
	uint8_t dir;
	bool has_proto;
	/* ip-xfrm(8)'s action, which does not tell protect from bypass */
	bool block;
	/* AF_UNSPEC: either */
	int family;
};

int policy_parse(struct args *args, int family, struct espah_policy *policy);
int policy_parse_key(struct args *args, int family, struct espah_policy *policy);
int policy_parse_filter(struct args *args, struct policy_filter *filter);
int policy_parse_flush(struct args *args, int *dir);
bool policy_filter_keep(const struct espah_policy *policy, const void *filter);

#endif /* _ESPAH_POLICY_TEXT_H */
