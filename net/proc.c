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

/**
 * espah_proc_init() - let a namespace's counters be read
 * @net: namespace
 *
 * Return: 0 or -ENOMEM.
 */
int espah_proc_init(struct net *net)
{
	if (!IS_ENABLED(CONFIG_PROC_FS) ||
	    proc_create_net_single(NAME, 0444, net->proc_net, show, NULL))
		return 0;
	return -ENOMEM;
}

/**
 * espah_proc_exit() - wait until nobody reads them any more
 * @net: namespace
 */
void espah_proc_exit(struct net *net)
{
	remove_proc_entry(NAME, net->proc_net);
}
