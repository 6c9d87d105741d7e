// SPDX-License-Identifier: GPL-2.0-only
/* Connection tracking. It would see a packet again after the last of netfilter's
 * hooks, where ours has taken it already: so it is asked here. It is a module that
 * may be absent, and is not to be loaded because this one is.
 */

#include <linux/module.h>
#include <linux/spinlock.h>

#include "compat.h"
#include "conntrack.h"
#include "flowtable.h"

/* NULL until a connection is seen. The lock protects setting it; it stays then, and
 * so does the module that it is in.
 */
static typeof(nf_confirm) *confirm;
static DEFINE_SPINLOCK(confirm_lock);

static noinline void find_confirm(void)
{
	spin_lock_bh(&confirm_lock);
	if (!confirm)
		WRITE_ONCE(confirm, symbol_get(nf_confirm));
	spin_unlock_bh(&confirm_lock);
}

/**
 * espah_conntrack_confirm() - what connection tracking does with what goes out
 * @skb: packet at POST_ROUTING that belongs to a connection
 * @state: of that hook
 *
 * The connection is entered if it is new; helpers read the packet, and what they
 * have changed is made good in sequence numbers; who listens is told. No flowtable
 * takes it then.
 *
 * Return: false if the packet must not go on.
 */
bool espah_conntrack_confirm(struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	enum ip_conntrack_info info;
	struct nf_conn *ct = nf_ct_get(skb, &info);

	if (espah_flowtable_worth(skb) && ct && !espah_flowtable_bar(ct))
		return false;
	if (unlikely(!READ_ONCE(confirm)))
		find_confirm();
	/* There is a connection, but its module is about to go. */
	if (unlikely(!confirm))
		return true;
	return espah_nf_confirm(confirm, skb, state) == NF_ACCEPT;
}

/**
 * espah_conntrack_exit() - let connection tracking go
 *
 * No packet may come any more.
 */
void espah_conntrack_exit(void)
{
	if (confirm)
		symbol_put(nf_confirm);
}
