/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_NETLINK_ATTR_H
#define _ESPAH_NETLINK_ATTR_H

#include <linux/in.h>
#include <net/genetlink.h>
#include <uapi/linux/espah.h>

#include "addr.h"
#include "fwmark.h"
#include "selector.h"

extern struct genl_family espah_genl_family;

/**
 * struct espah_nl_set - the attributes of one request or nest
 * @max: highest attribute number
 * @policy: what each attribute must look like, indexed by number; what is not
 *	in it is refused
 * @wants: a sentence for each, said when it is missing or malformed
 * @strays: a sentence for each that is not in @policy, said when it is there;
 *	NULL where the policy has them all
 * @repeats: the attribute that may be given more than once, or 0
 */
struct espah_nl_set {
	int				max;
	const struct nla_policy		*policy;
	const char *const		*wants;
	const char *const		*strays;
	int				repeats;
};

int espah_nl_parse(struct nlattr **tb, const struct espah_nl_set *set,
		   const struct nlmsghdr *nlh, struct netlink_ext_ack *extack);
int espah_nl_get_fwmark(struct nlattr **tb, const struct espah_nl_set *set,
			int attr, struct espah_fwmark *mark,
			struct netlink_ext_ack *extack);
int espah_nl_put_fwmark(struct sk_buff *skb, int attr,
			const struct espah_fwmark *mark);
void espah_nl_wipe(const struct nlmsghdr *nlh);
int espah_nl_parse_nested(struct nlattr **tb, const struct espah_nl_set *set,
			  const struct nlattr *nest,
			  struct netlink_ext_ack *extack);
int espah_nl_need(struct nlattr **tb, const struct espah_nl_set *set,
		  const struct nlattr *nest, int attr,
		  struct netlink_ext_ack *extack);
int espah_nl_need_all(struct nlattr **tb, const struct espah_nl_set *set,
		      const struct nlattr *nest, const u8 *attrs, size_t n,
		      struct netlink_ext_ack *extack);
int espah_nl_check_addr(const struct nlattr *attr,
			struct netlink_ext_ack *extack);
u16 espah_nl_get_addr(const struct nlattr *attr, union espah_addr *addr);
int espah_nl_put_addr(struct sk_buff *skb, int attr,
		      const union espah_addr *addr, u16 family);
int espah_nl_get_selector(const struct nlattr *nest, struct espah_selector *sel,
			  struct netlink_ext_ack *extack);
int espah_nl_put_selector(struct sk_buff *skb, int attr,
			  const struct espah_selector *sel);

/* ESP or AH, whose numbers are neighbours. */
#define ESPAH_NL_IPSEC_PROTO	NLA_POLICY_RANGE(NLA_U8, IPPROTO_ESP, IPPROTO_AH)

/* An address of either family. */
#define ESPAH_NL_ADDR	NLA_POLICY_VALIDATE_FN(NLA_BINARY, espah_nl_check_addr)

#endif /* _ESPAH_NETLINK_ATTR_H */
