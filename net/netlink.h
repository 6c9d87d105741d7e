/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_NETLINK_H
#define _ESPAH_NETLINK_H

#include <linux/types.h>

struct espah_dropped;
struct espah_limits;
struct espah_net;
struct espah_nl_set;
struct espah_outer;
struct espah_policy;
struct espah_policy_config;
struct espah_sa;
struct espah_sa_config;
struct espah_tmpl;
struct genl_info;
struct netlink_callback;
struct netlink_ext_ack;
struct nlattr;
struct nlmsghdr;
struct sk_buff;

int espah_netlink_init(void);
void espah_netlink_exit(void);
int espah_nl_finish(struct genl_info *info, struct sk_buff *msg, void *header,
		    int err);

/* RFC 4303 section 2.1: 1 to 255 are reserved, 0 is never on the wire. */
#define ESPAH_SPI_MIN	256

/* An SA as requests describe it: netlink_sa_get.c; more is in netlink_sa.h */
extern const char *const espah_nl_sa_wants[];
extern const char *const espah_nl_sa_strays[];

/* Requests about SAs: netlink_sa.c */
int espah_nl_sa_add(struct sk_buff *skb, struct genl_info *info);
int espah_nl_sa_update(struct sk_buff *skb, struct genl_info *info);
int espah_nl_sa_del(struct sk_buff *skb, struct genl_info *info);
int espah_nl_sa_get(struct sk_buff *skb, struct genl_info *info);
int espah_nl_sa_flush(struct sk_buff *skb, struct genl_info *info);

/* The algorithms of an SA, asked for and as answers: netlink_alg.c */
int espah_nl_get_cipher(struct nlattr **tb, const struct espah_nl_set *set,
			struct espah_sa_config *config,
			struct netlink_ext_ack *extack);
int espah_nl_other_cipher(const struct espah_sa *sa,
			  const struct espah_sa_config *config);
int espah_nl_put_cipher(struct sk_buff *skb, const struct espah_sa *sa,
			bool show_keys);

/* The outer header of an SA: netlink_header.c */
void espah_nl_get_header(struct nlattr **tb, struct espah_outer *outer);
int espah_nl_check_header(struct nlattr **tb,
			  const struct espah_sa_config *config,
			  struct netlink_ext_ack *extack);
int espah_nl_other_header(const struct espah_sa *sa,
			  const struct espah_sa_config *config);
int espah_nl_put_header(struct sk_buff *skb, const struct espah_sa *sa);

/* The direction of an SA: netlink_dir.c */
int espah_nl_get_sa_dir(struct nlattr **tb, struct espah_sa_config *config,
			struct netlink_ext_ack *extack);
int espah_nl_put_sa_dir(struct sk_buff *skb, const struct espah_sa *sa);

/* The request that moves SAs and policies: netlink_migrate.c */
int espah_nl_migrate(struct sk_buff *skb, struct genl_info *info);

/* The request for an SPI: netlink_spi.c */
int espah_nl_sa_alloc_spi(struct sk_buff *skb, struct genl_info *info);

/* Lifetimes: netlink_limits.c */
int espah_nl_get_limits(const struct nlattr *nest, struct espah_limits *limits,
			struct netlink_ext_ack *extack);
int espah_nl_put_limits(struct sk_buff *skb, int attr,
			const struct espah_limits *limits);

/* Answers about SAs: netlink_sa_put.c */
int espah_nl_put_sa_names(struct sk_buff *skb, const struct espah_sa *sa);
int espah_nl_put_progress(struct sk_buff *skb, const struct espah_sa *sa);
int espah_nl_put_sa(struct sk_buff *skb, const struct espah_sa *sa,
		    bool show_keys);
int espah_nl_sa_reply(struct genl_info *info, const struct espah_sa *sa,
		      bool show_keys);
int espah_nl_sa_farewell(struct genl_info *info, struct espah_sa *sa);
int espah_nl_sa_dump_start(struct netlink_callback *cb);
int espah_nl_sa_dump(struct sk_buff *skb, struct netlink_callback *cb);

/* Templates, asked for and as answers: netlink_tmpl.c */
int espah_nl_get_tmpls(const struct nlmsghdr *nlh,
		       struct espah_policy_config *config,
		       struct netlink_ext_ack *extack);
int espah_nl_put_tmpl(struct sk_buff *skb, const struct espah_tmpl *tmpl);

/* Requests about policies: netlink_policy.c */
int espah_nl_policy_add(struct sk_buff *skb, struct genl_info *info);
int espah_nl_policy_update(struct sk_buff *skb, struct genl_info *info);
int espah_nl_policy_del(struct sk_buff *skb, struct genl_info *info);
int espah_nl_policy_get(struct sk_buff *skb, struct genl_info *info);
int espah_nl_policy_flush(struct sk_buff *skb, struct genl_info *info);
int espah_nl_put_policy(struct sk_buff *skb, const struct espah_policy *policy);
int espah_nl_policy_dump_start(struct netlink_callback *cb);
int espah_nl_policy_dump(struct sk_buff *skb, struct netlink_callback *cb);

/* What would become of a packet: netlink_why.c */
int espah_nl_why_get(struct sk_buff *skb, struct genl_info *info);

/* Packets that have ended: netlink_drop.c */
int espah_nl_put_dropped(struct sk_buff *skb,
			 const struct espah_dropped *dropped);
int espah_nl_drop_dump_start(struct netlink_callback *cb);
int espah_nl_drop_dump(struct sk_buff *skb, struct netlink_callback *cb);

/* What becomes of packets that no policy speaks of: netlink_default.c */
int espah_nl_default_set(struct sk_buff *skb, struct genl_info *info);
int espah_nl_default_get(struct sk_buff *skb, struct genl_info *info);
int espah_nl_put_default(struct sk_buff *skb, const struct espah_net *en);

#endif /* _ESPAH_NETLINK_H */
