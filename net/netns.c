// SPDX-License-Identifier: GPL-2.0-only
/* What one network namespace owns, from its birth to its end. */

#include <linux/wait_bit.h>
#include <net/net_namespace.h>

#include "compat.h"
#include "default.h"
#include "dev.h"
#include "direct.h"
#include "drops.h"
#include "early.h"
#include "lifetime.h"
#include "mark.h"
#include "netns.h"
#include "sa.h"
#include "sent.h"

unsigned int espah_net_id __read_mostly;

static int __net_init net_init(struct net *net)
{
	struct espah_net *en = espah_net(net);
	int err = -ENOMEM;

	en->net = net;
	mutex_init(&en->lock);

	en->counters = alloc_percpu_gfp(struct espah_counters,
					ESPAH_GFP_PERCPU);
	if (!en->counters)
		return err;
	en->stub = espah_mark_alloc(net);
	if (!en->stub)
		goto free_counters;
	err = espah_sad_init(&en->sad);
	if (err)
		goto free_stub;
	err = espah_spd_init(&en->spd);
	if (err)
		goto exit_sad;
	espah_dev_net_init(en);
	espah_narrow_init(&en->narrowness);
	espah_queue_init(en);
	espah_acquire_init(en);
	espah_stranger_init(&en->strangers);
	espah_lifetime_net_init(en);
	espah_sa_net_init(en);
	espah_term_net_init(en);
	WRITE_ONCE(en->live, true);
	return 0;

exit_sad:
	espah_sad_exit(&en->sad);
free_stub:
	espah_mark_free(en->stub);
free_counters:
	free_percpu(en->counters);
	return err;
}

/* Packets may still arrive from other namespaces. The core waits for a grace
 * period between this and net_exit(), after which nobody looks here any more.
 */
static void __net_exit net_pre_exit(struct net *net)
{
	WRITE_ONCE(espah_net(net)->live, false);
}

static void __net_exit net_exit(struct net *net)
{
	const struct espah_defaults none = {};
	struct espah_net *en = espah_net(net);

	espah_dev_net_exit(en);
	mutex_lock(&en->lock);
	espah_default_set(en, &none);
	espah_spd_flush(en, -1);
	espah_sad_flush(en, 0);
	mutex_unlock(&en->lock);

	espah_queue_exit(en);
	espah_term_net_exit(en);
	/* Packets inside the crypto layer hold their SAs, and come back here. */
	wait_var_event(&en->sas, !atomic_read(&en->sas));
	/* And packets that a firewall has asked a program about, to input. */
	nf_queue_nf_hook_drop(net);
	espah_lifetime_net_exit(en);
	espah_sa_net_exit(en);

	espah_sad_exit(&en->sad);
	espah_spd_exit(&en->spd);
	espah_mark_free(en->stub);
	espah_drops_free(en);
	espah_direct_free(en);
	espah_early_free(en);
	espah_early6_free(en);
	espah_sent_free(en);
	free_percpu(en->counters);
}

static struct pernet_operations net_ops = {
	.init		= net_init,
	.pre_exit	= net_pre_exit,
	.exit		= net_exit,
	.id		= &espah_net_id,
	.size		= sizeof(struct espah_net),
};

/**
 * espah_netns_init() - take part in every network namespace
 *
 * Return: 0 or a negative errno.
 */
int espah_netns_init(void)
{
	return register_pernet_subsys(&net_ops);
}

/**
 * espah_netns_exit() - leave every network namespace
 *
 * No packet may come in any more.
 */
void espah_netns_exit(void)
{
	unregister_pernet_subsys(&net_ops);
}
