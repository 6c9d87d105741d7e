// SPDX-License-Identifier: GPL-2.0-only
/* Selectors of ports and the like, which few namespaces have: only those pay for them. */

#include <linux/rcupdate.h>
#include <net/netfilter/ipv4/nf_defrag_ipv4.h>
#include <net/netfilter/ipv6/nf_defrag_ipv6.h>

#include "narrow.h"
#include "netns.h"

/**
 * espah_narrow_init() - there is no such selector yet
 * @narrowness: zeroed
 */
void espah_narrow_init(struct espah_narrowness *narrowness)
{
	mutex_init(&narrowness->lock);
}

/* RFC 4301 sections 7.3, 7.4: a part of a datagram does not tell its ports. It is put
 * together before it is judged, as connection tracking has it, and leaves in parts again.
 */
static int put_together(struct net *net)
{
	int err = nf_defrag_ipv4_enable(net);

	if (err)
		return err;
	err = nf_defrag_ipv6_enable(net);
	if (err)
		nf_defrag_ipv4_disable(net);
	return err;
}

static void leave_in_parts(struct net *net)
{
	nf_defrag_ipv6_disable(net);
	nf_defrag_ipv4_disable(net);
}

/**
 * espah_narrow_get() - a selector is about to be found
 * @en: namespace
 * @sel: selector, or NULL
 *
 * When this returns, each packet that can find the selector knows what it asks for. May
 * sleep.
 *
 * Return: 0 or a negative errno.
 */
int espah_narrow_get(struct espah_net *en, const struct espah_selector *sel)
{
	struct espah_narrowness *narrowness = &en->narrowness;
	int err = 0;

	if (!sel || !sel->asks)
		return 0;
	if (sel->asks & ESPAH_ASKS_VALUES)
		err = put_together(en->net);
	if (err)
		return err;

	mutex_lock(&narrowness->lock);
	WRITE_ONCE(narrowness->selectors, narrowness->selectors + 1);
	if (narrowness->selectors == 1)
		synchronize_rcu();
	mutex_unlock(&narrowness->lock);
	return 0;
}

/**
 * espah_narrow_put() - a selector is not found any more
 * @en: namespace
 * @sel: selector of espah_narrow_get()
 *
 * Nobody finds it any more, but may look at it still. May sleep.
 */
void espah_narrow_put(struct espah_net *en, const struct espah_selector *sel)
{
	struct espah_narrowness *narrowness = &en->narrowness;

	if (!sel || !sel->asks)
		return;
	mutex_lock(&narrowness->lock);
	if (narrowness->selectors == 1)
		synchronize_rcu();
	WRITE_ONCE(narrowness->selectors, narrowness->selectors - 1);
	mutex_unlock(&narrowness->lock);
	if (sel->asks & ESPAH_ASKS_VALUES)
		leave_in_parts(en->net);
}
