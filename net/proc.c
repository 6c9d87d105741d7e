// SPDX-License-Identifier: GPL-2.0-only
/* /proc/net/espah_stat: the counters for who reads files, as xfrm has xfrm_stat. */

#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/seq_file_net.h>
#include <net/net_namespace.h>

#include "causes.h"
#include "netns.h"
#include "proc.h"

#define NAME	"espah_stat"

static int show(struct seq_file *seq, void *unused)
{
	const struct espah_net *en = espah_net(seq_file_single_net(seq));
	unsigned int i;

	for (i = ESPAH_A_CNT_PAD + 1; i <= ESPAH_A_CNT_MAX; i++)
		seq_printf(seq, "%-24s\t%llu\n", espah_cause_name(i),
			   espah_counter_read(en, i));
	return 0;
}

static int __net_init net_init(struct net *net)
{
	if (!IS_ENABLED(CONFIG_PROC_FS) ||
	    proc_create_net_single(NAME, 0444, net->proc_net, show, NULL))
		return 0;
	return -ENOMEM;
}

/* Waits until nobody reads it any more. */
static void __net_exit net_exit(struct net *net)
{
	remove_proc_entry(NAME, net->proc_net);
}

/* Behind those of net/netns.c: what a namespace counts in is there before and after. */
static struct pernet_operations net_ops = {
	.init	= net_init,
	.exit	= net_exit,
};

/**
 * espah_proc_init() - let counters be read
 *
 * Comes when it is sure that this is the only module of its kind: a file of the same name
 * would be complained of.
 *
 * Return: 0 or a negative errno.
 */
int espah_proc_init(void)
{
	return register_pernet_subsys(&net_ops);
}

/**
 * espah_proc_exit() - let them be read no more
 */
void espah_proc_exit(void)
{
	unregister_pernet_subsys(&net_ops);
}
