/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_DEV_H
#define _ESPAH_DEV_H

#include <linux/jump_label.h>
#include <linux/netdevice.h>
#include <net/dst.h>
#include <net/gro_cells.h>

struct espah_net;
struct espah_sa;
struct espah_slot;
struct sk_buff;

/**
 * struct espah_link - a virtual interface, whose packets go and come under SAs of its own
 * @dev: the interface; constant, as all that follows
 * @en: namespace that it was made in: its SAs and policies, and the protected packets, are
 *	there, wherever the interface is now
 * @id: what joins it to them, never 0
 * @slot: where the SAs with this id are found, held
 * @cells: where packets that it has received enter the stack; TCP is coalesced there
 */
struct espah_link {
	struct net_device	*dev;
	struct espah_net	*en;
	u32			id;
	struct espah_slot	*slot;
	struct gro_cells	cells;
};

extern struct static_key_false espah_dev_any;

void espah_dev_net_init(struct espah_net *en);
void espah_dev_net_exit(struct espah_net *en);
struct espah_link *espah_dev_find(const struct espah_net *en, u32 id);
bool espah_dev_is(const struct net_device *dev);
unsigned int espah_dev_enter(const struct espah_sa *sa, struct sk_buff *skb,
			     bool tunnel);
bool espah_dev_here(const struct espah_sa *sa, struct sk_buff *skb);
void espah_dev_deliver(struct espah_sa *sa, struct sk_buff *skb);
int espah_dev_init(void);
void espah_dev_exit(void);

/**
 * espah_dev_leaves_by() - does a packet leave by one of our interfaces?
 * @dst: its route
 *
 * Return: true if it does; what is to become of it is said there.
 */
static inline bool espah_dev_leaves_by(const struct dst_entry *dst)
{
	return static_branch_unlikely(&espah_dev_any) &&
	       espah_dev_is(dst->dev);
}

#endif /* _ESPAH_DEV_H */
