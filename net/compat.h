/* SPDX-License-Identifier: GPL-2.0-only */
/* The differences between kernel versions: the only version tests there are. */
#ifndef _ESPAH_COMPAT_H
#define _ESPAH_COMPAT_H

#include <linux/crypto.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/version.h>
#include <net/genetlink.h>
#include <net/ip.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_core.h>

#include "ext6.h"

/* Segmentation was declared in skbuff.h up to 6.4. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
#include <net/gso.h>
#endif

/* What a crypto completion is handed: the request up to 6.2, the request's
 * data since.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#define espah_completion	struct crypto_async_request

static inline void *espah_completion_data(espah_completion *done)
{
	return done->data;
}
#else
#define espah_completion	void

static inline void *espah_completion_data(espah_completion *done)
{
	return done;
}
#endif

/* UDP's sockets were in one table for all namespaces up to 6.1. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define espah_udp_table(net)	(&udp_table)
#else
#define espah_udp_table(net)	((net)->ipv4.udp_table)
#endif

/* What a generic-netlink family's hooks are told about the operation. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define espah_genl_op		struct genl_ops
#else
#define espah_genl_op		struct genl_split_ops
#endif

/* Who may listen to a multicast group. Before the flags of groups had names of
 * their own, the core took those of operations.
 */
#ifdef GENL_MCAST_CAP_NET_ADMIN
#define ESPAH_GENL_MCAST_NET_ADMIN	GENL_MCAST_CAP_NET_ADMIN
#else
#define ESPAH_GENL_MCAST_NET_ADMIN	GENL_UNS_ADMIN_PERM
#endif

/* What connection tracking does last found everything out by itself since 6.3. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
static inline unsigned int
espah_nf_confirm(typeof(nf_confirm) *confirm, struct sk_buff *skb,
		 const struct nf_hook_state *state)
{
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(skb, &ctinfo);
	struct espah_ext6 ext;

	/* Of a connection that is known already; and helpers do not read ICMP. */
	if (ctinfo == IP_CT_RELATED_REPLY)
		return NF_ACCEPT;
	if (likely(state->pf == NFPROTO_IPV4)) {
		ext.upper = ip_hdrlen(skb);
	} else {
		/* Conntrack has put fragments together. */
		espah_ext6_walk(skb, &ext);
	}
	return confirm(skb, skb_network_offset(skb) + ext.upper, ct, ctinfo);
}
#else
static inline unsigned int
espah_nf_confirm(typeof(nf_confirm) *confirm, struct sk_buff *skb,
		 const struct nf_hook_state *state)
{
	return confirm(NULL, skb, state);
}
#endif

/* Of a device that transmits without a lock; a feature up to 6.11. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
static inline void espah_dev_lockless(struct net_device *dev)
{
	dev->features |= NETIF_F_LLTX;
}
#else
static inline void espah_dev_lockless(struct net_device *dev)
{
	dev->lltx = true;
}
#endif

/* Does anybody want what arrives by a device, before the IP layer does? Since 6.6, traffic
 * control and BPF share a place.
 */
static inline bool espah_dev_ingress(const struct net_device *dev)
{
	bool wanted = false;

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
#ifdef CONFIG_NET_XGRESS
	wanted |= !!rcu_access_pointer(dev->tcx_ingress);
#endif
#elif defined(CONFIG_NET_CLS_ACT)
	wanted |= !!rcu_access_pointer(dev->miniq_ingress);
#endif
#ifdef CONFIG_NETFILTER_INGRESS
	wanted |= !!rcu_access_pointer(dev->nf_hooks_ingress);
#endif
	return wanted;
}

/* Do routes depend on more than addresses, the TOS, the mark and the interface? */
static inline bool espah_custom_rules(const struct net *net)
{
#ifdef CONFIG_IP_MULTIPLE_TABLES
	return READ_ONCE(net->ipv4.fib_has_custom_rules);
#else
	return false;
#endif
}

/* As espah_custom_rules(), over IPv6. */
static inline bool espah_custom_rules6(const struct net *net)
{
#ifdef CONFIG_IPV6_MULTIPLE_TABLES
	return READ_ONCE(net->ipv6.fib6_has_custom_rules);
#else
	return false;
#endif
}

/* What is sent is counted as it is asked for since 6.7, and not only as it leaves. */
static inline void espah_count_request4(struct net *net)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	IP_INC_STATS(net, IPSTATS_MIB_OUTREQUESTS);
#endif
}

/* Exported, and in no header that a module can see. */
void nf_queue_nf_hook_drop(struct net *net);

#endif /* _ESPAH_COMPAT_H */
