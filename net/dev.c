// SPDX-License-Identifier: GPL-2.0-only
/* The virtual interface: what is routed to it goes under an SA of its id, and what has come
 * under one arrives by it.
 */

#include <linux/module.h>
#include <linux/netdevice.h>
#include <net/ip_tunnels.h>
#include <net/rtnetlink.h>
#include <uapi/linux/espah.h>
#include <uapi/linux/if_arp.h>

#include "compat.h"
#include "deliver.h"
#include "dev.h"
#include "netns.h"
#include "routed.h"

/* What most tunnels leave of an Ethernet's 1500 octets. Where there is less, packets are
 * refused one by one, and their senders told (net/pmtu.c).
 */
#define DEFAULT_MTU	1420

/* Is there any, on the whole machine? Who has none does not pay for it. */
DEFINE_STATIC_KEY_FALSE(espah_dev_any);

/**
 * espah_dev_find() - the virtual interface with this id
 * @en: namespace that it was made in
 * @id: its id
 *
 * The caller holds RCU or RTNL, and the answer is good as long.
 *
 * Return: the interface or NULL.
 */
struct espah_link *espah_dev_find(const struct espah_net *en, u32 id)
{
	return xa_load((struct xarray *)&en->links, id);
}

/* Once all is there that packets need, ... */
static int dev_init(struct net_device *dev)
{
	struct espah_link *link = netdev_priv(dev);
	struct espah_slot_key key = { .if_id = link->id };
	struct espah_net *en = link->en;
	int err;

	/* The module stays while interfaces exist. */
	if (!try_module_get(THIS_MODULE))
		return -ENODEV;
	dev->tstats = __netdev_alloc_pcpu_stats(struct pcpu_sw_netstats,
						ESPAH_GFP_PERCPU);
	err = dev->tstats ? gro_cells_init(&link->cells, dev) : -ENOMEM;
	if (err)
		goto free_stats;
	mutex_lock(&en->lock);
	link->slot = espah_slot_get(en, &key);
	mutex_unlock(&en->lock);
	err = PTR_ERR_OR_ZERO(link->slot);
	if (err)
		goto destroy_cells;
	static_branch_inc(&espah_dev_any);
	return 0;

destroy_cells:
	gro_cells_destroy(&link->cells);
free_stats:
	free_percpu(dev->tstats);
	module_put(THIS_MODULE);
	return err;
}

/* No packet that it sends is under way any more. */
static void dev_uninit(struct net_device *dev)
{
	struct espah_link *link = netdev_priv(dev);

	static_branch_dec(&espah_dev_any);
	mutex_lock(&link->en->lock);
	espah_slot_put(link->en, link->slot);
	mutex_unlock(&link->en->lock);
}

/* And none that it has received. Whoever removes the module waits for the rest of this
 * (rtnl_link_unregister()).
 */
static void dev_destroy(struct net_device *dev)
{
	struct espah_link *link = netdev_priv(dev);

	gro_cells_destroy(&link->cells);
	free_percpu(dev->tstats);
	module_put(THIS_MODULE);
}

static netdev_tx_t dev_xmit(struct sk_buff *skb, struct net_device *dev)
{
	unsigned int len = skb->len;
	int err;

	rcu_read_lock();
	err = espah_routed(netdev_priv(dev), skb);
	rcu_read_unlock();
	if (err) {
		DEV_STATS_INC(dev, tx_errors);
		DEV_STATS_INC(dev, tx_dropped);
		/* The sender is told: the stack takes it for a packet that has gone. */
		return (netdev_tx_t)err;
	}
	dev_sw_netstats_tx_add(dev, 1, len);
	return NETDEV_TX_OK;
}

/* Where its SAs are. */
static struct net *dev_link_net(const struct net_device *dev)
{
	const struct espah_link *link = netdev_priv(dev);

	return link->en->net;
}

static const struct net_device_ops dev_ops = {
	.ndo_init		= dev_init,
	.ndo_uninit		= dev_uninit,
	.ndo_start_xmit		= dev_xmit,
	.ndo_get_stats64	= dev_get_tstats64,
};

/**
 * espah_dev_is() - is this one of our interfaces?
 * @dev: interface
 *
 * Return: true if it is.
 */
