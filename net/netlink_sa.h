/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_NETLINK_SA_H
#define _ESPAH_NETLINK_SA_H

#include "limits.h"
#include "sa.h"
#include "selector.h"

struct espah_nl_set;

/**
 * struct espah_nl_sa - an SA as a request describes it
 * @config: points into the request, to @sel and to @limits
 * @sel: selector
 * @limits: lifetime
 */
struct espah_nl_sa {
	struct espah_sa_config	config;
	struct espah_selector	sel;
	struct espah_limits	limits;
};

extern const struct espah_nl_set espah_nl_sa_set;

int espah_nl_get_sa_id(struct nlattr **tb, struct espah_sa_config *config,
		       struct netlink_ext_ack *extack);
int espah_nl_get_sa_config(struct nlattr **tb, struct espah_nl_sa *req,
			   struct netlink_ext_ack *extack);
int espah_nl_check_mode(struct nlattr **tb,
			const struct espah_sa_config *config, u8 mode,
			struct netlink_ext_ack *extack);
int espah_nl_check_selector(struct nlattr **tb,
			    const struct espah_sa_config *config, u8 mode,
			    struct netlink_ext_ack *extack);
int espah_nl_need_cipher(struct nlattr **tb, struct netlink_ext_ack *extack);

#endif /* _ESPAH_NETLINK_SA_H */
