/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Security associations: what can be asked of the kernel.
 */
#ifndef _ESPAH_SA_H
#define _ESPAH_SA_H

#include <linux/netlink.h>

#include "err.h"
#include "model.h"
#include "nl.h"

struct espah_sa_list {
	struct espah_sa *sa;
	size_t count;
	size_t room;
	/* Only SAs for which this is true get in; NULL: all do. */
	bool (*keep)(const struct espah_sa *sa, const void *filter);
	const void *filter;
};

bool espah_sa_put(struct nlmsghdr *nlh, const struct espah_sa *sa);
int espah_sa_take(const struct nlmsghdr *nlh, struct espah_sa *sa, struct espah_err *err);
void espah_sa_wipe(struct espah_sa *sa);

int espah_sa_add(struct espah_nl *nl, const struct espah_sa *sa, struct espah_err *err);
int espah_sa_update(struct espah_nl *nl, const struct espah_sa *sa, struct espah_err *err);
int espah_sa_alloc_spi(struct espah_nl *nl, struct espah_sa *sa,
		       const struct espah_spi_range *range, struct espah_err *err);
int espah_sa_delete(struct espah_nl *nl, const struct espah_sa *sa, struct espah_err *err);
int espah_sa_get(struct espah_nl *nl, struct espah_sa *sa, bool show_keys, struct espah_err *err);
int espah_sa_retire(struct espah_nl *nl, struct espah_sa *sa, struct espah_err *err);
int espah_sa_flush(struct espah_nl *nl, uint8_t proto, struct espah_err *err);
int espah_sa_dump(struct espah_nl *nl, struct espah_sa_list *list, bool show_keys,
		  struct espah_err *err);
struct espah_sa *espah_sa_list_next(struct espah_sa_list *list, struct espah_err *err);
void espah_sa_list_wipe(struct espah_sa_list *list);

#endif /* _ESPAH_SA_H */