bool espah_dev_is(const struct net_device *dev)
{
	return dev->netdev_ops == &dev_ops;
}

static void dev_setup(struct net_device *dev)
{
	dev->netdev_ops = &dev_ops;
	dev->header_ops = &ip_tunnel_header_ops;
	dev->type = ARPHRD_NONE;
	dev->flags = IFF_NOARP | IFF_POINTOPOINT;
	dev->mtu = DEFAULT_MTU;
	dev->min_mtu = ETH_MIN_MTU;
	dev->max_mtu = IP_MAX_MTU;
	dev->priv_flags |= IFF_NO_QUEUE;
	espah_dev_lockless(dev);
	/* Segments and checksums are made here, before they are protected. */
	dev->features |= NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HW_CSUM |
			 NETIF_F_GSO_SOFTWARE;
	dev->hw_features |= NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HW_CSUM |
			    NETIF_F_GSO_SOFTWARE;
	dev->needs_free_netdev = true;
	dev->priv_destructor = dev_destroy;
	netif_keep_dst(dev);
}

static const struct nla_policy link_policy[IFLA_ESPAH_MAX + 1] = {
	[IFLA_ESPAH_ID]	= { .type = NLA_U32 },
};

static u32 wanted_id(struct nlattr **data)
{
	return data && data[IFLA_ESPAH_ID] ? nla_get_u32(data[IFLA_ESPAH_ID]) :
					     0;
}

static int link_validate(struct nlattr **tb, struct nlattr **data,
			 struct netlink_ext_ack *extack)
{
	if (!tb[IFLA_ADDRESS])
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, tb[IFLA_ADDRESS],
			    "address: an espah interface has none");
	return -EINVAL;
}

/* RTNL keeps others from the same. */
static int take_id(struct espah_link *link, struct nlattr **data,
		   struct netlink_ext_ack *extack)
{
	struct espah_net *en = link->en;

	link->id = wanted_id(data);
	if (!link->id)
		return xa_alloc(&en->links, &link->id, NULL, xa_limit_32b,
				GFP_KERNEL_ACCOUNT);
	if (espah_dev_find(en, link->id)) {
		NL_SET_ERR_MSG_ATTR(extack, data[IFLA_ESPAH_ID],
				    "id: another espah interface of this namespace has it");
		return -EEXIST;
	}
	return xa_insert(&en->links, link->id, NULL, GFP_KERNEL_ACCOUNT);
}

static int link_new(struct net *src_net, struct net_device *dev,
		    struct nlattr **tb, struct nlattr **data,
		    struct netlink_ext_ack *extack)
{
	struct espah_link *link = netdev_priv(dev);
	int err;

	link->dev = dev;
	link->en = espah_net(dev_net(dev));
	err = take_id(link, data, extack);
	if (err)
		return err;
	err = register_netdevice(dev);
	if (err)
		xa_erase(&link->en->links, link->id);
	else
		/* The place is taken already: this needs no memory. */
		xa_store(&link->en->links, link->id, link, GFP_KERNEL_ACCOUNT);
	return err;
}

/* SAs and policies name the id, and nothing would tell them. */
static int link_change(struct net_device *dev, struct nlattr **tb,
		       struct nlattr **data, struct netlink_ext_ack *extack)
{
	const struct espah_link *link = netdev_priv(dev);

	if (!wanted_id(data) || wanted_id(data) == link->id)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, data[IFLA_ESPAH_ID],
			    "id: that of an interface cannot change; add another interface");
	return -EOPNOTSUPP;
}

static void link_delete(struct net_device *dev, struct list_head *head)
{
	struct espah_link *link = netdev_priv(dev);

	xa_erase(&link->en->links, link->id);
	unregister_netdevice_queue(dev, head);
}

static size_t link_size(const struct net_device *dev)
{
	return nla_total_size(sizeof(u32));
}

static int link_fill(struct sk_buff *skb, const struct net_device *dev)
{
	const struct espah_link *link = netdev_priv(dev);

	return nla_put_u32(skb, IFLA_ESPAH_ID, link->id);
}

static struct rtnl_link_ops link_ops __read_mostly = {
	.kind		= "espah",
	.maxtype	= IFLA_ESPAH_MAX,
	.policy		= link_policy,
	.priv_size	= sizeof(struct espah_link),
	.setup		= dev_setup,
	.validate	= link_validate,
	.newlink	= link_new,
	.changelink	= link_change,
	.dellink	= link_delete,
	.get_size	= link_size,
	.fill_info	= link_fill,
	.get_link_net	= dev_link_net,
};

