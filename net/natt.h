/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_NATT_H
#define _ESPAH_NATT_H

#include <linux/types.h>

union espah_addr;
struct espah_net;
struct espah_sa;
struct net;
struct sk_buff;
struct sock;

struct sock *espah_natt_socket(struct net *net, const struct sk_buff *skb);
bool espah_natt_opens4(struct net *net, const struct sk_buff *skb);
void espah_natt_write_header(struct sk_buff *skb, const struct espah_sa *sa);
void espah_natt_write_checksum6(struct sk_buff *skb);
__be32 espah_natt_ports(const struct sk_buff *skb);
unsigned int espah_natt_admits(const struct espah_sa *sa,
			       const struct sk_buff *skb, int encap_type);
void espah_natt_learn(struct espah_sa *sa, const struct sk_buff *skb);
__be16 espah_natt_mapped(const struct espah_sa *sa, union espah_addr *addr);
void espah_natt_keepalive(struct espah_sa *sa);
struct espah_sa *espah_natt_carries(const struct espah_net *en,
				    const struct sk_buff *skb);

#endif /* _ESPAH_NATT_H */