/**
 * espah_dev_enter() - a packet has come under an SA of an interface, and arrives by it
 * @sa: SA that it came under last
 * @skb: packet in clear
 * @tunnel: it has been in a tunnel, this SA's or one around it
 *
 * From here on it is the interface's. (In transport mode a packet has this host's own
 * addresses, and another interface to arrive by.) The caller holds RCU.
 *
 * Return: 0, or the counter that says why not.
 */
unsigned int espah_dev_enter(const struct espah_sa *sa, struct sk_buff *skb,
			     bool tunnel)
{
	struct espah_link *link = espah_dev_find(sa->en, sa->if_id);

	if (!link || !tunnel || !(READ_ONCE(link->dev->flags) & IFF_UP))
		return ESPAH_A_CNT_IN_LINK;
	skb->dev = link->dev;
	skb->skb_iif = link->dev->ifindex;
	return 0;
}

/**
 * espah_dev_here() - is what came by an interface for this host?
 * @sa: SA that it came under
 * @skb: packet in clear, behind espah_dev_enter()
 *
 * What goes to another namespace goes out of this one's hands: its policies speak of it as
 * of what is for this host, as with xfrm. The caller holds RCU.
 *
 * Return: false if it is to be forwarded.
 */
bool espah_dev_here(const struct espah_sa *sa, struct sk_buff *skb)
{
	return !net_eq(dev_net(skb->dev), sa->en->net) ||
	       espah_deliver_here(sa->en->net, skb);
}

/* What belongs to the namespace that the packet leaves. */
static void leave_namespace(struct sk_buff *skb)
{
	skb->mark = 0;
	skb_ext_reset(skb);
	ipvs_reset(skb);
}

/**
 * espah_dev_deliver() - a packet goes on in clear, by its interface
 * @sa: SA that it came under last, which counts it; the caller keeps it
 * @skb: packet behind espah_dev_enter(), with its data at its IP header
 *
 * The firewall and who captures packets see one that the interface has just received. The
 * caller holds RCU.
 */
void espah_dev_deliver(struct espah_sa *sa, struct sk_buff *skb)
{
	struct net_device *dev = skb->dev;
	struct espah_link *link = netdev_priv(dev);
	unsigned int len = skb->len;

	if (!net_eq(dev_net(dev), sa->en->net))
		leave_namespace(skb);
	skb->pkt_type = PACKET_HOST;
	/* There is no link-layer header. */
	skb_reset_mac_header(skb);
	if (gro_cells_receive(&link->cells, skb) == NET_RX_DROP) {
		espah_count_drop(sa->en, sa, NULL, ESPAH_A_CNT_IN_BACKLOG);
		return;
	}
	dev_sw_netstats_rx_add(dev, len);
	espah_count(sa->en, ESPAH_A_CNT_IN_OK);
}

/**
 * espah_dev_net_init() - a namespace begins without interfaces
 * @en: namespace
 */
void espah_dev_net_init(struct espah_net *en)
{
	xa_init_flags(&en->links, XA_FLAGS_ALLOC1 | XA_FLAGS_ACCOUNT);
}

/**
 * espah_dev_net_exit() - a namespace ends, and with it the interfaces whose SAs it has
 * @en: namespace
 *
 * Those that were moved to others are there still.
 */
void espah_dev_net_exit(struct espah_net *en)
{
	struct espah_link *link;
	unsigned long id;
	LIST_HEAD(list);

	if (xa_empty(&en->links))
		return;
	rtnl_lock();
	xa_for_each(&en->links, id, link)
		link_delete(link->dev, &list);
	unregister_netdevice_many(&list);
	rtnl_unlock();
	xa_destroy(&en->links);
}

/**
 * espah_dev_init() - let there be interfaces
 *
 * Return: 0 or a negative errno.
 */
int __init espah_dev_init(void)
{
	return rtnl_link_register(&link_ops);
}

/**
 * espah_dev_exit() - there are no interfaces, and come no more
 */
void espah_dev_exit(void)
{
	rtnl_link_unregister(&link_ops);
}
